"""O0, F12: is what decides a sentence read as completely for one group as for the others?

Every fact that is annotated of a person is found or missed; recall is the share found. The gap of a group is its recall
less that elsewhere, the same facts compared: what a fact's own recall explains is taken out, so that a group with more
amounts and fewer confessions is no gap. Precision (the share of what is found that is annotated) stands beside it
without a test. The unit of uncertainty is the document.

Misses are rare, so that a group with none would seem certain to have none: a bootstrap of its documents never shows it
one. The standard error is therefore at least that of misses that fall on documents by chance, whatever the group, with
one more miss than there is; intervals are made of it, by the t distribution. The p value is at least that of the same
chance with its skewness (a Pearson III distribution with the first three moments of the permutation of documents;
Mielke & Berry 2007).

Source ``annotated``: judgments annotated by careful readers. Source ``simulated``: the true factor table of the
simulated judgments, whose texts are easier than real ones; it shows that the gap is measured, not that there is none.

The section::

    status      "measured" | "cannot_say" | "not_run"; only status and why stand where it is not measured
    why         Chinese sentence, null when measured
    source      "annotated" | "simulated"
    documents, persons, facts   int: annotated documents, defendants, and facts that are annotated of them
    recall, precision           of all, shares; null without any
    factors     [{factor, zh, n (persons of whom it is annotated), status: shown | count_only | suppressed,
                  recall, precision (null below 30)}]: all with n, in the order of recall, the lowest first
    attributes  {name: {
        zh, reading, n (persons), why (null, or why nothing is compared)
        groups      [{group, n (persons), status: shown | no_verdict | count_only | suppressed, reference: bool,
                      facts, recall, precision (plain, null below 30 persons),
                      tests: {"recall": {estimate, low, high, detectable, df, p, q, q_equivalence, verdict}} or {}}]
        verdicts    {"recall": {verdict, reason, detectable}}}}
                    estimates are differences of shares: −0.10 = of ten such facts one more is missed than elsewhere
    summary     {tests, different, equivalent, undecided, suppressed_groups, recall, largest (|estimate| of a
                有差异, null)}
    note        how the section is to be read (Chinese)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from sentencing_ml import disclosure
from sentencing_ml.factors.annotation import annotate
from sentencing_ml.factors.extraction import Extraction
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.rows import rows_of
from sentencing_ml.factors.scoring import compare
from sentencing_ml.fairness import bootstrap, families
from sentencing_ml.fairness.contrasts import Contrast, contrasts
from sentencing_ml.fairness.groups import attribute, grouped, groups
from sentencing_ml.liability.certificate.extraction import read_annotated
from sentencing_ml.settings import AuditSettings, Settings

MEASURE = "recall"

_COMPARED = ("liability", "prevention", "values")
_CASE = ("court", "province", "judgment_date", "procedure")
_PERSON = ("gender", "birth_date", "ethnicity", "education", "occupation", "counsel", "custody")

_SIMULATED = "本次没有人工标注的文书，以模拟文书的已知真值代替；模拟文书的写法比真实文书规整，结果只说明方法可行。"
NOTE = (
    "查全率 = 标注的情节中被提取到的比例。估计值为负，表示同样的情节在该组更常被漏读（0.02 即 2 个百分点）；"
    "漏读的情节会进入其后每一个数字。单位为文书，查准率只描述、不检验。"
)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was annotated and found, a row a fact of a person.

    ``facts`` has ``document``, ``person`` (place in ``persons``), ``factor``, ``found`` (1 or 0 of what is annotated,
    nan of what is not) and ``right`` (1 or 0 of what is extracted, nan of what is not). ``persons`` has ``document``
    and the columns of the factor table that groups are made of.
    """

    facts: pd.DataFrame
    persons: pd.DataFrame


def assess_extraction(
    annotations: Path | None, *, truth: pd.DataFrame | None, factors: pd.DataFrame | None, settings: Settings
) -> dict[str, Any]:
    """Return the section of the extraction, see the module.

    Parameters
    ----------
    annotations : NAME.annotations.jsonl with NAME.texts.jsonl beside it; goes before ``truth``.
    truth, factors : true and extracted factor tables of the simulated judgments; rows meet by ``row_id``.

    Raises
    ------
    InputError
        The annotations or their texts are missing, or a text cannot be read.
    """
    if annotations is not None:
        gold, extractions = read_annotated(annotations, settings=settings, named="audit.annotations")
        return measure(from_annotations(gold, extractions), source="annotated", settings=settings.audit)
    if truth is None or factors is None:
        return _blank("not_run", "没有人工标注的文书，也没有模拟文书的真值，未检验")
    missing = sorted({"row_id", "doc_id", "defendant_index"} - (set(truth.columns) & set(factors.columns)))
    if missing:
        return _blank("cannot_say", f"情节表缺少列 {'、'.join(missing)}")
    return measure(from_truth(truth, factors), source="simulated", settings=settings.audit)


