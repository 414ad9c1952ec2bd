"""Every judge of a population, watched: what each chart and each plain rule said, and what the second stage showed.

Judges are drawn and watched a thousand at a time, in whole courts; of each only counts and delays are kept.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy.special import expit, logit

from sentencing_ml.monitor.certificate import plain_rules, run_length
from sentencing_ml.monitor.certificate.populations import Population, Simulated, plan, populations, simulate
from sentencing_ml.monitor.certificate.simulated_courts import Bench, bench, coincides, watch
from sentencing_ml.monitor.detection import blind_stage
from sentencing_ml.monitor.detection.definitions import definitions
from sentencing_ml.settings import MonitorCertificateSettings

REFERENCE_CASES = 5000
"""Own estimates behind the reference of a court, where nothing else is said."""

_CHUNK = 1000
"""Judges at a time: arrays of more would not fit beside other work."""


@dataclass(kw_only=True)
class Seen:
    """What was seen of one population, judge by judge; lists of arrays, one a chunk of judges."""

    population: Population
    cases: int = 0
    counts: dict[str, list[np.ndarray]] = field(default_factory=dict)
    delays: dict[str, list[np.ndarray]] = field(default_factory=dict)
    units: list[np.ndarray] = field(default_factory=list)
    verdicts: list[np.ndarray] = field(default_factory=list)     # of stages after alerts of A1 or G
    supposed: list[np.ndarray] = field(default_factory=list)     # of stages as if an alert had come
    notes: list[np.ndarray] = field(default_factory=list)        # reasons asked of each judge
    note_delays: list[np.ndarray] = field(default_factory=list)
    openings: list[np.ndarray] = field(default_factory=list)     # stages two of each judge
    coincided: list[np.ndarray] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Courts:
    """The courts in which judges of any population stand, made once and kept."""

    settings: MonitorCertificateSettings
    made: dict[str, Bench] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """Number of courts of each population."""
        return math.ceil(self.settings.judges / plan()["court"])

    def of(self, population: Population) -> tuple[Bench, Bench | None]:
        """Return the courts of a population, and those under the second version of its advice."""
        # judges who lean apart stand in courts of their like
        apart = population.role == "honest" and population.leaning_sd != populations()["honest"].leaning_sd
        name = "plea" if population.plea else "leaning" if apart else "plain"
        first = self._bench(name, None if name == "plain" else population)
        return first, None if population.release is None else self._bench("release", population)

    def _bench(self, name: str, like: Population | None) -> Bench:
        if name not in self.made:
            self.made[name] = bench(
                courts=self.number,
                cases=self.settings.cases + plan()["horizon"],
                reference_cases=REFERENCE_CASES,
                rng=self.rng(name),
                like=like,
            )
        return self.made[name]

    def rng(self, *names: str | int) -> np.random.Generator:
        """Return the generator of one part of the certificate, the same whatever the other parts draw."""
        parts = [int.from_bytes(str(name).encode("utf-8"), "big") for name in names]
        return np.random.default_rng([self.settings.seed, *parts])

    def chunks(self, name: str, population: Population, **options: Any) -> Iterator[tuple[slice, Simulated]]:
        """Yield the judges of a population in whole courts, with the courts in which they stand."""
        size = plan()["court"]
        for start in range(0, self.number * size, _CHUNK):
            stop = min(start + _CHUNK, self.settings.judges)
            drawn = simulate(
                population,
                judges=stop - start,
                cases=self.settings.cases,
                rng=self.rng(name, start),
                **options,
            )
            yield slice(start // size, -(-stop // size)), drawn


def some(found: Bench, courts: slice) -> Bench:
    """Return a part of the courts."""
    return replace(found, references=found.references[courts], offsets=found.offsets[courts])


def gives_no_cause(population: Population) -> bool:
    """Return whether every alarm about these judges is false."""
    return population.role in ("honest", "expert")


def watched(population: Population, courts: Courts) -> Seen:
    """Watch the judges of one population with every chart and every plain rule."""
    first, second = courts.of(population)
    result = Seen(population=population)
    for here, judges in courts.chunks(population.name, population):
        renewed = None if second is None else some(second, here)
        alarms = watch(judges, some(first, here), renewed=renewed)
        alarms |= _plain(judges, first.coincidence)
        _note_down(result, judges, alarms)
    return result


def _plain(judges: Simulated, mean: float) -> dict[str, np.ndarray]:
    """Return where each plain rule speaks; ``mean``: the honest share of coincidence of all courts."""
    z, month = coincides(judges), plan()["month"]
    r = np.log(judges.entry / judges.advice)
    rules = definitions()
    margin = rules.reference.margin
    made: dict[str, Callable[[], np.ndarray]] = {
        "literal_size": lambda: plain_rules.literal_size(r),
        "literal_mean": lambda: plain_rules.literal_mean(r),
        "p_chart": lambda: plain_rules.p_chart(z, mean=mean),
        "unadjusted_cusum": lambda: plain_rules.unadjusted_cusum(
            z, p0=float(expit(logit(mean) + margin)), shift=rules.detectors.a1.shift
        ),
        "adoption": lambda: plain_rules.adoption(z),
        "sign_test": lambda: plain_rules.sign_test(z, r, month=month),
        "wilcoxon": lambda: plain_rules.wilcoxon(z, r, month=month),
    }
    found = {name: rule() for name, rule in made.items()}
    return found | {
        f"ewma_{weight}": plain_rules.ewma(z, mean=mean, weight=weight) for weight in plain_rules.EWMA_WEIGHTS
    }


def _note_down(result: Seen, judges: Simulated, alarms: Mapping[str, np.ndarray]) -> None:
    """Add one chunk of judges to what was seen."""
    honest = gives_no_cause(result.population)
    start = np.zeros(judges.judges, dtype=int) if honest else judges.change
    after = np.arange(judges.cases) >= start[:, None]
    result.cases = judges.cases
    result.coincided.append(coincides(judges)[after])
    result.units.append(judges.cluster)
    for name, spoken in alarms.items():
        result.counts.setdefault(name, []).append(spoken.sum(axis=1))
        result.delays.setdefault(name, []).append(run_length.delays(spoken, start))
    stages = stages_two(judges, {kind: alarms[kind] & after for kind in ("A1", "G")})
    result.verdicts.append(stages.verdict)
    supposed = np.zeros(alarms["A1"].shape, dtype=bool)
    supposed[np.arange(judges.judges), np.minimum(start, judges.cases - 1)] = True
    opened = "G" if result.population.role == "gaming" else "A1"
    result.supposed.append(stages_two(judges, {opened: supposed}).verdict)
    result.openings.append(np.bincount(stages.judge, minlength=judges.judges))
    asked = np.zeros(alarms["A1"].shape, dtype=bool)
    asked |= (alarms["A2"] | alarms["A4"]) & after
    relied = stages.verdict == "依赖"
    asked[stages.judge[relied], stages.end[relied]] = True
    result.notes.append(asked.sum(axis=1))
    result.note_delays.append(run_length.delays(asked, start))


@dataclass(frozen=True, kw_only=True)
class Stages:
    """Stages two in the order of their beginning: arrays over stages.

    ``verdict`` is "" where the cases ended before the stage did; ``end`` is the index of its last case.
    """

    judge: np.ndarray
    kind: np.ndarray
    end: np.ndarray
    verdict: np.ndarray


def stages_two(judges: Simulated, alarms: Mapping[str, np.ndarray]) -> Stages:
    """Return what the blind-first cases after alarms show.

    The next suitable cases after an alarm are blind-first: their own estimates are read, and the entries are those that
    the judge makes anyhow. No stage begins within another, nor in the rest that follows 一致.
    """
    rules = definitions().stage_two
    suitable = blind_stage.suitable(judges.advice)
    order = np.argsort(~suitable, axis=1, kind="stable")
    before = np.cumsum(suitable, axis=1)
    any_alarm = np.logical_or.reduce(list(alarms.values()))
    open_until = np.full(judges.judges, -1)
    rows: list[tuple[int, str, int, str]] = []
    for judge, case in zip(*np.nonzero(any_alarm), strict=True):
        if case <= open_until[judge]:
            continue
        kind = next(name for name, spoken in alarms.items() if spoken[judge, case])
        done = before[judge, case]
        places = order[judge, done : min(done + rules.cases, before[judge, -1])]
        if len(places) < rules.cases:
            rows.append((judge, kind, judges.cases - 1, ""))
            open_until[judge] = judges.cases
            continue
        verdict = blind_stage.classify(
            judges.own[judge, places], judges.advice[judge, places], judges.entry[judge, places], kind=kind
        )
        rows.append((judge, kind, int(places[-1]), verdict))
        open_until[judge] = places[-1] + (rules.rest_after_agreement if verdict == "一致" else 0)
    columns = list(zip(*rows, strict=True)) if rows else [(), (), (), ()]
    return Stages(
        judge=np.array(columns[0], dtype=int),
        kind=np.array(columns[1], dtype=str),
        end=np.array(columns[2], dtype=int),
        verdict=np.array(columns[3], dtype=str),
    )


def watched_by_a1(name: str, made: Bench, courts: Courts) -> Seen:
    """Watch the judges of one population, the same ones as before, in other courts."""
    population = populations()[name]
    result = Seen(population=population)
    for here, judges in courts.chunks(name, population):
        spoken = watch(judges, some(made, here), kinds=["A1"])["A1"]
        start = np.maximum(judges.change, 0)
        result.cases = judges.cases
        result.units.append(judges.cluster)
        result.counts.setdefault("A1", []).append(spoken.sum(axis=1))
        result.delays.setdefault("A1", []).append(run_length.delays(spoken, start))
    return result


def rate(seen: Seen, counts: np.ndarray) -> dict[str, Any]:
    """Return alarms per 100 judge-years; judges trained together count as one."""
    together = seen.population.cluster is not None
    codes = units(seen.units) if together else None
    return run_length.false_alarms(counts, cases=seen.cases, year=plan()["year"], unit=codes)


def units(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Return codes of the clusters of all chunks; each chunk counts its own from zero."""
    starts = np.cumsum([0, *(int(part.max()) + 1 for part in parts[:-1])])
    return np.concatenate([part + start for part, start in zip(parts, starts, strict=True)])


def detection(seen: Seen, rule: str) -> dict[str, Any]:
    """Return how soon a rule named the judges of one population."""
    return run_length.detection(joined(seen.delays[rule]), horizon=plan()["horizon"])


def joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Return the judges of all chunks one after the other."""
    return np.concatenate(parts)
