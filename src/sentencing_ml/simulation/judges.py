"""Judges with known behaviour who enter sentences beside the advice: what fills the ledger of the bundled run.

What a judge enters does not depend on whether the own estimate was written down first. So the entries are made once,
and only then it is settled which of them are blind-first: the watch runs over them, the suitable cases that follow an
alert are made blind-first, and again, until the alerts stay as they are (:data:`ROUNDS` at most).
"""

import datetime
import math
import random
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import pandas as pd

from sentencing_ml.monitor.bookkeeping.records import Advice, Entry, InCall, Note, Seen
from sentencing_ml.monitor.detection.blind_stage import suitable
from sentencing_ml.monitor.detection.definitions import definitions
from sentencing_ml.monitor.detection.watch import watch
from sentencing_ml.monitor.ledger import CORRECTIONS
from sentencing_ml.packaged import read_yaml
from sentencing_ml.settings import MonitorSettings

ENTRIES = {
    "judge": "string",
    "judge_type": "string",
    "case_id": "string",
    "court": "string",
    "charge_group": "string",
    "plea": "boolean",
    "advice_months": "Float64",
    "interval_low": "Float64",
    "interval_high": "Float64",
    "model_version": "string",
    "shown_at": "string",
    "mode": "string",
    "view_months": "Float64",
    "own_estimate_months": "Float64",
    "recommendation_months": "Float64",
    "unaltered_months": "Float64",
    "entry_months": "Float64",
    "entered_at": "string",
    "reason": "string",
}
"""Columns of :func:`simulate_entries`. ``judge_type`` and ``view_months`` (what the judge would write down before
seeing the advice) are the known truth; they do not enter the ledger."""

EARLIER = "simulated-earlier"
"""Version of the model before the release, in the bundled run."""

ROUNDS = 4
"""Of settling which cases are blind-first. An alert depends on what came before it alone, so few rounds settle it."""


@lru_cache(maxsize=1)
def behaviours() -> dict:
    """Read ``judges.yaml``."""
    return read_yaml("simulation", "judges.yaml")


def simulate_records(*, advice: pd.DataFrame, settings: MonitorSettings) -> list[Advice | Entry]:
    """Return advice and entries of simulated judges as the records of a ledger, each entry behind what it answers.

    Arguments as in :func:`simulate_entries`.
    """
    records: list[Advice | Entry] = []
    for row in simulate_entries(advice=advice, settings=settings).astype(object).to_dict("records"):
        known = {name: None if pd.isna(value) else value for name, value in row.items()}
        records.append(
            Advice(
                **{name: known[name] for name in Advice.__dataclass_fields__ if name in known},
                law_version=None,
                simulated=True,
            )
        )
        records.append(
            Entry(
                advice_position=InCall(len(records)),
                judge=known["judge"],
                entry_months=known["entry_months"],
                entered_at=known["entered_at"],
                reason=known["reason"],
            )
        )
    return records


def simulate_entries(*, advice: pd.DataFrame, settings: MonitorSettings) -> pd.DataFrame:
    """Show advice to simulated judges and return what they enter, in the order in which they enter it.

    Parameters
    ----------
    advice
        Columns row_id, charge_group, plea, advice_months, interval_low, interval_high, model_version. Rows without
        advice are not shown.
    settings
        ``judges`` judges with ``entries`` live entries each, and the seed. A judge may see a row once; when the advice
        has fewer rows than that the rows come again.

    Returns
    -------
    One row an entry, columns of :data:`ENTRIES`. The advice is the liability term, and so is what the judge enters
    beside it and what the prosecution recommends here. Each judge has an own view of the case: the liability term times
    a lasting leaning and the noise of the case. A type then says how view and advice become the entry
    (``judges.yaml``).
    """
    shown = advice.dropna(subset=["advice_months"]).sort_values("row_id", kind="stable").to_dict("records")
    rows: list[dict] = []
    if shown:
        for number, kind in enumerate(judge_types(settings)):
            rows += _career(number, kind, shown, settings)
    rows.sort(key=lambda row: (row["entered_at"], row["judge"], row["case_id"]))
    made = pd.DataFrame({name: pd.array([row[name] for row in rows], dtype=dtype) for name, dtype in ENTRIES.items()})
    return _blind_after_alerts(made)


