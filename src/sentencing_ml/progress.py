"""Progress of long work, on a terminal only: logs and pipes stay clean."""

import sys
from collections.abc import Iterable, Iterator
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
