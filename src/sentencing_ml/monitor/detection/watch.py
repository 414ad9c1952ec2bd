"""Everything that is watched of all judges, from the rows of ``Ledger.corrections``.

The references come into force at the turn of a month: the first of a version in the first month with advice shown that
has enough cases before it, a new one with each new year, and inside a year none changes. Until a version has a
reference the charts that need one rest (shadow period). All of it looks back only, so that the same alerts stand
whenever it is computed again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sentencing_ml.errors import InputError
from sentencing_ml.monitor.detection import blind_stage, charts, court_list
from sentencing_ml.monitor.detection import detect as detection
from sentencing_ml.monitor.detection.blind_stage import Verdict
from sentencing_ml.monitor.detection.corrections import excess_share
from sentencing_ml.monitor.detection.definitions import definitions
from sentencing_ml.monitor.detection.reference import Reference, fit, reference_cases, self_check
from sentencing_ml.monitor.detection.strata import PLEAS, Strata, name, severity_names, strata


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart of one judge, a value for each case that counts for it.

    ``kind`` : A1 | A1 guaranteed | A2 | A3 | A4 | G | G interval | trend. ``threshold`` None: drawn only.
    ``resets`` : indices into ``values`` before which the chart started again (an alert, a new version).
    """

    kind: str
    entry_positions: tuple[int, ...]
    values: tuple[float, ...]
    threshold: float | None
    resets: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Raised:
    """An alert: ``kind`` A1 | A2 | A3 | A4 | G, at the entry at which the chart reached its threshold.

    ``direction`` is up or down for A2, else None.
    """

    judge: str
    kind: str
    direction: str | None
    entry_position: int
    at: str
    statistic: float
    threshold: float


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Stage two after an alert of A1 or G (``kind``), or none of them: ``state`` watch | blind_first | classified.

    ``done`` suitable blind-first cases of ``needed``; of these ``informative``, of which ``followed`` ended at the
    advice, and ``near`` whose own estimate lay at it.
    """

    state: str
    kind: str | None
    alert_entry_position: int | None
    done: int
    needed: int
    verdict: Verdict | None
    informative: int
    followed: int
    near: int


@dataclass(frozen=True, kw_only=True)
class StratumFigures:
    """A judge's coincidence in one stratum beside the least-correcting honest judge's.

    ``excess`` = observed − expected share with its 95 % interval, None where p0 is not known; ``run`` the consecutive
    adoptions that A1 needs there.
    """

    name: str
    n: int
    coincided: int
    court: float | None
    p0: float | None
    excess: float | None
    low: float | None
    high: float | None
    run: int | None
    status: str
    why: str | None


@dataclass(frozen=True, kw_only=True)
class Assessable:
    """``status`` 可评估 | 不可评估. ``needed``: cases of the judge still needed, None when no number of them would do.

    ``needed_reference``: reference cases of the version still needed; 0 when there are enough.
    """

    status: str
    needed: int | None
    needed_reference: int
    why: str | None


@dataclass(frozen=True, kw_only=True)
class JudgeWatch:
    """One judge: ``n`` watched entries, ``version`` of model and law of the last one.

    ``charts`` and ``assessable`` by kind of chart; ``alerts`` in order of entry; ``stages`` every stage two in order,
    ``stage`` the state of the last, or of none.
    """

    judge: str
    n: int
    version: str
    charts: dict[str, Chart]
    alerts: tuple[Raised, ...]
    stage: Stage
    stages: tuple[Stage, ...]
    strata: tuple[StratumFigures, ...]
    excess: StratumFigures | None
    assessable: dict[str, Assessable]


@dataclass(frozen=True, kw_only=True)
class ReferenceFigures:
    """A reference as it came into force: from the first entry of ``month`` (YYYY-MM), ``n`` cases of ``judges`` judges.

    ``offset`` is the greatest that the self-check added so far, in logits.
    """

    version: str
    month: str
    n: int
    judges: int
    offset: float


@dataclass(frozen=True, kw_only=True)
class MonthlyList:
    """Judges of the monthly meeting by e-BH, in order of their pseudonyms, of ``watched`` judges with an e-value."""

    month: str
    watched: int
    judges: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Watch:
    """All judges in the order of their pseudonyms, the references in force and the monthly lists."""

    judges: tuple[JudgeWatch, ...]
    references: tuple[ReferenceFigures, ...]
    monthly: tuple[MonthlyList, ...]


_STATUS = ("可评估", "不可评估")
_WAITING = "本版本的参照案件（先估后看或影子案件）不足，暂不预警"
_NEXT_MONTH = "本版本的参照案件已足，自下个月起预警"
_NATURAL = "本层一致率本来就高，一致不能说明依赖；以“先估后看”案件为准"
_UNKNOWN_STRATUM = "本层参照案件太少，一致率的基准不确定"
_NEVER = {
    "A1": "其案件所在层的一致率本来就高（短刑期、认罪认罚）或参照太少，修正数据不能说明依赖；以“先估后看”案件为准",
    "A2": "几乎没有可分方向的修正（与建议一致，或刑期太短、取整决定方向），或者本院法官之间本来就相差很大",
    "A3": "其案件的取整误差大于意见离散度，看不出离散度的变化",
    "A4": "其案件刑期太短，取整已使偏离超过界限，或者本院法官之间本来就相差很大",
    "G": "没有可用的“先估后看”案件",
    "G interval": "建议区间宽，独立意见本来就几乎都在区间内",
}
_NEVER["A1 guaranteed"] = _NEVER["A1"]
_OK, _NO_REFERENCE, _THIN, _ALIKE = range(4)
_BY_REFERENCE = ("A1", "A1 guaranteed", "G interval")


def watch(corrections: pd.DataFrame, *, alerts: pd.DataFrame | None = None) -> Watch:
    """Return everything that is watched, from the rows of ``Ledger.corrections``.

    Entries beside advice that was shown, before or after an own estimate, are watched. Cases in the shadow serve the
    reference alone, those made for training nothing. A figure depends on rows before it only: with more rows nothing
    that stood is taken back.

    Parameters
    ----------
    alerts
        ``Ledger.alerts()``. An alert that was recorded stands, with its restart and its stage two, though an entry
        corrected since would no longer raise it.

    Raises
    ------
    InputError
        The rows hold simulated and real entries.
    """
    everything = _rows(corrections)
    force = _references(everything)
    rows = everything[everything["watched"]].reset_index(drop=True)
    judges, code = np.unique(rows["judge"].to_numpy(dtype=str), return_inverse=True)
    grid = _Grid.of(rows, code, len(judges))
    cases = _cases(grid)
    recorded = _recorded(alerts, judges, grid)
    found = detection.detect(cases, restarts=_restarts(recorded, grid))
    needs = {kind: _need(kind, paths, cases, grid) for kind, paths in found.items() if paths.threshold is not None}
    figures, overall = _strata(rows, code)
    result = []
    for number, judge in enumerate(judges):
        raised, stages = _follow(number, str(judge), found, grid, recorded.get(number, []))
        version = str(rows["version"].iloc[grid.row[number, grid.n[number] - 1]])
        result.append(
            JudgeWatch(
                judge=str(judge),
                n=int(grid.n[number]),
                version=version,
                charts={kind: _chart(kind, number, paths, cases, grid) for kind, paths in found.items()},
                alerts=raised,
                stage=stages[-1] if stages else _NO_STAGE,
                stages=stages,
                strata=figures.get(number, ()),
                excess=overall.get(number),
                assessable={
                    kind: _assessable(
                        kind,
                        needed=float(need.needed[number]),
                        n=int(need.n[number]),
                        crossed=bool(need.crossed[number]),
                        missing=force.missing.get(version, definitions().reference.minimum_cases),
                    )
                    for kind, need in needs.items()
                },
            )
        )
    return Watch(judges=tuple(result), references=force.figures, monthly=_monthly(cases, judges, grid))


def _rows(corrections: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that serve, in order of entry, with ``version``, ``month`` (never falling) and ``watched``."""
    live = corrections[corrections["mode"] != "training"]
    simulated = int(live["simulated"].sum())
    if 0 < simulated < len(live):
        raise InputError(
            f"The ledger holds {simulated} simulated and {len(live) - simulated} real entries; a judge's figures must "
            "not rest on invented ones. Keep them in two ledgers and name one."
        )
    # Terms of no months have no ratio.
    rows = live[(live["advice_months"] > 0) & (live["entry_months"] > 0)]
    rows = rows.sort_values("entry_position", kind="stable", ignore_index=True)
    entered = pd.to_datetime(rows["entered_at"], format="ISO8601", utc=True)
    month = (entered.dt.year * 12 + entered.dt.month - 1).to_numpy(dtype=int)
    law = rows["law_version"].astype("string").fillna("")
    model = rows["model_version"].astype("string")
    return rows.assign(
        version=model.where(law == "", model + " · " + law),
        # A clock that ran back must not let an entry stand before those that were recorded before it.
        month=np.maximum.accumulate(month) if len(month) else month,
        watched=rows["mode"].isin(["shown", "blind_first"]),
    )


