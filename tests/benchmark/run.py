"""Speed and memory, printed: `make bench`. Each figure beside something a user would pick instead, in the same run.

Conditions: one process, the bundled generator's judgments, seed 1; the best of three passes. Memory is measured over
10,000 judgments; ``BENCH_STREAMED=100000`` streams more. Training is one pass over 10,000 counts on two cores, by the
clock on the wall, as are the rows that say so; all others count the time of the processor, so that what else runs
beside it does not. Batches run as the command runs them, on two processes where it says so.
"""

import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from sentencing_ml import runtime

runtime.prepare(threads=1)

from lightgbm import LGBMRegressor  # noqa: E402

from sentencing_ml import batch, layout  # noqa: E402
from sentencing_ml.explanation import archive  # noqa: E402
from sentencing_ml.explanation import files as sheets  # noqa: E402
from sentencing_ml.factors.extraction import extract  # noqa: E402
from sentencing_ml.factors.registry import phrase_rules, registry  # noqa: E402
from sentencing_ml.factors.rows import rows_of  # noqa: E402
from sentencing_ml.factors.table import factor_frame  # noqa: E402
from sentencing_ml.judgments.parties import find_defendants  # noqa: E402
from sentencing_ml.judgments.reading import read_documents  # noqa: E402
from sentencing_ml.judgments.sections import split_sections  # noqa: E402
from sentencing_ml.judgments.table import documents_to_frame  # noqa: E402
from sentencing_ml.judgments.tokens import tokeniser  # noqa: E402
from sentencing_ml.law.circumstances import circumstances  # noqa: E402
from sentencing_ml.law.plea import plea_rules  # noqa: E402
from sentencing_ml.law.statutes import statutes  # noqa: E402
from sentencing_ml.law.thresholds import standards  # noqa: E402
from sentencing_ml.liability import predict, rules  # noqa: E402
from sentencing_ml.liability.rows import prepare  # noqa: E402
from sentencing_ml.liability.rules import all_found, count_track, records  # noqa: E402
from sentencing_ml.liability.split import assign  # noqa: E402
from sentencing_ml.liability.train import fit, has_term, training_rows, with_parts  # noqa: E402
from sentencing_ml.settings import load_settings  # noqa: E402
from sentencing_ml.simulation.simulate import simulate_corpus, simulate_table  # noqa: E402
from sentencing_ml.storage import write_table  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
JUDGMENTS = 1000
STREAMED = int(os.environ.get("BENCH_STREAMED", 10_000))
LENGTH = 200_000
TRAINED, PREDICTED = 10_000, 20_000
BATCHED = 3_000  # whole judgments of a batch
EXPLAINED = 100  # judgments of which sheets are made
# What a text of 200,000 characters may consist of beside a judgment: runs and repetitions that tempt a pattern to go
# back over them, or a search to start again at each.
HOSTILE = {
    "no punctuation": "天地人", "brackets": "（", "digits": "1234567890", "commas": "，", "enumeration commas": "、",
    "full stops": "。", "blanks": " \n", "one name": "甄有为", "one accused": "被告人甄有为", "accusers": "以号",
    "page numbers": "- 1 - 第2页", "opinions": "。本院认为被告", "proofs": "。上述事实公诉机关提交",
}  # fmt: skip
# The same for extraction, with what its rules look for.
DENSE = HOSTILE | {
    "sums": "5000元", "sums with stops": "得款5000元，", "dates": "2020年3月4日", "acts with dates": "2020年3月4日盗窃。", "two names": "甄有为、钱多多",
    "masked names": "被害人李某甲受轻伤二级，", "sales": "贩卖海洛因5克给李某。", "grounds": "自首", "counts": "犯盗窃罪，判处有期徒刑一年，", "advice": "量刑建议",
    "the words of every rule": "，".join(sorted({word for rule in phrase_rules() for word in rule.words})),
}  # fmt: skip


def best(work, passes=3, clock=time.process_time):
    """Return the shortest time of ``work`` in seconds: of the processor, so that what else runs beside it does not count."""
    times = []
    for _ in range(passes):
        start = clock()
        work()
        times.append(clock() - start)
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
        _bench_extraction(folder, documents, settings)
        _bench_memory(folder, documents, settings)
        table = factor_frame([row for document in documents for row in rows_of(extract(document), cluster=document.id)[0]])
        _bench_law(table)
        _bench_model(settings, folder / "model")
        _bench_batch(folder, source, settings)
        _bench_sheets(folder, documents, table, settings)
    show("sentencing --help", best(lambda: subprocess.run([sys.executable, "-m", "sentencing_ml.cli", "--help"], capture_output=True, check=True), clock=time.perf_counter), "seconds")
    show("peak memory of this process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB")