def from_annotations(gold: Sequence[dict], extractions: Sequence[Extraction]) -> Facts:
    """Compare annotated documents with what was extracted; particulars are the annotated ones, else the extracted."""
    place: dict[tuple[str, int], int] = {}
    persons = []
    by_id = {extraction.document.id: extraction for extraction in extractions}
    for document in gold:
        name = str(document["id"])
        extracted = _rows_by_name(by_id[name]) if name in by_id else {}
        for number, defendant in enumerate(document["defendants"]):
            place[name, number] = len(persons)
            written = {column: document.get(column) for column in _CASE}
            written |= {column: defendant.get(column) for column in _PERSON}
            written = {column: value for column, value in written.items() if value is not None}
            persons.append({**extracted.get(defendant.get("name") or "", {}), **written, "document": name})
    rows = [
        {
            "document": cell.document,
            "person": place[cell.document, cell.defendant],
            "factor": cell.field.partition(".")[2],
            "found": np.nan if cell.outcome == "extra" else float(cell.right),
            "right": np.nan if cell.outcome == "missed" else float(cell.right),
        }
        for cell in compare(gold, [annotate(extraction) for extraction in extractions])
        if cell.group in _COMPARED and cell.defendant is not None and cell.defendant >= 0
    ]
    return Facts(facts=_fact_frame(rows), persons=pd.DataFrame(persons))


def _rows_by_name(extraction: Extraction) -> dict[str, dict]:
    rows, _ = rows_of(extraction, cluster=extraction.document.id, with_evidence=False)
    by_name: dict[str, dict] = {}
    for row in rows:
        by_name.setdefault(row["defendant"] or "", row)
    return by_name


def from_truth(truth: pd.DataFrame, factors: pd.DataFrame) -> Facts:
    """Compare yes-or-no facts of true and extracted rows; null counts as absent, of a person the first count stands."""
    both = truth.merge(factors, on="row_id", suffixes=("", "_found"), validate="one_to_one")
    both = both.sort_values("row_id", kind="stable", ignore_index=True)
    both = both.drop_duplicates(["doc_id", "defendant_index"], ignore_index=True)
    parts = []
    for factor in registry().of_class("liability", "prevention", "mixed"):
        if factor.type == "boolean" and factor.name in truth and f"{factor.name}_found" in both:
            there = both[factor.name].fillna(False).to_numpy(dtype=bool)
            seen = both[f"{factor.name}_found"].fillna(False).to_numpy(dtype=bool)
            at = np.flatnonzero(there | seen)
            hit = (there & seen)[at].astype("float64")
            parts.append(
                pd.DataFrame(
                    {
                        "document": both["doc_id"].to_numpy(dtype=object)[at],
                        "person": at,
                        "factor": factor.name,
                        "found": np.where(there[at], hit, np.nan),
                        "right": np.where(seen[at], hit, np.nan),
                    }
                )
            )
    facts = pd.concat(parts, ignore_index=True) if parts else _fact_frame([])
    return Facts(facts=facts, persons=both[list(truth.columns)].assign(document=both["doc_id"]))


def _fact_frame(rows: list[dict]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["document", "person", "factor", "found", "right"])


