"""Who is not in the figures: what the particulars leave out, what the audit leaves out, and what is never published.

Nothing here is judged. An audit speaks of the persons whom its data hold; this section says whom they do not hold, so
that no reader takes a figure for more. Official shares stand beside it, mostly of the population: these are no shares
of defendants, so that a gap to them shows where to ask and not what is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml import disclosure
from sentencing_ml.fairness import bootstrap
from sentencing_ml.fairness.groups import attribute, grouped, groups
from sentencing_ml.liability.accuracy import court_clusters
from sentencing_ml.liability.train import has_term
from sentencing_ml.packaged import read_yaml
from sentencing_ml.settings import AuditSettings

BY = {"year": "判决年份", "court_level": "法院层级", "kind": "文书种类"}
"""By what the share of unknown particulars is told apart."""

KINDS = {"judgment": "判决书", "indictment": "起诉书", "fact_record": "事实记录"}

NO_TERM = "没有可用的刑期（其他刑种，或者刑期未知、不属于这一个罪、尚未判决）"
NO_ADVICE = "没有建议（相似案例不足、超出范围或者无法读取）"

LIMITS = (
    "本节只陈述，不作结论：缺失的人无从比较，比例不同也不说明谁被遗漏。",
    "官方比例多为人口比例，不是被告人比例；被告人的年龄、性别、地区构成本来就与人口不同。",
    "“未知”是文书没有写明或者被隐去，未必与被告人无关：各组未知的比例不同时，已知部分的差异可能有偏。",
)

_PERSON = ["doc_id", "defendant_index"]
# those of the term say whether a count could be compared
_COLUMNS = (
    *_PERSON, "row_id", "court", "cluster", "doc_kind", "status", "legal_entity", "penalty", "term_months", "counts",
    "charge_group",
)  # fmt: skip
_DIGITS = 5


@dataclass(frozen=True, kw_only=True)
class _Coded:
    """Labels in their order, unknown last, and the place of each row's label in it."""

    names: tuple[str, ...]
    place: np.ndarray


def who_is_missing(
    frame: pd.DataFrame, table: pd.DataFrame, *, settings: AuditSettings, year: int | None = None
) -> dict[str, Any]:
    """Describe who is missing from the data and from the comparison.

    Parameters
    ----------
    frame : the factor table, with ``part`` where it is split; the test part is what the audit was to compare.
    table : the compared counts, with ``row_id``.
    year : of the judgments that the audit was to compare, where it is of one year.

    Returns
    -------
    dict, JSON-plain, without a verdict; small cells are withheld:

    - ``status`` (measured; cannot_say where the table is empty), ``why``, ``limits`` (sentences, always there);
    - ``persons`` and ``documents`` (all parts);
    - ``rows``: ``test``, ``with_term``, ``compared`` (counts of the test part), ``left_out`` (list of ``why``, ``n``);
    - ``attributes`` by name: ``zh``; ``n`` (persons), ``unknown``, ``unknown_share`` (null where withheld); ``by``, for
      ``year``, ``court_level`` and ``kind`` a dict of ``zh`` and ``levels`` (``level``, ``n``, ``unknown_share``,
      ``status``); and ``selection``, a list of ``group``, ``n`` (counts of the test part), ``compared_share``,
      ``status``; a status is shown | count_only (under 30) | suppressed;
    - ``references``: official shares, each with ``attribute``, ``zh``, ``of``, ``source``, ``date``,
      ``reference_date``, ``verified``, ``note``, ``n`` (persons with a known group; null where withheld) and ``groups``
      (``group``, ``n``, ``share``, ``low``, ``high``, ``reference``, ``difference``, ``status``; shares 0–1);
    - ``gaps`` (``zh``, ``rule``, ``effect``, ``attributes``, ``verified``) and ``studies`` (``zh``, ``source``,
      ``verified``): what is not published, by which rule;
    - ``skipped``: names of the settings that are no attribute.
    """
    names = [name for name in settings.attributes if name in groups().attributes]
    stated = {
        "limits": list(LIMITS),
        "gaps": _gaps()["gaps"],
        "studies": _gaps()["studies"],
        "skipped": list(groups().unknown_names(settings.attributes)),
    }
    absent = [column for column in _COLUMNS if column not in frame]
    if absent or frame.empty:
        why = f"数据缺少列：{'、'.join(absent)}" if absent else "数据中没有案件"
        nothing = {"persons": 0, "documents": 0, "rows": None, "attributes": {}, "references": []}
        return {"status": "cannot_say", "why": why, **nothing, **stated}
    below = settings.suppress_below
    persons = frame.drop_duplicates(_PERSON).reset_index(drop=True)
    test = frame[(frame["part"] == "test").fillna(False)] if "part" in frame else frame
    test = test if year is None else test[grouped(test, "year").eq(str(year))]
    with_term = has_term(test).to_numpy(dtype=bool)
    compared = test["row_id"].isin(table["row_id"]).to_numpy(dtype=bool)
    own = {name: grouped(persons, name, smallest=below) for name in names}
    unknown = {name: (group == groups().unknown).to_numpy(dtype=bool) for name, group in own.items()}
    levels = _levels(persons)
    attributes = {
        name: {
            "zh": attribute(name).zh,
            **_unknown(unknown[name], below=below),
            "by": {
                by: {"zh": zh, "levels": _by_level(unknown[name], levels[by], below=below)}
                for by, zh in BY.items()
                if by != name
            },
            "selection": _selection(grouped(test, name, smallest=below, counted=persons), compared, below=below),
        }
        for name in names
    }
    return {
        "status": "measured",
        "why": None,
        "persons": len(persons),
        "documents": int(frame["doc_id"].nunique()),
        "rows": {
            "test": len(test),
            "with_term": int(with_term.sum()),
            "compared": int(compared.sum()),
            "left_out": [
                {"why": NO_TERM, "n": int((~with_term & ~compared).sum())},
                {"why": NO_ADVICE, "n": int((with_term & ~compared).sum())},
            ],
        },
        "attributes": attributes,
        "references": _references(persons, own, settings=settings),
        **stated,
    }


