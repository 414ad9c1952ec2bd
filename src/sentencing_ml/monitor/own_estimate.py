"""Advice at the desk: it is recorded as shown, or the judge's own estimate is asked for first (先估后看).

Blind first is a case when it is asked for (``--blind``), when it is in the standing random sample, or when it is one
of the suitable cases after an alert (:mod:`alerts`). In all three the sheet says the same: why the figures wait is
nobody's but the judge's, who reads it with his or her alerts. The sample is drawn from judge and case by the key of the
ledger, so that nobody without it can choose or foretell it.

One estimate for each count, judge and version of the model. It is the judge's figure for the liability term of the
count in months, which is what the advice is about. A count without an empirical figure has no advice: nothing is hidden
on its sheet, and the ledger, which compares entries with advice, takes nothing of it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from sentencing_ml.errors import InputError, raise_all
from sentencing_ml.explanation import blind
from sentencing_ml.law.limits import limits
from sentencing_ml.monitor.alerts.alerts import in_stage_two, read_records
from sentencing_ml.monitor.bookkeeping.database import is_url
from sentencing_ml.monitor.bookkeeping.database import shown as shown_place
from sentencing_ml.monitor.bookkeeping.naming import judge_name
from sentencing_ml.monitor.detection.blind_stage import suitable
from sentencing_ml.monitor.detection.definitions import definitions
from sentencing_ml.monitor.ledger import Advice, Ledger

_MODEL, _LAW = "模型", "法律数据"  # labels of the versions on a sheet
_FACTS = ("court", "plea_leniency", "recommendation_min_months", "recommendation_max_months")
_FIGURES = ("advice_months", "interval_low", "interval_high")


def shown_to(
    judge: str | None, *, ledger: Path | str, own_estimate: str | None, row: str | None, at: str, blind_first: bool
) -> Callable[[Sequence[Mapping[str, Any]], pd.DataFrame], list[dict[str, Any]]]:
    """Return :func:`shown` with all but the sheets and their rows, as the desk asks for it."""
    return partial(
        shown, judge=judge, ledger=ledger, own_estimate=own_estimate, row=row, at=at, blind_first=blind_first
    )


def shown(
    sheets: Sequence[Mapping[str, Any]],
    rows: pd.DataFrame,
    *,
    ledger: Path | str,
    judge: str | None,
    own_estimate: str | None,
    row: str | None,
    at: str,
    blind_first: bool,
) -> list[dict[str, Any]]:
    """Return the sheets as the judge may see them now, and record the advice that they show.

    Parameters
    ----------
    rows
        The rows of the factor table behind the sheets; they tell court, plea and the prosecution's recommendation.
    ledger
        Path or database URL, see :class:`monitor.ledger.Ledger`.
    judge
        Name of the judge, stored as a pseudonym; None: no estimate can be found, all figures stay out.
    own_estimate, row
        Months, as the judge wrote them, to be recorded for the count ``row`` (by default the only one with advice)
        before its figures are shown.
    at
        ISO time of the showing.
    blind_first
        Every count waits for an own estimate; else those of the sample and of the stage after an alert.

    Raises
    ------
    InputError
        The estimate is no number of months, or more than the law allows for the count; the judge has seen the advice
        or has estimated before; the count is not named or has no advice; the ledger holds simulated entries.
    """
    name = None if judge is None else judge_name(judge)
    if name is None and own_estimate is not None:
        raise InputError("An own estimate is a judge's. Name the judge with --judge NAME.")
    if name is None or (blind_first and own_estimate is None and not _exists(ledger)):
        return [blind.hidden(content) for content in sheets]
    months = target = None
    if own_estimate is not None:
        target = _target(sheets, row)
        months = _months(own_estimate, target)
    with Ledger(ledger) as opened:
        before = _shown_to(opened, name, ledger)
        _refuse_seen(sheets if blind_first else [] if target is None else [target], before)
        if target is not None:
            _record(opened, target, months, shown=before, judge=name, rows=rows, at=at)
            before = _shown_to(opened, name, ledger)
        result, new = [], []
        for content in sheets:
            own = _of(before, content)
            if not content["status"]["advised"]:
                result.append(dict(content))
                continue
            if own.empty and (blind_first or _waits(opened, content, judge=name)):
                result.append(blind.hidden(content))
                continue
            advice = _advice(content, judge=name, rows=rows, at=at)
            if own.empty or _figures(own.iloc[-1]) != _figures(advice.__dict__):
                # Where facts or law were corrected since, what is shown now is other advice, and no longer blind.
                new.append(advice)
            estimates = own[own["mode"] == "blind_first"]
            if estimates.empty:
                result.append(dict(content))
            else:
                first = estimates.iloc[0]
                result.append(
                    blind.shown(content, own_estimate_months=float(first["own_estimate_months"]), at=first["shown_at"])
                )
        opened.extend(new)
    return result


def _waits(ledger: Ledger, content: Mapping[str, Any], *, judge: str) -> bool:
    """Tell whether the figures of a count that the judge has not seen yet wait for an own estimate."""
    name = ledger.pseudonym(judge)
    if sampled(ledger, name, case_id(content)):
        return True
    if not suitable(content["answer"]["liability_months"]) or not (ledger.alerts()["judge"] == name).any():
        return False
    version = (_version(content), content["basis"]["versions"].get(_LAW) or "")
    return in_stage_two(read_records(ledger), name, version=version)


def sampled(ledger: Ledger, judge: str, case: str) -> bool:
    """Tell whether a case of a judge (pseudonym) is in the standing sample: a keyed hash, even over 0 to 1, decides."""
    drawn = ledger.pseudonym(f"standing sample\x1f{judge}\x1f{case}").removeprefix("J-")
    return int(drawn, 16) < definitions().blind_sample * 16 ** len(drawn)


def _exists(ledger: Path | str) -> bool:
    """Tell whether there is a ledger to ask; a server is always asked, and says itself when it has none."""
    return is_url(ledger) or Path(ledger).is_file()


def _target(sheets: Sequence[Mapping[str, Any]], row: str | None) -> Mapping[str, Any]:
    """Return the sheet of the count that is estimated."""
    by_row = {content["case"]["row_id"]: content for content in sheets}
    advised = [row_id for row_id, content in by_row.items() if content["status"]["advised"]]
    if row is None:
        if len(advised) > 1:
            raise InputError(f"An own estimate is of one count; name it with --row: {', '.join(advised)}.")
        if not advised:
            raise InputError("There is no advice to be blind to: no count of this case has an empirical figure.")
        row = advised[0]
    if row not in by_row:
        raise InputError(f"--row {row}: no such count in this case; it has {', '.join(by_row)}.")
    if row not in advised:
        raise InputError(f"--row {row}: has no empirical figure, so there is no advice and no estimate to record.")
    return by_row[row]


def _months(written: str, content: Mapping[str, Any]) -> float:
    try:
        months = float(written)
    except ValueError:
        months = math.nan
    if not math.isfinite(months):
        raise InputError("--own-estimate: is no number; write months, such as 14 or 14.5 for the liability term.")
    if months < 0:
        raise InputError("--own-estimate: is negative; write the months of the liability term, 0 for none.")
    # Of all tiers: the judge may find another one than the extracted facts do.
    highest = [tier["high"] for tier in content["answer"]["tiers"] if tier["high"] is not None]
    most = max(highest, default=float(limits()["fixed_term"].params["max_months"]))
    if months > most:
        raise InputError(
            f"--own-estimate: {months:g} months are more than the law allows for {content['case']['row_id']}, whose "
            f"fixed terms end at {most:g}. Write the term of this count alone, not of several combined (刑法69); life "
            "imprisonment and death are no number of months."
        )
    return months


def _shown_to(ledger: Ledger, judge: str, place: Path | str) -> pd.DataFrame:
    """Return what was shown to a judge, in order."""
    advice = ledger.advice()
    if advice["simulated"].any():
        raise InputError(
            f"{shown_place(place)}: holds simulated entries; real ones stand apart. Name another ledger with --ledger."
        )
    return advice[advice["judge"] == ledger.pseudonym(judge)]


def _of(shown: pd.DataFrame, content: Mapping[str, Any]) -> pd.DataFrame:
    here = (shown["case_id"] == case_id(content)) & (shown["model_version"] == _version(content))
    return shown[here]


def case_id(content: Mapping[str, Any]) -> str:
    """Return the name of a count in the ledger: its row with the beginning of its text's hash.

    Two files may bear one name; an estimate for the one must not open the figures of the other.
    """
    return f"{content['case']['row_id']}#{content['case']['text_sha256'][:12]}"


def _version(content: Mapping[str, Any]) -> str:
    return content["basis"]["versions"][_MODEL]


def _refuse_seen(sheets: Sequence[Mapping[str, Any]], shown: pd.DataFrame) -> None:
    problems = []
    for content in sheets:
        own = _of(shown, content)
        if len(own) and not (own["mode"] == "blind_first").any():
            problems.append(f"{content['case']['row_id']}: on {own['shown_at'].iloc[0][:10]}")
    raise_all(
        problems,
        error=InputError,
        heading="The advice of this version of the model was shown to this judge without an estimate; what was seen "
        "cannot be estimated blind. Leave --blind and --own-estimate out. Seen:",
    )


def _record(
    ledger: Ledger,
    content: Mapping[str, Any],
    months: float,
    *,
    shown: pd.DataFrame,
    judge: str,
    rows: pd.DataFrame,
    at: str,
) -> None:
    earlier = _of(shown, content)
    if earlier.empty:
        ledger.append(_advice(content, judge=judge, rows=rows, at=at, own_estimate_months=months))
        return
    first = earlier[earlier["mode"] == "blind_first"].iloc[0]
    if float(first["own_estimate_months"]) != months:
        raise InputError(
            f"{content['case']['row_id']}: this judge's estimate was recorded on {first['shown_at'][:10]} and the "
            "advice shown then; it cannot be changed. Leave --own-estimate out to see both."
        )


def _advice(
    content: Mapping[str, Any],
    *,
    judge: str,
    rows: pd.DataFrame,
    at: str,
    own_estimate_months: float | None = None,
) -> Advice:
    answer = content["answer"]
    facts = rows.loc[rows["row_id"] == content["case"]["row_id"], list(_FACTS)].iloc[0]
    return Advice(
        case_id=case_id(content),
        judge=judge,
        court=None if pd.isna(facts["court"]) else str(facts["court"]),
        charge_group=content["case"]["charge_group"],
        plea=None if pd.isna(facts["plea_leniency"]) else bool(facts["plea_leniency"]),
        advice_months=answer["liability_months"],
        interval_low=answer["interval_low"],
        interval_high=answer["interval_high"],
        model_version=_version(content),
        law_version=content["basis"]["versions"].get(_LAW),
        shown_at=at,
        mode="shown" if own_estimate_months is None else "blind_first",
        own_estimate_months=own_estimate_months,
        recommendation_months=_recommended(facts["recommendation_min_months"], facts["recommendation_max_months"]),
    )


def _recommended(lowest: Any, highest: Any) -> float | None:
    """Return the prosecution's determinate recommendation for a count, in months."""
    return float(lowest) if not pd.isna(lowest) and not pd.isna(highest) and lowest == highest else None


def _figures(record: Mapping[str, Any]) -> tuple[float, ...]:
    return tuple(float(record[name]) for name in _FIGURES)
