"""The swap test: what the advice does when a text is rewritten in words that tell of a group and not of the offence.

The path is that of a prediction: text → sections and defendants → extraction before the verdict → liability model. On
it no swap may move an advice, since nothing of the offence has changed. Two placebo edits tell instability from an
effect of a group: a reader of texts that follows any change of words moves under them as well. What a move came from is
told by the factors that were read otherwise and by the rules that found them; no text and no name leaves this module.

:func:`assess_swaps` returns

- ``status``, ``why`` (null when measured), ``reading`` (a sentence), ``text_why`` (null when the text model ran);
- ``texts``, ``swaps``, ``moved``, ``norm``, ``relevant`` (numbers of swaps), ``share`` (moved of swaps) and ``upper``
  (the bound that the share keeps with the level of the settings), ``placebo_share``; ``every_value``: whether each text
  took every value of every edit, or one that was drawn;
- ``edits``: one each in the order of ``words.yaml``: ``name``, ``zh``, ``en``, ``kind`` (group | placebo),
  ``attribute``, ``reason``, ``values``, ``texts``, ``swaps``, ``moved``, ``share``, ``upper``, ``norm``, ``relevant``
  ([{article, zh, n}]), ``whole_months`` (swaps whose advice changes when rounded to months), ``change`` (mean change of
  the advice as a geometric share, {estimate, low, high}; bounds null where nothing moved), ``read_otherwise`` (swaps
  under which a fact of the offence was read otherwise, be the advice moved or not), and ``text_model`` (null, or
  ``swaps``, ``moved``, ``share``, ``whole_months``, ``change``): the same swaps under a regression on words;
- ``by_rule``: [{edit, factor, before, after (rule ids), moved, unmoved (counts)}], the bugs of extraction; factor null:
  other defendants or charges were read; factor ``advice``: nothing was read otherwise;
- ``norm_moves``: [{edit, factor, counts}]: moves that follow from an input of the law alone, as a province's amounts.

A swap counts as moved when the advice of any count of its text moved: status, months, interval, range and tier of the
law. ``norm`` and ``relevant`` (an article ties the attribute to the charge) are not in ``moved``.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.rows import rows_of
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.fairness import bootstrap
from sentencing_ml.fairness.groups import EVERY_CHARGE, relevant
from sentencing_ml.fairness.metrics import as_percent, signed_bias
from sentencing_ml.fairness.swaps.edits import Edit, edited, edits, planted_words, reread
from sentencing_ml.fairness.swaps.text_model import TextModel, text_model
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.table import documents_from_frame
from sentencing_ml.liability.accuracy import court_clusters
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.liability.predict import blind
from sentencing_ml.settings import AuditSettings, Settings

ADVICE = (
    "status", "liability_months", "interval_low", "interval_high", "rule_low", "rule_high", "statute_low",
    "statute_high", "tier",
)  # fmt: skip
"""What must not move."""

_MONTHS = ("liability_months", "interval_low", "interval_high")
_KEY = ["text", "count"]
_COUNTS = "counts"
"""Stands for a factor where other defendants or charges were read."""

_ADVICE = "advice"
"""Stands for a factor where nothing was read otherwise: the model itself follows the group."""

_AT_ONCE = 40  # texts rewritten at a time: their swaps fit in memory however many texts there are
_PLANTED = 1.05

Predictor = Callable[[Sequence[Document]], pd.DataFrame]
"""Documents → a row a count: ``text`` (place in the sequence), ``count``, court, charge_group, ADVICE, factors."""


@dataclass(frozen=True, kw_only=True)
class Swap:
    """An edit of one of some documents; ``place`` is that of the document."""

    place: int
    edit: Edit
    value: str
    document: Document


def assess_swaps(
    documents: pd.DataFrame | None,
    model: LiabilityModel,
    *,
    settings: Settings,
    threads: int,
    frame: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Run the swap test on whole judgments; see the module for what is returned.

    Parameters
    ----------
    documents : the documents of the corpus (``documents.parquet``); ``audit.swaps`` of its judgments are drawn, or all.
    frame : factor table with ``part``; its training part teaches the text model that stands beside. None leaves it out.
    """
    options = settings.audit
    whole = None if documents is None else documents[documents["kind"] == "judgment"]
    if whole is None or whole.empty:
        why = "没有提供文书全文" if whole is None else "语料中没有完整的判决书"
        return {"status": "not_run", "why": f"{why}，互换检验须改写全文后重新提取。"}
    rng = np.random.default_rng(options.seed)
    chosen = _drawn(whole, number=options.swaps, rng=rng)
    read = documents_from_frame(chosen)
    beside, text_why = text_model(frame, documents, without=set(chosen["id"]))
    predict = structured(model, threads=threads)
    compared, causes = [], Counter()
    for start in range(0, len(read), _AT_ONCE):
        some = [reread(document, document.text) for document in read[start : start + _AT_ONCE]]
        swaps = swaps_of(some, rng=None if options.swaps is None else rng)
        if not swaps:
            continue
        before, after = predict(some), predict([swap.document for swap in swaps])
        table = compare(before, after, swaps)
        causes += _causes(table, some, swaps)
        if beside is not None:
            table = table.merge(_text_changes(beside, some, swaps, before), on="swap", how="left")
        cluster = chosen["cluster"].iloc[start : start + len(some)].to_numpy()
        compared.append(
            table.assign(
                cluster=cluster[table["text"]], text=table["text"] + start, swap=table["swap"].astype(str) + f"@{start}"
            )
        )
    if not compared:
        return {"status": "cannot_say", "why": "抽取的判决书没有一篇可以改写：身份事项、法院与日期均未读到。"}
    content = summarise(pd.concat(compared, ignore_index=True), causes, settings=options)
    return {**content, "every_value": options.swaps is None, "text_why": text_why}


