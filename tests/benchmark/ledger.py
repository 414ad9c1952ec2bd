"""The ledger's speed, memory and what it detects, printed: ``python tests/benchmark/ledger.py``.

Speed by the clock on the wall, advice and entries by turns, every commit on the disk (SQLite: synchronous=FULL,
PostgreSQL: fsync and synchronous_commit on, socket on the same machine); PostgreSQL where its server is installed.
``BENCH_LEDGER=100000`` verifies fewer records than 1,000,000, ``BENCH_TRIALS=100`` tries fewer than 1,000 tamperings of a
kind. Memory is the peak of a process of its own that does nothing else. The tampering is that of
``tests/support/ledger_adversary.py``: one who can write the database and computes all hashes anew, but has neither the
signing key nor the witness file; on a ledger of 200 records with eight roots.
"""

import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from sentencing_ml import runtime  # noqa: E402

runtime.prepare(threads=1)

from ledger_adversary import KEY, KINDS, SIGNER, is_located, make, put, records, rehashed, trial  # noqa: E402
from ledger_writers import processes, write  # noqa: E402
from postgres import programs, running  # noqa: E402

from sentencing_ml.monitor.bookkeeping.chain import canonical  # noqa: E402
from sentencing_ml.monitor.ledger import Ledger  # noqa: E402

VERIFIED = int(os.environ.get("BENCH_LEDGER", 1_000_000))
TRIALS = int(os.environ.get("BENCH_TRIALS", 1_000))
CORRECTED = 400_000  # records: half advice, half entries
BATCH = 10_000
ONE_BY_ONE = 2_000
WRITERS, CALLS = 16, 60
ROOTS, LAST = (5, 20, 21, 60, 99, 100, 150, 188), 200


def show(what, value, unit):
    print(f"{what:66} {value:12,.1f} {unit}", flush=True)


