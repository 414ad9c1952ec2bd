"""Speed, memory and size of the archive of past cases, printed: ``python tests/benchmark/archive.py [cases …]``.

Without numbers: 10,000 and 100,000 cases; 1,000,000 take some minutes and 1.3 GB of the folder for temporary files.
Conditions: one core; invented rows written by the archive's own writer, 30 % of them of one charge and the others
falling off by Zipf's law over 150; a tier in 70 %, amounts in 60 %, every other factor in 2 %; the facts of a case hold
about 100 different words drawn by Zipf's law from 60,000 (9,000 real fact records and judgments: 64 on average), the same
for every 50,000th case. Queries are 300 further rows, every second of the largest charge. A query counts the time of the
processor after one pass for warmth; "wall" is the clock on the wall, in a new process after the system was asked to drop
the folder from memory.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sentencing_ml import runtime

runtime.prepare(threads=1)

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from scipy import sparse  # noqa: E402

from sentencing_ml.explanation import archive, similar  # noqa: E402
from sentencing_ml.factors.registry import registry  # noqa: E402
from sentencing_ml.factors.table import columns  # noqa: E402

LARGEST = 0.3
RARE = 0.02  # share of cases that have a factor other than the amount: half of them have none, as among real ones
CHARGES, COURTS = 150, 3_000
WORDS, WORDS_A_CASE = 60_000, 130  # drawn; about 100 of them differ
QUERIES, K, DISTINCT = 300, 5, 50_000


def draw_cases(size, seed):
    """Return ``size`` invented counts, each in a document and cluster of its own."""
    random = np.random.default_rng(seed)
    types = columns()
    share = 1 / np.arange(2, CHARGES + 1)
    share = np.concatenate([[LARGEST], (1 - LARGEST) * share / share.sum()])
    ids = np.char.add(f"s{seed}-", np.arange(size).astype(str))

    def some(values, present):
        return pd.Series(values).where(random.random(size) < present)

    table = {
        "row_id": np.char.add(ids, "/0/0"), "doc_id": ids, "cluster": ids, "doc_kind": "judgment",
        "charge_group": np.array([f"第{number}罪" for number in range(CHARGES)])[random.choice(CHARGES, size, p=share)], "counts": 1,
        "court": np.array([f"第{number}人民法院" for number in range(COURTS)])[random.integers(0, COURTS, size)],
        "case_number": np.char.add("号", np.arange(size).astype(str)),
        "judgment_date": np.array([f"{2012 + day // 336}-{day // 28 % 12 + 1:02}-{day % 28 + 1:02}" for day in range(336 * 12)])[random.integers(0, 336 * 12, size)],
        "legal_entity": random.random(size) < 0.01, "penalty": "有期徒刑",
        "term_months": random.integers(1, 120, size), "final_penalty": "有期徒刑",
        "final_term_months": random.integers(1, 120, size), "final_probation_months": some(random.integers(6, 60, size), 0.3),
        "fine_yuan": some(1000 * random.integers(1, 50, size), 0.6), "final_fine_yuan": None,
        "tier": some(np.array(["t1", "t2", "t3"])[random.choice(3, size, p=[0.7, 0.2, 0.1])], 0.7),
        "liability_months": random.random(size) * 100, "advice_status": "advised",
    }  # fmt: skip
    for factor in registry().model_inputs():
        if factor.type == "boolean":
            table[factor.name] = random.random(size) < RARE
        elif factor.type == "category":
            names = np.array([level.name for level in factor.levels])
            table[factor.name] = some(names[random.integers(0, len(names), size)], RARE)
        elif factor.type == "count":
            table[factor.name] = some(random.geometric(0.7, size), RARE)
        else:
            table[factor.name] = some(np.round(random.lognormal(9, 1.5, size)), 0.6 if factor.name == "amount_yuan" else RARE)
    for factor in registry().offender():
        if factor.type == "boolean":
            table[factor.name] = random.random(size) < 0.2
    frame = pd.DataFrame(table)
    return frame.astype({**{name: types.get(name, "string") for name in frame.columns}, "liability_months": "Float64"})


def draw_words(size, seed):
    """Return for ``size`` cases the numbers of their words."""
    random = np.random.default_rng(seed)
    share = np.cumsum(1 / np.arange(1, WORDS + 1))
    return np.searchsorted(share / share[-1], random.random((size, WORDS_A_CASE)))


def word(number):
    """Return the invented Chinese word of a number."""
    return chr(0x4E00 + number // 256) + chr(0x4E00 + number % 256)


def word_counts(drawn):
    """Return the counts of drawn words in the columns to which the archive hashes them."""
    column = similar.word_counts([[word(number)] for number in range(WORDS)]).indices
    rows = np.repeat(np.arange(len(drawn)), WORDS_A_CASE)
    entries = (np.ones(drawn.size, dtype=np.float32), (rows, column[drawn.ravel()]))
    return sparse.coo_matrix(entries, shape=(len(drawn), similar.COLUMNS)).tocsr()


def make(folder, size):
    """Write an archive of ``size`` cases; of more than ``DISTINCT``, the wording repeats."""
    counts = word_counts(draw_words(min(size, DISTINCT), 1))
    cases = draw_cases(size, 1)
    begin = time.perf_counter()
    told = archive.write(
        folder, cases=cases, counts=sparse.vstack([counts] * -(-size // DISTINCT), format="csr")[:size],
        document=np.arange(size), least=10, model_version="bench", data_version="bench",
    )  # fmt: skip
    return told, time.perf_counter() - begin


def queries():
    """Return the rows and words of the queries: every second one of the largest charge."""
    cases = draw_cases(QUERIES, 2)
    cases.loc[::2, "charge_group"] = "第0罪"
    words = [[word(number) for number in drawn] for drawn in draw_words(QUERIES, 2)]
    return list(zip(cases.to_dict("records"), words, strict=True))


def ask(opened, row, words, clock=time.process_time):
    """Return the seconds of a query, and how many cases it found."""
    begin = clock()
    found = opened.similar(row=row, tier=row["tier"], tokens=words, k=K)
    return clock() - begin, len(found)


def measure(folder):
    """Print what a process of its own sees of an archive."""
    asked = queries()
    for path in folder.iterdir():  # the system may keep what it likes
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    before = _resident()
    begin = time.perf_counter()
    opened = archive.Archive.open(folder, model="bench")
    show("  open (wall)", 1000 * (time.perf_counter() - begin), "ms")
    show("  first query (wall)", 1000 * ask(opened, *asked[0], time.perf_counter)[0], "ms")
    for row, words in asked:
        ask(opened, row, words)
    timed = [ask(opened, row, words) for row, words in asked]
    for name, part in (("all queries", timed), ("of the largest charge", timed[::2])):
        times = 1000 * np.array([seconds for seconds, _ in part])
        show(f"  {name}: median", np.median(times), "ms")
        show(f"  {name}: 95th percentile", np.quantile(times, 0.95), "ms")
    show("  fewest cases found", min(found for _, found in timed), "")
    show("  resident memory for it, mapped pages included", _resident() - before, "MiB")
    begin = time.perf_counter()
    archive.verify(folder)
    show("  verify every hash (wall)", time.perf_counter() - begin, "seconds")


def show(what, value, unit):
    print(f"{what:58} {value:12,.1f} {unit}", flush=True)


def _resident():
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main(sizes):
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            told, seconds = make(folder, size)
            show(f"write an archive of {size:,} cases", seconds, "seconds")
            show("  on disk", told["archive_bytes"] / 2**20, "MiB")
            subprocess.run([sys.executable, __file__, "--measure", str(folder)], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]))
    else:
        main([int(size) for size in sys.argv[1:]] or [10_000, 100_000])