def structured(model: LiabilityModel, *, threads: int) -> Predictor:
    """Return the predictor that reads a text as :func:`liability.predict.predict_records` does, verdict cut before."""

    def predict(documents: Sequence[Document]) -> pd.DataFrame:
        rows = []
        for place, document in enumerate(documents):
            read, _ = rows_of(blind(document), cluster=document.id, with_evidence=False)
            # the copies of a document share its id
            rows += [{**row, "doc_id": str(place), "row_id": f"{place}/{_count(row)}"} for row in read]
        frame = factor_frame(rows)
        advice = model.predict(frame, threads=threads)[list(ADVICE)]
        names = [name for name in frame.columns if name not in advice and name not in _KEY]
        return pd.concat([advice, frame[names]], axis=1).assign(
            text=frame["doc_id"].astype("int64"), count=[_count(row) for row in rows]
        )

    return predict


def _count(row: dict[str, Any]) -> str:
    return f"{row['defendant_index']}/{row['count_index']}"


def _drawn(documents: pd.DataFrame, *, number: int | None, rng: np.random.Generator) -> pd.DataFrame:
    ordered = documents.sort_values("id", kind="stable", ignore_index=True)
    if number is None or number >= len(ordered):
        return ordered
    return ordered.iloc[np.sort(rng.choice(len(ordered), size=number, replace=False))].reset_index(drop=True)


def swaps_of(documents: Sequence[Document], *, rng: np.random.Generator | None) -> list[Swap]:
    """Return the swaps of some documents: every value of every edit, or with ``rng`` one value of each, drawn.

    Of the values of an edit that a text takes; an edit that changes nothing in a text is no swap of it.
    """
    found = []
    for place, document in enumerate(documents):
        for edit in edits():
            values = list(edit.values) if rng is None else list(rng.permutation(list(edit.values)))
            for value in values:
                new = edited(document, edit, value)
                if new is not None:
                    found.append(Swap(place=place, edit=edit, value=value, document=new))
                    if rng is not None:
                        break
    return found


