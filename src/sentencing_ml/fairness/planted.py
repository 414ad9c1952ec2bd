"""Audited tables in which every difference is known, because it was planted.

Two sources give a table without any difference of its own: :func:`simulate` draws courts, offences and defendants
(``planted.yaml``), and :func:`resample` takes an audited table apart, so that facts, advice and errors stay as they
were and no attribute is related to them. :func:`plant` then raises the log term of some groups in one object of the
audit, and :func:`truth` says what each contrast of the audit should find: not only of the planted groups, for their
members are in the rest of every other group, and an attribute that goes with a planted one inherits its difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import pandas as pd

from sentencing_ml.factors.table import columns
from sentencing_ml.fairness import extraction_gap
from sentencing_ml.fairness.comparison import compared_rows
from sentencing_ml.fairness.conditional import Facts
from sentencing_ml.fairness.contrasts import Contrast, Grouping, contrasts, grouping
from sentencing_ml.fairness.groups import groups
from sentencing_ml.fairness.overrides import within
from sentencing_ml.liability.accuracy import court_clusters
from sentencing_ml.packaged import read_yaml
from sentencing_ml.settings import AuditSettings

Planting = Literal["labels", "advice", "extraction", "overrides"]

SEVERITY_BANDS = 8
"""Bands of severity within which, with the charge, an attribute's share is taken to be constant."""

_FLOOR = float(np.log(1.2))
"""Least ln(1 + months) of a declared term: a few days."""

DRAWS = 40
"""Other terms by which the true share of heavy, light and covered rows of a group is told."""

LEAST_COURTS, LEAST_ROWS = 20, 300
"""Fewer known courts or counts than this are no pool to draw from."""

_WAVES = 8
"""Waves of which the error of a simulated advice is the sum."""


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A group whose term was moved by ``effect`` (a share: 0.1 is +10 %) in one object of the audit."""

    attribute: str
    group: str
    effect: float
    planting: Planting


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """Counts before an audit reads them: arrays over the rows, terms as ln(1 + months).

    Attributes
    ----------
    frame : the columns that the audit groups by, with ``row_id``, ``cluster``, ``court`` and ``charge_group``.
    design : what the audit knows of the offence; ``categorical`` names its integer codes.
    cells : integer code of the facts that an attribute may go with.
    term : what the facts, and what was planted, make of the label without chance and court.
    label, advice : the term without the offender's factors, and the advice.
    others : (rows, :data:`DRAWS`) other terms that chance might have given the row, the same planted in them.
    prevention, found : what the offender's factors add to the declared term, and how much of that extraction found.
    labels_moved, advice_moved, decided_moved : what was planted in each row.
    judge : integer code of the judge who decides with the advice.
    there : facts that are true of each row, boolean (rows, facts), None where they are not known one by one; ``chance``
        that extraction misses what mitigates the sentence of a row, ``seen`` where it did not; ``mitigating`` names the
        facts of which that is so.
    """

    frame: pd.DataFrame
    design: pd.DataFrame
    categorical: tuple[str, ...]
    cells: np.ndarray
    term: np.ndarray
    label: np.ndarray
    others: np.ndarray
    advice: np.ndarray
    prevention: np.ndarray
    found: np.ndarray
    judge: np.ndarray
    half_width: np.ndarray
    labels_moved: np.ndarray
    advice_moved: np.ndarray
    decided_moved: np.ndarray
    chance: np.ndarray
    seen: np.ndarray
    there: pd.DataFrame | None = None
    mitigating: tuple[str, ...] = ()
    planted: tuple[Planted, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Audited counts to be taken apart: the audited table and, row by row, the facts of the offence."""

    table: pd.DataFrame
    design: pd.DataFrame
    categorical: tuple[str, ...]

    @property
    def courts(self) -> int:
        """Number of known courts."""
        return int(self.table["court"].dropna().nunique())

    @property
    def usable(self) -> bool:
        """Whether there are enough courts and counts to draw from."""
        return self.courts >= LEAST_COURTS and len(self.table) >= LEAST_ROWS


