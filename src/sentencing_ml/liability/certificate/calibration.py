"""Does the liability term sit where the offence alone would put it, and do courts depart from it as the law says?

T5: in a case without any factor of the offender, the declared term *is* the penalty of the offence. Which cases those
are must be verified by reading: where extraction misses a factor, the case looks clean, its term is too low, and the
model, misled by the same cases, agrees with it.
T6: what declared terms add to or take off the liability term, circumstance by circumstance, lies in the
guideline's bands.
T7: once labels are neutral, nothing of the offender is left in what the model does not explain.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from sentencing_ml.errors import InputError
from sentencing_ml.factors.registry import registry
from sentencing_ml.law.circumstances import circumstances
from sentencing_ml.liability.certificate.result import Result, not_measured
from sentencing_ml.liability.certificate.statistics import adjusted, interval_of, mean_interval, slope, two_sided
from sentencing_ml.liability.certificate.subject import Counts, Subject, fold_of, weights
from sentencing_ml.liability.design import offender_columns
from sentencing_ml.liability.liability_term import liability_regressor

_MOST_BIAS = 0.03
_VERIFIED_CASES = 300
_LEAST_INSIDE = 0.95
_FEW = 10  # cases behind a median
_PAIRED = 5  # cases on either side of a comparison
_RATE = 0.05
VERDICTS = ("clean", "not_clean", "unclear")

# ------------------------------------------------------------------------------------------------------------- T5


def clean_cases(subject: Subject, *, verified: Path | None) -> Result:
    """T5: mean ln((1 + declared) ÷ (1 + liability term)) of cases in which nothing speaks of the offender.

    ``verified`` lists the cases that somebody read (columns row_id and verdict). They are predicted by a model that was
    trained without any of their clusters, so that neither they nor what stands beside them anchored it. ``detail`` has
    the same for the cases of the test part that extraction holds clean, which proves nothing.

    Raises
    ------
    InputError
        The list cannot be used.
    """
    machine = _machine_clean(subject)
    if verified is None:
        return not_measured("T5", "no_verified_cases", machine=machine)
    listed = read_verified(verified)
    counts = subject.counts
    clusters = set(counts.cluster[counts.frame["row_id"].isin(listed.index).to_numpy(dtype=bool)])
    apart = np.isin(counts.cluster, list(clusters))
    clean = counts.frame["row_id"].map(listed).eq("clean").fillna(False).to_numpy(dtype=bool)
    clean &= subject.advised(counts.frame)
    found = {
        "listed": {name: int((listed == name).sum()) for name in VERDICTS},
        "clean_with_term": int(clean.sum()),
        "machine": machine,
    }
    if clean.sum() < _FEW:
        return not_measured("T5", "too_few_verified", **found)
    asked = counts.take(clean)
    log_term = _trained_without(counts, apart, subject=subject).predict_log(asked.rows)
    error = asked.log_term - log_term
    bias, interval = mean_interval(error, asked.cluster)
    flagged = (asked.flags == 1).any(axis=1).to_numpy()
    return Result(
        id="T5",
        figure=bias,
        interval=interval,
        n=len(error),
        holds=abs(bias) <= _MOST_BIAS and len(error) >= _VERIFIED_CASES,
        reason=None if len(error) >= _VERIFIED_CASES else "fewer_verified",
        detail={
            **found,
            "n_clusters": len(set(asked.cluster)),
            "share_flagged_by_machine": float(flagged.mean()),
            "median_log_error": float(np.median(error)),
            "mean_absolute_log_error": float(np.abs(error).mean()),
        },
    )


def read_verified(path: Path) -> pd.Series:
    """Return the verdicts of a list of cases by row id.

    Raises
    ------
    InputError
        The file is missing, lacks a column, states a verdict that does not exist, or a row twice.
    """
    if not path.is_file():
        raise InputError(f"{path}: not found. Correct certify.clean_cases in params.yaml, or set it to null.")
    try:
        table = pd.read_csv(path, usecols=["row_id", "verdict"], dtype="string", encoding="utf-8-sig")
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: is no CSV in UTF-8 with the columns row_id and verdict.") from error
    wrong = int((~table["verdict"].isin(VERDICTS)).sum())
    if wrong:
        raise InputError(f"{path}: {wrong} row(s) have another verdict than {', '.join(VERDICTS)}.")
    if table["row_id"].isna().any() or table["row_id"].duplicated().any():
        raise InputError(f"{path}: a row_id is missing or stands twice.")
    return table.set_index("row_id")["verdict"]


def _trained_without(counts: Counts, apart: np.ndarray, *, subject: Subject):  # noqa: ANN202 - the estimator of params
    rest = counts.take(~apart)
    model = liability_regressor(subject.settings.train, threads=subject.threads)
    return model.fit(
        rest.rows, rest.months, groups=fold_of(rest), sample_weight=weights(rest, settings=subject.settings)
    )


def _machine_clean(subject: Subject) -> dict:
    tested = subject.tested
    clean = tested.rows.offender_observed() & (tested.rows.offender == 0).all(axis=1).to_numpy()
    if clean.sum() < _FEW:
        return {"n": int(clean.sum())}
    asked = tested.take(clean)
    error = asked.log_term - subject.model.term.predict_log(asked.rows, threads=subject.threads)
    bias, interval = mean_interval(error, asked.cluster)
    return {"n": len(error), "bias": bias, "interval": interval}


# ------------------------------------------------------------------------------------------------------------- T6


@dataclass(frozen=True, kw_only=True)
class Group:
    """The circumstances that several cases have in common, and no others; ``ratios`` are declared ÷ liability − 1."""

    found: frozenset[str]
    ratios: np.ndarray


def guideline_bands(subject: Subject) -> Result:
    """T6: share of circumstances whose median effect, where they stand alone, lies in the guideline's usual band.

    The effect is declared ÷ liability term − 1, of counts that neither label nor student had seen. ``detail`` has every
    circumstance that stands alone in ten cases, whether those in a fixed order keep it, and the groups whose median
    goes beyond what the law lets several circumstances take off together.
    """
    refit = subject.refitted
    ratio = refit.counts.months / np.maximum(np.expm1(refit.held), 1e-6) - 1
    observed = refit.counts.rows.offender_observed()
    groups = grouped(refit.counts.take(observed), ratio[observed])
    alone = [_alone(next(iter(group.found)), group.ratios) for group in groups if _measurable(group)]
    orders = [_order(groups, stronger, weaker) for stronger, weaker in _orders()]
    least = -circumstances().plea.cap_raised
    together = [group for group in groups if len(group.found) > 1 and len(group.ratios) >= _FEW]
    beyond = [sorted(group.found) for group in together if float(np.median(group.ratios)) < least]
    detail = {
        "alone": sorted(alone, key=lambda row: -row["n"]),
        "orders": orders,
        "combinations": len(together),
        "combinations_beyond_cap": len(beyond),
        "cap": least,
    }
    if not alone:
        return not_measured("T6", "no_single_circumstances", **detail)
    share = float(np.mean([row["inside"] for row in alone]))
    right = all(row["holds"] is not False for row in orders)
    return Result(
        id="T6", figure=share, n=len(alone), holds=share >= _LEAST_INSIDE and right and not beyond, detail=detail
    )


def grouped(counts: Counts, ratios: np.ndarray) -> list[Group]:
    """Group counts by the circumstances of the offender found, of those that exclude each other the stronger."""
    sets: dict[frozenset[str], list[float]] = defaultdict(list)
    names = [_circumstance_of()[column] for column in counts.rows.offender]
    for flags, ratio in zip(counts.rows.offender.to_numpy() == 1, ratios, strict=True):
        found = {name for name, there in zip(names, flags, strict=True) if there}
        sets[without_excluded(found)].append(float(ratio))
    return [Group(found=found, ratios=np.array(sets[found])) for found in sorted(sets, key=sorted)]


def without_excluded(found: Iterable[str]) -> frozenset[str]:
    """Return the circumstances that count: of two that exclude each other the one of the larger ratio."""
    entries, kept = circumstances().entries, []
    known = sorted((name for name in found if name in entries), key=lambda n: (-abs(entries[n].default_ratio), n))
    for name in known:
        if not any(name in entries[other].excludes or other in entries[name].excludes for other in kept):
            kept.append(name)
    return frozenset([*kept, *(name for name in found if name not in entries)])


def _measurable(group: Group) -> bool:
    entry = circumstances().entries.get(next(iter(group.found))) if len(group.found) == 1 else None
    return entry is not None and entry.usual is not None and entry.direction != 0 and len(group.ratios) >= _FEW


def _alone(name: str, ratios: np.ndarray) -> dict:
    entry = circumstances().entries[name]
    edges = sorted(entry.direction * edge if edge else 0.0 for edge in (entry.usual.low, entry.usual.high))
    median = float(np.median(ratios))
    return {
        "circumstance": name,
        "zh": entry.name,
        "n": len(ratios),
        "median": median,
        "low": edges[0],
        "high": edges[1],
        "inside": bool(edges[0] <= median <= edges[1]),
    }


def _orders() -> tuple[tuple[str, str], ...]:
    """Return the pairs whose order the law fixes: the guideline's band of the first goes further."""
    entries = circumstances().entries
    pairs = (("voluntary_surrender", "confession"), ("recidivist", "prior_record"))
    return tuple(
        pair for pair in pairs if entries[pair[0]].usual.high > entries[pair[1]].usual.high
    )