@lru_cache(maxsize=1)
def _gaps() -> dict[str, Any]:
    return read_yaml("fairness", "publication_gaps.yaml")


@lru_cache(maxsize=1)
def _official() -> list[dict[str, Any]]:
    return read_yaml("fairness", "reference_shares.yaml")["references"]


def _levels(persons: pd.DataFrame) -> dict[str, _Coded]:
    kind = persons["doc_kind"].map(KINDS).astype("string").fillna(groups().unknown)
    return {
        "year": _coded(grouped(persons, "year")),
        "court_level": _coded(grouped(persons, "court_level")),
        "kind": _coded(kind),
    }


def _coded(label: pd.Series) -> _Coded:
    code, names = pd.factorize(label)
    order = sorted(range(len(names)), key=lambda place: (names[place] == groups().unknown, names[place]))
    rank = np.empty(len(names), dtype=int)
    rank[order] = np.arange(len(names))
    return _Coded(names=tuple(str(names[place]) for place in order), place=rank[code])


def _unknown(unknown: np.ndarray, *, below: int) -> dict[str, Any]:
    count = int(unknown.sum())
    hidden = disclosure.withheld(np.array([len(unknown) - count, count]), below=below).any()
    return {
        "n": len(unknown),
        "unknown": None if hidden else count,
        "unknown_share": None if hidden else _number(count / len(unknown)),
    }


def _by_level(unknown: np.ndarray, level: _Coded, *, below: int) -> list[dict[str, Any]]:
    rows = _shares(level, unknown, below=below)
    return [{"level": label, "n": n, "unknown_share": share, "status": status} for label, n, share, status in rows]


def _selection(group: pd.Series, compared: np.ndarray, *, below: int) -> list[dict[str, Any]]:
    rows = _shares(_coded(group), compared, below=below)
    # the number of the group less that of its compared counts, which other tables show, would be those left out
    return [
        {"group": label, "n": None if status == "suppressed" else n, "compared_share": share, "status": status}
        for label, n, share, status in rows
    ]