@lru_cache(maxsize=1)
def plan() -> dict[str, Any]:
    """Read ``planted.yaml``."""
    return read_yaml("fairness", "planted.yaml")


def simulate(n: int, *, confounded: bool, rng: np.random.Generator) -> Corpus:
    """Draw ``n`` counts in which no attribute has an effect of its own.

    ``confounded`` lets attributes go with the charge and the severity of the offence, and courts of a higher level try
    graver cases; otherwise nothing goes with anything but the court.
    """
    what = plan()
    places = _courts(n, rng=rng)
    court = rng.choice(len(places), size=n, p=places["weight"])
    charges = what["offence"]["charges"]
    names = np.array(list(charges), dtype=object)
    shares = np.array([entry["share"] for entry in charges.values()])
    charge = rng.choice(len(names), size=n, p=shares / shares.sum())
    graver = what["courts"]["higher_severity"] if confounded else 0.0
    severity = rng.standard_normal(n) + graver * places["higher"].to_numpy()[court]
    facts = {name: rng.random(n) < entry["share"] for name, entry in what["offence"]["facts"].items()}
    slope = what["offence"]["severity"]
    term = (
        np.array([entry["level"] for entry in charges.values()])[charge]
        + slope["slope"] * severity
        + slope["bend"] * (severity**2 - 1)
        + sum(entry["effect"] * facts[name] for name, entry in what["offence"]["facts"].items())
    )
    between = what["courts"]["sd"]
    within = np.sqrt(what["residual_sd"] ** 2 - between**2)
    label = term + rng.normal(0, between, len(places))[court] + rng.normal(0, within, n)
    others = term[:, None] + rng.normal(0, what["residual_sd"], (n, DRAWS))
    flags = {name: rng.random(n) < entry["share"] for name, entry in what["prevention"].items()}
    prevention = sum(entry["effect"] * flags[name] for name, entry in what["prevention"].items())
    written = {
        name: _drawn(entry, names[charge], severity, court, len(places), confounded=confounded, rng=rng)
        for name, entry in what["attributes"].items()
    }
    frame = _frame(written, names[charge], places.iloc[court], rng=rng)
    advice = term + _advice_error(severity, facts, charge, rng=rng)
    nothing = np.zeros(n)
    return Corpus(
        frame=frame,
        design=pd.DataFrame({"severity": severity, **{k: v.astype(float) for k, v in facts.items()}, "charge": charge}),
        categorical=("charge",),
        cells=_cells(charge, severity),
        term=term,
        label=label,
        advice=advice,
        prevention=prevention,
        found=prevention,
        others=others,
        judge=court * what["judges_per_court"] + rng.integers(0, what["judges_per_court"], n),
        half_width=np.full(n, what["half_width"]),
        labels_moved=nothing,
        advice_moved=nothing,
        decided_moved=nothing,
        chance=nothing,
        seen=np.ones(n, dtype=bool),
        there=pd.DataFrame({**facts, **flags}),
        mitigating=tuple(flags),
    )