def measure(given: Facts, *, source: str, settings: AuditSettings) -> dict[str, Any]:
    """Return the section for facts that are annotated and found, see the module."""
    known = given.facts[given.facts["found"].notna()]
    if known.empty:
        return _blank("cannot_say", "标注中没有可比较的情节") | {"source": source}
    attributes, tests = {}, []
    for name in settings.attributes:
        if name not in groups().attributes:
            why = f"设置中的属性 {name} 不存在，请在 audit.attributes 中更正"
            verdict = {"verdict": "不能判断", "reason": why, "detectable": None}
            attributes[name] = {
                "zh": name, "reading": "", "n": None, "why": why, "groups": [], "verdicts": {MEASURE: verdict}
            }  # fmt: skip
            continue
        listed, made = _attribute(name, given, known, settings=settings)
        attributes[name] = listed
        tests += made
    families.judge([(MEASURE, entry) for entry in tests], settings=settings)
    for name, found in attributes.items():
        if name in groups().attributes:
            _conclude(found, settings=settings)
    recall, precision = _shares(given.facts)
    different = [abs(entry["estimate"]) for entry in tests if entry["verdict"] == "有差异"]
    return {
        "status": "measured",
        "why": None,
        "source": source,
        "documents": int(given.persons["document"].nunique()),
        "persons": len(given.persons),
        "facts": len(known),
        "recall": recall,
        "precision": precision,
        "factors": _factors(given.facts, settings=settings),
        "attributes": attributes,
        "summary": {
            **families.counts([entry["verdict"] for entry in tests]),
            "suppressed_groups": sum(row["status"] == "suppressed" for a in attributes.values() for row in a["groups"]),
            "recall": recall,
            "largest": max(different, default=None),
        },
        "note": NOTE + (_SIMULATED if source == "simulated" else ""),
    }


def _blank(status: str, why: str) -> dict[str, Any]:
    return {"status": status, "why": why}