def _shares(label: _Coded, marked: np.ndarray, *, below: int) -> list[tuple[str, int | None, float | None, str]]:
    """Return of each label the number of rows, the share that is marked and the status."""
    if not label.names:
        return []
    counts = np.stack(
        [np.bincount(label.place[chosen], minlength=len(label.names)) for chosen in (marked, ~marked)], axis=1
    )
    sizes = counts.sum(axis=1)
    whole = disclosure.withheld(sizes, below=below)
    # the parts of a label that is withheld must not add up to it
    hidden = np.repeat(whole[:, None], 2, axis=1)
    parts = disclosure.withheld(counts, below=below, hidden=hidden).any(axis=1)
    rows = []
    for number, name in enumerate(label.names):
        n = int(sizes[number])
        if whole[number] or parts[number]:
            rows.append((name, None if whole[number] else n, None, "suppressed"))
        elif n < disclosure.COUNT_ONLY_BELOW:
            rows.append((name, n, None, "count_only"))
        else:
            rows.append((name, n, _number(counts[number, 0] / n), "shown"))
    return rows


def _references(persons: pd.DataFrame, own: dict[str, pd.Series], *, settings: AuditSettings) -> list[dict[str, Any]]:
    clusters = bootstrap.blocks(court_clusters(persons["court"], persons["cluster"]), seed=settings.seed)
    found = []
    for entry in _official():
        name = entry["attribute"]
        if name in own:
            n, listed = _beside(own[name], entry["shares"], clusters, settings=settings)
            told = {key: entry[key] for key in ("of", "source", "verified")}
            days = {key: str(entry[key]) for key in ("date", "reference_date")}
            head = {"attribute": name, "zh": attribute(name).zh, **told, **days, "note": entry["zh_note"]}
            found.append({**head, "n": n, "groups": listed})
    return found


def _beside(
    group: pd.Series, official: dict[str, float], clusters: np.ndarray, *, settings: AuditSettings
) -> tuple[int | None, list[dict[str, Any]]]:
    """Return the persons with a known group and, of each official share, the share of the data beside it."""
    sizes = group.value_counts()
    withheld = disclosure.withheld(sizes.to_numpy(), below=settings.suppress_below) if len(sizes) else np.array([])
    hidden = {label for label, out in zip(sizes.index, withheld, strict=True) if out}
    known = (group != groups().unknown).to_numpy(dtype=bool)
    total = int(known.sum())
    inferred = _clustered(group[known], list(official), clusters[known], settings=settings)
    listed = []
    for place, (label, share) in enumerate(official.items()):
        n = int(sizes.get(label, 0))
        row = {"group": label, "n": n, "share": None, "low": None, "high": None, "reference": share, "difference": None}
        if label in hidden:
            listed.append({**row, "n": None, "status": "suppressed"})
        elif total < disclosure.COUNT_ONLY_BELOW:
            listed.append({**row, "status": "count_only"})
        else:
            row |= {"share": _number(n / total), "difference": _number(n / total - share)}
            row |= {side: _number(getattr(inferred, side)[place]) for side in ("low", "high")}
            listed.append({**row, "status": "shown"})
    return (None if groups().unknown in hidden else total), listed


def _clustered(
    group: pd.Series, labels: Sequence[str], clusters: np.ndarray, *, settings: AuditSettings
) -> bootstrap.Inference:
    """Infer the share of each label; persons of one court are no independent draws."""
    code, present = np.unique(clusters, return_inverse=True)
    member = np.column_stack([(group == label).to_numpy(dtype=float) for label in labels])
    above = np.stack([np.bincount(present, weights=column, minlength=len(code)) for column in member.T], axis=1)
    below = np.repeat(np.bincount(present, minlength=len(code)).astype(float)[:, None], len(labels), axis=1)
    return bootstrap.infer(
        bootstrap.ClusterSums(numerator=above, denominator=below),
        margin=settings.equivalence, level=settings.level, replicates=0, rng=np.random.default_rng(settings.seed),
    )  # fmt: skip


def _number(value: float) -> float | None:
    return round(float(value), _DIGITS) if np.isfinite(value) else None
