"""The limits of the kinds of punishment, of their combination and of their execution (``limits.yaml``), by date."""

import datetime
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field, StrictBool, StrictInt, field_validator, model_validator

from sentencing_ml.law._data import Dated, LawDataError, Row, keys, load, parsed, raise_all
from sentencing_ml.law.conditions import Answer, Condition, Facts, condition, facts_of, thresholds_of
from sentencing_ml.law.problems import edition

_Count = Annotated[StrictInt, Field(ge=1)]
_Ratio = Annotated[float, Field(gt=0)]


class Case(Row):
    """A case that a rule names, with the condition over facts that tells it."""

    text: str
    when: Any

    @field_validator("when")
    @classmethod
    def _readable(cls, written: Any) -> Any:
        return _checked(written)

    @cached_property
    def _compiled(self) -> Condition:
        return condition(self.when)

    def ask(self, facts: Facts) -> Answer:
        """Return whether the facts are of this case."""
        return self._compiled(facts, _no_threshold)


class Limit(Dated):
    """A rule with its parameters: months, years, yuan; for set-off the days that a day of custody counts for.

    ``when`` is the condition under which the rule holds; without it the rule asks for no fact.
    """

    id: str
    rule: str
    article: str
    params: Mapping[str, Any] = Field(default_factory=dict)
    when: Any = None
    source: Annotated[tuple[str, ...], Field(min_length=1)]
    verified: StrictBool = True
    note: str | None = None

    @field_validator("when")
    @classmethod
    def _readable(cls, written: Any) -> Any:
        return None if written is None else _checked(written)

    @property
    def cited(self) -> str:
        """The article as a sheet cites it: a bare number is one of 刑法."""
        return f"刑法{self.article}" if self.article[0].isdigit() else self.article

    @cached_property
    def _compiled(self) -> Condition:
        return condition(self.when)

    def ask(self, facts: Facts) -> Answer:
        """Return whether the rule holds for the facts; it always does without a condition."""
        return Answer(True) if self.when is None else self._compiled(facts, _no_threshold)


class _Parameters(Row):
    @model_validator(mode="after")
    def _ordered(self) -> "_Parameters":
        for name, low in self:
            high = getattr(self, name.replace("min_", "max_"), None)
            if "min_" in name and high is not None and low > high:
                raise ValueError(f"{low}–{high} is no range")
        return self


class _Months(_Parameters):
    min_months: _Count
    max_months: _Count


class _Caps(_Parameters):
    fixed_cap_below: _Count
    fixed_sum_threshold: _Count | None = None
    fixed_cap_from: _Count | None = None
    detention_cap: _Count
    surveillance_cap: _Count

    @model_validator(mode="after")
    def _both(self) -> "_Caps":
        if (self.fixed_sum_threshold is None) != (self.fixed_cap_from is None):
            raise ValueError("fixed_sum_threshold and fixed_cap_from go together")
        return self


class _Mixed(_Parameters):
    added: StrictBool


class _Probation(_Parameters):
    max_months: _Count
    conditions: Annotated[tuple[Case, ...], Field(min_length=1)]
    must_for: tuple[Case, ...] = ()


class _Period(_Parameters):
    detention_min_months: _Count
    detention_max_months: _Count
    fixed_min_months: _Count
    fixed_max_months: _Count


class _Barred(_Parameters):
    excluded: Annotated[tuple[Case, ...], Field(min_length=1)]


class _Offset(_Parameters):
    fixed_term: _Ratio
    detention: _Ratio
    surveillance: _Ratio


class _Recidivism(_Parameters):
    years: _Count
    fact: str
    excluded: tuple[Case, ...] = ()


class _Ages(_Parameters):
    full: _Count
    limited: _Count
    special: _Count | None = None


class _Mitigation(_Parameters):
    statutory_ground: StrictBool
    tiers_below: _Count | None = None


class _Suspended(_Parameters):
    years: _Count
    reduced_months: _Count


class _Ban(_Parameters):
    min_years: _Count
    max_years: _Count


class _FineFloor(_Parameters):
    adult: _Count
    minor: _Count


class _Payment(_Parameters):
    max_months: _Count


class _Elderly(_Parameters):
    age: _Count


class _NoDeath(_Parameters):
    minor: _Count
    elderly: _Count | None = None


class _NoParole(_Parameters):
    min_months: _Count


class _Calendar(_Parameters):
    half_month_days: _Count


class _MaxDays(_Parameters):
    max_days: _Count


