"""Process-wide defaults, set once before a heavy library is imported."""

import atexit
import gc
import os

DEFAULTS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_DISABLE_SCHEMA_DETAILS": "true",  # schema errors would print the input rows
    "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",  # its bars cannot be read in a log
    "DVC_NO_ANALYTICS": "true",
    # A thread that waits spins for a moment and then gives its core away. Spinning for long, two beside another process
    # take ten times as long; not spinning at all, they take five times as long on an idle machine.
    "GOMP_SPINCOUNT": "20000",
    "GIT_PYTHON_REFRESH": "quiet",
}

_COLLECT = (50_000, 20, 10)
"""New objects, and younger collections, after which unreachable objects are looked for. Libraries, law and model make
some hundred thousand objects that stay; at Python's own 700 new ones, looking through them takes a second of a start.
"""


def prepare(*, threads: int | None = None) -> None:
    """Set the pace of garbage collection, the defaults that the environment leaves open, and OpenMP threads if given.

    Two LightGBM processes that each take every core slow one another down by an order of magnitude, so the number
    is always explicit.
    """
    gc.set_threshold(*_COLLECT)
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)  # an ending process gives its memory back whole: to look through it first takes a second
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    if threads is not None:
        os.environ["OMP_NUM_THREADS"] = str(threads)
