"""Speed and memory of the audit, printed: the assessment of 45 groups in 100,000 simulated counts, on two threads.

``BENCH_AUDITED=20000`` takes fewer counts. The time is that of the clock on the wall; memory is the peak of the process,
its imports and the simulated table included.
"""

import os
import resource
import time
from pathlib import Path

from sentencing_ml import runtime

THREADS = 2
runtime.prepare(threads=THREADS)

import numpy as np  # noqa: E402

from sentencing_ml.fairness import planted  # noqa: E402
from sentencing_ml.fairness.assessment import assess  # noqa: E402
from sentencing_ml.fairness.groups import grouped  # noqa: E402
from sentencing_ml.settings import load_settings  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
COUNTS = int(os.environ.get("BENCH_AUDITED", 100_000))
GROUPS = 45


def peak() -> float:
    """Return the peak memory of the process in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Simulate, assess, print."""
    settings = load_settings(ROOT / "params.yaml").audit
    corpus = planted.simulate(COUNTS, confounded=True, rng=np.random.default_rng(1))
    table = planted.table_of(corpus)
    facts = planted.facts_of(corpus, table)
    chosen, total = [], 0
    for name in settings.attributes:
        number = grouped(table, name, smallest=settings.suppress_below, counted=table).nunique()
        if total + number <= GROUPS:
            chosen.append(name)
            total += number
    settings = settings.model_copy(update={"attributes": tuple(chosen)})
    before, start, worked = peak(), time.perf_counter(), time.process_time()
    result = assess(table, facts, settings=settings, threads=THREADS)
    print(f"counts {COUNTS:,}, groups {total}, tests {result['summary']['tests']}")
    print(f"assess: {time.perf_counter() - start:.1f} s ({time.process_time() - worked:.1f} s of the processor)")
    print(f"peak memory: {peak():.0f} MiB, {before:.0f} before")


if __name__ == "__main__":
    main()
