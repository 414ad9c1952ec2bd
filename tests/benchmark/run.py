"""Speed and memory, printed: `make bench`. Each figure beside something a user would pick instead, in the same run.

Conditions: one process, the bundled generator's judgments, seed 1; the best of three passes.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sentencing_ml import runtime

runtime.prepare(threads=1)

from sentencing_ml.factors.extraction import extract  # noqa: E402
from sentencing_ml.factors.rows import rows_of  # noqa: E402
from sentencing_ml.factors.table import factor_frame  # noqa: E402
from sentencing_ml.judgments.reading import read_documents  # noqa: E402
from sentencing_ml.judgments.tokens import tokeniser  # noqa: E402
from sentencing_ml.liability.model import LiabilityModel  # noqa: E402
from sentencing_ml.liability.split import split  # noqa: E402
from sentencing_ml.liability.train import train  # noqa: E402
from sentencing_ml.settings import load_settings  # noqa: E402
from sentencing_ml.simulation.simulate import simulate_corpus  # noqa: E402
from sentencing_ml.storage import write_table  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
JUDGMENTS = 1000


def best(work, passes=3):
    """Return the shortest wall time of ``work`` in seconds."""
    times = []
    for _ in range(passes):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def show(what, value, unit):
    print(f"{what:58} {value:12,.1f} {unit}")


def main():
    settings = load_settings(ROOT / "params.yaml")
    settings = settings.model_copy(update={"simulation": settings.simulation.model_copy(update={"judgments": JUDGMENTS, "seed": 1})})
    settings = settings.model_copy(update={"runtime": settings.runtime.model_copy(update={"threads": 1})})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        show("simulate, judgments with indictments", JUDGMENTS / best(lambda: simulate_corpus(folder=folder, settings=settings.simulation), 1), "a second")
        source = [folder / "judgments.jsonl.gz"]
        documents = list(read_documents(source, settings=settings, mask=False))
        show("read (decode, sections, defendants)", JUDGMENTS / best(lambda: list(read_documents(source, settings=settings, mask=False))), "judgments a second")
        show("extract with evidence", JUDGMENTS / best(lambda: [extract(document) for document in documents]), "judgments a second")
        for engine in ("jieba", "rjieba"):
            cut = tokeniser(engine).cut
            cut("预热")
            show(f"  instead: a plain {engine} pass", JUDGMENTS / best(lambda cut=cut: [cut(document.text) for document in documents], 1), "judgments a second")
        table = factor_frame([row for document in documents for row in rows_of(extract(document), cluster=document.id)[0]])
        write_table(folder / "factors.parquet", table)
        split(factors=folder / "factors.parquet", split=folder / "split.parquet", settings=settings)
        show("train, cross-fitting included", best(lambda: train(factors=folder / "factors.parquet", split=folder / "split.parquet", model=folder / "model", settings=settings), 1), f"seconds for {len(table)} counts")
        model = LiabilityModel.load(folder / "model")
        show("predict without explanation", len(table) / best(lambda: model.predict(table)), "counts a second")
        long = documents[0].text
        show("extract one judgment of 200,000 characters", best(lambda: extract(_longer(documents[0], 200_000 // len(long) + 1)), 1), "seconds")
    show("sentencing --help", best(lambda: subprocess.run([sys.executable, "-m", "sentencing_ml.cli", "--help"], capture_output=True, check=True)), "seconds")
    show("peak memory of this process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB")


def _longer(document, times):
    """Return the judgment with its findings told ``times`` times over."""
    from dataclasses import replace

    from sentencing_ml.judgments.parties import find_defendants
    from sentencing_ml.judgments.sections import split_sections

    findings = document.section("findings") or document.section("charges")
    text = document.text[: findings.end] + document.text[findings.start : findings.end] * (
        times * len(document.text) // max(1, findings.end - findings.start)
    ) + document.text[findings.end :]
    sections = split_sections(text, "judgment")
    return replace(document, text=text, sections=sections, defendants=find_defendants(text, sections))


if __name__ == "__main__":
    main()