def resample(pool: Pool, n: int, *, rng: np.random.Generator) -> Corpus:
    """Draw ``n`` counts from audited ones so that no attribute is related to a term except through the charge.

    Courts are drawn with replacement. Each keeps its offences and their advice; its attributes come from the rows of
    another drawn court (of the same charge, where that court has any), so that they stay as clustered as they were; and
    the distance of a judgment from the advice is that of another judgment of its own court. Drawing it anew also keeps
    the copies of one court from telling a learner each other's answers. Counts whose court is unknown are one pool.
    """
    table = pool.table
    code = court_clusters(table["court"], table["cluster"])
    rows_of = _places_by(code)
    of_court = table["court"].notna().to_numpy(dtype=bool)
    drawn = _drawn_clusters(rows_of, n, rng=rng)
    rows = np.concatenate([rows_of[each] for each in drawn])[:n]
    copy = np.repeat(np.arange(len(drawn)), [len(rows_of[each]) for each in drawn])[:n]
    charge = pd.factorize(table["charge_group"].astype("string"), sort=True)[0]
    source, donor, others = np.empty(n, dtype=int), np.empty(n, dtype=int), np.empty((n, DRAWS), dtype=int)
    courts = np.array([place for place, each in enumerate(drawn) if of_court[rows_of[each][0]]], dtype=int)
    with_court = np.flatnonzero(of_court)
    giver = dict(zip(courts, rng.permutation(courts), strict=True))
    for place, here in enumerate(_places_by(copy)):
        if place in giver:
            source[here] = rng.choice(rows_of[drawn[place]], size=len(here))
            others[here] = rng.choice(with_court, size=(len(here), DRAWS))
            donor[here] = _donors(charge, rows[here], rows_of[drawn[giver[place]]], rng=rng)
    nowhere = np.flatnonzero(~of_court[rows])
    if nowhere.size:
        everyone = np.flatnonzero(~of_court)
        source[nowhere] = rng.choice(everyone, size=len(nowhere))
        others[nowhere] = rng.choice(everyone, size=(len(nowhere), DRAWS))
        donor[nowhere] = _donors(charge, rows[nowhere], everyone, rng=rng)
    advice = np.log1p(table["advice"].to_numpy(dtype=float))
    neutral = table["neutral"].to_numpy(dtype=float)
    prevention = (np.log1p(table["y"].to_numpy(dtype=float)) - neutral)[rows]
    width = np.log1p(table["high"].to_numpy(dtype=float)) - np.log1p(table["low"].to_numpy(dtype=float))
    nothing = np.zeros(n)
    return Corpus(
        frame=_resampled_frame(table, rows, donor, copy, of_court[rows]),
        design=pool.design.iloc[rows].reset_index(drop=True),
        categorical=pool.categorical,
        cells=_cells(charge[rows], advice[rows]),
        term=advice[rows],
        label=advice[rows] + (neutral - advice)[source],
        others=advice[rows, None] + (neutral - advice)[others],
        advice=advice[rows],
        prevention=prevention,
        found=prevention,
        judge=copy,
        half_width=width[rows] / 2,
        labels_moved=nothing,
        advice_moved=nothing,
        decided_moved=nothing,
        chance=nothing,
        seen=np.ones(n, dtype=bool),
    )


def _places_by(code: np.ndarray) -> list[np.ndarray]:
    order = np.argsort(code, kind="stable")
    return np.split(order, np.cumsum(np.bincount(code))[:-1])


def _drawn_clusters(rows_of: Sequence[np.ndarray], n: int, *, rng: np.random.Generator) -> list[int]:
    drawn, total = [], 0
    while total < n:
        drawn.append(int(rng.integers(len(rows_of))))
        total += len(rows_of[drawn[-1]])
    return drawn


