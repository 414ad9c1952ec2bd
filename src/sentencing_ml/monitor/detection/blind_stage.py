"""Stage two: does a judge who no longer departs from the advice follow it, or agree with it?

Entries alone cannot tell the two apart. After an alert of A1 (or G) the judge's next suitable cases are blind-first: an
own estimate O is written down before the advice S is shown, then the entry J is made.

依赖 (reliance): the own estimates differ from the advice and the entries end at the advice all the same.
一致 (agreement): the own estimates already lie at the advice; nothing is asked of the judge.
未定: neither is shown.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from sentencing_ml.monitor.detection.charts import coincides
from sentencing_ml.monitor.detection.definitions import definitions

Verdict = Literal["依赖", "一致", "未定"]

_ASKS_ALWAYS = ("A2", "A4")
OPENING = ("A1", "G")
"""Kinds of alerts that open stage two."""


@dataclass(frozen=True, kw_only=True)
class BlindStage:
    """The blind-first cases after an alert of A1 or G.

    ``version`` is that of model and law at the alert. ``entries`` are the positions of the cases' entries, ``closed``
    the position of the entry that ended the stage (None: it goes on). ``reset``: it ended because the model or the law
    became another one. Of the cases so far ``informative``, of which ``followed`` ended at the advice, and ``near``
    whose own estimate lay at it.
    """

    version: tuple[str, str] | None
    entries: tuple[int, ...]
    needed: int
    closed: int | None
    verdict: Verdict | None
    reset: bool
    informative: int
    followed: int
    near: int

    @property
    def done(self) -> int:
        """The number of cases so far."""
        return len(self.entries)


def blind_stage(corrections: pd.DataFrame, *, kind: str, entry_position: int) -> BlindStage:
    """Return the suitable blind-first cases shown after the alert at an entry, as many as needed, and their verdict.

    ``corrections`` are the live rows of one judge (``Ledger.corrections``) in the order of entry.
    """
    needed = definitions().stage_two.cases
    positions = corrections["entry_position"].to_numpy(dtype=int)
    versions = list(zip(corrections["model_version"].fillna(""), corrections["law_version"].fillna(""), strict=True))
    before = int((positions <= entry_position).sum())
    own = versions[before - 1] if before else versions[0] if versions else None
    other = next((place for place in range(before, len(versions)) if versions[place] != own), None)
    months = [
        corrections[name].to_numpy(dtype=float, na_value=np.nan)
        for name in ("own_estimate_months", "advice_months", "entry_months")
    ]
    with np.errstate(invalid="ignore"):
        suits = np.all([each > 0 for each in months], axis=0) & suitable(months[1])
    suits &= (corrections["mode"] == "blind_first").to_numpy(dtype=bool)
    # shown before the alert, a case belongs to what raised it
    suits &= corrections["advice_position"].to_numpy(dtype=int) > entry_position
    taken = np.flatnonzero(suits[:other])[:needed]
    told = [each[taken] for each in months]
    complete = len(taken) == needed
    end = taken[-1] if complete else other
    informative, followed, near = (int(part.sum()) for part in counts(*told, kind=kind))
    return BlindStage(
        version=own,
        entries=tuple(map(int, positions[taken])),
        needed=needed,
        closed=None if end is None else int(positions[end]),
        verdict=classify(*told, kind=kind) if complete else None,
        reset=not complete and other is not None,
        informative=informative,
        followed=followed,
        near=near,
    )


def suitable(advice: np.ndarray | float) -> np.ndarray | bool:
    """Return whether a case can tell following from agreeing: long enough that rounding does not decide."""
    return advice >= definitions().stage_two.from_months


def classify(own: np.ndarray, advice: np.ndarray, entry: np.ndarray, *, kind: str = "A1") -> Verdict:
    """Return the verdict on one judge's blind-first cases, arrays of months; see :func:`verdicts`."""
    return str(verdicts(*(np.asarray(each, dtype=float)[None] for each in (own, advice, entry)), kind=kind)[0])


def verdicts(own: np.ndarray, advice: np.ndarray, entry: np.ndarray, *, kind: str = "A1") -> np.ndarray:
    """Return 依赖, 一致 or 未定 for each judge.

    Parameters
    ----------
    own, advice, entry : (judges, cases of stage two), months; nan where a judge has fewer cases.
    kind : the alert that opened the stage, A1 or G (``definitions.yaml``, ``disguise_months``).

    Returns
    -------
    (judges,) of str.
    """
    informative, followed, near = counts(own, advice, entry, kind=kind)
    rules = definitions().stage_two
    told, ended, close = informative.sum(axis=1), followed.sum(axis=1), near.sum(axis=1)
    relies = (told >= rules.informative) & (ended >= rules.followed * told - 1e-9)
    return np.where(relies, "依赖", np.where(close >= rules.near, "一致", "未定"))


def counts(
    own: np.ndarray, advice: np.ndarray, entry: np.ndarray, *, kind: str = "A1"
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which cases are informative, which of these ended at the advice, and whose own estimate lies near it.

    Arguments as in :func:`verdicts`; three boolean arrays of their shape.
    """
    rules = definitions()
    limit = {"months": rules.coincidence_months, "share": rules.coincidence_share}
    with np.errstate(divide="ignore", invalid="ignore"):
        informative = np.abs(np.log(own / advice)) >= rules.informative
    near = coincides(own, advice, **limit)
    if kind == "G":
        limit["months"] = rules.stage_two.disguise_months
        informative &= ~coincides(own, advice, months=2 * limit["months"], share=2 * limit["share"])
    return informative, informative & coincides(entry, advice, **limit), near


def asks_note(kind: str, verdict: Verdict | None) -> bool:
    """Return whether an alert asks for a written 原因说明: A2 and A4 do, A1 and G only where reliance was shown."""
    return kind in _ASKS_ALWAYS or (kind in OPENING and verdict == "依赖")