def judge_types(settings: MonitorSettings) -> list[str]:
    """Return the type of each judge: every type of ``judges.yaml`` by its share, the rest honest, in shuffled order."""
    shares = {name: own["share"] for name, own in behaviours()["types"].items() if name != "honest"}
    types = [name for name, share in shares.items() for _ in range(int(settings.judges * share + 0.5))]
    types = types[: settings.judges]
    types += ["honest"] * (settings.judges - len(types))
    random.Random(f"{settings.seed}/types").shuffle(types)
    return types


def answers(alerts: pd.DataFrame, *, names: Mapping[str, str], settings: MonitorSettings) -> list[Seen | Note]:
    """Return what simulated judges answer to alerts, by their types (``judges.yaml``, ``answers``).

    Parameters
    ----------
    alerts : of ``Ledger.alerts``; those of one judge and another of the same type count on.
    names : the name of each judge by the pseudonym under which the alerts stand.

    Returns
    -------
    Records in the order of their times.
    """
    types = {_name(number): kind for number, kind in enumerate(judge_types(settings))}
    counts: dict[str, int] = {}
    records: list[Seen | Note] = []
    for alert in alerts.sort_values(["raised_at", "position"]).to_dict("records"):
        name = names[alert["judge"]]
        kind = types[name]
        planned = behaviours()["types"][kind]["answers"]
        answer = planned[min(counts.get(kind, 0), len(planned) - 1)]
        counts[kind] = counts.get(kind, 0) + 1
        if answer["seen"] is None:
            continue
        raised = datetime.datetime.fromisoformat(alert["raised_at"])
        told = {"alert_position": alert["position"], "judge": name}
        records.append(Seen(**told, seen_at=_moment(raised + datetime.timedelta(days=answer["seen"]))))
        if answer["note"] is not None and alert["kind"] != "A3":  # of which nothing is asked
            at = _moment(raised + datetime.timedelta(days=answer["after"]))
            note, accepted = behaviours()["notes"][answer["note"]], answer.get("accepted", True)
            records.append(
                Note(
                    **told,
                    kind=answer["note"],
                    text=note["text"],
                    written_at=at,
                    named=note["named"] if accepted else 0,
                    accepted=accepted,
                )
            )
    return sorted(records, key=lambda record: record.seen_at if isinstance(record, Seen) else record.written_at)


def _name(number: int) -> str:
    return f"J{number + 1:03d}"


def _moment(clock: datetime.datetime) -> str:
    return clock.isoformat(timespec="seconds")


