"""What follows an alert: who sees it when, what the blind-first cases after it show, and whether a reason is asked for.

An alert is a record, and so is all that answers it (seen, note, objection, blind-first entries). Its state is a pure
function of these records and the time it is asked at; nothing is stored beside them and nothing is taken back::

    A1, G   先估后看中 ─ 12 suitable blind-first cases ─┬─ 依赖 ─ 待说明 ─┬─ note accepted: 已说明
                                                        │        ↑       ├─ note too thin: 说明待补充
    A2, A4  ────────────────────────────────────────────┼────────┘       └─ objection: 异议
    A3                          (nothing is asked)      ├─ 一致: 已了结, nothing is asked
                                                        ├─ 未定: 已了结, the watch goes on
                                                        └─ another model or law: 已了结, the charts start again

What asks something of the judge is 待本人查看 until the judge has looked, and 逾期未查看 when the grace is over; the
court may see an alert from the first of the two on. While an alert is open no second one of its kind and direction is
raised.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from sentencing_ml.factors.wording import missing
from sentencing_ml.monitor.bookkeeping.records import Alert, RefusedRecordsError, is_earlier
from sentencing_ml.monitor.detection.blind_stage import OPENING, BlindStage, Verdict, asks_note, blind_stage
from sentencing_ml.monitor.detection.charts import coincides
from sentencing_ml.monitor.detection.definitions import definitions, digest
from sentencing_ml.monitor.ledger import Ledger
from sentencing_ml.packaged import read_yaml

if TYPE_CHECKING:
    from sentencing_ml.monitor.detection.watch import Watch

State = Literal["待本人查看", "已查看", "先估后看中", "待说明", "说明待补充", "已说明", "异议", "逾期未查看", "已了结"]
STATES: tuple[State, ...] = get_args(State)

_LIVE = ("shown", "blind_first")
_READS = {"A1": "shown", "G": "blind_first"}  # the mode of the cases that a chart is made of; the others: both


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """Return what a judge and the court read of alerts (``alert_words.yaml``): names of the kinds, texts."""
    return read_yaml("monitor", "alerts/alert_words.yaml")


@dataclass(frozen=True, kw_only=True)
class Records:
    """The frames of a ledger that alerts are made of."""

    corrections: pd.DataFrame
    alerts: pd.DataFrame
    seen: pd.DataFrame
    notes: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The judge's last note on an alert, without its text."""

    kind: str
    written_at: str
    accepted: bool
    named: int


@dataclass(frozen=True, kw_only=True)
class AlertState:
    """An alert with all that became of it.

    ``court_sees_from`` is when the court may see it (ISO), ``visible`` whether it may at the time that was asked, and
    ``since`` why: 已由本人查看 or 逾期未查看. ``closed`` is the position of the record that closed it, None while it is
    open. ``stage`` is there for A1 and G.
    """

    position: int
    judge: str
    kind: str
    name: str
    direction: str | None
    entry_position: int
    raised_at: str
    statistic: float
    threshold: float
    simulated: bool
    state: State
    stage: BlindStage | None
    asks_note: bool
    seen_at: str | None
    court_sees_from: str
    visible: bool
    since: str | None
    note: Answered | None
    closed: int | None

    @property
    def verdict(self) -> Verdict | None:
        """What the blind-first cases showed; None where there are none, or not yet enough."""
        return None if self.stage is None else self.stage.verdict


def read_records(ledger: Ledger) -> Records:
    """Read what alerts are made of."""
    return Records(
        corrections=ledger.corrections(),
        alerts=ledger.alerts(),
        seen=ledger.seen(),
        notes=ledger.notes(),
    )


def raise_alerts(ledger: Ledger, *, at: str) -> list[int]:
    """Watch over the ledger, append the alerts that are not in it yet, and return their positions.

    Safe to run every night and by two processes at once: an alert stands once, and none is taken back. ``at`` is the
    time of raising (ISO); the alert of a simulated judge, for whom nobody waits, carries the time of its entry.
    """
    # The desk and the commands ask for states alone; only who raises loads the detectors.
    from sentencing_ml.monitor.detection.watch import watch

    while True:
        records = read_records(ledger)
        found = watch(records.corrections, alerts=records.alerts)
        try:
            return ledger.extend(new_alerts(found, records, at=at))
        except RefusedRecordsError:
            # Another process was here between our reading and our writing: what it appended is not new any longer.
            if len(read_records(ledger).alerts) == len(records.alerts):
                raise


