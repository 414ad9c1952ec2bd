"""Progress of long work, on a terminal only: logs and pipes stay clean."""

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def track(items: Iterable[T], *, total: int | None, label: str) -> Iterator[T]:
    """Yield ``items`` and draw a bar on standard error while it is a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track as draw

    yield from draw(items, description=label, total=total, console=Console(stderr=True), transient=True)


@contextlib.contextmanager
def counting(label: str) -> Iterator[Callable[[int], None]]:
    """Yield a function that adds to a count of records, drawn on standard error while it is a terminal."""
    if not sys.stderr.isatty():
        yield lambda records: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn(label), SpinnerColumn(), TextColumn("{task.completed:,.0f} records"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda records: bar.advance(task, records)
