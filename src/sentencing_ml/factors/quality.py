"""The quality of a factor table in counts: what is missing and where, contradictions, sentences outside the law."""

from dataclasses import dataclass

import pandas as pd

from sentencing_ml.factors.registry import registry
from sentencing_ml.law.combination import limits
from sentencing_ml.law.statutes import statutory_range


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A kind of trouble, how many rows show it, and of how many that could."""

    name: str
    zh: str
    rows: int
    of: int


def missingness(frame: pd.DataFrame) -> dict[str, float]:
    """Return the share of unknown values of every factor."""
    return {name: float(frame[name].isna().mean()) if len(frame) else 0.0 for name in registry().factors}


def missing_blocks(frame: pd.DataFrame, *, by: str, names: tuple[str, ...], at_least: int = 30) -> list[dict]:
    """Return the share of unknown values of ``names`` in each block of ``by`` with enough rows, largest block first."""
    block = frame["judgment_date"].str[:4] if by == "year" else frame[by]
    rows = []
    for value, group in frame.groupby(block.fillna("未知"), sort=True):
        if len(group) >= at_least:
            rows.append(
                {"block": str(value), "n": len(group), **{name: float(group[name].isna().mean()) for name in names}}
            )
    return sorted(rows, key=lambda row: (-row["n"], row["block"]))


def contradictions(frame: pd.DataFrame) -> tuple[Finding, ...]:
    """Count what the law or the facts exclude; a finding may be an error of extraction, of the text, or of the court."""
    yes = {
        name: frame[name].fillna(False).astype(bool)
        for name in ("recidivist", "surrender", "confession", "minor_defendant", "elderly_defendant")
    }
    probation = (frame["final_probation_months"].fillna(0) > 0).astype(bool)
    term, kind = frame["term_months"], frame["penalty"]

    def outside(name: str, limit: str) -> pd.Series:
        bounds = limits()[limit].params
        return (
            ((kind == name) & ((term < bounds["min_months"]) | (term > bounds["max_months"])))
            .fillna(False)
            .astype(bool)
        )

    below, above, compared = _outside_statute(frame)
    tests = [
        ("recidivist_with_probation", "累犯适用缓刑（刑法74）", yes["recidivist"] & probation, yes["recidivist"]),
        ("surrender_with_confession", "同时认定自首和坦白", yes["surrender"] & yes["confession"], yes["surrender"]),
        (
            "minor_and_elderly",
            "同时为未成年和已满75周岁",
            yes["minor_defendant"] & yes["elderly_defendant"],
            yes["minor_defendant"],
        ),
        (
            "recidivist_minor",
            "未成年人构成累犯（刑法65）",
            yes["recidivist"] & yes["minor_defendant"],
            yes["recidivist"],
        ),
        ("detention_out_of_bounds", "拘役超出法定期限（刑法42）", outside("拘役", "detention"), kind == "拘役"),
        ("surveillance_out_of_bounds", "管制超出法定期限（刑法38）", outside("管制", "surveillance"), kind == "管制"),
        (
            "fixed_term_out_of_bounds",
            "有期徒刑超出法定期限（刑法45）",
            outside("有期徒刑", "fixed_term"),
            kind == "有期徒刑",
        ),
        ("below_statute", "刑期低于法定最低刑（畸轻，或有减轻情节）", below, compared),
        ("above_statute", "刑期高于法定最高刑（畸重）", above, compared),
    ]
    return tuple(
        Finding(name=name, zh=zh, rows=int(mask.sum()), of=int(base.fillna(False).sum()))
        for name, zh, mask, base in tests
    )


def _outside_statute(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Return masks: term below the charge's lowest minimum, above its highest maximum, and rows that can be compared."""
    ranges = {charge: statutory_range(charge) for charge in frame["charge_group"].dropna().unique()}
    low = frame["charge_group"].map({c: r.low for c, r in ranges.items() if r and r.low is not None}).astype("Float64")
    high = (
        frame["charge_group"].map({c: r.high for c, r in ranges.items() if r and r.high is not None}).astype("Float64")
    )
    term = frame["term_months"]
    fixed = (frame["penalty"] == "有期徒刑").fillna(False)
    compared = (fixed & low.notna() & high.notna() & term.notna()).astype(bool)
    return (
        (compared & (term < low).fillna(False)).astype(bool),
        (compared & (term > high).fillna(False)).astype(bool),
        compared,
    )