@dataclass(frozen=True, kw_only=True)
class _Force:
    """References that came into force, and how many cases each version still misses for one (−1: none, next month)."""

    figures: tuple[ReferenceFigures, ...]
    missing: Mapping[str, int]


_HELD_AGAINST = ("p0", "p0_inside", "worst_outside", "court", "lowest_up", "highest_up", "far")


def _references(rows: pd.DataFrame) -> _Force:
    """Fit the references in the order of time, and write what each row is held against into ``rows``.

    New columns: those of ``_HELD_AGAINST`` (nan without), and ``state``.
    """
    rules = definitions()
    size = len(rows)
    columns = {kind: np.full(size, np.nan) for kind in _HELD_AGAINST}
    state = np.full(size, _NO_REFERENCE)
    month, version = rows["month"].to_numpy(), rows["version"].to_numpy(dtype=str)
    watched = rows["watched"].to_numpy(dtype=bool)
    found = strata(rows)
    z = _coincide(rows)
    tally = _Tally.of(rows, found, z)
    cases = _unseen(rows)
    at = cases.index.to_numpy()
    figures: dict[tuple[str, int], ReferenceFigures] = {}
    missing: dict[str, int] = {}
    for name_ in sorted(set(version.tolist())):
        here, mine = version == name_, version[at] == name_
        reference: Reference | None = None
        fitted, entered = 0, np.zeros(0, dtype=int)
        # a reference is made when entries ask for one: what came before in the shadow serves it whole
        for now in np.unique(month[here & watched]):
            start = int(np.searchsorted(month, now))
            known = mine & (at < start)
            if reference is None or now // 12 > fitted // 12:
                newer = fit(cases[known])
                if newer is not None:
                    reference, fitted = newer, int(now)
                    figures[name_, fitted] = ReferenceFigures(
                        version=name_, month=_month_name(fitted), n=newer.n, judges=newer.judges, offset=0.0
                    )
            part = np.flatnonzero(here & watched & (month == now))
            if reference is None:
                entered = np.concatenate([entered, part])
                continue
            offset = tally.offset(entered, reference)
            entered = np.concatenate([entered, part])
            old = figures[name_, fitted]
            figures[name_, fitted] = replace(old, offset=max(old.offset, offset))
            held = found.take(part)
            columns["p0"][part] = reference.share("coincidence", held, offset=offset)
            columns["p0_inside"][part] = reference.share("inside", held)
            columns["worst_outside"][part] = reference.worst_outside(held)
            columns["court"][part] = reference.court_mean(held)
            columns["lowest_up"][part], columns["highest_up"][part] = reference.leaning.up
            columns["far"][part] = reference.leaning.far
            state[part] = np.where(
                np.isfinite(columns["p0"][part]), _OK, np.where(reference.unknown(held), _THIN, _ALIKE)
            )
        missing[name_] = 0 if reference is not None else max(0, rules.reference.minimum_cases - int(mine.sum())) or -1
    for kind, values in columns.items():
        rows[kind] = values
    rows["state"] = state
    return _Force(figures=tuple(figures[key] for key in sorted(figures)), missing=missing)