def _bench_law(table):
    """Rule tracks of the generator's counts, with what a user would write instead: the same ratios in floats, no tiers, no steps."""
    offender = tuple(factor.name for factor in registry().offender())
    rows = records(table, also=offender)
    found = [all_found(row) for row in rows]
    rules = circumstances().entries

    def tracks(**options):
        for row, circumstances_found in zip(rows, found, strict=True):
            count_track(row, dated=True, **({"found": circumstances_found} if options else {}))

    def by_hand():
        for circumstances_found in found:
            low, high = 6.0, 36.0
            for item in circumstances_found:
                entry = rules[item.id]
                if entry.usual is not None:
                    bounds = sorted((1 + entry.direction * entry.usual.low, 1 + entry.direction * entry.usual.high))
                    low, high = low * bounds[0], high * bounds[1]

    show("rule track of the offence alone", len(rows) / best(tracks, 7), "counts a second")
    show("rule track with every circumstance, steps recorded", len(rows) / best(lambda: tracks(whole=True), 7), "counts a second")
    show("  instead: the ratios alone in floats", len(rows) / best(by_hand), "counts a second")
    begin = time.process_time()
    for loader in (statutes, standards, circumstances, plea_rules):
        loader.cache_clear()
        loader()
    show("reading and checking charges, standards, circumstances, plea", time.process_time() - begin, "seconds")


