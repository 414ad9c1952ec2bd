"""Speed and memory, printed: `make bench`. Each figure beside something a user would pick instead, in the same run.

Conditions: one process, the bundled generator's judgments, seed 1; the best of three passes.
"""

import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from sentencing_ml import runtime

runtime.prepare(threads=1)

from sentencing_ml.factors.extraction import extract  # noqa: E402
from sentencing_ml.factors.rows import rows_of  # noqa: E402
from sentencing_ml.factors.table import factor_frame  # noqa: E402
from sentencing_ml.judgments.parties import find_defendants  # noqa: E402
from sentencing_ml.judgments.reading import read_documents  # noqa: E402
from sentencing_ml.judgments.sections import split_sections  # noqa: E402
from sentencing_ml.judgments.tokens import tokeniser  # noqa: E402
from sentencing_ml.liability.model import LiabilityModel  # noqa: E402
from sentencing_ml.liability.split import split  # noqa: E402
from sentencing_ml.liability.train import train  # noqa: E402
from sentencing_ml.settings import load_settings  # noqa: E402
from sentencing_ml.simulation.simulate import simulate_corpus  # noqa: E402
from sentencing_ml.storage import write_table  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
JUDGMENTS = 1000
LENGTH = 200_000
# What a text of 200,000 characters may consist of beside a judgment: runs and repetitions that tempt a pattern to go
# back over them, or a search to start again at each.
HOSTILE = {
    "no punctuation": "天地人", "brackets": "（", "digits": "1234567890", "commas": "，", "enumeration commas": "、",
    "full stops": "。", "blanks": " \n", "one name": "甄有为", "one accused": "被告人甄有为", "accusers": "以号",
    "page numbers": "- 1 - 第2页", "opinions": "。本院认为被告", "proofs": "。上述事实公诉机关提交",
}  # fmt: skip


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
        _bench_reading(folder, documents, settings)
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
        show("extract one judgment of 200,000 characters", best(lambda: extract(_longer(documents[0], LENGTH // len(long) + 1)), 1), "seconds")
    show("sentencing --help", best(lambda: subprocess.run([sys.executable, "-m", "sentencing_ml.cli", "--help"], capture_output=True, check=True)), "seconds")
    show("peak memory of this process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB")


def _bench_reading(folder, documents, settings):
    """Read short and long judgments, one of 200,000 characters, and texts of that length that are hard on patterns."""
    passages = [document for document in documents if document.section("findings") or document.section("charges")]

    def seconds(texts):
        path = folder / "texts.jsonl.gz"
        with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as file:
            file.writelines(json.dumps({"id": str(number), "text": text}, ensure_ascii=False) + "\n" for number, text in enumerate(texts))
        return best(lambda: list(read_documents([path], settings=settings, mask=False)))

    for length in (1_800, 6_000):
        texts = [_longer(document, max(0, length / len(document.text) - 1)).text for document in passages]
        show(f"read, mean length {sum(map(len, texts)) // len(texts):,} characters", len(texts) / seconds(texts), "judgments a second")
    whole = documents[0]
    show("read one judgment of 200,000 characters", 1000 * seconds([_longer(whole, LENGTH / len(whole.text)).text]), "ms")
    facts = (whole.section("findings") or whole.section("charges")).end
    for name, unit in HOSTILE.items():
        filler = unit * (LENGTH // len(unit))
        texts = [filler, whole.text[:facts] + filler + whole.text[facts:], whole.text[:60] + filler + whole.text[60:]]
        show(f"  200,000 characters of {name}, in three places", 1000 * max(seconds([text]) for text in texts), "ms at most")


def _longer(document, times):
    """Return the judgment with its findings told over, until it is longer by ``times`` its length."""
    findings = document.section("findings") or document.section("charges")
    text = document.text[: findings.end] + document.text[findings.start : findings.end] * (
        round(times * len(document.text) / max(1, findings.end - findings.start))
    ) + document.text[findings.end :]
    sections = split_sections(text, "judgment")
    return replace(document, text=text, sections=sections, defendants=find_defendants(text, sections))


if __name__ == "__main__":
    main()