def _order(groups: list[Group], stronger: str, weaker: str) -> dict:
    """Compare two circumstances in cases that are alike in all others."""
    by_set = {group.found: group.ratios for group in groups}
    differences, sizes = [], []
    for found, ratios in by_set.items():
        other = by_set.get(found - {stronger} | {weaker}) if stronger in found and weaker not in found else None
        if other is not None and min(len(ratios), len(other)) >= _PAIRED:
            differences.append(float(np.median(ratios) - np.median(other)))
            sizes.append(min(len(ratios), len(other)))
    if not sizes:
        return {"stronger": stronger, "weaker": weaker, "n": 0, "difference": None, "holds": None}
    difference = float(np.average(differences, weights=sizes))
    return {
        "stronger": stronger,
        "weaker": weaker,
        "n": sum(sizes),
        "difference": difference,
        "holds": difference * circumstances().entries[stronger].direction > 0,
    }


@lru_cache(maxsize=1)
def _circumstance_of() -> dict[str, str]:
    """Return the circumstance of each column of the offender matrix; the column itself where it has none."""
    names = {}
    for column in offender_columns():
        factor = registry().factors[column.factor]
        level = next((level for level in factor.levels if column.name == f"{factor.name}_{level.name}"), None)
        names[column.name] = (level.circumstance if level else factor.circumstance) or column.name
    return names


