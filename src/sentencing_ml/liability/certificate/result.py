"""What a test of the certificate says, and the texts that go with it (``tests.yaml``)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sentencing_ml.packaged import read_yaml


@dataclass(frozen=True, kw_only=True)
class Result:
    """The answer of one test.

    ``holds`` is None where it was not measured or where nothing is judged; ``reason`` is then, or where something about
    the answer must be known, a key of ``reasons`` in ``tests.yaml``. ``figure`` has the unit that ``tests.yaml`` gives
    the test, ``interval`` covers 95 %, ``n`` counts what the test names as its unit of observation. ``detail`` holds
    figures of groups, never a row.
    """

    id: str
    figure: float | None = None
    interval: tuple[float, float] | None = None
    n: int | None = None
    holds: bool | None = None
    reason: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def not_measured(id: str, reason: str, **detail: Any) -> Result:
    """Return the result of a test that could not be made, for a reason of ``tests.yaml``."""
    return Result(id=id, reason=reason, detail=detail)


@lru_cache(maxsize=1)
def texts() -> dict[str, Any]:
    """Return ``tests.yaml``: what each test asks and its target, in English and Chinese, and the reasons."""
    return read_yaml("liability", "certificate/tests.yaml")