def new_alerts(found: "Watch", records: Records, *, at: str) -> list[Alert]:
    """Return the alerts that have risen and are in the ledger neither themselves nor covered by an open one.

    ``Alert.judge`` is the pseudonym: of a judge whom only the ledger names there is no other name.
    """
    of_judge = _by_judge(records, [own.judge for own in found.judges if own.alerts])
    result: list[Alert] = []
    for own in found.judges:
        if not own.alerts:
            continue
        rows = of_judge[own.judge]
        of_nobody = bool(rows.corrections["simulated"].any())
        standing = [
            (row["kind"], _none(row["direction"]), int(row["entry_position"]), int(row["position"]))
            for row in rows.alerts.to_dict("records")
        ]
        for risen in sorted(own.alerts, key=lambda risen: (risen.entry_position, risen.kind)):
            what, where = (risen.kind, risen.direction), int(risen.entry_position)
            if any(_covers(rows, alert, what=what, where=where) for alert in standing):
                continue
            standing.append((*what, where, None))
            result.append(
                Alert(
                    judge=own.judge,
                    kind=risen.kind,
                    direction=risen.direction,
                    entry_position=where,
                    raised_at=risen.at if of_nobody or is_earlier(at, risen.at) else at,
                    # the last digits differ between machines, and so would the hashes of equal ledgers
                    statistic=round(float(risen.statistic), 6),
                    threshold=round(float(risen.threshold), 6),
                    definitions=digest(),
                    simulated=of_nobody,
                )
            )
    return result


def _covers(
    rows: Records, alert: tuple[str, str | None, int, int | None], *, what: tuple[str, str | None], where: int
) -> bool:
    """Tell whether an alert is the risen one, or was open when it rose."""
    kind, direction, entry_position, position = alert
    if (kind, direction) != what or entry_position > where:
        return False
    closed = _closed(rows, kind=kind, entry_position=entry_position, position=position)
    return entry_position == where or closed is None or closed > where


def states(records: Records, *, at: str) -> tuple[AlertState, ...]:
    """Return the state of every alert at the time ``at`` (ISO), by pseudonym and then by position."""
    result = []
    for rows in _by_judge(records, records.alerts["judge"].unique()).values():
        result += [_state_of(alert, rows, at=at) for alert in rows.alerts.to_dict("records")]
    return tuple(result)


def in_stage_two(records: Records, judge: str, *, version: tuple[str, str]) -> bool:
    """Tell whether the next suitable cases of a judge (pseudonym) are blind-first under a version of model and law."""
    rows = _by_judge(records, [judge])[judge]
    stages = [
        blind_stage(rows.corrections, kind=kind, entry_position=int(place))
        for kind, place in zip(rows.alerts["kind"], rows.alerts["entry_position"], strict=True)
        if kind in OPENING
    ]
    return any(stage.closed is None and stage.version in (None, version) for stage in stages)


def _by_judge(records: Records, judges: Iterable[str]) -> dict[str, Records]:
    """Return the records of each judge, by pseudonym; of the corrections the live ones, in the order of entry."""
    live = records.corrections[records.corrections["mode"].isin(_LIVE)].sort_values("entry_position")
    frames = {"corrections": live, "alerts": records.alerts, "seen": records.seen, "notes": records.notes}
    parts = {name: dict(iter(frame.groupby("judge", sort=False))) for name, frame in frames.items()}
    return {
        judge: Records(**{name: parts[name].get(judge, frame.iloc[:0]) for name, frame in frames.items()})
        for judge in sorted(map(str, judges))
    }