def _coincide(rows: pd.DataFrame) -> np.ndarray:
    rules = definitions()
    entry, advice = (rows[column].to_numpy(dtype=float) for column in ("entry_months", "advice_months"))
    return charts.coincides(entry, advice, months=rules.coincidence_months, share=rules.coincidence_share)


@dataclass(frozen=True, kw_only=True)
class _Tally:
    """Entries counted by judge and stratum: ``cell`` of each row, judge and strata of each cell."""

    z: np.ndarray
    cell: np.ndarray
    judge: np.ndarray
    strata: Strata

    @classmethod
    def of(cls, rows: pd.DataFrame, found: Strata, z: np.ndarray) -> "_Tally":
        """Name the cells of rows."""
        judge = pd.factorize(rows["judge"])[0]
        shape = (int(judge.max(initial=0)) + 1, len(severity_names()), max(1, len(found.groups)), len(PLEAS))
        key = np.ravel_multi_index((judge, found.severity, found.group, found.plea), shape)
        _, first, cell = np.unique(key, return_index=True, return_inverse=True)
        return cls(z=z, cell=cell, judge=judge[first], strata=found.take(first))

    def offset(self, rows: np.ndarray, reference: Reference) -> float:
        """Return the offset of the self-check from the entries of some rows."""
        n = np.bincount(self.cell[rows], minlength=len(self.judge))
        z = np.bincount(self.cell[rows], weights=self.z[rows], minlength=len(self.judge))
        judges = int(self.judge.max(initial=-1)) + 1
        return self_check(z, reference.court_mean(self.strata), self.judge, judges=judges, n=n)


