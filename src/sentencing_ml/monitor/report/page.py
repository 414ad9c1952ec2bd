"""The pages of the monitor: contents of ``monitor.json`` and ``judges/<pseudonym>.json`` as words and drawings."""

from collections.abc import Mapping
from typing import Any

from sentencing_ml.monitor.report.page_court import court_context
from sentencing_ml.monitor.report.page_judge import judge_context
from sentencing_ml.rendering import render


def court_page(content: Mapping[str, Any]) -> str:
    """Render the content of a court as one self-contained page."""
    return render("monitor_court.html", court_context(content))


def judge_page(content: Mapping[str, Any]) -> str:
    """Render the content of one judge as one self-contained page, which is for that judge alone."""
    return render("monitor_judge.html", judge_context(content))