def _donors(charge: np.ndarray, rows: np.ndarray, among: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
    """Return for each row one of ``among``, of the same charge where there is any."""
    donor = rng.choice(among, size=len(rows))
    for each in np.unique(charge[rows]):
        same, here = among[charge[among] == each], np.flatnonzero(charge[rows] == each)
        if same.size:
            donor[here] = rng.choice(same, size=len(here))
    return donor


def _resampled_frame(
    table: pd.DataFrame, rows: np.ndarray, donor: np.ndarray, copy: np.ndarray, of_court: np.ndarray
) -> pd.DataFrame:
    own = table[["charge", "charge_group"]].iloc[rows].reset_index(drop=True)
    rules = groups().attributes.values()
    written = {column for rule in rules for column in (rule.column, *rule.rules.get("from", ()))}
    given = table[sorted((written - {"court"}) & set(table.columns))].iloc[donor].reset_index(drop=True)
    number = pd.Series(copy).astype("string")
    # a copy is a court of its own; its name still says of which level it is
    court = (table["court"].astype("string").iloc[donor].reset_index(drop=True) + "#" + number).where(of_court)
    return own.assign(
        **{name: given[name] for name in given},
        court=court,
        row_id="r" + pd.Series(np.arange(len(rows))).astype("string"),
        cluster="d" + number + "/" + table["cluster"].astype("string").iloc[rows].reset_index(drop=True),
    )


def plant(
    corpus: Corpus,
    chosen: Sequence[tuple[str, str]],
    planting: Planting,
    *,
    effect: float,
    groupings: Mapping[str, Grouping],
    rng: np.random.Generator,
) -> Corpus:
    """Move the log term of the groups ``chosen`` (attribute, group) by ln(1 + ``effect``) in one object of the audit.

    ``extraction`` misses what mitigates the sentence of these groups so often that the judgments, with the offender's
    factors taken out, come out too low by that much, and the expected term too high.
    """
    step = float(np.log1p(effect))
    member = np.zeros(len(corpus.frame))
    for name, group in chosen:
        member += (groupings[name].group == group).to_numpy(dtype=bool)
    planted = tuple(Planted(attribute=name, group=group, effect=effect, planting=planting) for name, group in chosen)
    moved = step * member
    if planting == "labels":
        corpus = replace(
            corpus,
            term=corpus.term + moved,
            label=corpus.label + moved,
            others=corpus.others + moved[:, None],
            labels_moved=moved,
        )
    elif planting == "advice":
        corpus = replace(corpus, advice=corpus.advice + moved, advice_moved=moved)
    elif planting == "extraction":
        chance = np.clip(moved / max(-float(corpus.prevention.mean()), step), 0, 1)
        seen = rng.random(len(chance)) >= chance
        corpus = replace(corpus, found=corpus.found * seen, chance=chance, seen=seen)
    else:
        corpus = replace(corpus, decided_moved=moved)
    return replace(corpus, planted=planted)


def grouped_by(frame: pd.DataFrame, settings: AuditSettings) -> dict[str, Grouping]:
    """Return the groups that the audit sees, of each attribute that exists; of the others it says that it cannot."""
    known = [name for name in settings.attributes if name in groups().attributes]
    return {name: grouping(frame, name, settings=settings) for name in known}


def choose(
    groupings: Mapping[str, Grouping], *, count: int, share: float, rng: np.random.Generator
) -> list[tuple[str, str]]:
    """Draw ``count`` groups (attribute, group) that the audit compares and that hold ``share`` of the rows or more.

    They are of different attributes; fewer where not so many attributes have such a group.
    """
    unknown = groups().unknown
    found = {}
    for name, grouping_ in groupings.items():
        compared = [each for each in grouping_.contrasts if each.group != unknown and each.member.mean() >= share]
        if compared:
            found[name] = sorted(each.group for each in compared)
    order = [str(name) for name in rng.permutation(sorted(found))][:count]
    return [(name, str(rng.choice(found[name]))) for name in order]


def table_of(corpus: Corpus) -> pd.DataFrame:
    """Return the table that an audit assesses: a row a count, terms in months."""
    months = _months(corpus.label, corpus.advice, corpus.prevention, corpus.found, corpus.half_width)
    return pd.concat([corpus.frame, months], axis=1)


def _months(
    label: np.ndarray, advice: np.ndarray, prevention: np.ndarray, found: np.ndarray, half_width: np.ndarray
) -> pd.DataFrame:
    declared = np.maximum(label + prevention, _FLOOR)
    return pd.DataFrame(
        {
            "y": np.expm1(declared),
            "neutral": declared - found,
            "advice": np.expm1(advice),
            "expected": np.expm1(np.maximum(advice + found, _FLOOR)),
            "low": np.expm1(np.maximum(advice - half_width, 0)),
            "high": np.expm1(advice + half_width),
        }
    )


def facts_of(corpus: Corpus, table: pd.DataFrame) -> Facts:
    """Return the facts that an audit of ``table`` holds its conditional comparisons on; every row is tested."""
    return Facts(
        design=corpus.design,
        categorical=corpus.categorical,
        outcomes=np.column_stack([table["neutral"], np.log1p(table["advice"])]),
        clusters=court_clusters(table["court"], table["cluster"]),
        tested=np.ones(len(table), dtype=bool),
        frame=table,
    )


def entries_of(corpus: Corpus, *, rng: np.random.Generator) -> pd.DataFrame:
    """Return what judges enter after they have seen the advice: a row an entry, terms in months.

    A judge leans one way, chance adds to it, and what was planted in the entries of a group.
    """
    what = plan()["override"]
    leaning = rng.normal(0, what["judge_sd"], int(corpus.judge.max()) + 1)[corpus.judge]
    correction = leaning + rng.normal(0, what["sd"], len(leaning)) + corpus.decided_moved
    advised = np.expm1(corpus.advice)
    return pd.DataFrame(
        {
            "row_id": corpus.frame["row_id"],
            "judge": pd.Series(corpus.judge).astype("string"),
            "advised": advised,
            "decided": advised * np.exp(correction),
        }
    )


def annotated_of(corpus: Corpus, *, rng: np.random.Generator) -> tuple[extraction_gap.Facts, np.ndarray] | None:
    """Return facts annotated of a sample of the defendants and what extraction found of them; the share it would find.

    None where the facts of a row are not known one by one.
    """
    if corpus.there is None:
        return None
    what = plan()["annotated"]
    rows = np.sort(rng.permutation(len(corpus.frame))[: what["persons"]])
    there = corpus.there.iloc[rows]
    person, fact = np.nonzero(there.to_numpy(dtype=bool))
    names = there.columns.to_numpy(dtype=object)[fact]
    can_be_missed = np.isin(names, corpus.mitigating)
    found = (rng.random(len(person)) >= what["missed"]) & (corpus.seen[rows[person]] | ~can_be_missed)
    persons = corpus.frame.iloc[rows].reset_index(drop=True).assign(document=corpus.frame["cluster"].to_numpy()[rows])
    facts = pd.DataFrame(
        {
            "document": persons["document"].to_numpy(dtype=object)[person],
            "person": person,
            "factor": names,
            "found": found.astype(float),
            "right": np.where(found, 1.0, np.nan),
        }
    )
    share = (1 - what["missed"]) * np.where(can_be_missed, 1 - corpus.chance[rows[person]], 1.0)
    return extraction_gap.Facts(facts=facts, persons=persons), share


def recall_truth(
    given: extraction_gap.Facts, share: np.ndarray, *, settings: AuditSettings
) -> dict[tuple[str, str], float]:
    """Return the gap of recall of every group of the annotated defendants, each fact compared with itself."""
    person = given.facts["person"].to_numpy(dtype=int)
    code = pd.factorize(given.facts["factor"])[0]
    found = {}
    for name, grouping_ in grouped_by(given.persons, settings).items():
        everyone = np.ones(len(given.persons), dtype=bool)
        for each in contrasts(grouping_.group, everyone, unknown=groups().unknown):
            of_facts = Contrast(group=each.group, member=each.member[person], rest=each.rest[person])
            found[name, each.group] = _slope(of_facts, share, code)
    return found


def expected_error(corpus: Corpus) -> np.ndarray:
    """Return the signed error of the expected term of each row without chance and court, ln(expected / declared)."""
    return corpus.advice + corpus.found - corpus.term - corpus.prevention


def truth(
    corpus: Corpus, groupings: Mapping[str, Grouping], *, settings: AuditSettings
) -> dict[tuple[str, str], dict[str, float]]:
    """Return what every contrast of the audit is without chance: (attribute, group) → measure → gap.

    A gap is on the scale on which the audit tests the measure. Labels, advice, amplification and override are the
    planted moves with the facts that attributes may go with taken out of both sides; the other measures are the
    contrast of what each row is on average over chance. All are of the very rows of the corpus: what its courts happen
    to be is what an audit of these courts should find.
    """
    # what extraction misses stays in the judgment that the offender's factors should have been taken out of
    judged = corpus.labels_moved + corpus.prevention - corpus.found
    error = expected_error(corpus)
    rows = _on_average(corpus, settings=settings)
    found = {}
    for name, grouping_ in groupings.items():
        for each in grouping_.contrasts:
            labels = _slope(each, judged, corpus.cells)
            advice = _slope(each, corpus.advice_moved, corpus.cells)
            found[name, each.group] = {
                "labels": labels,
                "advice": advice,
                "amplification": advice - labels,
                "error": _apart(error, each),
                "asymmetry": _apart(rows["asymmetry"], each),
                "coverage": _apart(rows["covered"], each),
                "error_ratio": _apart(rows["relative_error"], each, log=True),
                "calibration": _line(rows, each.member) - _line(rows, each.rest),
                "override": _slope_within(each, corpus),
            }
    return found


def _on_average(corpus: Corpus, *, settings: AuditSettings) -> dict[str, np.ndarray]:
    """Return the audit's figures of each row, averaged over the other terms that chance might have given it."""
    drawn = corpus.others.shape[1]
    table = _months(
        corpus.others.T.ravel(),
        *(np.tile(values, drawn) for values in (corpus.advice, corpus.prevention, corpus.found, corpus.half_width)),
    )
    rows = compared_rows(table, np.zeros(len(table), dtype=int), settings=settings)
    figures = {name: rows.figures[name].to_numpy() for name in ("asymmetry", "covered", "relative_error")}
    figures |= {"declared": rows.declared, "expected": rows.expected}
    return {name: values.reshape(drawn, -1).mean(axis=0) for name, values in figures.items()}


def _apart(values: np.ndarray, contrast: Contrast, *, log: bool = False) -> float:
    inside, outside = float(values[contrast.member].mean()), float(values[contrast.rest].mean())
    return float(np.log(inside) - np.log(outside)) if log else inside - outside


def _line(rows: Mapping[str, np.ndarray], who: np.ndarray) -> float:
    expected = rows["expected"][who] - rows["expected"][who].mean()
    spread = float(expected @ expected)
    return float(expected @ rows["declared"][who]) / spread if spread > 0 else 0.0


def _slope(contrast: Contrast, moved: np.ndarray, cells: np.ndarray) -> float:
    """Return the coefficient of the group in ``moved`` with the cells taken out of both."""
    if not moved.any():
        return 0.0
    rows = contrast.member | contrast.rest
    code = cells[rows]
    member = contrast.member[rows].astype(float)
    member -= (np.bincount(code, weights=member) / np.maximum(np.bincount(code), 1))[code]
    spread = float((member**2).sum())
    return float(member @ moved[rows]) / spread if spread > 0 else 0.0


def _slope_within(contrast: Contrast, corpus: Corpus) -> float:
    """Return the coefficient of the group in the moved entries, with judge, charge and severity taken out of both."""
    if not corpus.decided_moved.any():
        return 0.0
    rows = contrast.member | contrast.rest
    levels = np.unique(corpus.cells[rows])
    explained = np.equal.outer(corpus.cells[rows], levels[1:]).astype(float)
    pair = np.column_stack([corpus.decided_moved[rows], contrast.member[rows].astype(float)])
    moved, member = within(pair, explained, np.unique(corpus.judge[rows], return_inverse=True)[1]).T
    spread = float(member @ member)
    return float(member @ moved) / spread if spread > 0 else 0.0


def _cells(charge: np.ndarray, severity: np.ndarray) -> np.ndarray:
    edges = np.quantile(severity, np.linspace(0, 1, SEVERITY_BANDS + 1)[1:-1])
    return pd.factorize(charge * SEVERITY_BANDS + np.searchsorted(edges, severity), sort=True)[0]


def _advice_error(
    severity: np.ndarray, facts: Mapping[str, np.ndarray], charge: np.ndarray, *, rng: np.random.Generator
) -> np.ndarray:
    """Return a smooth random function of the facts: what a model gets wrong of them."""
    known = np.column_stack([severity, *(values.astype(float) for values in facts.values())])
    weights = rng.normal(0, 1.0, (known.shape[1], _WAVES))
    phase = rng.uniform(0, 2 * np.pi, (int(charge.max()) + 1, _WAVES))[charge]
    return plan()["advice_error_sd"] * np.sqrt(2 / _WAVES) * np.cos(known @ weights + phase).sum(axis=1)


def courts(n: int) -> int:
    """Return the number of courts from which ``n`` simulated cases come."""
    return max(LEAST_COURTS, round(n / plan()["courts"]["cases"]))


def _courts(n: int, *, rng: np.random.Generator) -> pd.DataFrame:
    """Return the courts: name, province, whether of the higher level, and weight; the provinces take turns."""
    what = plan()["courts"]
    provinces = plan()["provinces"]
    rows = []
    for place in range(courts(n)):
        province, number = provinces[place % len(provinces)], place // len(provinces) + 1
        higher = place % what["higher_every"] == what["higher_every"] - 1
        name = what["names"]["higher" if higher else "lower"].format(province=province, number=number)
        rows.append({"court": name, "province": province, "higher": higher})
    weight = rng.gamma(what["shape"], size=len(rows)) + 0.1
    return pd.DataFrame(rows).assign(weight=weight / weight.sum())


def _drawn(
    entry: Mapping[str, Any],
    charge: np.ndarray,
    severity: np.ndarray,
    court: np.ndarray,
    courts: int,
    *,
    confounded: bool,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draw the written value of an attribute for every row, None where it is not known."""
    values = list(entry["shares"])
    odds = np.log(np.array([float(entry["shares"][value]) for value in values]))
    odds = odds + rng.normal(0, entry["by_court"], (courts, len(values)))[court]
    if confounded:
        odds = odds + np.outer(severity, [entry["severity"].get(value, 0.0) for value in values])
        for name, moves in entry["charge"].items():
            odds = odds + np.outer(charge == name, [moves.get(value, 0.0) for value in values])
    chosen = np.argmax(odds + rng.gumbel(size=odds.shape), axis=1)
    return np.array([None if value is None else str(value) for value in values], dtype=object)[chosen]


def _frame(
    written: dict[str, np.ndarray], charge: np.ndarray, places: pd.DataFrame, *, rng: np.random.Generator
) -> pd.DataFrame:
    n = len(charge)
    province = places["province"].to_numpy(dtype=object)
    home = written["household"]
    away = np.array(plan()["provinces"], dtype=object)[rng.integers(0, len(plan()["provinces"]), n)]
    written = {
        **written,
        "household": np.where(home == "own", province, np.where((home == "other") & (away != province), away, None)),
    }
    content = {plan()["attributes"][name]["column"]: values for name, values in written.items()}
    day = pd.Series(rng.integers(0, 365, n))
    judged = pd.to_datetime(pd.Series(content["judgment_date"]) + "-01-01") + pd.to_timedelta(day, unit="D")
    years = pd.to_numeric(pd.Series(content["birth_date"], dtype="string")).astype("Float64")
    born = judged - pd.to_timedelta(365.25 * years.astype(float) + 100, unit="D")
    content |= {
        "row_id": [f"r{place}" for place in range(n)],
        "cluster": [f"d{place}" for place in range(n)],
        "charge": charge,
        "charge_group": charge,
        "court": places["court"].to_numpy(),
        "province": province,
        "judgment_date": judged.dt.strftime("%Y-%m-%d").to_numpy(),
        "birth_date": born.dt.strftime("%Y-%m-%d").to_numpy(),
    }
    types = columns()
    return pd.DataFrame({name: pd.array(values, dtype=types[name]) for name, values in content.items()})