def _career(number: int, kind: str, shown: list[dict], settings: MonitorSettings) -> list[dict]:
    """Return a judge's entries: cases in the shadow, then live ones with training between; the same at a release."""
    rng = random.Random(f"{settings.seed}/judge/{number}")
    common, own, honest = (behaviours()[name] for name in ("common", "types", "types"))
    own, honest = own[kind], honest["honest"]
    first = datetime.datetime.fromisoformat(common["first_day"])
    cases = settings.entries * (1 + common["shadow"] + common["release"]["shadow"] + common["training"])
    period = datetime.timedelta(minutes=cases * sum(common["minutes_between"]) / 2)
    judge = {
        "name": _name(number),
        "kind": kind,
        "court": behaviours()["courts"][number % len(behaviours()["courts"])],
        "leaning": own.get("leaning", rng.gauss(0, common["leaning_sd"])),
        "spread": rng.uniform(*own.get("view_sd", common["view_sd"])),
        "own": _drawn(own, rng),
        "honest": _drawn(honest, rng),
        "release": first + period * common["release"]["at"],
        "seed": settings.seed,
    }
    pool = [case for case in shown if case["advice_months"] < own.get("below", math.inf)] or shown
    order = rng.sample(pool, len(pool))
    live = max(1, round(settings.entries * own.get("cases", 1.0)))
    training = {round((at + 0.5) / common["training"]) for at in range(round(live * common["training"]))}
    late = "begins" in own
    after = round(live * common["release"]["shadow"])
    shadow = 0 if late else round(live * common["shadow"])
    steps = live + len(training) + (0 if late else shadow + after)
    gaps = [rng.randint(*common["minutes_between"]) for _ in range(steps)]
    # all careers end together, so that the last weeks are no thinner than the others
    stretch = 1.0 if late else period / datetime.timedelta(minutes=sum(gaps))
    clock = first + period * own.get("begins", 0.0)
    released = late
    rows: list[dict] = []
    entered = step = 0
    while entered < live:
        clock += datetime.timedelta(minutes=int(gaps[step] * stretch))
        if not released and clock >= judge["release"]:
            released, shadow = True, after
        case = order[step % len(order)]
        draws = random.Random(f"{settings.seed}/judge/{number}/{step}")
        step += 1
        if shadow:
            shadow -= 1
            rows.append(_case(judge, case, clock, draws, mode="shadow", part=0.0))
            continue
        if entered in training:
            training.remove(entered)
            rows.append(_case(judge, case, clock, draws, mode="training", part=entered / live))
            continue
        mode = "blind_first" if draws.random() < common["blind_first"] else "shown"
        if mode == "shown" and draws.random() < common["corrected_facts"]:
            rows += _corrected(judge, case, clock, draws, part=entered / live)
        else:
            rows.append(_case(judge, case, clock, draws, mode=mode, part=entered / live))
        entered += 1
    return rows


def _drawn(own: dict, rng: random.Random) -> dict:
    """Return a type with the judge's own weight and share of adoption."""
    return own | {"weight": rng.uniform(*own["weight"]), "adopts": rng.uniform(*own["adopts"])}


def _corrected(judge: dict, case: dict, clock: datetime.datetime, draws: random.Random, *, part: float) -> list[dict]:
    """Return a case that is entered on advice to wrong facts, and again when they are corrected."""
    common = behaviours()["common"]
    factor = draws.choice(common["error"]["factors"])
    later = clock + datetime.timedelta(hours=common["correction_hours"])
    return [
        _case(judge, case, clock, draws, mode="shown", part=part, factor=factor),
        _case(judge, case, later, draws, mode="shown", part=part),
    ]


def _case(
    judge: dict,
    case: dict,
    clock: datetime.datetime,
    draws: random.Random,
    *,
    mode: str,
    part: float,
    factor: float | None = None,
) -> dict:
    """Return one entry; ``part`` is how much of the judge's live cases is past, ``factor`` an error of the advice."""
    common = behaviours()["common"]
    own = judge["own"] if judge["own"].get("from", 0.0) <= part < judge["own"].get("to", 1.0) else judge["honest"]
    right = float(case["advice_months"])
    if mode == "training" and draws.random() < common["error"]["share"]:
        factor = draws.choice(common["error"]["factors"])
    advised = right * (factor or 1.0)
    recommended = _recommended(case, right, judge)
    view = _whole(right * math.exp(judge["leaning"] + draws.gauss(0, judge["spread"])))
    pleads = case["plea"] is not pd.NA and bool(case["plea"]) and recommended is not None
    if pleads and draws.random() < own.get("follows", common["follows"]):
        view = entry = int(recommended)
    elif mode == "shadow":
        entry = view
    else:
        entry = _entry(own, advised, view, draws)
    minutes = datetime.timedelta(minutes=draws.randint(*own["minutes_to_enter"]))
    reasoned = entry != _whole(advised) and mode != "shadow" and draws.random() < own["gives_reason"]
    return {
        "judge": judge["name"],
        "judge_type": judge["kind"],
        "case_id": f"training/{case['row_id']}" if mode == "training" else case["row_id"],
        "court": judge["court"]["name"],
        "charge_group": case["charge_group"],
        "plea": case["plea"],
        "advice_months": advised,
        "interval_low": case["interval_low"] * (factor or 1.0),
        "interval_high": case["interval_high"] * (factor or 1.0),
        "model_version": case["model_version"] if clock >= judge["release"] else EARLIER,
        "shown_at": _moment(clock),
        "mode": mode,
        "view_months": float(view),
        "own_estimate_months": float(view) if mode == "blind_first" else None,
        "recommendation_months": recommended,
        "unaltered_months": right if mode == "training" else None,
        "entry_months": float(entry),
        "entered_at": _moment(clock + minutes),
        "reason": draws.choice(behaviours()["reasons"]) if reasoned else None,
    }


