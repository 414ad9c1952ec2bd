"""Simulated judges in courts of 100 whose references and charts are those of real courts.

Every court fits its own reference to own estimates of honest judges, and holds it against the entries of its judges
every month. The judges of a population stand in such courts as a minority: the court's monthly check is of honest
judges unless said otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sentencing_ml.monitor.certificate.populations import Population, Simulated, plan, populations, simulate
from sentencing_ml.monitor.detection import charts, court_list, reference, strata
from sentencing_ml.monitor.detection.definitions import definitions
from sentencing_ml.monitor.detection.detect import Cases, coincidence_log_e, detect

SPEAKING = ("A1", "A1 guaranteed", "A2", "A3", "A4", "G", "G interval")
"""Charts that are certified: all but the drawn trend."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Courts before their judges are watched.

    ``references``: of each court. ``offsets``: (courts, months), by how much each court has raised its reference.
    ``coincidence``: share of the honest entries of all courts that coincide.
    """

    references: tuple[reference.Reference, ...]
    offsets: np.ndarray
    coincidence: float


def coincides(found: Simulated) -> np.ndarray:
    """Return which entries coincide with the advice."""
    rules = definitions()
    return charts.coincides(
        found.entry, found.advice, months=rules.coincidence_months, share=rules.coincidence_share
    )


def bench(
    *,
    courts: int,
    cases: int,
    reference_cases: int,
    rng: np.random.Generator,
    like: Population | None = None,
    shift: float = 0.0,
    self_check: bool = True,
) -> Bench:
    """Return ``courts`` courts whose judges have up to ``cases`` cases each.

    Parameters
    ----------
    reference_cases : own estimates behind the reference of each court.
    like : population whose pleas, whose new version of the advice and whose differences between judges the courts have;
        None: those of the honest ones.
    shift : logits by which the reference is misjudged.
    self_check : whether the courts hold the reference against the entries.
    """
    honest = replace(
        populations()["honest"],
        plea=None if like is None else like.plea,
        leaning_sd=populations()["honest"].leaning_sd if like is None else like.leaning_sd,
        release=None if like is None or like.release is None else {**like.release, "at": 0.0},
    )
    size = plan()["court"]
    found, offsets, shares = [], [], []
    for _ in range(courts):
        drawn = simulate(honest, judges=size, cases=-(-reference_cases // size), rng=rng)
        fitted = _shifted(_fitted(drawn, reference_cases), shift)
        judged = simulate(honest, judges=size, cases=cases, rng=rng)
        found.append(fitted)
        offsets.append(monthly_offsets(judged, fitted) if self_check else np.zeros(_months(cases)))
        shares.append(coincides(judged).mean())
    return Bench(references=tuple(found), offsets=np.array(offsets), coincidence=float(np.mean(shares)))


def misled(found: Bench, judges: Simulated) -> Bench:
    """Return the courts with the monthly check of the very judges that are watched."""
    size = plan()["court"]
    offsets = [
        monthly_offsets(_part(judges, slice(court * size, (court + 1) * size)), each)
        for court, each in enumerate(found.references)
    ]
    return replace(found, offsets=np.array(offsets))


def monthly_offsets(judges: Simulated, fitted: reference.Reference) -> np.ndarray:
    """Return by how much a court raises its reference in each month, from its judges' entries before it."""
    found = _strata(judges, fitted)
    judge = np.repeat(np.arange(judges.judges), judges.cases)
    shape = (judges.judges, len(strata.severity_names()), len(found.groups), len(strata.PLEAS))
    key = np.ravel_multi_index((judge, found.severity, found.group, found.plea), shape)
    _, first, cell = np.unique(key, return_index=True, return_inverse=True)
    mean, month = fitted.court_mean(found)[first], np.arange(judges.cases) // plan()["month"]
    months = _months(judges.cases)
    # entries, and those that coincide, by month and by judge and stratum; then all up to each month
    at = np.broadcast_to(month, judges.advice.shape).ravel() * len(first) + cell
    n, z = (
        np.bincount(at, weights=each, minlength=months * len(first)).reshape(months, -1).cumsum(axis=0)
        for each in (np.ones(len(at)), coincides(judges).ravel())
    )
    before = [
        reference.self_check(z[number], mean, judge[first], judges=judges.judges, n=n[number])
        for number in range(months - 1)
    ]
    return np.array([0.0, *before])


def watch(
    judges: Simulated, found: Bench, *, renewed: Bench | None = None, kinds: Sequence[str] = SPEAKING
) -> dict[str, np.ndarray]:
    """Return where each chart speaks, judges × cases; judges stand in the courts of ``found`` by their number.

    ``renewed``: the courts under the second version of the advice. Its reference is of the shadow cases with which the
    version begins, so that these are not watched.
    """
    cases = _cases(judges, found, renewed=renewed)
    spoken = {name: paths.crossed for name, paths in detect(cases, kinds=kinds).items()}
    if "A3" in spoken:
        spoken["A3"] = _rested(spoken["A3"], definitions().detectors.a3.rest_cases)
    return spoken


