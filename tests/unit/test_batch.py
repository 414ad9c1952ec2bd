"""Batches over processes: every record once and in order, whatever kills the run."""

import json
import multiprocessing
import os
import random
import time
from functools import partial

import batch_work
import pytest
from batch_work import doubling, dying, refusing, run

from sentencing_ml.batch import batches, one_by_one, parts_of
from sentencing_ml.errors import BundleError, InputError, WorkerError
from sentencing_ml.storage import read_jsonl

STATE = {"inputs": "1", "model": "a"}


def kept(folder):
    return folder / ".out.parts"


def opened(folder, *, state=STATE, restart=False):
    return parts_of(folder / "out", state=state, restart=restart)


def numbers(parts):
    return [json.loads(line)["n"] for line in parts.lines()]


class Killed(Exception):
    """Stands in for whatever ends a run."""


def interrupted(folder, *, after):
    """Leave the parts of a run that ended behind its ``after``-th batch."""

    def records():
        for number in range(100):
            if number == 3 * after:
                raise Killed
            yield number

    with pytest.raises(Killed), opened(folder) as parts:
        run(parts, records(), doubling)


@pytest.mark.parametrize(
    ("weights", "expected", "why"),
    [
        ([], [], "nothing"),
        ([1, 1, 1], [3], "as many as are allowed"),
        ([1, 1, 1, 1], [3, 1], "one more"),
        ([9, 1, 1], [2, 1], "heavy together"),
        ([50, 1], [1, 1], "one is too heavy by itself"),
    ],
)
def test_batches(weights, expected, why):
    found = list(batches(weights, most=3, weight=lambda weight: weight, heaviest=10))
    assert [len(batch) for batch in found] == expected, why
    assert [weight for batch in found for weight in batch] == weights


def test_one_that_fails_does_not_take_the_others_with_it():
    def work(records):
        return [10 // record for record in records]

    def failed(record, error):
        return [f"{record}: {type(error).__name__}"]

    assert one_by_one(work, [1, 2, 0, 5], failed=failed) == [10, 5, "0: ZeroDivisionError", 2]
    with pytest.raises(BundleError):
        one_by_one(lambda records: refusing(), [1, 2], failed=failed)


@pytest.mark.parametrize("jobs", [1, 2])
def test_rows_come_in_order_and_counts_add_up(tmp_path, jobs):
    with opened(tmp_path) as parts:
        run(parts, range(20), doubling, jobs=jobs)
        assert numbers(parts) == list(range(20))
        assert parts.counts() == {"odd": 10, "records": 20}
        assert all(len(list(read_jsonl(path))) - 1 <= 3 for path in parts.finished())
    assert not kept(tmp_path).exists()


def test_no_record_is_a_run_too(tmp_path):
    with opened(tmp_path) as parts:
        run(parts, [], doubling)
        assert (numbers(parts), parts.counts()) == ([], {})


def test_a_run_goes_on_with_the_parts_that_are_missing(tmp_path):
    interrupted(tmp_path, after=4)
    (kept(tmp_path) / "000001.jsonl").unlink()  # of several processes, one may be behind
    worked = []

    def start():
        return lambda records: (worked.extend(records), doubling()(records))[1]

    with opened(tmp_path) as parts:
        run(parts, range(20), start)
        assert numbers(parts) == list(range(20))
    assert worked == [3, 4, 5, *range(12, 20)]


def test_another_run_is_refused_and_told_why(tmp_path):
    interrupted(tmp_path, after=2)
    with pytest.raises(InputError, match=r"2 finished parts in .*, and this run differs from it in: inputs, model\."), opened(
        tmp_path, state={"inputs": "2", "model": "b"}
    ):
        pass
    with opened(tmp_path, state={"inputs": "2", "model": "b"}, restart=True) as parts:
        assert parts.finished() == []


def test_a_run_that_ends_before_its_first_part_leaves_nothing(tmp_path):
    interrupted(tmp_path, after=0)
    assert not kept(tmp_path).exists()


def test_two_runs_never_write_the_same(tmp_path):
    with opened(tmp_path), pytest.raises(InputError, match="another process is writing it"), opened(tmp_path):
        pass
    with opened(tmp_path):
        pass


def test_a_process_that_dies_is_an_error_and_no_wait_without_end(tmp_path):
    with pytest.raises(WorkerError, match="run the same command again to go on"), opened(tmp_path) as parts:
        run(parts, range(60), partial(dying, at=45), jobs=2)
    with opened(tmp_path) as parts:
        assert 0 < len(parts.finished()) < 20
        run(parts, range(60), partial(dying, at=-1), jobs=2)
        assert numbers(parts) == list(range(60))


def test_an_error_of_the_user_keeps_its_class_on_its_way_from_a_process(tmp_path):
    with pytest.raises(BundleError, match="model: altered"), opened(tmp_path) as parts:
        run(parts, range(20), refusing, jobs=2)
    assert not kept(tmp_path).exists()


@pytest.fixture(scope="module")
def server():
    """Return what starts processes at once: the libraries are loaded in the one that they are forked from."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["sentencing_ml.batch"])
    return context


def launched(server, target, *, jobs):
    process = server.Process(target=batch_work.whole, args=(target,), kwargs={"records": 120, "jobs": jobs, "seconds": 0.01})
    process.start()
    return process


def wait_for(reached, *, seconds=30):
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.005)


def gone(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize(("seed", "jobs", "kills"), [*((seed, 1, 3) for seed in range(5)), (5, 2, 1)])
def test_killed_at_any_moment_the_result_is_that_of_one_run(tmp_path, server, seed, jobs, kills):
    generator = random.Random(seed)
    parts, target = kept(tmp_path), tmp_path / "out"
    for _ in range(kills):
        before = len(list(parts.glob("0*.jsonl"))) if parts.exists() else 0
        process = launched(server, target, jobs=jobs)
        more = before + generator.randint(1, 10)
        wait_for(lambda more=more: len(list(parts.glob("0*.jsonl"))) >= more)
        time.sleep(generator.random() * 0.02)
        process.kill()
        process.join()
        wait_for(lambda group=process.pid: gone(group))  # its own processes do not outlive it
        assert not target.exists()
    process = launched(server, target, jobs=1)  # another number of processes changes nothing
    process.join()
    assert process.exitcode == 0
    assert [row["n"] for row in read_jsonl(target)] == list(range(120))
    batch_work.whole(tmp_path / "whole", records=120, jobs=1, seconds=0)
    assert target.read_bytes() == (tmp_path / "whole").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "whole"]
