"""Problems of a table of advice and entries in words: by row and column, with why and what to do, never with a cell."""

import contextlib
import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sentencing_ml.errors import InputError
from sentencing_ml.monitor.bookkeeping.entry_file import Problem, columns, rules
from sentencing_ml.storage import atomic_path


class RefusedRowsError(InputError):
    """Rows cannot be taken, so nothing of the file was; ``counts`` says how many problems there are of each kind."""

    def __init__(self, message: str, counts: Mapping[str, int]) -> None:
        super().__init__(message)
        self.counts = dict(counts)


class Problems:
    """Problems as they are found: counted, the first kept for the message, all written to a file when one is named."""

    def __init__(self, path: Path, *, every: Path | None) -> None:
        self.counts: Counter[str] = Counter()
        self._path, self._every = path, every
        self._first: list[Problem] = []
        self._write: Callable[[Problem], None] | None = None

    @contextlib.contextmanager
    def collecting(self) -> Iterator[None]:
        """Write to the file what is added meanwhile; without a problem there is no file."""
        if self._every is None:
            yield
            return
        with (
            written(self._every),
            atomic_path(self._every) as temporary,
            temporary.open("w", encoding="utf-8-sig", newline="") as file,
        ):
            writer = csv.writer(file)
            writer.writerow(["row", "column", "problem", "what", "other", "why", "what to do"])
            self._write = lambda problem: _write_problem(writer, problem)
            yield
        if not self.counts:
            self._every.unlink()

    def add(self, problem: Problem) -> None:
        """Take a problem."""
        self.counts[problem.kind] += 1
        if len(self._first) < rules()["listed"]:
            self._first.append(problem)
        if self._write is not None:
            self._write(problem)

    def refuse(self) -> None:
        """Do nothing when there is no problem; raise :class:`RefusedRowsError` that lists them."""
        if not self.counts:
            return
        total = sum(self.counts.values())
        text = io.StringIO()
        text.write(f"{self._path}: {total:,} problem(s), so nothing was imported. By row and column:\n")
        for problem in self._first:
            text.write(f"  {_where(problem)}: {_what(problem)}\n")
        if total > len(self._first):
            rest = f"all are in {self._every}" if self._every else "--problems FILE.csv writes all of them"
            text.write(f"  … and {total - len(self._first):,} more; {rest}\n")
        text.write("Why, and what to do:\n")
        for kind, number in self.counts.items():
            said = rules()["problems"][kind]
            text.write(f"  {said['what']} ({number:,}): {said['why']}. To do: {said['todo']}.\n")
        raise RefusedRowsError(text.getvalue().rstrip("\n"), self.counts)


def _where(problem: Problem) -> str:
    column = columns().get(problem.column)
    named = header_words(problem.column) if column else problem.column
    return ", ".join(part for part in (f"row {problem.place}" if problem.place else "the file", named) if part)


def _what(problem: Problem) -> str:
    return rules()["problems"][problem.kind]["what"] + (f" ({problem.other})" if problem.other else "")


def _write_problem(writer: Any, problem: Problem) -> None:
    said = rules()["problems"][problem.kind]
    writer.writerow(
        [problem.place, problem.column, problem.kind, said["what"], problem.other, said["why"], said["todo"]]
    )


def header_words(name: str) -> str:
    """Return a column by its name and its first Chinese header."""
    return f"{name} ({columns()[name].zh[0]})"


@contextlib.contextmanager
def written(path: Path) -> Iterator[None]:
    """Turn what the system refuses of an output into an InputError that names the file."""
    try:
        yield
    except OSError as error:
        name = type(error).__name__
        raise InputError(f"{path}: cannot be written ({name}). Name a file in a folder of yours.") from None