# ------------------------------------------------------------------------------------------------------------- T7


def dose(subject: Subject) -> Result:
    """T7: what is left of neutral labels, by the offender's factors.

    Among counts with at most one factor, the slope of ln(1 + neutral) − ln(1 + liability) on each factor; over all
    counts, its slope on the number of factors, which is the ``figure``. Every interval has to hold 0, those of single
    factors after adjustment for their number.
    """
    refit = subject.refitted
    observed = refit.counts.rows.offender_observed()
    counts, left = refit.counts.take(observed), (refit.label - refit.held)[observed]
    present = (counts.rows.offender == 1).sum(axis=1).to_numpy(dtype="float64")
    if len(left) < _FEW or np.ptp(present) == 0:
        return not_measured("T7", "no_offender_factors", n=len(left))
    overall, error = slope(present, left, counts.cluster)
    interval = interval_of(overall, error)
    single = present <= 1
    factors = []
    for name in counts.rows.offender:
        there = (counts.rows.offender[name] == 1).to_numpy()[single]
        if _FEW <= there.sum() <= single.sum() - _FEW:
            value, spread = slope(there.astype("float64"), left[single], counts.cluster[single])
            factors.append(
                {"factor": name, "n": int(there.sum()), "slope": value, "interval": interval_of(value, spread),
                 "p": two_sided(value, spread)}
            )  # fmt: skip
    for row, q in zip(factors, adjusted(np.array([row["p"] for row in factors])), strict=True):
        row["q"] = float(q)
    covered = interval is not None and interval[0] <= 0 <= interval[1]
    return Result(
        id="T7",
        figure=overall,
        interval=interval,
        n=len(left),
        holds=covered and all(row["q"] > _RATE for row in factors),
        detail={"n_single": int(single.sum()), "factors": factors, "mean_left": float(left.mean())},
    )
