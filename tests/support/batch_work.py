"""Work that is done in other processes."""

import os
import time
from functools import partial

from sentencing_ml import batch
from sentencing_ml.errors import BundleError
from sentencing_ml.storage import atomic_path


def doubling(*, seconds=0.0):
    def work(records):
        time.sleep(seconds)
        return {"records": len(records), "odd": sum(n % 2 for n in records)}, [{"n": n, "double": 2 * n} for n in records]

    return work


def dying(*, at):
    def work(records):
        if at in records:
            os._exit(9)  # as the system does when memory runs out
        return {"records": len(records)}, [{"n": n} for n in records]

    return work


def refusing():
    raise BundleError("model: altered")


def run(parts, records, start, *, jobs=1, most=3):
    batch.run(records, parts=parts, start=start, jobs=jobs, most=most, label="", weight=lambda n: 1, heaviest=100)


def whole(target, *, records, jobs, seconds):
    """Run to the end, as a process group of its own; each batch takes ``seconds``."""
    if seconds:
        os.setsid()
    with batch.parts_of(target, state={"records": str(records)}, restart=False) as parts:
        run(parts, range(records), partial(doubling, seconds=seconds), jobs=jobs)
        with atomic_path(target) as temporary:
            temporary.write_bytes(b"".join(parts.lines()))