_PARAMETERS: Mapping[str, type[_Parameters]] = {
    "fixed_term": _Months,
    "detention": _Months,
    "surveillance": _Months,
    "inclusive": _Parameters,
    "death_suspended": _Suspended,
    "temporal": _Parameters,
    "aggravate_within": _Parameters,
    "mitigate_below": _Mitigation,
    "no_need": _Parameters,
    "job_ban": _Ban,
    "surrender_partial": _Parameters,
    "surrender_escape": _Parameters,
    "similar_case_confession": _Parameters,
    "minor_age": _Ages,
    "minor_leniency": _Parameters,
    "elderly_leniency": _Elderly,
    "death_bar": _NoDeath,
    "life_bar": _Ages,
    "recidivism": _Recidivism,
    "special_recidivism": _Parameters,
    "drug_recidivist": _Parameters,
    "concurrent_cap": _Caps,
    "absorbed": _Parameters,
    "mixed_kinds": _Mixed,
    "additional_kinds": _Parameters,
    "fine_concurrent": _Parameters,
    "unjudged_offence": _Parameters,
    "later_offence": _Parameters,
    "probation_revoked": _Parameters,
    "fine_min": _FineFloor,
    "fine_payment": _Payment,
    "probation": _Probation,
    "probation_period": _Period,
    "probation_bar": _Barred,
    "probation_prohibition": _Parameters,
    "parole_bar": _NoParole,
    "offset": _Offset,
    "offset_residence": _Offset,
    "term_days": _Calendar,
    "administrative_detention": _MaxDays,
}


class _File(Row):
    version: StrictInt
    limits: tuple[Limit, ...]


@lru_cache(maxsize=4096)
def limit(id: str, on: datetime.date | None = None) -> Limit | None:
    """Return the rule of that id as it stood on a day, None where the law had none; ``on`` None is today's law.

    Raises
    ------
    KeyError
        There is no rule of that id.
    """
    day = on or edition().current_to
    return next((version for version in all_limits()[id] if version.holds(day)), None)


@lru_cache(maxsize=1)
def limits() -> Mapping[str, Limit]:
    """Return today's rules by id; raises LawDataError with every fault at once."""
    return MappingProxyType({id: limit(id) for id in all_limits()})


@lru_cache(maxsize=1)
def all_limits() -> Mapping[str, tuple[Limit, ...]]:
    """Read every version of every rule of ``limits.yaml``; raises LawDataError with every fault at once."""
    return build(load("limits.yaml"), sources=keys("sources"), facts=keys("facts"))


def build(content: Any, *, sources: Iterable[str], facts: Iterable[str]) -> Mapping[str, tuple[Limit, ...]]:
    """Check the content of ``limits.yaml`` and return its versions by id; raises LawDataError with every fault.

    Parameters
    ----------
    sources, facts
        The keys of ``sources.yaml`` and ``facts.yaml``, which entries may refer to.
    """
    problems: list[str] = []
    file = parsed(_File, content, problems=problems, where="limits.yaml: ")
    known_sources, known_facts = set(sources), set(facts)
    result: dict[str, list[Limit]] = {}
    for row in file.limits if file else ():
        where = f"limits.yaml: {row.id}"
        problems += [f"{where} source: unknown source {key}" for key in row.source if key not in known_sources]
        model = _PARAMETERS.get(row.id)
        if model is None:
            problems.append(f"{where}: unknown limit")
            continue
        own: list[str] = []
        params = parsed(model, dict(row.params), problems=own, where=f"{where} params ")
        problems += [fault.replace("params : ", "params: ", 1) for fault in own]
        if params is None:
            continue
        asked = _asked(row, params)
        problems += [f"{where}: unknown fact {name}" for name in sorted(asked - known_facts)]
        typed = MappingProxyType({name: value for name, value in params if value is not None})
        version = row.model_copy(update={"params": typed})
        versions = result.setdefault(row.id, [])
        problems += [
            f"{where}: two versions hold on {day.isoformat()}" for other in versions if (day := other.overlaps(version))
        ]
        versions.append(version)
    given = {row.get("id") for row in content["limits"] if isinstance(row, Mapping)} if file else set(_PARAMETERS)
    problems += [f"limits.yaml: {name}: is missing" for name in _PARAMETERS if name not in given]
    if not problems:
        today = edition().current_to
        problems += [
            f"limits.yaml: {id}: no version holds today"
            for id, versions in result.items()
            if not any(version.holds(today) for version in versions)
        ]
    raise_all(problems, error=LawDataError, heading="limits.yaml cannot be used:")
    return MappingProxyType({id: tuple(versions) for id, versions in result.items()})


def _asked(row: Limit, params: _Parameters) -> set[str]:
    """Return the facts that an entry asks for."""
    names = set() if row.when is None else set(facts_of(row.when))
    for _, value in params:
        for case in value if isinstance(value, tuple) else ():
            names |= facts_of(case.when)
    if isinstance(params, _Recidivism):
        names.add(params.fact)
    return names


def _checked(written: Any) -> Any:
    condition(written)
    if thresholds_of(written):
        raise ValueError("may not refer to a threshold of a charge")
    return written


def _no_threshold(facts: Facts, fact: str, threshold: str, times: float) -> Answer:
    raise AssertionError("limits refer to no threshold")
