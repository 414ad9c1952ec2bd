"""Populations of simulated judges with known behaviour, as arrays of judges × cases.

The monitor is certified on them (:mod:`monitor.certificate.certificate`). Every judge has an own view of each case,
the months that the offence is worth to that judge, whether or not it is written down before the advice is seen; what
then is entered depends on the kind of judge (``populations.yaml``). A judge of a changing kind is honest up to a case
of its own, drawn at random, and changes there.

The kinds are an honest grid, automation bias (Goddard et al. 2012) and its opposite, the return to old habits
(Stevenson and Doleac 2024).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from sentencing_ml.packaged import read_yaml


@dataclass(frozen=True, kw_only=True)
class Population:
    """One kind of judges: ``role`` honest | expert | reliant | one_way | neglect | gaming.

    ``plea``, ``drift``, ``cluster``, ``release`` and ``becomes`` are the entries of ``populations.yaml``, None without
    one. ``heaps``: rounds to half years and years. ``worst``: an honest sub-population that counts for the worst.
    """

    name: str
    zh: str
    role: str
    leaning_sd: float
    view_sd: tuple[float, float]
    weight: tuple[float, float]
    adopts: tuple[float, float]
    driving: tuple[float, ...]
    heaps: bool
    worst: bool = False
    plea: Mapping[str, Any] | None = None
    drift: Mapping[str, Any] | None = None
    cluster: Mapping[str, Any] | None = None
    release: Mapping[str, Any] | None = None
    becomes: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """What judges of one population saw and entered; arrays are judges × cases unless said otherwise.

    Attributes
    ----------
    advice, low, high : months shown; ``unaltered`` the advice before a gross error was planted in it.
    own : whole months of the judge's own view, of every case: the monitor may read it where ``blind`` says so, and in
        the cases that its second stage makes blind-first.
    entry : whole months entered.
    driving, plea, group : of the case; ``group``: of the defendants on whom a judge may rely selectively.
    version : 0, or 1 after a change of model version.
    change : (judges,) index of the first case of the changed behaviour, -1 for a judge who does not change.
    share : (judges,) share of dangerous driving in the caseload.
    cluster : (judges,) code of the judges who were trained together; each judge alone where nobody was.
    """

    population: Population
    advice: np.ndarray
    low: np.ndarray
    high: np.ndarray
    unaltered: np.ndarray
    own: np.ndarray
    entry: np.ndarray
    driving: np.ndarray
    plea: np.ndarray
    group: np.ndarray
    blind: np.ndarray
    version: np.ndarray
    change: np.ndarray
    share: np.ndarray
    cluster: np.ndarray

    @property
    def judges(self) -> int:
        """Number of judges."""
        return len(self.advice)

    @property
    def cases(self) -> int:
        """Number of cases of each judge."""
        return self.advice.shape[1]


@lru_cache(maxsize=1)
def plan() -> dict[str, Any]:
    """Read ``populations.yaml``."""
    return read_yaml("monitor", "certificate/populations.yaml")


@lru_cache(maxsize=1)
def populations() -> dict[str, Population]:
    """Return the populations of ``populations.yaml`` by name, in its order."""
    content = plan()
    found = {}
    for name, entry in content["populations"].items():
        values = {**content["honest"], **entry}
        ranges = {key: tuple(values[key]) for key in ("view_sd", "weight", "adopts", "driving")}
        found[name] = Population(name=name, **{**values, **ranges})
    return found


def simulate(
    population: Population,
    *,
    judges: int,
    cases: int,
    rng: np.random.Generator,
    errors: bool = False,
    changed: bool = False,
) -> Simulated:
    """Draw ``judges`` judges of a population with ``cases`` cases each.

    Judges who change get ``horizon`` cases more, so that each can be watched for so many after the change; with
    ``changed`` they have changed before their first case, and get none. ``errors`` plants gross errors in the advice
    (``error`` of ``populations.yaml``).
    """
    content, becomes = plan(), population.becomes
    change = np.full(judges, 0 if changed and becomes is not None else -1)
    if becomes is not None and not changed:
        # Of so many cases as there are: a small run watches shorter careers before the change.
        latest = min(content["change"]["to"], cases)
        change = rng.integers(content["change"]["from"] - 1, latest, size=judges)
        cases = latest + content["horizon"]
    shape = (judges, cases)
    shares = np.array(population.driving)[np.arange(judges) % len(population.driving)]
    driving = rng.random(shape) < shares[:, None]
    true = _advice(driving, rng)
    leaning, cluster, shared = _leanings(population, judges, cases, rng)
    spread = rng.uniform(*population.view_sd, size=judges)[:, None]
    noise = rng.standard_normal(shape)
    weight = rng.uniform(*population.weight, size=judges)[:, None] + np.zeros(shape)
    adopts = rng.uniform(*population.adopts, size=judges)[:, None] + np.zeros(shape)
    advice, version = true.copy(), np.zeros(shape, dtype=int)
    if population.release is not None:
        version[:, int(cases * population.release["at"]) :] = 1
        moved = np.log(population.release["factor"]) + rng.normal(0, population.release["noise_sd"], shape)
        advice = true * np.exp(moved * version)
    unaltered = advice.copy()
    if errors:
        advice = np.where(rng.random(shape) < content["error"]["share"], advice * content["error"]["factor"], advice)
    if population.drift is not None:
        # over the first year, and then it stays
        way = np.minimum(np.arange(cases) / content["year"], 1.0)
        weight = weight + (population.drift["to"] - weight) * way
    plea = np.zeros(shape, dtype=bool)
    if population.plea is not None:
        plea = rng.random(shape) < population.plea["share"]
        adopts = np.where(plea, rng.uniform(*population.plea["adopts"], size=judges)[:, None], adopts)
    group = rng.random(shape) < content["group_share"]
    since = np.where(change[:, None] >= 0, np.arange(cases) - change[:, None], -1)
    view = np.log(true) + leaning[:, None] + shared + spread * noise
    view, weight, adopts = _changed(becomes, since, view, weight, adopts, np.log(advice), group, noise)
    own, blended = (
        heaped(np.exp(months), rng) if population.heaps else whole(np.exp(months))
        for months in (view, weight * np.log(advice) + (1 - weight) * view)
    )
    adopted = rng.random(shape) < adopts
    entry = np.where(adopted, whole(advice), blended)
    # the prosecution's recommendation is made with the same tool and lies in the file before any own estimate
    own = np.where(plea & adopted, whole(advice), own)
    entry = _one_sided(becomes, since, entry, advice, rng)
    half = np.interp(rng.random(shape), content["half_width"]["levels"], content["half_width"]["values"])
    return Simulated(
        population=population,
        advice=advice,
        low=advice * np.exp(-half),
        high=advice * np.exp(half),
        unaltered=unaltered,
        own=own,
        entry=entry,
        driving=driving,
        plea=plea,
        group=group,
        blind=rng.random(shape) < content["blind_first"],
        version=version,
        change=change,
        share=shares,
        cluster=cluster,
    )


def whole(months: np.ndarray) -> np.ndarray:
    """Return whole months, halves upwards, one at least: nobody is sentenced to none."""
    return np.maximum(1.0, np.floor(months + 0.5))


def heaped(months: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the whole months that a judge writes for a view: often a multiple of six or twelve nearby."""
    rules = plan()["heaping"]
    bands = rules["bands"]
    band = np.searchsorted([each["from"] for each in bands], months, side="right") - 1
    draw = rng.random(months.shape)
    six, twelve = (np.array([each[name] for each in bands])[band] for name in ("six", "twelve"))
    step = np.where(draw < twelve, 12.0, np.where(draw < twelve + six, 6.0, 1.0))
    rounded = step * np.floor(months / step + 0.5)
    return np.where((step > 1) & (np.abs(rounded / months - 1) <= rules["within"]), rounded, whole(months))


