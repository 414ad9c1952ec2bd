"""The content of ``definitions.yaml``, the numbers of the monitor."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from sentencing_ml.packaged import read_yaml


@dataclass(frozen=True, kw_only=True)
class Band:
    """Advice below ``to`` months (None: no upper bound) and at or above the band before it."""

    name: str
    to: float | None
    coincidence_readable: bool


@dataclass(frozen=True, kw_only=True)
class StageTwo:
    """How many blind-first cases follow an alert, and what they must show."""

    cases: int
    from_months: float
    informative: int
    followed: float
    near: int
    disguise_months: float
    rest_after_agreement: int


@dataclass(frozen=True, kw_only=True)
class Coincidence:
    """A1: logit shift from p0 and threshold of the path."""

    shift: float
    threshold: float


@dataclass(frozen=True, kw_only=True)
class GuaranteedCoincidence:
    """A1 with a proven run length: logit shifts averaged, cases of the in-control run length."""

    shifts: tuple[float, ...]
    arl_cases: float


@dataclass(frozen=True, kw_only=True)
class OneWay:
    """A2: shares of upward departures of honest judges, shares to one side looked for, in-control run length."""

    honest: tuple[float, float]
    strict: tuple[float, ...]
    from_months: float
    arl_cases: float


@dataclass(frozen=True, kw_only=True)
class FallingSpread:
    """A3: own first cases, share of their spread that is looked for, threshold, cases of rest after an alert."""

    baseline_cases: int
    ratio: float
    rest_cases: int
    threshold: float


@dataclass(frozen=True, kw_only=True)
class Neglect:
    """A4: the band (log ratio), and of the worst honest judge the share beyond it to one side, and to either; logit
    margin, part of what lies beyond it that lies to one side, logit shifts, threshold.
    """

    band: float
    honest_share: float
    margin: float
    one_side: float
    shift: float
    either_share: float
    either_shift: float
    threshold: float


@dataclass(frozen=True, kw_only=True)
class Disguise:
    """G: share of the honest judge who follows most, logit shift, threshold."""

    honest_share: float
    shift: float
    threshold: float


@dataclass(frozen=True, kw_only=True)
class Detectors:
    """When the charts speak."""

    judge_year: int
    alert_grace_days: int
    a1: Coincidence
    a1_guaranteed: GuaranteedCoincidence
    a2: OneWay
    a3: FallingSpread
    a4: Neglect
    g: Disguise
    trend_weight: float
    sought: dict[str, float]
    never_after: int


@dataclass(frozen=True, kw_only=True)
class ReferenceRules:
    """How p0 is made of the reference cases."""

    weights: tuple[float, ...]
    adopts: float
    within_month: tuple[float, ...]
    margin: float
    size: int
    widening: float
    ordinary_stratum: float
    largest_error: float
    minimum_cases: int
    not_assessable_above: float
    pooling: dict[str, float]
    leaning: dict[str, float]
    self_check: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Definitions:
    """The numbers of ``definitions.yaml``, which says what each is and why."""

    coincidence_months: float
    coincidence_share: float
    informative: float
    minimum_cases: int
    minimum_departures: int
    minimum_blind: int
    minimum_blind_informative: int
    suppress_below: int
    bands: tuple[Band, ...]
    severity_to: tuple[float, ...]
    stage_two: StageTwo
    blind_sample: float
    court_list_rate: float
    detectors: Detectors
    reference: ReferenceRules


@lru_cache(maxsize=1)
def definitions() -> Definitions:
    """Read ``definitions.yaml``."""
    content = read_yaml("monitor", "detection/definitions.yaml")
    return Definitions(
        coincidence_months=content["coincidence"]["months"],
        coincidence_share=content["coincidence"]["share"],
        informative=content["informative"],
        minimum_cases=content["minimum"]["cases"],
        minimum_departures=content["minimum"]["departures"],
        minimum_blind=content["minimum"]["blind"],
        minimum_blind_informative=content["minimum"]["blind_informative"],
        suppress_below=content["suppress_below"],
        bands=tuple(Band(**band) for band in content["bands"]),
        severity_to=tuple(content["severity_to"]),
        stage_two=StageTwo(**content["stage_two"]),
        blind_sample=content["blind_sample"],
        court_list_rate=content["court_list"]["rate"],
        detectors=_detectors(content["detectors"]),
        reference=_reference(content["reference"]),
    )


def _detectors(content: dict[str, Any]) -> Detectors:
    kinds = {
        "a1": Coincidence, "a1_guaranteed": GuaranteedCoincidence, "a2": OneWay, "a3": FallingSpread, "a4": Neglect,
        "g": Disguise,
    }  # fmt: skip
    charts = {name: kind(**_tuples(content[name])) for name, kind in kinds.items()}
    return Detectors(**{**content, **charts})


def _reference(content: dict[str, Any]) -> ReferenceRules:
    rest = {name: value for name, value in content.items() if name != "honest_use"}
    return ReferenceRules(**_tuples(content["honest_use"]), **_tuples(rest))


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


@lru_cache(maxsize=1)
def digest() -> str:
    """Return the SHA-256 of ``definitions.yaml``, which every alert and certificate carries."""
    return hashlib.sha256((files("sentencing_ml") / "monitor" / "detection/definitions.yaml").read_bytes()).hexdigest()