def _recommended(case: dict, right: float, judge: dict) -> float | None:
    """Return what the prosecution recommends: of one case and court the same to every judge."""
    rules = behaviours()["recommended"]
    draws = random.Random(f"{judge['seed']}/recommended/{judge['court']['name']}/{case['row_id']}")
    if draws.random() >= rules["share"]:
        return None
    same = draws.random() < judge["court"]["same_tool"]
    return float(_whole(right if same else right * math.exp(draws.gauss(0, rules["sd"]))))


def _entry(own: dict, advised: float, view: int, draws: random.Random) -> int:
    """Return the whole months that a judge of this type enters."""
    if draws.random() < own["adopts"]:
        return _whole(advised)
    if "jitter" in own:
        return max(1, _whole(advised) + draws.choice((-1, 1)) * own["jitter"])
    if "shift" in own:
        sign = 1 if own["to_side"] == "up" else -1
        return _whole(advised * math.exp(sign * (own["shift"] + abs(draws.gauss(0, own["shift_sd"])))))
    if "extra_sd" in own:
        return _whole(view * math.exp(draws.gauss(0, own["extra_sd"])))
    return _whole(math.exp(own["weight"] * math.log(advised) + (1 - own["weight"]) * math.log(view)))


def _whole(months: float) -> int:
    return max(1, math.floor(months + 0.5))


def _blind_after_alerts(entries: pd.DataFrame) -> pd.DataFrame:
    """Make the suitable cases that follow an alert blind-first, as many as the stage needs."""
    settled, before = entries, None
    for _ in range(ROUNDS):
        risen = _two_stage_alerts(settled)
        if risen == before:
            break
        before, blind = risen, np.zeros(len(entries), dtype=bool)
        for judge, at in risen:
            follows = (
                (entries["judge"] == judge).to_numpy(dtype=bool)
                & entries["mode"].isin(["shown", "blind_first"]).to_numpy(dtype=bool)
                & suitable(entries["advice_months"].to_numpy(dtype=float))
                & (np.arange(len(entries)) > at)
            )
            blind[np.flatnonzero(follows)[: definitions().stage_two.cases]] = True
        settled = entries.assign(
            mode=entries["mode"].mask(blind, "blind_first"),
            own_estimate_months=entries["own_estimate_months"].mask(blind, entries["view_months"]),
        )
    return settled


def _two_stage_alerts(entries: pd.DataFrame) -> list[tuple[str, int]]:
    """Return judge and row of every alert that stage two follows."""
    positions = np.arange(len(entries), dtype="int64")
    frame = entries.assign(
        advice_position=2 * positions + 1, entry_position=2 * positions + 2, law_version=pd.NA, simulated=True
    )
    months = [name for name in CORRECTIONS if name.endswith("_months") or name.startswith("interval")]
    frame = frame[list(CORRECTIONS)].astype(dict.fromkeys(months, "float64") | {"law_version": "string"})
    return sorted(
        (judge.judge, (raised.entry_position - 2) // 2)
        for judge in watch(frame).judges
        for raised in judge.alerts
        if raised.kind in ("A1", "G")
    )