def _state_of(alert: dict, rows: Records, *, at: str) -> AlertState:
    position, kind, entry_position = int(alert["position"]), alert["kind"], int(alert["entry_position"])
    stage = blind_stage(rows.corrections, kind=kind, entry_position=entry_position) if kind in OPENING else None
    seen = rows.seen.loc[rows.seen["alert_position"] == position, "seen_at"]
    seen_at = None if seen.empty else str(seen.iloc[0])
    notes = [
        Answered(**{name: row[name] for name in ("kind", "written_at", "accepted", "named")})
        for row in rows.notes[rows.notes["alert_position"] == position].to_dict("records")
    ]
    grace = datetime.timedelta(days=definitions().detectors.alert_grace_days)
    grace_over = (datetime.datetime.fromisoformat(alert["raised_at"]) + grace).isoformat()
    overdue = not is_earlier(at, grace_over)
    court_sees_from = seen_at if seen_at is not None and is_earlier(seen_at, grace_over) else grace_over
    asked = asks_note(kind, None if stage is None else stage.verdict)
    visible = seen_at is not None or overdue
    return AlertState(
        position=position,
        judge=alert["judge"],
        kind=kind,
        name=words()["names"][kind],
        direction=_none(alert["direction"]),
        entry_position=entry_position,
        raised_at=alert["raised_at"],
        statistic=float(alert["statistic"]),
        threshold=float(alert["threshold"]),
        simulated=bool(alert["simulated"]),
        state=_word(kind, stage, notes, asked=asked, seen=seen_at is not None, overdue=overdue),
        stage=stage,
        asks_note=asked,
        seen_at=seen_at,
        court_sees_from=court_sees_from,
        visible=visible,
        since=None if not visible else "已由本人查看" if seen_at is not None else "逾期未查看",
        note=notes[-1] if notes else None,
        closed=_closed(rows, kind=kind, entry_position=entry_position, position=position),
    )


def _word(
    kind: str, stage: BlindStage | None, notes: Sequence[Answered], *, asked: bool, seen: bool, overdue: bool
) -> State:
    # What the judge wrote goes before all else, the last decisive word before earlier ones.
    decisive = [note for note in notes if note.accepted]
    if decisive:
        return "异议" if decisive[-1].kind == "异议" else "已说明"
    if stage is not None and stage.closed is None:
        return "先估后看中"
    if stage is not None and not asked:
        return "已了结"
    if not seen:
        return "逾期未查看" if overdue else "待本人查看"
    if asked:
        return "说明待补充" if notes else "待说明"
    return "已查看"


def _closed(rows: Records, *, kind: str, entry_position: int, position: int | None) -> int | None:
    """Return the position of the record that closed an alert; ``position`` None: it is not in the ledger yet."""
    stage = blind_stage(rows.corrections, kind=kind, entry_position=entry_position) if kind in OPENING else None
    asked = asks_note(kind, None if stage is None else stage.verdict)
    ends = [] if stage is None or asked or stage.closed is None else [stage.closed]
    if position is not None:
        notes = rows.notes[(rows.notes["alert_position"] == position) & rows.notes["accepted"]]
        ends += notes["position"].tolist()
        if stage is None and not asked:  # A3: all that is wanted is that the judge has looked
            ends += rows.seen.loc[rows.seen["alert_position"] == position, "position"].tolist()
    return min(map(int, ends), default=None)


def cases_of_alert(state: AlertState, records: Records) -> pd.DataFrame:
    """Return the entries that an alert rests on, in their order: the rows of ``Ledger.corrections``.

    They are the live entries up to the alert since its chart last started (at an earlier alert of the kind, or with
    another model or law), the latest of them: of A2 the departures to its side, of A4 those beyond the band, of A1
    those with the advice in view, of G the blind-first ones. After 依赖 the cases that showed it are among them.
    """
    rows = _by_judge(records, [state.judge])[state.judge]
    live = rows.corrections
    place = live["entry_position"]
    earlier = rows.alerts[(rows.alerts["kind"] == state.kind) & (rows.alerts["entry_position"] < state.entry_position)]
    start = max(map(int, earlier["entry_position"]), default=0)
    before = live[(place > start) & (place <= state.entry_position)]
    versions = _versions(before)
    other = [number for number, version in enumerate(versions) if version != versions[-1]]
    before = before.iloc[other[-1] + 1 if other else 0 :]
    rules = definitions()
    advice, entry = before["advice_months"].to_numpy(), before["entry_months"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(entry / advice)
    if state.kind == "A2":
        apart = ~coincides(entry, advice, months=rules.coincidence_months, share=rules.coincidence_share)
        before = before[apart & ((ratio > 0) == (state.direction == "up"))]
    elif state.kind == "A4":
        before = before[np.abs(ratio) > rules.detectors.a4.band]
    elif state.kind in _READS:
        before = before[before["mode"] == _READS[state.kind]]
    before = before.tail(words()["most_cases"])
    shown = () if state.stage is None or not state.asks_note else state.stage.entries
    return live[place.isin([*before["entry_position"], *shown])]


def _versions(corrections: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(corrections["model_version"].fillna(""), corrections["law_version"].fillna(""), strict=True))


def _none(value: object) -> str | None:
    return None if missing(value) else str(value)