def compare(before: pd.DataFrame, after: pd.DataFrame, swaps: Sequence[Swap]) -> pd.DataFrame:
    """Compare the advice of every count before and after each swap.

    Returns
    -------
    DataFrame, a row a swap and count: ``swap``, ``text``, ``count``, ``edit``, ``court``, ``change`` (log ratio of the
    months, nan where either is unknown), ``whole`` (rounded months differ), ``differs``, ``factors`` (names of the
    facts of the offence or law that were read otherwise, a tuple), and ``kind``: none | moved | norm | relevant.
    """
    place = np.array([swap.place for swap in swaps])
    after = after.rename(columns={"text": "swap"}).assign(text=lambda table: place[table["swap"]])
    wanted = pd.DataFrame({"swap": range(len(swaps)), "text": place}).merge(before, on="text")
    both = wanted.merge(after, on=["swap", *_KEY], how="outer", suffixes=("", "_after"), indicator=True)
    both = both.sort_values(["swap", "count"], kind="stable", ignore_index=True)
    both["text"] = place[both["swap"]]
    there = (both["_merge"] == "both").to_numpy()
    old, new = (both[f"liability_months{end}"].to_numpy(dtype="float64", na_value=np.nan) for end in ("", "_after"))
    names = [name for name in _inputs() if name in before]
    changed = {name: _differs(both, name) & there for name in names}
    factors = [
        (_COUNTS,) if not same else tuple(name for name in names if changed[name][row])
        for row, same in enumerate(there)
    ]
    differs = ~there
    for name in ADVICE:
        differs |= _differs(both, name)
    edit = [swaps[swap].edit for swap in both["swap"]]
    kinds = [
        _kind(one, told, charge) if out else "none"
        for one, told, charge, out in zip(edit, factors, both["charge_group"], differs, strict=True)
    ]
    court = both["court"].fillna(both["court_after"])
    return pd.DataFrame(
        {
            "swap": both["swap"], "text": both["text"], "count": both["count"], "edit": [one.name for one in edit],
            "court": court, "charge": both["charge_group"], "change": np.where(there, signed_bias(old, new), np.nan),
            "whole": there & (np.round(old) != np.round(new)) & ~(np.isnan(old) & np.isnan(new)),
            "differs": differs, "factors": factors, "kind": kinds,
        }
    )  # fmt: skip


def _inputs() -> list[str]:
    """Return what an advice can come from: charge, facts of the offence, and the inputs of the law."""
    known = [factor.name for factor in (*registry().model_inputs(), *registry().law_inputs())]
    return ["charge_group", *dict.fromkeys(known)]


def _differs(both: pd.DataFrame, name: str) -> np.ndarray:
    old, new = (
        both[column].astype("object").where(both[column].notna(), None).to_numpy() for column in (name, f"{name}_after")
    )
    return np.array([one != other for one, other in zip(old, new, strict=True)])


def _kind(edit: Edit, factors: tuple[str, ...], charge: Any) -> str:
    if factors and set(factors) <= edit.law:
        return "norm"
    return "relevant" if _exception(edit, charge) else "moved"


def _exception(edit: Edit, charge: Any) -> Any:
    """Return the entry of ``groups.yaml`` by which law ties the attribute of an edit to a whole charge, or None."""
    entries = relevant(edit.attribute) if edit.attribute and isinstance(charge, str) else ()
    told = (entry for entry in entries if entry.effect == "excluded" and entry.group is None)
    return next((entry for entry in told if entry.charge in (EVERY_CHARGE, charge)), None)