def _advice(driving: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    content = plan()["caseload"]
    draw = rng.random(driving.shape)
    months = {
        name: np.exp(np.interp(draw, content["levels"], np.log(content[name]))) for name in ("driving", "other")
    }
    return np.where(driving, months["driving"], months["other"])


def _leanings(
    population: Population, judges: int, cases: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each judge's lasting leaning, the code of the judges trained together, and what their views share."""
    leaning = rng.normal(0, population.leaning_sd, judges)
    together = population.cluster
    if together is None:
        return leaning, np.arange(judges), np.zeros((1, 1))
    cluster = np.arange(judges) // together["size"]
    number = cluster[-1] + 1
    months = -(-cases // plan()["month"])
    # what is in the air moves all of them for a month
    shared = np.repeat(rng.normal(0, together["shared_sd"], (number, months)), plan()["month"], axis=1)[:, :cases]
    return leaning + rng.normal(0, together["leaning_sd"], number)[cluster], cluster, shared[cluster]


def _changed(
    becomes: Mapping[str, Any] | None,
    since: np.ndarray,
    view: np.ndarray,
    weight: np.ndarray,
    adopts: np.ndarray,
    advice: np.ndarray,
    group: np.ndarray,
    noise: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return view (log months), weight and share of adoption once the change of each judge has set in.

    ``since`` counts the cases after the change, 0 at the first, negative before.
    """
    if becomes is None:
        return view, weight, adopts
    after, kind = since >= 0, becomes["kind"]
    if kind == "adopts":
        where = {"lenient": advice < view, "group": group}.get(becomes.get("when"), True)
        adopts = np.where(after & where, becomes["share"], adopts)
    elif kind == "gradual":
        way = np.clip((since + 1) / becomes["over"], 0.0, 1.0)
        weight = weight + (becomes["to"] - weight) * way
    elif kind == "leans":
        view = view + after * np.log1p(becomes["shift"])
    elif kind == "one_sided":
        adopts = np.where(after, becomes.get("adopts", adopts), adopts)
    elif kind == "ignores":
        wider = becomes.get("view_sd", 0.0)
        turned = view + np.log1p(becomes["shift"])
        # a spread of the case's own noise alone: what the judge thought before no longer shows
        view = np.where(after, advice + wider * noise if wider else turned, view)
        weight, adopts = np.where(after, 0.0, weight), np.where(after, 0.0, adopts)
    return view, weight, adopts


def _one_sided(
    becomes: Mapping[str, Any] | None,
    since: np.ndarray,
    entry: np.ndarray,
    advice: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the entries of the kinds that are known by where the entry stands beside the advice."""
    if becomes is None or becomes["kind"] not in ("one_sided", "jitter"):
        return entry
    up = rng.random((len(entry), 1)) < 0.5
    if becomes["kind"] == "one_sided":
        # the same corrections, all to one side
        away = np.exp(np.abs(np.log(entry / advice)))
        return np.where(since >= 0, whole(np.where(up, advice * away, advice / away)), entry)
    side = np.where(rng.random(entry.shape) < 0.5, -1.0, 1.0)
    beside = whole(advice) + becomes["months"] * side
    return np.where(since >= 0, np.maximum(1.0, beside), entry)
