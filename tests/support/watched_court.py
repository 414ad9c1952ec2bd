"""Rows of ``Ledger.corrections`` of invented judges, for tests of the watch."""

import numpy as np
import pandas as pd

MONTH = 17
"""Cases of a judge in a month."""


def honest(rng, advice, *, spread=0.25, weight=0.3, adopts=0.175):
    """Return own estimates and entries of judges with a view of their own, whole months."""
    own = advice * np.exp(rng.normal(0, spread, advice.shape))
    blended = whole(advice**weight * own ** (1 - weight))
    return whole(own), np.where(rng.random(advice.shape) < adopts, whole(advice), blended)


def whole(months):
    """Return whole months, one at least."""
    return np.maximum(1.0, np.floor(months + 0.5))


def advice_of(rng, shape, *, low=8.0, high=60.0):
    """Return months of advice, evenly spread on the log scale."""
    return np.exp(rng.uniform(np.log(low), np.log(high), shape))


def rows(advice, entry, own, *, blind=None, mode="shown", judge="J", start="2024-01", plea=None, version="m1", law=None):
    """Return rows of judges × cases, :data:`MONTH` cases a month from ``start`` on, without positions."""
    judges, cases = advice.shape
    number, case = (part.ravel() for part in np.indices(advice.shape))
    modes = np.where(np.zeros(advice.shape) if blind is None else blind, "blind_first", mode).ravel()
    begin = pd.Period(start, "M")
    within = case % MONTH
    stamp = [
        f"{begin + int(at)}-{1 + int(day):02d}T{8 + int(judge_) % 10:02d}:{int(judge_) % 60:02d}:00"
        for at, day, judge_ in zip(case // MONTH, within, number, strict=True)
    ]
    flat = advice.ravel()
    estimated = np.where(modes == "blind_first", own.ravel(), np.nan)
    pleas = [pd.NA] * len(flat) if plea is None else np.broadcast_to(plea, advice.shape).ravel()
    return pd.DataFrame(
        {
            "judge": pd.array([f"{judge}{at:03d}" for at in number], dtype="string"),
            "case_id": pd.array([f"{judge}{at}-{version}-{start}-{place}" for at, place in zip(number, case, strict=True)],
                                dtype="string"),
            "court": pd.array([pd.NA] * len(flat), dtype="string"),
            "charge_group": pd.array(["盗窃"] * len(flat), dtype="string"),
            "plea": pd.array(pleas, dtype="boolean"),
            "advice_months": flat,
            "interval_low": flat * 0.5,
            "interval_high": flat * 2.0,
            "model_version": pd.array([version] * len(flat), dtype="string"),
            "law_version": pd.array([pd.NA if law is None else law] * len(flat), dtype="string"),
            "shown_at": pd.array(stamp, dtype="string"),
            "mode": pd.array(modes, dtype="string"),
            "simulated": True,
            "own_estimate_months": estimated,
            "recommendation_months": np.nan,
            "unaltered_months": np.nan,
            "entry_months": entry.ravel().astype(float),
            "entered_at": pd.array(stamp, dtype="string"),
            "reason": pd.array([pd.NA] * len(flat), dtype="string"),
        }
    )  # fmt: skip


def ledger(*parts):
    """Return the rows of several calls of :func:`rows` in the order of time, with positions."""
    every = pd.concat(parts, ignore_index=True).sort_values(["entered_at", "judge"], kind="stable", ignore_index=True)
    return every.assign(advice_position=2 * np.arange(len(every)), entry_position=2 * np.arange(len(every)) + 1)


def shadow(rng, *, judges=40, cases=25, **more):
    """Return cases in the shadow, in the two months before 2024."""
    advice = advice_of(rng, (judges, cases))
    own, _ = honest(rng, advice)
    return rows(advice, own, own, mode="shadow", judge="S", start=more.pop("start", "2023-11"), **more)
