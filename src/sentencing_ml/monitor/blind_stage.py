"""Stage two: does a judge who no longer departs from the advice follow it, or agree with it?

Entries alone cannot tell the two apart. After an alert of A1 (or G) the judge's next suitable cases are blind-first: an
own estimate O is written down before the advice S is shown, then the entry J is made.

依赖 (reliance): the own estimates differ from the advice and the entries end at the advice all the same.
一致 (agreement): the own estimates already lie at the advice; nothing is asked of the judge.
未定: neither is shown.
"""

from typing import Literal

import numpy as np

from sentencing_ml.monitor.charts import coincides
from sentencing_ml.monitor.definitions import definitions

Verdict = Literal["依赖", "一致", "未定"]

_ASKS_ALWAYS = ("A2", "A4")
OPENING = ("A1", "G")
"""Kinds of alerts that open stage two."""


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
