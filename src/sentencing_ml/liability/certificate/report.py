"""The certificate as a report: JSON for programs, flat figures for gates and the log, a page for readers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sentencing_ml.liability.certificate.page import page
from sentencing_ml.liability.certificate.result import Result, texts
from sentencing_ml.settings import CertifySettings
from sentencing_ml.storage import write_json, write_text


def content(results: Sequence[Result], *, model: str, settings: CertifySettings) -> dict[str, Any]:
    """Return what ``certificate.json`` holds.

    ``model``; ``tests``: by id the figure, ``interval``, ``n``, ``holds``, ``reason`` and ``detail`` of the result with
    the texts of ``tests.yaml``; ``settings``, files told by whether they were given, since their names say where
    somebody keeps them; and the flat figures. What is no number of JSON is null.
    """
    tests = {result.id: _test(result) for result in results}
    chosen = settings.model_dump(mode="json")
    given = {name: chosen[name] is not None for name in ("clean_cases", "annotations")}
    whole = _plain({"model": model, "tests": tests, "settings": {**chosen, **given}})
    return {**whole, **flat(whole)}


def flat(whole: Mapping[str, Any]) -> dict[str, float]:
    """Return ``t1_figure``, ``t1_n`` and ``t1_holds`` (1 or 0) of every test as far as known, and how many hold."""
    figures: dict[str, float] = {}
    for name, test in whole["tests"].items():
        for key in ("figure", "n", "holds"):
            if test[key] is not None:
                figures[f"{name.lower()}_{key}"] = float(test[key])
    answers = [test["holds"] for test in whole["tests"].values()]
    return {
        **figures,
        "tests_hold": float(sum(answer is True for answer in answers)),
        "tests_fail": float(sum(answer is False for answer in answers)),
        "tests_open": float(sum(answer is None for answer in answers)),
    }


def write(whole: Mapping[str, Any], *, report: Path) -> None:
    """Write ``report`` (JSON) and the page of the same name beside it."""
    write_json(report, whole)
    write_text(report.with_suffix(".html"), page(whole))


def _test(result: Result) -> dict[str, Any]:
    told, reasons = texts()["tests"][result.id], texts()["reasons"]
    return {**asdict(result), **told, "why": None if result.reason is None else reasons[result.reason]}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
