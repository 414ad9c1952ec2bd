"""Speed and memory of the monitor's reports, printed: 500 judges with 400 live cases each, on one thread.

``BENCH_JUDGES=100`` takes fewer judges. The ledger is of simulated judges of every type (shadow and training cases come
on top of the live ones), filled by the simulation's own functions before the clock starts. Timed is one call of
``observe``: verifying the ledger, the watch, the court's report and a page for each judge, each file flushed to the
disk. The time is that of the clock on the wall; memory is the peak of a new process that does this alone.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sentencing_ml import runtime

runtime.prepare(threads=1)

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from sentencing_ml.monitor import monitor  # noqa: E402
from sentencing_ml.settings import load_settings  # noqa: E402
from sentencing_ml.simulation.judges import answers, simulate_records  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
JUDGES = int(os.environ.get("BENCH_JUDGES", 500))
CASES = 400
CHARGES = ("盗窃罪", "诈骗罪", "故意伤害罪", "危险驾驶罪", "寻衅滋事罪", "交通肇事罪", "抢劫罪", "掩饰、隐瞒犯罪所得罪")


def draw_advice(size: int) -> pd.DataFrame:
    """Return advice for ``size`` invented counts."""
    random = np.random.default_rng(5)
    months = np.exp(random.normal(2.6, 0.8, size))
    return pd.DataFrame({
        "row_id": [f"case-{number}/0/0" for number in range(size)],
        "charge_group": random.choice(CHARGES, size),
        "plea": pd.array(random.random(size) < 0.8, dtype="boolean"),
        "advice_months": months,
        "interval_low": months * 0.6,
        "interval_high": months * 1.7,
        "model_version": "0123456789abcdef",
    })  # fmt: skip


def fill(folder: Path) -> None:
    """Fill the ledger of the folder."""
    settings = load_settings(ROOT / "params.yaml").monitor.model_copy(update={"judges": JUDGES, "entries": CASES})
    records = simulate_records(advice=draw_advice(3000), settings=settings)
    monitor.fill_simulated(
        folder / "ledger.sqlite", records,
        answer=lambda alerts, names: answers(alerts, names=names, settings=settings),
    )  # fmt: skip


def report(folder: Path) -> None:
    """Time one report of the ledger in the folder."""
    start, worked = time.perf_counter(), time.process_time()
    figures = monitor.observe(
        ledger=folder / "ledger.sqlite", report=folder / "monitor.json", judge_pages=folder / "judges", review_seed=7
    )
    wall, processor = time.perf_counter() - start, time.process_time() - worked
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.suffix in (".json", ".html")) / 2**20
    print(f"judges {figures['n_judges']:,.0f}, entries {figures['n_entries']:,.0f}, alerts {figures['n_alerts']:,.0f}")
    print(f"report: {wall:.1f} s ({processor:.1f} s of the processor), {size:.0f} MiB written")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def main() -> None:
    """Fill, report in a process of its own, print."""
    if len(sys.argv) > 1:
        report(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        fill(Path(folder))
        print(f"filled in {time.perf_counter() - start:.0f} s, not part of the report", flush=True)
        subprocess.run([sys.executable, __file__, folder], check=True)


if __name__ == "__main__":
    main()