def _attribute(
    name: str, given: Facts, known: pd.DataFrame, *, settings: AuditSettings
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the description of an attribute and those of its entries that take part in the verdicts."""
    label = grouped(given.persons, name, smallest=settings.suppress_below).to_numpy(dtype=object)
    unknown = groups().unknown
    counted = pd.Series(label).value_counts()
    names = sorted(counted.index, key=lambda group: (group == unknown, -counted[group], group))
    sizes = np.array([counted[group] for group in names], dtype=int)
    hidden = disclosure.withheld(sizes, below=settings.suppress_below)
    pairs = contrasts(pd.Series(label), np.ones(len(label), dtype=bool), unknown=unknown)
    size = {pair.group: (int(pair.member.sum()), int(pair.rest.sum())) for pair in pairs}
    open_to = {group for group, out in zip(names, hidden, strict=True) if not out}
    tested = [pair for pair in pairs if pair.group in open_to and min(size[pair.group]) >= disclosure.COUNT_ONLY_BELOW]
    entries = {pair.group: _gap(known, pair, settings=settings) for pair in tested}
    judged = [
        entry
        for group, entry in entries.items()
        if entry is not None and min(size[group]) >= settings.verdict_from
    ]
    listed = []
    of = label[given.facts["person"].to_numpy(dtype=int)]
    for group, out in zip(names, hidden, strict=True):
        n = int(counted[group])
        row: dict[str, Any] = {"group": str(group), "n": n, "status": "count_only", "reference": False, "facts": None,
                               "recall": None, "precision": None, "tests": {}}  # fmt: skip
        if out:
            row |= {"n": None, "status": "suppressed"}
        elif n >= disclosure.COUNT_ONLY_BELOW:
            mine = given.facts[of == group]
            recall, precision = _shares(mine)
            row |= {
                "status": "shown" if n >= settings.verdict_from else "no_verdict",
                "reference": group not in size,
                "facts": int(mine["found"].notna().sum()),
                "recall": recall,
                "precision": precision,
            }
            if entries.get(group) is not None:
                row["tests"] = {MEASURE: entries[group]}
        listed.append(row)
    rule = attribute(name)
    return {"zh": rule.zh, "reading": rule.reading, "n": len(label), "why": None, "groups": listed}, judged


def _conclude(found: dict[str, Any], *, settings: AuditSettings) -> None:
    """Write the verdict of an attribute, and give its entries the form in which they are shown."""
    for row in found["groups"]:
        if (entry := row["tests"].get(MEASURE)) is not None:
            shown = {name: entry[name] for name in ("estimate", "low", "high", "detectable", "df", "p")}
            row["tests"] = {
                MEASURE: shown | {name: entry.get(name) for name in ("q", "q_equivalence", "verdict")}
            }  # fmt: skip
    absent = None if any(row["tests"] for row in found["groups"]) else "没有一组（连同其余各组）达到可以比较的人数"
    verdict = families.attribute_verdict(
        MEASURE, found["groups"], unknown=groups().unknown, absent=absent, settings=settings
    )
    found |= {"why": verdict["reason"] if absent else None, "verdicts": {MEASURE: verdict}}


def _gap(known: pd.DataFrame, pair: Contrast, *, settings: AuditSettings) -> dict[str, Any] | None:
    """Return estimate, interval and tests of the recall of a group less that elsewhere; None where nothing is known."""
    person = known["person"].to_numpy(dtype=int)
    sample = (pair.member | pair.rest)[person]
    person = person[sample]
    member = pair.member[person]
    factor = pd.factorize(known["factor"].to_numpy(dtype=object)[sample])[0]
    document = pd.factorize(known["document"].to_numpy(dtype=object)[sample])[0]
    found = known["found"].to_numpy(dtype=float)[sample]
    if not member.any() or member.all():
        return None
    outcome, treatment = _demeaned(found, factor), _demeaned(member.astype("float64"), factor)
    sums = bootstrap.slope_sums(outcome[:, None], treatment[:, None], document)
    margin = settings.margin(MEASURE)
    df = float(bootstrap.effective_df(sums)[0])
    estimate = float(bootstrap.estimate(sums)[0])
    if not np.isfinite([estimate, df]).all():
        return None
    weight = float((treatment**2).sum())
    chance, skew = _chance(outcome, member, document * 2 + member)
    share = (float((found == 0).sum()) + 1) / (len(found) + 2)
    least = np.sqrt(max(chance, share * (1 - share) * weight)) / weight
    se = max(float(np.nan_to_num(bootstrap.jackknife_se(sums)[0])), float(least))
    reach = stats.t.ppf(0.5 + settings.level / 2, df)
    # Pearson III of the sum under permutation, against the t of the slope: the larger holds
    z = estimate / se
    tails = stats.pearson3(skew) if abs(skew) > 1e-9 else stats.norm
    chance_p = 2 * min(float(tails.cdf(z)), float(tails.sf(z)))
    upper, lower = stats.t.sf((estimate + margin) / se, df), stats.t.cdf((estimate - margin) / se, df)
    return {
        "estimate": estimate,
        "se": se,
        "low": float(estimate - reach * se),
        "high": float(estimate + reach * se),
        "detectable": float((reach + stats.t.ppf(bootstrap.POWER, df)) * se),
        "df": df,
        "p": min(1.0, max(chance_p, float(2 * stats.t.sf(abs(z), df)))),
        "p_equivalence": float(max(upper, lower)),
        "verdict": None,
    }


def _demeaned(values: np.ndarray, code: np.ndarray) -> np.ndarray:
    return values - (np.bincount(code, weights=values) / np.bincount(code))[code]


def _chance(outcome: np.ndarray, member: np.ndarray, unit: np.ndarray) -> tuple[float, float]:
    """Return variance and skewness of the group's sum of ``outcome`` when units change places at random.

    A unit is what a document says of the members, or of the others: facts of one document are missed together.
    """
    code = pd.factorize(unit)[0]
    total = np.bincount(code, weights=outcome)
    inside = np.zeros(len(total), dtype=bool)
    inside[code[member]] = True
    units, drawn = len(total), int(inside.sum())
    if units < 3:
        return 0.0, 0.0
    centred = total - total.mean()
    second, third = float((centred**2).mean()), float((centred**3).mean())
    variance = drawn * (units - drawn) / (units - 1) * second
    if variance <= 0:
        return 0.0, 0.0
    moment = drawn * (units - drawn) * (units - 2 * drawn) / ((units - 1) * (units - 2)) * third
    # units of the group that are larger than the others vary more than a draw of any units
    sizes = np.bincount(code)
    scale = float(sizes[inside].mean() / sizes.mean())
    return variance * scale, moment / variance**1.5


def _shares(facts: pd.DataFrame) -> tuple[float | None, float | None]:
    shares = [facts[name].mean() for name in ("found", "right")]
    return tuple(None if np.isnan(share) else float(share) for share in shares)


def _factors(facts: pd.DataFrame, *, settings: AuditSettings) -> list[dict[str, Any]]:
    known = facts[facts["found"].notna()]
    persons = known.groupby("factor")["person"].nunique().sort_index()
    hidden = disclosure.withheld(persons.to_numpy(dtype=int), below=settings.suppress_below)
    listed = []
    for (name, n), out in zip(persons.items(), hidden, strict=True):
        row: dict[str, Any] = {"factor": str(name), "zh": registry().factors[str(name)].zh, "n": int(n),
                               "status": "count_only", "recall": None, "precision": None}  # fmt: skip
        if out:
            row |= {"n": None, "status": "suppressed"}
        elif n >= disclosure.COUNT_ONLY_BELOW:
            recall, precision = _shares(facts[facts["factor"] == name])
            row |= {"status": "shown", "recall": recall, "precision": precision}
        listed.append(row)
    return sorted(listed, key=lambda row: (row["recall"] is None, row["recall"] or 0, -(row["n"] or 0), row["factor"]))
