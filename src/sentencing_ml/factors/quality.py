"""The quality of a factor table: what is missing and where, who says what, contradictions, sentences outside the law.

Every check counts the rows it applies to and names those that fail it, so that a data scientist can look at them; a
failure may be an error of extraction, of the text, or of the court.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from sentencing_ml.factors.registry import registry
from sentencing_ml.law.circumstances import circumstances
from sentencing_ml.law.combination import limits
from sentencing_ml.law.statutes import statutory_range

Kind = Literal["contradiction", "sentence", "duplicate", "name"]

# What is not a letter of a name: 张某, 李×, 王＊, 赵X1, 钱1.
_MASKED = re.compile(r"[某×✕＊*xXＸ\d]|\.\.|…")


@dataclass(frozen=True, kw_only=True)
class Check:
    """A kind of trouble: the rows that show it, and of how many that could."""

    name: str
    zh: str
    kind: Kind
    of: int
    row_ids: tuple[str, ...]

    @property
    def rows(self) -> int:
        """The number of rows that show it."""
        return len(self.row_ids)


def missingness(frame: pd.DataFrame) -> dict[str, float]:
    """Return the share of unknown values of every factor, over the rows whose charge it belongs to; 0 without any."""
    result = {}
    for factor in registry().factors.values():
        values = frame[factor.name]
        if factor.charges is not None:
            values = values[frame["charge_group"].isin(factor.charges)]
        result[factor.name] = float(values.isna().mean()) if len(values) else 0.0
    return result


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


def outstanding_blocks(blocks: list[dict], *, overall: dict[str, float], excess: float) -> list[dict]:
    """Return the blocks in which a factor is missing more often than overall by at least ``excess`` (块状缺失)."""
    found = [
        {"block": row["block"], "n": row["n"], "factor": name, "missing": share, "overall": overall[name]}
        for row in blocks
        for name, share in row.items()
        if name in overall and share - overall[name] >= excess
    ]
    return sorted(found, key=lambda row: (row["overall"] - row["missing"], row["block"], row["factor"]))


def sources(evidence: pd.DataFrame) -> list[dict]:
    """Return, for each factor with evidence, how many spans it has and the shares of their speakers and rules."""
    rows = []
    for factor, group in evidence.groupby("factor", sort=True):
        rows.append(
            {
                "factor": str(factor),
                "n": len(group),
                "speakers": _shares(group["speaker"]),
                "rules": _shares(group["rule"]),
            }
        )
    return rows


def _shares(values: pd.Series) -> dict[str, float]:
    shares = values.value_counts(normalize=True)
    return {str(name): float(share) for name, share in sorted(shares.items(), key=lambda item: (-item[1], str(item[0])))}


def checks(frame: pd.DataFrame) -> tuple[Check, ...]:
    """Run every check on a factor table."""
    found = [*_contradictions(frame), *_sentences(frame), *_duplicates(frame), *_names(frame)]
    return tuple(
        Check(name=name, zh=zh, kind=kind, of=int(base.sum()), row_ids=tuple(frame.loc[mask & base, "row_id"]))
        for name, zh, kind, mask, base in ((n, z, k, _plain(m), _plain(b)) for n, z, k, m, b in found)
    )


Found = Iterator[tuple[str, str, Kind, pd.Series, pd.Series]]


def _plain(mask: pd.Series) -> pd.Series:
    return mask.fillna(False).astype(bool)


def _contradictions(frame: pd.DataFrame) -> Found:
    """Yield what the law or the facts exclude."""
    yes = {name: _plain(frame[name]) for name, factor in registry().factors.items() if factor.type == "boolean"}
    probation = frame["final_probation_months"] > 0
    longest_suspended = limits()["probation"].params["max_months"]
    executed = frame["final_term_months"]
    yield "recidivist_with_probation", "累犯适用缓刑（刑法74）", "contradiction", probation, yes["recidivist"]
    yield (
        "probation_of_long_term",
        f"刑期超过{longest_suspended}个月而适用缓刑（刑法72）",
        "contradiction",
        executed > longest_suspended,
        probation,
    )
    yield (
        "recidivist_without_record",
        "累犯而无前科",
        "contradiction",
        ~yes["prior_record"] & frame["prior_record"].notna(),
        yes["recidivist"],
    )
    yield "recidivist_minor", "未成年人构成累犯（刑法65）", "contradiction", yes["minor_defendant"], yes["recidivist"]
    yield (
        "first_offender_with_record",
        "初犯、偶犯而有前科",
        "contradiction",
        yes["prior_record"],
        yes["first_offender"],
    )
    yield "surrender_with_confession", "同时认定自首和坦白", "contradiction", yes["confession"], yes["surrender"]
    yield (
        "minor_and_elderly",
        "同时为未成年和已满75周岁",
        "contradiction",
        yes["elderly_defendant"],
        yes["minor_defendant"],
    )
    for kind, limit, zh in (
        ("拘役", "detention", "拘役超出法定期限（刑法42、69）"),
        ("管制", "surveillance", "管制超出法定期限（刑法38、69）"),
        ("有期徒刑", "fixed_term", "有期徒刑超出法定期限（刑法45）"),
    ):
        bounds = limits()[limit].params
        outside = (frame["term_months"] < bounds["min_months"]) | (frame["term_months"] > bounds["max_months"])
        yield f"{limit}_out_of_bounds", zh, "contradiction", outside, frame["penalty"] == kind
    heaviest = frame.groupby(["doc_id", "defendant_index"])["term_months"].transform("max")
    several = (frame["counts"] > 1) & executed.notna() & heaviest.notna()
    yield "executed_below_count", "决定执行的刑期低于单罪刑期（刑法69）", "contradiction", executed < heaviest, several
    dated = frame["judgment_date"].notna() & frame["birth_date"].notna()
    yield (
        "judged_before_birth",
        "判决日期不晚于出生日期",
        "contradiction",
        frame["judgment_date"].str[:4] <= frame["birth_date"].str[:4],
        dated,
    )


def _sentences(frame: pd.DataFrame) -> Found:
    """Yield sentences outside the statutory range of their charge (畸轻、畸重), over all of its tiers."""
    ranges = {charge: statutory_range(charge) for charge in frame["charge_group"].dropna().unique()}
    low = _mapped(frame["charge_group"], {c: r.low for c, r in ranges.items() if r and r.low is not None})
    high = _mapped(frame["charge_group"], {c: r.high for c, r in ranges.items() if r and r.high is not None})
    term = frame["term_months"]
    compared = (frame["penalty"] == "有期徒刑") & low.notna() & high.notna() & term.notna()
    ground = _may_go_below(frame)
    yield "below_statute", "刑期低于法定最低刑，且无法定减轻情节（畸轻）", "sentence", (term < low) & ~ground, compared
    yield "below_statute_mitigated", "刑期低于法定最低刑，有法定减轻情节（刑法63）", "sentence", (term < low) & ground, compared
    yield "above_statute", "刑期高于法定最高刑（畸重）", "sentence", term > high, compared


def _mapped(values: pd.Series, table: dict) -> pd.Series:
    return values.map(table).astype("Float64")


def _may_go_below(frame: pd.DataFrame) -> pd.Series:
    """Tell which rows show a circumstance for which an article orders or allows 减轻 or 免除 (刑法63(1))."""
    mitigating = {
        name
        for name, entry in circumstances().entries.items()
        if entry.direction < 0 and re.search("减轻|免除", entry.effect or "")
    }
    found = pd.Series(False, index=frame.index)
    for factor in registry().factors.values():
        if factor.type == "boolean" and factor.circumstance in mitigating:
            found |= _plain(frame[factor.name])
        for level in factor.levels:
            if level.circumstance in mitigating:
                found |= _plain(frame[factor.name] == level.name)
    return found


def _duplicates(frame: pd.DataFrame) -> Found:
    """Yield rows of documents that nearly repeat another one, and those among them with another outcome."""
    documents = frame.groupby("cluster")["doc_id"].transform("nunique")
    everything = pd.Series(True, index=frame.index)
    repeated = documents > 1
    yield "near_duplicate", "与另一份文书近似重复", "duplicate", repeated, everything
    terms = frame.groupby(["cluster", "charge_group"], dropna=False)["term_months"].transform("nunique")
    yield "near_duplicate_other_term", "近似重复而刑期不同", "duplicate", terms > 1, repeated


def _names(frame: pd.DataFrame) -> Found:
    """Yield rows whose defendant's name is masked, and those without a name."""
    everything = pd.Series(True, index=frame.index)
    named = frame["defendant"].notna()
    yield "masked_name", "被告人姓名已遮蔽", "name", frame["defendant"].str.contains(_MASKED), named
    yield "no_name", "没有被告人姓名", "name", ~named, everything