def _bench_model(settings, folder):
    """Train on 10,000 counts and predict 20,000, beside plain LightGBM of the declared terms on the same design."""
    settings = settings.model_copy(update={"runtime": settings.runtime.model_copy(update={"threads": 2})})
    table, _ = simulate_table(n=PREDICTED, seed=1, confounding=1.0, missed=0.0)
    parts = with_parts(table, assign(table, settings=settings.split))
    chosen = parts[(parts["part"] == "train") & has_term(parts)].head(TRAINED)
    begin = time.perf_counter(), time.process_time()
    model, _ = fit(chosen, settings=settings)
    model.save(folder)
    show("train, cross-fitting included, 2 cores", time.perf_counter() - begin[0], f"seconds for {len(chosen):,} counts (wall)")
    show("  the same, of both processors together", time.process_time() - begin[1], "seconds")
    taught = training_rows(chosen, settings=settings)
    design = model.student.encoder_.transform(taught.rows.facts, taught.rows.track, taught.rows.charge)
    plain = LGBMRegressor(n_estimators=settings.train.n_estimators, num_leaves=settings.train.num_leaves, n_jobs=2, verbosity=-1)
    show("  instead: LGBMRegressor on the design, offender left out", best(lambda: plain.fit(design, np.log1p(taught.months)), 1, time.perf_counter), "seconds (wall)")
    show("peak memory after training", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB")

    rows = prepare(table)
    design = model.student.encoder_.transform(rows.facts, rows.track, rows.charge)

    def whole(threads):
        rules._track_of.cache_clear()  # as a table that was never seen
        model.predict(table, threads=threads)

    def speed(work, clock=time.process_time):
        return len(table) / best(work, 3, clock)

    show("liability term of prepared rows", speed(lambda: model.term.predict_log(rows, threads=1)), "counts a second")
    show("  instead: LGBMRegressor.predict on the design", speed(lambda: plain.predict(design, num_threads=1)), "counts a second")
    show("all columns of prepared rows, no explanation", speed(lambda: model.predict_rows(table, rows, threads=1)), "counts a second")
    show("  on two cores", speed(lambda: model.predict_rows(table, rows, threads=2), time.perf_counter), "counts a second (wall)")
    show("all columns from the factor table, rule track included", speed(lambda: whole(1)), "counts a second")
    show("  on two cores", speed(lambda: whole(2), time.perf_counter), "counts a second (wall)")


def _extracting():
    """Return what does of a batch what nobody can do without: the facts before the verdict, and nothing with them."""

    def work(records):
        for record in records:
            predict.blind(record)
        return {}, []

    return work


def _bench_batch(folder, source, settings):
    """Predict whole judgments and short fact records without sheets, beside reading and extraction alone in the same engine."""
    path = folder / "batch.jsonl"
    texts = [document.text for document in read_documents(source, settings=settings, mask=False)]
    _write(path, [texts[number % len(texts)] for number in range(BATCHED)])
    whole = partial(predict._start, model=folder / "model", level="defendant", versions={})

    def run(start, jobs):
        with batch.parts_of(folder / "parts", state={}, restart=True) as parts:
            batch.run(
                read_documents([path], settings=settings, mask=False), parts=parts, start=start, jobs=jobs,
                most=predict.MOST, label="", weight=predict.weight, heaviest=predict.HEAVIEST,
            )  # fmt: skip

    loaded = whole()
    # in turns: what else the machine does would fall on the one and not on the other
    turns = [[best(lambda start=start: run(start, 1), 1) for start in (_extracting, lambda: loaded)] for _ in range(3)]
    alone, predicted = map(min, zip(*turns, strict=True))
    show("batch of whole judgments, one process: read and extract alone", BATCHED / alone, "judgments a second")
    show("  predict", BATCHED / predicted, "judgments a second")
    show("  on top of extraction", 100 * (predicted / alone - 1), "%")
    show("  predict, two processes and their start", BATCHED / best(lambda: run(whole, 2), 1, time.perf_counter), "judgments a second (wall)")
    for number in (STREAMED // 10, STREAMED):
        with path.open("w", encoding="utf-8") as file:
            for place in range(number):
                fact = f"2019年3月{place % 28 + 1}日，被告人甲某撬开房门，窃得现金{1000 + 7 * place % 80000}元。"
                file.write(json.dumps({"id": str(place), "fact": fact, "charges": ["盗窃"]}, ensure_ascii=False) + "\n")
        begin = time.perf_counter()
        command = [sys.executable, "-c", _PEAK, "predict", str(path), "--model", str(folder / "model"), "--params", str(ROOT / "params.yaml"), "-o", str(folder / "out.parquet")]
        peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-2:]
        show(f"predict {number:,} fact records to .parquet, two processes", number / (time.perf_counter() - begin), "records a second (wall)")
        show("  peak memory of the command", int(peak[0]) / 1024, "MiB")
        show("  peak memory of a process that shares its work", int(peak[1]) / 1024, "MiB")


def _bench_sheets(folder, documents, table, settings):
    """Make the sheets of judgments from text to page, with an archive of the others: in a batch, and one from the shell."""
    names = [document.id for document in documents]
    shown, others = documents[:EXPLAINED], documents[EXPLAINED:]
    past = table[table["doc_id"].isin(names[EXPLAINED:])]
    write_table(folder / "factors.parquet", past)
    write_table(folder / "documents.parquet", documents_to_frame(others, clusters=names[EXPLAINED:]))
    write_table(folder / "split.parquet", pd.DataFrame({"row_id": past["row_id"], "cluster": past["cluster"], "part": "train", "fold": 0}))
    tables = {name: folder / f"{name}.parquet" for name in ("factors", "documents", "split")}
    archive.build(**tables, model=folder / "model", folder=folder / layout.ARCHIVE, settings=settings)
    path, one = folder / "explained.jsonl", folder / "one.txt"
    _write(path, [document.text for document in shown])
    one.write_text(shown[0].text, encoding="utf-8")
    start = partial(sheets._start, model=folder / "model", archive=folder / layout.ARCHIVE, folder=folder / "sheets", settings=settings)

    def run(start, jobs):
        with batch.parts_of(folder / "sheets" / "list", state={}, restart=True) as parts:
            batch.run(
                read_documents([path], settings=settings, mask=False), parts=parts, start=start, jobs=jobs,
                most=sheets._MOST, label="", weight=predict.weight, heaviest=sheets._HEAVIEST,
            )  # fmt: skip

    loaded = start()
    show(f"sheets of {EXPLAINED} judgments, text to page, one process", 1000 * best(lambda: run(lambda: loaded, 1)) / EXPLAINED, "ms a case")
    show("  by the clock on the wall", 1000 * best(lambda: run(lambda: loaded, 1), clock=time.perf_counter) / EXPLAINED, "ms a case (wall)")
    show("  two processes and their start", 1000 * best(lambda: run(start, 2), 1, time.perf_counter) / EXPLAINED, "ms a case (wall)")
    command = [sys.executable, "-m", "sentencing_ml.cli", "explain", str(one), "--model", "model", "--params", str(ROOT / "params.yaml"), "--out", "one"]

    def shell():
        subprocess.run(command, capture_output=True, check=True, cwd=folder)

    show("one sheet from the shell", best(shell, clock=time.perf_counter), "seconds (wall)")
    show("  of the processor", best(shell, clock=_of_children), "seconds")


def _of_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


_PEAK = """
import re, resource
from sentencing_ml.cli import app
app(standalone_mode=False)
# its own from its own memory: what rusage says of itself is at least what the process had that started it
own = re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1]
print(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


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


def _bench_extraction(folder, documents, settings):
    """Read and extract short and long judgments beside a plain pass of a tokeniser, and texts of 200,000 characters."""
    path = folder / "extracted.jsonl"

    def read_and_extract():
        for document in read_documents([path], settings=settings, mask=False):
            extract(document)

    def run(texts):
        _write(path, texts)
        return best(read_and_extract)

    told = [document for document in documents if document.section("findings") or document.section("charges")]
    for length in (1_800, 6_000):
        texts = [_longer(document, max(0, length / len(document.text) - 1)).text for document in told]
        mean = sum(map(len, texts)) // len(texts)
        show(f"read and extract with evidence, {mean:,} characters", len(texts) / run(texts), "judgments a second")
        for engine in ("jieba", "rjieba"):
            cut = tokeniser(engine).cut
            cut("预热")
            show(f"  instead: a plain {engine} pass", len(texts) / best(lambda cut=cut, texts=texts: [cut(text) for text in texts], 1), "judgments a second")
    whole = next(document for document in told if "盗窃罪" in document.text)  # a charge that is measured by an amount
    show("read and extract one of 200,000 characters", run([_longer(whole, LENGTH / len(whole.text)).text]), "seconds")
    show("  the same with 30 defendants named all over", run([_crowd(LENGTH)]), "seconds")
    ends = [section.end for name in ("findings", "opinion", "verdict") if (section := whole.section(name)) is not None]
    for name, unit in DENSE.items():
        filler = unit * (LENGTH // len(unit))
        show(f"  200,000 characters of {name}, in {len(ends)} places", max(run([whole.text[:end] + filler + whole.text[end:]]) for end in ends), "seconds at most")


def _write(path, texts):
    with path.open("w", encoding="utf-8") as file:
        for number, text in enumerate(texts):
            file.write(json.dumps({"id": str(number), "text": text}, ensure_ascii=False) + "\n")


def _name(number):
    return "赵钱孙李"[number % 4] + chr(0x4E00 + number // 4 % 5000) + chr(0x5000 + number // 7 % 5000)


def _crowd(length):
    """Return a judgment of 30 defendants who are named in every act."""
    names = [_name(101 * number) for number in range(30)]
    header = "".join(f"被告人{name}，男，1990年1月2日出生，汉族，农民。" for name in names)
    acts = "".join(
        f"2020年3月{number % 28 + 1}日，被告人{names[number % 30]}伙同{names[number * 7 % 30]}在甲县某路盗窃电动车一辆，价值3000元。"
        for number in range(length // 44)
    )
    verdict = "".join(f"被告人{name}犯盗窃罪，判处有期徒刑一年，并处罚金二千元。" for name in names)
    return (
        f"甲县人民法院 刑事判决书 （2020）某刑初1号 公诉机关甲县人民检察院。{header}甲县人民检察院指控被告人{names[0]}等人犯盗窃罪，提起公诉。现已审理终结。"
        f" 经审理查明，{acts} 本院认为，被告人{'、'.join(names)}的行为均已构成盗窃罪。判决如下： {verdict} 审判员乙 二〇二〇年五月六日"
    )


def _bench_memory(folder, documents, settings):
    """Stream judgments, each with names of its own, through reading, extraction and rows: memory must not grow."""
    path = folder / "streamed.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(STREAMED):
            document = documents[number % len(documents)]
            text = document.text
            for place, defendant in enumerate(document.defendants):
                text = text.replace(defendant.name, _name(3 * number + place))
            file.write(json.dumps({"id": str(number), "text": text}, ensure_ascii=False) + "\n")
    for number, document in enumerate(read_documents([path], settings=settings, mask=False), 1):
        rows_of(extract(document), cluster=document.id)
        if number in (STREAMED // 100, STREAMED // 10, STREAMED):
            show(f"resident memory after {number:,} judgments streamed", _resident(), "MiB")


def _resident():
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


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