def seconds(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def append(ledger, last, size):
    """Append records up to the position ``last`` in calls of ``size``."""
    for first in range(ledger.head().position + 1, last + 1, size):
        ledger.extend(records(first, min(last, first + size - 1)))


def together(place):
    """Let processes append at once, advice and its entry a commit; return the seconds until the last has done."""
    context = processes()
    ready, positions = context.Barrier(WRITERS + 1), context.Queue()
    writers = [context.Process(target=write, args=(place, number, CALLS, ready, positions)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    ready.wait()
    begin = time.perf_counter()
    for _ in range(WRITERS * CALLS):
        positions.get()
    took = time.perf_counter() - begin
    for writer in writers:
        writer.join()
    return took


def bench_place(name, place, fresh):
    """Measure one database: ``place`` is filled, ``fresh`` is another empty one."""
    with Ledger(place, key=KEY) as ledger:
        show(f"{name}: append, a record a commit", ONE_BY_ONE / seconds(lambda: append(ledger, ONE_BY_ONE, 1)), "records a second")
        show(f"{name}: append, a batch of {BATCH:,} a commit", (CORRECTED - ONE_BY_ONE) / seconds(lambda: append(ledger, CORRECTED, BATCH)), "records a second")
        show(f"{name}: corrections() of {CORRECTED // 2:,} advice and entries", seconds(ledger.corrections), "seconds")
    Ledger(fresh, key=KEY).close()
    count = 2 * CALLS * WRITERS
    show(f"{name}: append, {WRITERS} processes at once, two records a commit", count / together(fresh), "records a second")
    with Ledger(fresh, create=False) as ledger:
        found = ledger.verify()
        assert not found.breaks and found.records == count, "a writer lost a record"
    if VERIFIED > CORRECTED:
        with Ledger(place, key=KEY) as ledger:
            append(ledger, VERIFIED, BATCH)
    told = json.loads(subprocess.run([sys.executable, __file__, "--verify", str(place)], check=True, capture_output=True, text=True).stdout)
    show(f"{name}: verify {told['records']:,} records", told["seconds"], "seconds")
    show(f"{name}:   peak memory of that process", told["peak"], f"MiB, {told['before']:.0f} before")


def verify(place):
    """Verify in a process of its own, and say how long it took and how much memory."""

    def peak():  # not of getrusage, whose figure a process has from the one that started it
        return int(Path("/proc/self/status").read_text(encoding="ascii").split("VmHWM:")[1].split()[0]) / 1024

    with Ledger(place if "://" in place else Path(place), create=False) as ledger:
        before, begin = peak(), time.perf_counter()
        found = ledger.verify()
    assert not found.breaks
    print(json.dumps({"seconds": time.perf_counter() - begin, "peak": peak(), "before": before, "records": found.records}))


def bench_plain(folder):
    """What a user would write instead: the same bodies into a table without chain, lock or rule."""
    with Ledger(folder / "told.sqlite", key=KEY) as ledger:
        append(ledger, BATCH, BATCH)
    source = sqlite3.connect(folder / "told.sqlite")
    rows = source.execute("SELECT position, kind, body FROM ledger").fetchall()
    source.close()
    connection = sqlite3.connect(folder / "plain.sqlite", isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (position INTEGER PRIMARY KEY, kind, body)")

    def one_by_one():
        for row in rows[:ONE_BY_ONE]:
            connection.execute("INSERT INTO t VALUES (?, ?, ?)", row)

    with (folder / "flushed").open("wb", buffering=0) as file:

        def flush():
            for _ in range(ONE_BY_ONE):
                file.write(b"x" * 600)
                os.fdatasync(file.fileno())

        show("  the disk alone: 600 bytes and a flush", ONE_BY_ONE / seconds(flush), "a second")
    show("  instead: sqlite3 alone, a row a commit", ONE_BY_ONE / seconds(one_by_one), "rows a second")
    connection.close()


def after_the_last_root(state, draw):
    """Return what an edit leaves that no root covers, all hashes computed anew."""
    rows = list(state.rows)
    at = draw.randrange(state.witnessed, len(rows))
    values = json.loads(rows[at].body)
    rows[at] = replace(rows[at], body=canonical(values | {"judge": values["judge"][::-1]}))
    return replace(state, rows=tuple(rehashed(rows)))


def bench_tampering(folder):
    """Try every kind of tampering, none, and one where no root covers it."""
    empty, witness, place = folder / "empty.sqlite", folder / "witness.jsonl", folder / "tampered.sqlite"
    Ledger(empty, key=KEY).close()
    state = make(folder / "whole.sqlite", witness, roots=ROOTS, last=LAST)

    def look(result):
        put(result, empty=empty, place=place)
        with Ledger(place, create=False) as ledger:
            return ledger.verify(public=[SIGNER.public_key()], witness=witness)

    print(f"\n{'tampering':12} {'trials':>8} {'detected':>9} {'located':>8}   located: named between the change and the next root")
    for kind in KINDS:
        detected = located = 0
        for number in range(TRIALS):
            result = trial(kind, number, state)
            breaks = look(result).breaks
            detected += bool(breaks)
            located += is_located(state, result, breaks)
        print(f"{kind:12} {TRIALS:8,} {detected:9,} {located:8,}", flush=True)
    alarms = sum(bool(look(state).breaks) for _ in range(TRIALS))
    print(f"{'none':12} {TRIALS:8,} {alarms:9,}")
    missed, told = 0, set()
    for number in range(TRIALS):
        found = look(after_the_last_root(state, random.Random(number)))
        missed += not found.breaks
        told.add((found.unwitnessed, found.unwitnessed_since))
    print(f"after the last root, all hashes computed anew: {missed:,} of {TRIALS:,} edits not detected; every ledger said "
          f"how many records are not witnessed, and since when: {sorted(told)}")  # fmt: skip


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bench_place("SQLite", folder / "ledger.sqlite", folder / "fresh.sqlite")
        bench_plain(folder)
        if programs() is None:
            print("PostgreSQL: no server is installed here")
        else:
            with running(durable=True) as server:
                bench_place("PostgreSQL", server.new_database("filled"), server.new_database("fresh"))
        bench_tampering(folder)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--verify"]:
        verify(sys.argv[2])
    else:
        main()
