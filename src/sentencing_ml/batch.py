"""Long work over many records: in their order, on several processes, and resumed after a kill.

Records are cut into batches, and what comes of a batch is one part: a JSONL file whose first line counts what it holds.
Parts are whole or absent and carry the batch's place, so a run that was killed goes on with the first part that is
missing, and nothing is lost or doubled. Processes write their parts themselves; only the records travel.
"""

import contextlib
import fcntl
import functools
import gc
import json
import multiprocessing
import multiprocessing.connection
import os
import shutil
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, TypeVar

from sentencing_ml import runtime
from sentencing_ml.errors import InputError, UserError, WorkerError
from sentencing_ml.progress import counting
from sentencing_ml.storage import read_json, sha256_bytes, sha256_file, write_json, write_jsonl

T = TypeVar("T")
Work = Callable[[Sequence[Any]], tuple[Mapping[str, int], Iterable[Mapping[str, Any]]]]
"""What is done with a batch: counts to add up, and the rows of its part."""

_AHEAD = 2  # batches a process that wait or run: memory stays flat however long the input is
_STATE, _LOCK = "state.json", "lock"


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The parts of a run in their folder; ``target`` is what they are for."""

    folder: Path
    target: Path

    def path(self, number: int) -> Path:
        """Return where the part of a batch stands."""
        return self.folder / f"{number:06d}.jsonl"

    def finished(self) -> list[Path]:
        """Return the parts that are there, in order."""
        return sorted(self.folder.glob("[0-9]*.jsonl"))

    def counts(self) -> dict[str, int]:
        """Return the counts of all parts, added up, by name."""
        total: Counter[str] = Counter()
        for path in self.finished():
            with path.open("rb") as file:
                total.update(json.loads(file.readline()))
        return dict(sorted(total.items()))

    def lines(self) -> Iterator[bytes]:
        """Yield the rows of all parts in order, each as its line."""
        for path in self.finished():
            with path.open("rb") as file:
                yield from islice(file, 1, None)


@contextlib.contextmanager
def parts_of(target: Path, *, state: Mapping[str, str], restart: bool) -> Iterator[Parts]:
    """Yield the parts for ``target``, those of an interrupted run among them; they are removed on success.

    Parameters
    ----------
    state
        What the parts depend on, by the name under which a reader is told of a difference: how records are cut into
        batches is of it, since a part is known by its place alone.
    restart
        Discard what an interrupted run has left.

    Raises
    ------
    InputError
        Another process is writing ``target``, or the interrupted run was another one.
    """
    parts = Parts(folder=target.parent / f".{target.name}.parts", target=target)
    with _locked(parts):
        if restart:
            _clear(parts)
        _check_same_run(parts, state)
        write_json(parts.folder / _STATE, dict(state))
        try:
            yield parts
        except BaseException:
            if not parts.finished():
                shutil.rmtree(parts.folder)
            raise
        shutil.rmtree(parts.folder)


def run(
    records: Iterable[T],
    *,
    parts: Parts,
    start: Callable[[], Work],
    jobs: int,
    most: int,
    label: str,
    weight: Callable[[T], int],
    heaviest: int,
) -> None:
    """Make every part that is missing.

    Parameters
    ----------
    start
        Called once in each process (so it must be picklable), returns what is done with a batch. It must depend on the
        batch alone.
    jobs
        Processes; what fits into one batch is done in this one.
    most, weight, heaviest
        A batch ends with its ``most``-th record, or when its records together weigh ``heaviest``.

    Raises
    ------
    WorkerError
        A process died. What is finished stays.
    """
    with counting(label) as done:
        missing = _missing(batches(records, most=most, weight=weight, heaviest=heaviest), parts, done)
        first = list(islice(missing, 2))
        if len(first) == 2 and jobs > 1:
            _in_processes(chain(first, missing), parts, start, jobs, done)
        elif first:
            work = start()
            for number, batch in chain(first, missing):
                _make(parts.path(number), work, batch)
                done(len(batch))


def batches(records: Iterable[T], *, most: int, weight: Callable[[T], int], heaviest: int) -> Iterator[list[T]]:
    """Cut records into batches; the same records give the same batches."""
    batch: list[T] = []
    heavy = 0
    for record in records:
        batch.append(record)
        heavy += weight(record)
        if len(batch) == most or heavy >= heaviest:
            yield batch
            batch, heavy = [], 0
    if batch:
        yield batch


def one_by_one(
    work: Callable[[Sequence[T]], list], records: Sequence[T], *, failed: Callable[[T, Exception], list]
) -> list:
    """Return what ``work`` makes of the records; where it fails, what it makes of each or ``failed`` says of it."""
    try:
        return work(records)
    except UserError:
        raise
    except Exception as error:  # whatever one text brings to light must not take the others with it
        if len(records) == 1:
            return failed(records[0], error)
    return [row for record in records for row in one_by_one(work, [record], failed=failed)]


def hash_of_files(files: Sequence[Path]) -> str:
    """Return one hash over the contents of files in their order."""
    return sha256_bytes("".join(sha256_file(path) for path in files).encode())


def _missing(
    whole: Iterable[list[T]], parts: Parts, done: Callable[[int], None]
) -> Iterator[tuple[int, list[T]]]:
    for number, batch in enumerate(whole):
        if parts.path(number).exists():
            done(len(batch))
        else:
            yield number, batch


def _make(path: Path, work: Work, batch: Sequence[Any]) -> None:
    counts, rows = work(batch)
    write_jsonl(path, chain([counts], rows))


def _in_processes(
    missing: Iterable[tuple[int, list[T]]],
    parts: Parts,
    start: Callable[[], Work],
    jobs: int,
    done: Callable[[int], None],
) -> None:
    runtime.prepare(threads=1)  # inherited: as many processes as cores leave no core for threads
    # spawn: forking a process that has started threads may hang
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(max_workers=jobs, mp_context=context, initializer=_begin, initargs=(start,))
    waiting: deque = deque()

    def finish() -> None:
        future, size = waiting.popleft()
        future.result()
        done(size)

    try:
        for number, batch in missing:
            waiting.append((pool.submit(_make_here, parts.path(number), batch), len(batch)))
            if len(waiting) == _AHEAD * jobs:
                finish()
        while waiting:
            finish()
    except BrokenProcessPool as error:
        raise WorkerError(
            f"{parts.target}: a process ended in the middle of its work, most often because memory ran out (each of "
            f"the {jobs} holds the model). {len(parts.finished())} parts are finished: run the same command again to "
            "go on, with fewer --jobs where memory is short."
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


_start: Callable[[], Work] | None = None


def _begin(start: Callable[[], Work]) -> None:
    """Prepare a process: it is the parent that is interrupted, and with the parent it ends."""
    global _start
    _start = functools.lru_cache(maxsize=1)(functools.partial(_started, start))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _started(start: Callable[[], Work]) -> Work:
    work = start()
    # What was loaded stays: the collector need not look through it again and again, a tenth of the time of extraction.
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    return work


def _end_with_parent() -> None:
    # a killed parent closes nothing: without this its processes would wait for work for ever
    multiprocessing.connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)


def _make_here(path: Path, batch: Sequence[Any]) -> None:
    _make(path, _start(), batch)  # started with the first batch: in an initialiser an error of the user would be lost


@contextlib.contextmanager
def _locked(parts: Parts) -> Iterator[None]:
    file = _lock(parts)
    while file is None:
        file = _lock(parts)
    with file:
        yield


def _lock(parts: Parts) -> IO[str] | None:
    """Return the locked file of a folder, or None where another run has just removed the folder."""
    parts.folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as unless_kept:
        try:
            file = unless_kept.enter_context((parts.folder / _LOCK).open("w", encoding="ascii"))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(file.fileno()), (parts.folder / _LOCK).stat()):
                unless_kept.pop_all()
                return file
        except FileNotFoundError:
            pass
        except BlockingIOError as error:
            raise InputError(
                f"{parts.target}: another process is writing it. Wait for it, or write elsewhere."
            ) from error
    return None


def _check_same_run(parts: Parts, state: Mapping[str, str]) -> None:
    finished, stored = parts.finished(), parts.folder / _STATE
    known = read_json(stored) if finished and stored.is_file() else {}
    different = [name for name in sorted({*known, *state}) if known.get(name) != state.get(name)] if finished else []
    if different:
        raise InputError(
            f"{parts.target}: an interrupted run left {len(finished)} finished parts in {parts.folder}, and this run "
            f"differs from it in: {', '.join(different)}. Run it as it was to go on, or add --restart to discard them."
        )


def _clear(parts: Parts) -> None:
    for path in parts.folder.iterdir():
        if path.name != _LOCK:
            path.unlink()