def _rested(spoken: np.ndarray, rest: int) -> np.ndarray:
    """Keep the alarms that no kept one precedes by ``rest`` cases or less, as the live watch does."""
    kept, until = np.zeros(spoken.shape, dtype=bool), np.full(len(spoken), -1)
    for case in range(spoken.shape[1]):
        kept[:, case] = spoken[:, case] & (case > until)
        until[kept[:, case]] = case + rest
    return kept


def listing(judges: Simulated, found: Bench) -> np.ndarray:
    """Return the log e-values of judges at the end of each month for the court's list, (judges, months)."""
    log_e = coincidence_log_e(_cases(judges, found, renewed=None))
    return court_list.monthly_log_e(
        log_e,
        month=np.arange(judges.cases) // plan()["month"] + np.zeros(judges.advice.shape, dtype=int),
        months=_months(judges.cases),
        counts=np.isfinite(log_e[0]),
        resets=np.zeros(judges.advice.shape, dtype=bool),
    )


def _cases(judges: Simulated, found: Bench, *, renewed: Bench | None) -> Cases:
    before = _shares(judges, found, np.zeros(judges.judges, dtype=int))
    shown, resets = ~judges.blind, np.zeros(judges.advice.shape, dtype=bool)
    blind = judges.blind
    if renewed is not None:
        start = judges.version.argmax(axis=1)
        after = _shares(judges, renewed, start)
        before = {name: np.where(judges.version == 1, after[name], values) for name, values in before.items()}
        resets[np.arange(judges.judges), start] = True
        shadow = (judges.version == 1) & (np.arange(judges.cases) < (start + _shadow(renewed))[:, None])
        shown, blind = shown & ~shadow, blind & ~shadow
    return Cases(
        advice=judges.advice,
        entry=judges.entry,
        low=judges.low,
        high=judges.high,
        own=np.where(judges.blind, judges.own, np.nan),
        shown=shown,
        blind=blind,
        resets=resets,
        p0=before["coincidence"],
        p0_inside=before["inside"],
        outside=before["outside"],
        lowest_up=before["lowest_up"],
        highest_up=before["highest_up"],
        far=before["far"],
    )


def _shadow(renewed: Bench) -> int:
    """Cases of each judge in the shadow period that the reference of a new version comes from."""
    return -(-renewed.references[0].n // plan()["court"])


def _shares(judges: Simulated, found: Bench, start: np.ndarray) -> dict[str, np.ndarray]:
    """Return p0, p0 inside the interval, the share beyond the band of A4, and how far judges lean; judges × cases."""
    size, shape = plan()["court"], judges.advice.shape
    names = ("coincidence", "inside", "outside", "lowest_up", "highest_up", "far")
    result = {name: np.empty(shape) for name in names}
    month = np.maximum(0, np.arange(judges.cases) - start[:, None]) // plan()["month"]
    for court in range(-(-judges.judges // size)):
        here = slice(court * size, min((court + 1) * size, judges.judges))
        part, fitted = _part(judges, here), found.references[court]
        cells = _strata(part, fitted)
        offset = found.offsets[court][np.minimum(month[here], found.offsets.shape[1] - 1)].ravel()
        shares = {
            "coincidence": fitted.share("coincidence", cells, offset=offset),
            "inside": fitted.share("inside", cells),
            "outside": fitted.worst_outside(cells),
        }
        for name, values in shares.items():
            result[name][here] = values.reshape(part.advice.shape)
        result["lowest_up"][here], result["highest_up"][here] = fitted.leaning.up
        result["far"][here] = fitted.leaning.far
    return result


def _months(cases: int) -> int:
    return -(-cases // plan()["month"])


def _part(judges: Simulated, here: slice) -> Simulated:
    values = {name: value for name, value in vars(judges).items() if isinstance(value, np.ndarray)}
    return replace(judges, **{name: value[here] for name, value in values.items()})


def _fitted(judges: Simulated, cases: int) -> reference.Reference:
    names = plan()["charge_groups"]
    # the first cases of every judge come before the later ones of any
    order = np.arange(judges.advice.size).reshape(judges.advice.shape).ravel(order="F")[:cases]
    frame = pd.DataFrame(
        {
            "advice_months": judges.advice.ravel()[order],
            "own": judges.own.ravel()[order],
            "interval_low": judges.low.ravel()[order],
            "interval_high": judges.high.ravel()[order],
            "charge_group": np.where(judges.driving.ravel()[order], names["driving"], names["other"]),
            "plea": pd.array(judges.plea.ravel()[order], dtype="boolean"),
            "judge": np.repeat(np.arange(judges.judges), judges.cases)[order],
        }
    )
    return reference.fit(frame)


def _shifted(fitted: reference.Reference, shift: float) -> reference.Reference:
    return replace(fitted, coincidence=replace(fitted.coincidence, mean=fitted.coincidence.mean + shift))


def _strata(judges: Simulated, fitted: reference.Reference) -> strata.Strata:
    """Return the strata of all cases, judge by judge; the codes are those of the reference's own groups."""
    names: Sequence[str] = fitted.groups
    wanted = plan()["charge_groups"]
    code = {kind: names.index(name) if name in names else len(names) for kind, name in wanted.items()}
    return strata.Strata(
        severity=strata.severity(judges.advice.ravel()),
        group=np.where(judges.driving.ravel(), code["driving"], code["other"]),
        plea=np.where(judges.plea.ravel(), 0, 1),
        groups=(*names, ""),
    )
