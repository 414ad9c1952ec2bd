"""What a simulated case is: court, people, counts, outcomes; and the tables of assumptions it is drawn from."""

import datetime
import math
import random
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sentencing_ml.packaged import read_yaml
from sentencing_ml.simulation import rules

PLEA_LENIENCY_FROM = datetime.date(2018, 10, 26)
"""The day on which 认罪认罚 and 速裁 entered the procedure code (刑诉法15, 222)."""


@dataclass(frozen=True, kw_only=True)
class Court:
    """A court of first instance, its leaning and its judges."""

    province: str
    prefix: str
    code: str
    city: str
    district: str
    appeal: str
    effect: float
    judges: tuple[tuple[str, float], ...]

    @property
    def name(self) -> str:
        """The name as its judgments carry it."""
        return f"{self.province}{self.city}{self.district}人民法院"

    @property
    def place(self) -> str:
        """City and district."""
        return f"{self.city or self.province}{self.district}"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A sentence: principal penalty, months, probation and fine (``None``: not of that kind)."""

    penalty: str
    term_months: float | None
    fine_yuan: float | None
    probation_months: float = 0


@dataclass(frozen=True, kw_only=True)
class Count:
    """A charge of a defendant: the facts, the true arithmetic, and what was imposed."""

    charge: str
    written: str
    law: rules.ChargeLaw
    tier: int
    facts: dict[str, Any]
    ratios: dict[str, float]
    acts: tuple[int, ...]
    base_months: float
    liability_months: float
    liability_expected: float
    offender_ratio: float
    declared_exact: float
    outcome: Outcome


RESIDENCE = "住"
ORIGIN = "人"


@dataclass(frozen=True, kw_only=True)
class Person:
    """A defendant: particulars, behaviour, counts.

    ``home`` is the seat of a court that stands for the place, ``home_told`` the word by which the judgment tells it.
    """

    name: str
    gender: str
    birth: datetime.date
    ethnicity: str
    education: str | None
    occupation: str | None
    home: Court
    home_told: str
    counsel: str | None
    custody: str
    role: str | None
    caught: datetime.date
    offender: dict[str, bool]
    counts: tuple[Count, ...]
    final: Outcome
    planted: bool

    @property
    def household(self) -> str | None:
        """The province where the person is registered, None where the judgment tells the residence alone."""
        return None if self.home_told == RESIDENCE else self.home.province


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """What the prosecution recommended for the first defendant's first count."""

    present: bool
    kind: str | None = None
    low: float | None = None
    high: float | None = None
    adopted: bool = True


@dataclass(frozen=True, kw_only=True)
class Case:
    """A judgment before it is written.

    ``severity`` is its latent standard normal severity, ``leaning`` the logarithm of what its court and judge multiply
    sentences by.
    """

    id: str
    court: Court
    judge: str
    offence: datetime.date
    filed: datetime.date
    judged: datetime.date
    serial: int
    procedure: str
    persons: tuple[Person, ...]
    act_amounts: dict[str, tuple[float, ...]]
    others_at_large: bool
    recommendation: Recommendation
    severity: float = field(repr=False)
    leaning: float = field(repr=False)

    @property
    def upper(self) -> bool:
        """Whether an intermediate court tried the case: life and death are above a district court (刑诉法21)."""
        return any(count.outcome.penalty in ("无期徒刑", "死刑") for person in self.persons for count in person.counts)

    @property
    def court_name(self) -> str:
        """The court that gave the judgment."""
        return self.court.appeal if self.upper else self.court.name

    @property
    def appeal_name(self) -> str:
        """The court that would hear an appeal."""
        return f"{self.court.province}高级人民法院" if self.upper else self.court.appeal

    @property
    def upper_code(self) -> str:
        """The number of the intermediate court: of a municipality by its name, else by the city."""
        ordinal = next(
            (place for place, name in enumerate("一二三四五", start=1) if f"第{name}中级" in self.court.appeal), None
        )
        return self.court.code[:2] if ordinal is None else f"{ordinal:02d}"

    @property
    def case_number(self) -> str:
        """（2021）浙0102刑初345号; before 2016 courts numbered by a short name of their own."""
        if self.filed.year >= 2016:
            code = self.upper_code if self.upper else self.court.code
            return f"（{self.filed.year}）{self.court.prefix}{code}刑初{self.serial}号"
        return f"（{self.filed.year}）{self.court.district[0]}刑初字第{self.serial}号"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What all defendants of a case share while it is drawn.

    ``severity`` is the case's latent standard normal severity; ``confounding`` scales its hold on behaviour.
    """

    court: Court
    courts: tuple[Court, ...]
    judge_effect: float
    offence: datetime.date
    filed: datetime.date
    judged: datetime.date
    severity: float
    confounding: float
    planted_attribute: str | None
    planted_effect: float


@lru_cache(maxsize=1)
def assumptions() -> dict:
    """Read ``assumptions.yaml``."""
    return read_yaml("simulation", "assumptions.yaml")


@lru_cache(maxsize=1)
def places() -> dict:
    """Read ``places.yaml``."""
    return read_yaml("simulation", "places.yaml")


def person_name(rng: random.Random, gender: str) -> str:
    """Draw a full name."""
    names = places()
    return rng.choice(names["surnames"]) + rng.choice(names["male_names" if gender == "男" else "female_names"])


def full_years(birth: datetime.date, day: datetime.date) -> int:
    """Return the age in full years on ``day``."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def logistic(value: float) -> float:
    """Return the probability of a logit."""
    return 1.0 / (1.0 + math.exp(-value))


def weighted(rng: random.Random, weights: dict[str, float]) -> str:
    """Draw a key by its weight."""
    return rng.choices(list(weights), list(weights.values()))[0]