def _unseen(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the reference cases; without cases in the shadow in which the judge had seen the advice of a version."""
    cases = reference_cases(rows)
    case = pd.MultiIndex.from_frame(rows[["judge", "case_id"]])
    advised = case[rows["watched"].to_numpy(dtype=bool)]
    shadow = (cases["mode"] == "shadow").to_numpy()
    return cases[~(shadow & case[cases.index].isin(advised))]


def _month_name(month: int) -> str:
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


@dataclass(frozen=True, kw_only=True)
class _Grid:
    """Where each row of the watched rows stands: (judges, cases) of row numbers, −1 behind a judge's last case."""

    rows: pd.DataFrame
    n: np.ndarray
    row: np.ndarray
    position: np.ndarray
    advised: np.ndarray

    @classmethod
    def of(cls, rows: pd.DataFrame, code: np.ndarray, judges: int) -> "_Grid":
        """Place rows in order of entry."""
        n = np.bincount(code, minlength=judges)
        row = np.full((judges, int(n.max(initial=0))), -1)
        row[code, rows.groupby(code).cumcount().to_numpy()] = np.arange(len(rows))
        at = np.where(row >= 0, row, 0)
        position, advised = (
            np.where(row >= 0, rows[column].to_numpy(dtype=int)[at], 0) if len(rows) else row
            for column in ("entry_position", "advice_position")
        )
        return cls(rows=rows, n=n, row=row, position=position, advised=advised)

    def spread(self, column: str, fill: float = np.nan) -> np.ndarray:
        """Return a numeric column as (judges, cases)."""
        values = self.rows[column].to_numpy(dtype=float, na_value=np.nan)
        return np.where(self.row >= 0, values[self.row], fill) if len(values) else np.full(self.row.shape, fill)


def _cases(grid: _Grid) -> detection.Cases:
    rows = grid.rows
    mode = rows.assign(
        is_shown=rows["mode"] == "shown", is_blind=rows["mode"] == "blind_first", code=pd.factorize(rows["version"])[0]
    )
    marked = replace(grid, rows=mode)
    version, blind = marked.spread("code"), marked.spread("is_blind", 0.0) > 0
    resets = np.zeros(version.shape, dtype=bool)
    resets[:, 1:] = (version[:, 1:] != version[:, :-1]) & (grid.row[:, 1:] >= 0)
    return detection.Cases(
        advice=grid.spread("advice_months"),
        entry=grid.spread("entry_months"),
        low=grid.spread("interval_low"),
        high=grid.spread("interval_high"),
        own=np.where(blind, grid.spread("own_estimate_months"), np.nan),
        shown=marked.spread("is_shown", 0.0) > 0,
        blind=blind,
        resets=resets,
        p0=grid.spread("p0"),
        p0_inside=grid.spread("p0_inside"),
        outside=grid.spread("worst_outside"),
        lowest_up=grid.spread("lowest_up"),
        highest_up=grid.spread("highest_up"),
        far=grid.spread("far"),
    )


def _recorded(alerts: pd.DataFrame | None, judges: np.ndarray, grid: _Grid) -> dict[int, list[tuple[int, Raised]]]:
    """Return the recorded alerts of each judge with the index of the last case at or before its entry."""
    if alerts is None or alerts.empty:
        return {}
    number = {str(judge): code for code, judge in enumerate(judges)}
    found: dict[int, list[tuple[int, Raised]]] = {}
    for alert in alerts.sort_values("entry_position").to_dict("records"):
        code = number.get(alert["judge"])
        if code is None:
            continue
        positions = grid.position[code, : grid.n[code]]
        raised = Raised(
            judge=alert["judge"],
            kind=alert["kind"],
            direction=None if pd.isna(alert["direction"]) else alert["direction"],
            entry_position=int(alert["entry_position"]),
            at=alert["raised_at"],
            statistic=float(alert["statistic"]),
            threshold=float(alert["threshold"]),
        )
        found.setdefault(code, []).append((int(np.searchsorted(positions, raised.entry_position, "right")) - 1, raised))
    return found


def _restarts(recorded: Mapping[int, list[tuple[int, Raised]]], grid: _Grid) -> dict[str, np.ndarray]:
    """Return, by kind of chart, where a recorded alert makes it start again: before the next case."""
    found: dict[str, np.ndarray] = {}
    for judge, alerts in recorded.items():
        for case, raised in alerts:
            for kind, alert in detection.ALERTING.items():
                if alert == raised.kind and case + 1 < grid.row.shape[1]:
                    found.setdefault(kind, np.zeros(grid.row.shape, dtype=bool))[judge, case + 1] = True
    return found


def _chart(kind: str, judge: int, paths: detection.Paths, cases: detection.Cases, grid: _Grid) -> Chart:
    at = np.flatnonzero(paths.counts[judge])
    segment = cases.resets[judge].cumsum()[at]
    fresh = (np.diff(segment) > 0) | paths.crossed[judge][at[:-1]]
    return Chart(
        kind=kind,
        entry_positions=tuple(grid.position[judge, at].tolist()),
        values=tuple(paths.values[judge, at].tolist()),
        threshold=paths.threshold,
        resets=tuple((np.flatnonzero(fresh) + 1).tolist()),
    )


_NO_STAGE = Stage(
    state="watch", kind=None, alert_entry_position=None, done=0, needed=0, verdict=None, informative=0, followed=0,
    near=0,
)  # fmt: skip


def _follow(
    judge: int,
    pseudonym: str,
    found: Mapping[str, detection.Paths],
    grid: _Grid,
    recorded: list[tuple[int, Raised]],
) -> tuple[tuple[Raised, ...], tuple[Stage, ...]]:
    """Return the alerts of one judge in order, and the second stages that they opened.

    While a stage is open, and for a while after it has shown agreement, A1 and G raise nothing. Nor does A3 for a while
    after it has told the judge: against the first cases every later one would say the same again.
    """
    known = {(raised.kind, raised.entry_position) for _, raised in recorded}
    events = list(recorded)
    for kind, alert in detection.ALERTING.items():
        for case in np.flatnonzero(found[kind].crossed[judge]):
            raised = _raised(alert, kind, judge, pseudonym, int(case), found[kind], grid)
            if (alert, raised.entry_position) not in known:
                known.add((alert, raised.entry_position))
                events.append((int(case), raised))
    events.sort(key=lambda event: (event[1].entry_position, event[1].kind))
    past = {raised for _, raised in recorded}
    alerts, stages = [], []
    rests = {"A3": -2, "stage": -2}  # −1 stands before the first case
    for case, raised in events:
        rest = "stage" if raised.kind in blind_stage.OPENING else raised.kind
        if case <= rests.get(rest, -2):
            if raised in past:
                alerts.append(raised)
            continue
        alerts.append(raised)
        if rest == "stage":
            stage, rests["stage"] = _stage(raised, judge, grid)
            stages.append(stage)
        elif rest == "A3":
            rests["A3"] = case + definitions().detectors.a3.rest_cases
    return tuple(alerts), tuple(stages)


def _raised(
    alert: str, kind: str, judge: int, pseudonym: str, case: int, paths: detection.Paths, grid: _Grid
) -> Raised:
    return Raised(
        judge=pseudonym,
        kind=alert,
        direction=_side(judge, case, paths, grid) if alert == "A2" else None,
        entry_position=int(grid.position[judge, case]),
        at=str(grid.rows["entered_at"].iloc[grid.row[judge, case]]),
        statistic=float(paths.values[judge, case]),
        threshold=float(paths.threshold),
    )


def _side(judge: int, case: int, paths: detection.Paths, grid: _Grid) -> str:
    """Return to which side the departures since the last alert went."""
    crossed = np.flatnonzero(paths.crossed[judge, :case])
    since = int(crossed[-1]) + 1 if len(crossed) else 0
    at = grid.row[judge, since : case + 1][paths.counts[judge, since : case + 1]]
    rows = grid.rows.iloc[at]
    return "up" if int((rows["entry_months"] > rows["advice_months"]).sum()) * 2 > len(rows) else "down"


def _stage(raised: Raised, judge: int, grid: _Grid) -> tuple[Stage, int]:
    """Return stage two after an alert, and the index of the last case until which A1 and G rest."""
    rows = grid.rows.iloc[grid.row[judge, : grid.n[judge]]]
    found = blind_stage.blind_stage(rows, kind=raised.kind, entry_position=raised.entry_position)
    stage = Stage(
        state="watch" if found.reset else "blind_first" if found.verdict is None else "classified",
        kind=raised.kind,
        alert_entry_position=raised.entry_position,
        done=found.done,
        needed=found.needed,
        verdict=found.verdict,
        informative=found.informative,
        followed=found.followed,
        near=found.near,
    )
    if found.closed is None:
        return stage, len(rows)
    end = int(np.searchsorted(rows["entry_position"].to_numpy(dtype=int), found.closed))
    if found.reset:
        return stage, end - 1  # what the new version begins with is watched
    return stage, end + (definitions().stage_two.rest_after_agreement if found.verdict == "一致" else 0)


@dataclass(frozen=True, kw_only=True)
class _Need:
    """Of each judge's cases of the present version: how many the chart needs, how many there are, has it crossed."""

    needed: np.ndarray
    n: np.ndarray
    crossed: np.ndarray


def _need(kind: str, paths: detection.Paths, cases: detection.Cases, grid: _Grid) -> _Need:
    segment = cases.resets.cumsum(axis=1)
    present = (grid.row >= 0) & (segment == segment.max(axis=1, initial=0)[:, None])
    if kind in _BY_REFERENCE:
        present &= grid.spread("state", _NO_REFERENCE) != _NO_REFERENCE
    return _Need(
        needed=detection.cases_needed(paths, present),
        n=present.sum(axis=1),
        crossed=(paths.crossed & present).any(axis=1),
    )


def _assessable(kind: str, *, needed: float, n: int, crossed: bool, missing: int) -> Assessable:
    rules = definitions()
    if crossed:
        return Assessable(status=_STATUS[0], needed=0, needed_reference=0, why=None)
    if kind in _BY_REFERENCE and missing:
        why = _WAITING if missing > 0 else _NEXT_MONTH
        return Assessable(status=_STATUS[1], needed=None, needed_reference=max(0, missing), why=why)
    if needed > rules.detectors.never_after:
        return Assessable(status=_STATUS[1], needed=None, needed_reference=0, why=_NEVER[kind])
    if needed > n:
        why = f"按其本人的案件构成，共需 {int(needed)} 件，已有 {n} 件"
        return Assessable(status=_STATUS[1], needed=int(needed) - n, needed_reference=0, why=why)
    return Assessable(status=_STATUS[0], needed=0, needed_reference=0, why=None)


def consecutive_adoptions(p0: np.ndarray | float, p1: np.ndarray | float, threshold: float) -> np.ndarray | float:
    """Return how many adoptions in a row carry a chart from zero to its threshold, a whole number."""
    return np.ceil(threshold / np.log(p1 / p0) - 1e-9)


def _strata(
    rows: pd.DataFrame, code: np.ndarray
) -> tuple[dict[int, tuple[StratumFigures, ...]], dict[int, StratumFigures]]:
    """Return the coincidence of each judge beside the least-correcting honest judge, by stratum and over all."""
    found, z = strata(rows), _coincide(rows)
    known = rows["p0"].notna().to_numpy()
    table = pd.DataFrame(
        {
            "judge": code, "severity": found.severity, "group": found.group, "plea": found.plea, "n": 1, "z": z,
            "known": known, "z_known": z & known, "p0": rows["p0"].to_numpy(), "court": rows["court"].to_numpy(),
            "state": rows["state"].to_numpy(),
        }
    )  # fmt: skip
    sums = {"n": "sum", "z": "sum", "known": "sum", "z_known": "sum", "p0": "mean", "court": "mean", "state": "last"}
    by_stratum: dict[int, list[StratumFigures]] = {}
    grouped = _with_runs(table.groupby(["judge", "severity", "group", "plea"], sort=True).agg(sums))
    for (judge, severity, group, plea), row in zip(grouped.index, grouped.to_dict("records"), strict=True):
        label = name(severity, found.groups[group], plea)
        by_stratum.setdefault(int(judge), []).append(_figures(label, row))
    overall = _with_runs(table.groupby("judge", sort=True).agg({**sums, "state": "min"}))
    every = {
        int(judge): _figures("全部", row) for judge, row in zip(overall.index, overall.to_dict("records"), strict=True)
    }
    return {judge: tuple(parts) for judge, parts in by_stratum.items()}, every


def _with_runs(table: pd.DataFrame) -> pd.DataFrame:
    """Add the consecutive adoptions that A1 needs, 0 where p0 is not known."""
    rules = definitions().detectors.a1
    p0 = table["p0"].to_numpy()
    with np.errstate(invalid="ignore"):
        runs = consecutive_adoptions(p0, charts.shifted(p0, rules.shift), rules.threshold)
    return table.assign(run=np.where(np.isnan(p0), 0, runs))


def _figures(label: str, row: Mapping[str, float]) -> StratumFigures:
    why = {_OK: None, _NO_REFERENCE: _WAITING, _THIN: _UNKNOWN_STRATUM, _ALIKE: _NATURAL}[int(row["state"])]
    court = None if np.isnan(row["court"]) else float(row["court"])
    p0 = excess = low = high = run = None
    if row["known"]:
        p0, run = float(row["p0"]), int(row["run"])
        excess, low, high = excess_share(int(row["z_known"]), int(row["known"]), p0)
    return StratumFigures(
        name=label,
        n=int(row["n"]),
        coincided=int(row["z"]),
        court=court,
        p0=p0,
        excess=excess,
        low=low,
        high=high,
        run=run,
        status=_STATUS[0] if why is None else _STATUS[1],
        why=why,
    )


def _monthly(cases: detection.Cases, judges: np.ndarray, grid: _Grid) -> tuple[MonthlyList, ...]:
    """Return the list of each month, by e-BH on the e-values as they stood at its end."""
    if not len(grid.rows):
        return ()
    month = grid.spread("month", -1.0).astype(int)
    first, last = int(month[month >= 0].min()), int(month.max())
    log_e = detection.coincidence_log_e(cases)
    values = court_list.monthly_log_e(
        log_e, month=np.where(month >= 0, month - first, -1), months=last - first + 1,
        counts=np.isfinite(log_e[0]), resets=cases.resets,
    )  # fmt: skip
    rate = definitions().court_list_rate
    return tuple(
        MonthlyList(
            month=_month_name(first + index),
            watched=int(np.isfinite(values[:, index]).sum()),
            judges=tuple(str(judge) for judge in judges[court_list.e_bh(values[:, index], rate)]),
        )
        for index in range(values.shape[1])
    )
