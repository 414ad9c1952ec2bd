"""Pages: a plain dict goes through an autoescaping Jinja2 template into one self-contained HTML file.

Templates live beside the package that fills them (``<package>/templates``); ``templates/base.html`` holds the
shared head, style and footer. A page loads nothing from anywhere: no script source, font or picture by address.
"""

import base64
import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

DASH = "—"


def months(value: float | None, *, sign: bool = False) -> str:
    """Format months for a reader: ``14.2 个月``; a dash when unknown."""
    if value is None or value != value:
        return DASH
    return f"{_rounded(value, 1):{'+' if sign else ''}.1f} 个月"


def _rounded(value: float, digits: int) -> float:
    return round(value, digits) + 0.0  # no minus before a zero


def years_months(value: float | None) -> str:
    """Format months as a judgment would say them, rounded to a whole month: 30 → ``2 年 6 个月``."""
    if value is None or value != value:
        return DASH
    whole = round(value)
    years, rest = divmod(whole, 12)
    if not years:
        return f"{rest} 个月"
    return f"{years} 年" + (f" {rest} 个月" if rest else "")


def percent(value: float | None, *, digits: int = 1, sign: bool = False) -> str:
    """Format a share as percent; a dash when unknown."""
    if value is None or value != value:
        return DASH
    return f"{_rounded(100 * value, digits):{'+' if sign else ''}.{digits}f}%"


def number(value: float | None, *, digits: int = 0) -> str:
    """Format a number with thousands separators; a dash when unknown."""
    if value is None or value != value:
        return DASH
    return f"{value:,.{digits}f}"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the one template environment: autoescape always on, an undefined name is an error."""
    root = files("sentencing_ml")
    folders = [str(root / "templates")] + [
        str(root / package / "templates")
        for package in ("explanation", "fairness", "monitor", "release", "liability", "factors")
    ]
    env = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(months=months, years_months=years_months, percent=percent, number=number)
    return env


def render(template: str, context: dict[str, Any]) -> str:
    """Fill ``template`` with ``context`` and return the page."""
    return environment().get_template(template).render(**context)


def script_hash(script: str) -> str:
    """Return what a page's policy names (``script-src 'sha256-…'``), so that this script runs and no other."""
    content = environment().get_template(script).render()
    return base64.b64encode(hashlib.sha256(content.encode("utf-8")).digest()).decode("ascii")