def _causes(table: pd.DataFrame, documents: Sequence[Document], swaps: Sequence[Swap]) -> Counter:
    """Count the counts read otherwise by edit, factor, rules before and after, and kind; no rule reads a norm."""
    found: Counter = Counter()
    told: dict[int, dict] = {}
    otherwise = [
        kind != "none" or not _law_inputs().issuperset(factors)
        for kind, factors in zip(table["kind"], table["factors"], strict=True)
    ]
    for swap, rows in table[otherwise].groupby("swap", sort=True):
        one = swaps[swap]
        if (rows["kind"] == "norm").all():
            found.update((one.edit.name, factor, (), (), "norm") for factors in rows["factors"] for factor in factors)
            continue
        if one.place not in told:
            told[one.place] = _rules(documents[one.place])
        known, new = told[one.place], _rules(one.document)
        for count, factors, kind in zip(rows["count"], rows["factors"], rows["kind"], strict=True):
            for factor in factors or (_ADVICE,):
                found[(one.edit.name, factor, known.get((count, factor), ()), new.get((count, factor), ()), kind)] += 1
    return found


def _rules(document: Document) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return by count and factor the ids of the rules that found it."""
    rules: dict[tuple[str, str], set[str]] = {}
    for row in rows_of(blind(document), cluster=document.id)[1]:
        count = row["row_id"].removeprefix(f"{document.id}/")
        rules.setdefault((count, row["factor"]), set()).add(row["rule"])
    return {key: tuple(sorted(ids)) for key, ids in rules.items()}


def _text_changes(
    beside: TextModel, documents: Sequence[Document], swaps: Sequence[Swap], before: pd.DataFrame
) -> pd.DataFrame:
    charges = before.groupby("text")["charge_group"].first()
    named = [charges.get(place) for place in range(len(documents))]
    old = beside.predict(documents, named)
    new = beside.predict([swap.document for swap in swaps], [named[swap.place] for swap in swaps])
    old = old[[swap.place for swap in swaps]]
    return pd.DataFrame(
        {"swap": range(len(swaps)), "text_change": signed_bias(old, new), "text_whole": np.round(old) != np.round(new)}
    )


def summarise(table: pd.DataFrame, causes: Counter, *, settings: AuditSettings) -> dict[str, Any]:
    """Return the content of the section from rows of :func:`compare` with ``cluster``, and the causes."""
    clusters = court_clusters(table["court"], table["cluster"])
    rng = np.random.default_rng(settings.seed)
    entries = [
        _edit(edit, table[rows], clusters[rows], settings=settings, rng=rng)
        for edit in edits()
        if (rows := (table["edit"] == edit.name).to_numpy()).any()
    ]
    swaps, moved = (sum(entry[name] for entry in entries) for name in ("swaps", "moved"))
    placebo = [entry for entry in entries if entry["kind"] == "placebo"]
    placebo_swaps, placebo_moved = (sum(entry[name] for entry in placebo) for name in ("swaps", "moved"))
    return {
        "status": "measured",
        "why": None,
        "reading": _reading(moved, swaps, placebo_moved),
        "texts": int(table["text"].nunique()),
        "swaps": swaps,
        "moved": moved,
        "share": moved / swaps,
        "upper": _upper(moved, swaps, level=settings.level),
        "placebo_share": placebo_moved / placebo_swaps if placebo_swaps else None,
        "norm": sum(entry["norm"] for entry in entries),
        "relevant": sum(item["n"] for entry in entries for item in entry["relevant"]),
        "edits": entries,
        "by_rule": _by_rule(causes),
        "norm_moves": _norm_moves(causes),
    }


def _edit(
    edit: Edit, rows: pd.DataFrame, clusters: np.ndarray, *, settings: AuditSettings, rng: np.random.Generator
) -> dict[str, Any]:
    total = rows["swap"].nunique()
    of_kind = {kind: set(rows.loc[rows["kind"] == kind, "swap"]) for kind in ("moved", "norm")}
    moved = len(of_kind["moved"])
    own = (rows["kind"] != "norm").to_numpy()
    lawful: Counter = Counter()
    for charge in rows.loc[rows["kind"] == "relevant", "charge"]:
        entry = _exception(edit, charge)
        lawful[(entry.article, entry.zh)] += 1
    otherwise = [bool(set(factors) - _law_inputs()) for factors in rows["factors"]]
    return {
        "name": edit.name,
        "zh": edit.zh,
        "en": edit.en,
        "kind": edit.kind,
        "attribute": edit.attribute,
        "reason": edit.reason,
        "values": list(edit.values),
        "texts": int(rows["text"].nunique()),
        "swaps": total,
        "moved": moved,
        "share": moved / total,
        "upper": _upper(moved, total, level=settings.level),
        "norm": len(of_kind["norm"] - of_kind["moved"]),
        "relevant": [{"article": article, "zh": zh, "n": n} for (article, zh), n in sorted(lawful.items())],
        "whole_months": int(rows.loc[own & rows["whole"].to_numpy(), "swap"].nunique()),
        "change": _change(rows["change"].to_numpy(dtype=float)[own], clusters[own], settings=settings, rng=rng),
        "read_otherwise": int(rows.loc[otherwise, "swap"].nunique()),
        "text_model": _beside(rows, clusters, settings=settings, rng=rng),
    }


def _beside(
    rows: pd.DataFrame, clusters: np.ndarray, *, settings: AuditSettings, rng: np.random.Generator
) -> dict[str, Any] | None:
    if "text_change" not in rows:
        return None
    first = ~rows["swap"].duplicated().to_numpy()
    change = rows["text_change"].to_numpy(dtype=float)[first]
    moved = int((change != 0).sum())
    return {
        "swaps": int(first.sum()),
        "moved": moved,
        "share": moved / int(first.sum()),
        "whole_months": int(rows["text_whole"].to_numpy(dtype=bool)[first].sum()),
        "change": _change(change, clusters[first], settings=settings, rng=rng),
    }


def _change(
    values: np.ndarray, clusters: np.ndarray, *, settings: AuditSettings, rng: np.random.Generator
) -> dict[str, float | None]:
    """Return the mean change as a geometric share with the interval of courts drawn again; no interval of nothing."""
    known = np.isfinite(values)
    if not known.any():
        return {"estimate": None, "low": None, "high": None}
    values, (_, codes) = values[known], np.unique(clusters[known], return_inverse=True)
    if not values.any():
        return {"estimate": 0.0, "low": None, "high": None}
    sums = bootstrap.slope_sums(values[:, None], np.ones((len(values), 1)), codes)
    found = bootstrap.infer(
        sums, margin=float(np.log1p(settings.equivalence)), level=settings.level, replicates=settings.bootstrap, rng=rng
    )
    bounds = {"low": float(found.low[0]), "high": float(found.high[0])}
    return {
        "estimate": as_percent(float(values.mean())),
        **{name: as_percent(bound) if np.isfinite(bound) else None for name, bound in bounds.items()},
    }


def _upper(moved: int, total: int, *, level: float) -> float | None:
    """Return the share that ``0 of total`` keeps below with ``level`` (3/n at 95 %); None where something moved."""
    return None if moved else 1 - (1 - level) ** (1 / total)


def _reading(moved: int, swaps: int, placebo: int) -> str:
    if not moved:
        return f"{swaps} 次改写无一使建议变动：建议只随犯罪事实而变。"
    if placebo:
        return (
            f"{swaps} 次改写中 {moved} 次使建议变动，其中安慰剂 {placebo} 次："
            "任何改字都可能使读取变动，先当作不稳定处理，不能读作群体效应。"
        )
    return f"{swaps} 次改写中 {moved} 次使建议变动，安慰剂无一变动：系提取规则读到了与犯罪事实无关的词，逐条列于其后。"


def _by_rule(causes: Counter) -> list[dict[str, Any]]:
    found: dict[tuple, dict[str, int]] = {}
    for (edit, factor, before, after, kind), n in causes.items():
        if kind != "norm":
            entry = found.setdefault((edit, factor, before, after), {"moved": 0, "unmoved": 0})
            entry["moved" if kind == "moved" else "unmoved"] += n
    return [
        {
            "edit": edit,
            "factor": None if factor == _COUNTS else factor,
            "before": list(before),
            "after": list(after),
            **n,
        }
        for (edit, factor, before, after), n in sorted(found.items(), key=lambda item: (-item[1]["moved"], item[0]))
        if n["moved"] or factor not in _law_inputs()
    ]


@lru_cache(maxsize=1)
def _law_inputs() -> frozenset[str]:
    return frozenset(factor.name for factor in registry().law_inputs())


def _norm_moves(causes: Counter) -> list[dict[str, Any]]:
    found: Counter = Counter()
    for (edit, factor, _, _, kind), n in causes.items():
        if kind == "norm":
            found[(edit, factor)] += n
    return [{"edit": edit, "factor": factor, "counts": n} for (edit, factor), n in sorted(found.items())]


# ----------------------------------------------------------------------------------------------------- test of the test


def self_test(documents: Sequence[Document], predict: Predictor, *, settings: AuditSettings) -> dict[str, Any]:
    """Plant dependences on single words in a predictor, and noise, and say what of them the swap test finds.

    Each planted predictor raises the months by 5 % where one word of the edits stands in the text. It is found when the
    edit of that word moves most of all, and no placebo does; swaps that move the predictor as it stands are left out.
    The noisy one changes its months with any change of the text; it is read rightly when the placebos move, too.

    Returns
    -------
    ``planted``, ``found``, ``share`` (of the planted that were found), ``missed`` ([edit, word]), ``noise_in_placebo``
    (share of placebo swaps that the noise moves).
    """
    read = [reread(document, document.text) for document in documents]
    swaps = swaps_of(read, rng=None)
    told = [*_KEY, "court", "charge_group", *ADVICE]  # what was read is not asked
    before, after = predict(read)[told], predict([swap.document for swap in swaps])[told]
    old, new = [document.text for document in read], [swap.document.text for swap in swaps]

    def moves(factor: Callable[[str], float]) -> pd.DataFrame:
        table = compare(_times(before, old, factor), _times(after, new, factor), swaps)
        return table.groupby("swap").agg(edit=("edit", "first"), moved=("differs", "any"))

    # what the standards of another province move is no finding of what was planted
    still = ~moves(lambda text: 1.0)["moved"]

    def moved(factor: Callable[[str], float]) -> pd.Series:
        by_swap = moves(factor)[still]
        return by_swap.groupby("edit")["moved"].mean()

    placebos = [edit.name for edit in edits() if edit.kind == "placebo"]
    missed = []
    for edit, word in planted_words():
        shares = moved(lambda text, word=word: _PLANTED if word in text else 1.0)
        if not shares.get(edit, 0) or shares.idxmax() != edit or shares.reindex(placebos).fillna(0).any():
            missed.append([edit, word])
    noise = moved(_noise).reindex(placebos).dropna()
    total = len(planted_words())
    return {
        "planted": total,
        "found": total - len(missed),
        "share": (total - len(missed)) / total,
        "missed": missed,
        "noise_in_placebo": float(noise.mean()) if len(noise) else None,
    }


def _times(predicted: pd.DataFrame, texts: Sequence[str], factor: Callable[[str], float]) -> pd.DataFrame:
    by_text = np.array([factor(text) for text in texts])
    return predicted.assign(
        **{name: predicted[name].astype("float64") * by_text[predicted["text"]] for name in _MONTHS}
    )


def _noise(text: str) -> float:
    """Return a factor within 5 % of 1 that depends on every character of the text."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return 1 + 0.05 * (int.from_bytes(digest[:4], "big") / 2**31 - 1)
