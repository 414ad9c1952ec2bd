"""The audit of the monitor as a stage: simulated judges in, the certificate of the configuration in use out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sentencing_ml.errors import InputError
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.liability.split import with_parts
from sentencing_ml.monitor.certificate.certificate import certify
from sentencing_ml.monitor.certificate.real_spread import pseudo_corrections
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table, write_json


def certify_monitor(
    *,
    report: Path,
    settings: Settings,
    factors: Path | None = None,
    split: Path | None = None,
    model: Path | None = None,
) -> dict[str, float]:
    """Watch simulated judges of known behaviour; write the certificate, return its flat figures.

    ``factors`` and ``model`` (with ``split`` where there is one, else every count is taken) add what judgments say of
    the spread that the simulated judges have; no figure of the certificate depends on it.

    Raises
    ------
    InputError
        One of ``factors`` and ``model`` is named without the other.
    BundleError
        The model is missing or altered.
    DataContractError
        No count has both a term and advice.
    """
    if (factors is None) != (model is None):
        raise InputError("The spread of judgments needs the factor table and the model. Name both, or neither.")
    beside = None if factors is None or model is None else _pseudo(factors, split, model, settings=settings)
    content = certify(settings=settings.monitor.certificate, pseudo_corrections=beside)
    write_json(report, content)
    return content["figures"]


def _pseudo(factors: Path, split: Path | None, model: Path, *, settings: Settings) -> dict[str, Any]:
    frame = read_table(factors)
    if split is not None:
        frame = with_parts(frame, read_table(split))
    loaded = LiabilityModel.load(model)
    return pseudo_corrections(frame, loaded, settings=settings.audit, threads=settings.runtime.threads)


def summary(content: Mapping[str, Any]) -> list[str]:
    """Return the certificate as lines: every rule with its false alarms and what it finds, and the second stage."""
    conditions = content["conditions"]
    lines = [
        f"{conditions['judges']} judges of each kind, {conditions['cases']} cases each; {conditions['cases_per_year']} "
        "cases are a judge-year. Detection in cases after the change.",
        "",
        f"{'rule':<18}{'false alarms / 100 judge-years':<34}{'worst sub-population':<32}{'finds':<17}"
        f"{'<=30':>7}{'<=60':>7}{'median':>8}",
    ]
    for rule in content["rules"]:
        worst = f"{rule['worst']['value']:.2f} {rule['worst']['population']}"
        lines.append(
            f"{rule['name']:<18}{_rate(rule['false_alarms']):<34}{worst:<32}{rule['target_population']['id']:<17}"
            f"{_percent(rule['within_30']):>7}{_percent(rule['within_60']):>7}{_cases(rule['median']):>8}"
        )
    lines += ["", f"{'second stage':<18}{'n':>7}{'reliant':>10}{'agreeing':>10}{'undecided':>11}"]
    for row in content["stage_two"]:
        if row["after_alert"] and row["n"]:
            lines.append(
                f"{row['population']:<18}{row['n']:>7}{_percent(row['reliant']):>10}{_percent(row['agreeing']):>10}"
                f"{_percent(row['undecided']):>11}"
            )
    return lines


def _rate(found: Mapping[str, Any]) -> str:
    return f"{found['value']:.2f} ({found['low']:.2f} to {found['high']:.2f})"


def _percent(found: Mapping[str, Any]) -> str:
    return "-" if found["share"] is None else f"{100 * found['share']:.1f}%"


def _cases(median: float | None) -> str:
    return "never" if median is None else f"{median:.0f}"
