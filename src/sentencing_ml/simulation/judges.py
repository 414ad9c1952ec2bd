"""Judges with known behaviour who enter sentences beside the advice: what the override monitor is tested on."""

import datetime
import math
import random
from functools import lru_cache

import pandas as pd

from sentencing_ml.packaged import read_yaml
from sentencing_ml.settings import MonitorSettings

TYPES = ("honest", "anchored", "rubber_stamp", "one_way_up", "one_way_down", "neglecting")

ENTRIES = {
    "judge": "string",
    "row_id": "string",
    "charge_group": "string",
    "shown_at": "string",
    "entered_at": "string",
    "advice_months": "Float64",
    "interval_low": "Float64",
    "interval_high": "Float64",
    "own_estimate_months": "Float64",
    "blind_first": "boolean",
    "entry_months": "Float64",
    "reason": "string",
    "recommendation_months": "Float64",
    "judge_type": "string",
}
"""``judge_type`` is the known truth; whoever reads the entries as a monitor must not see it."""


@lru_cache(maxsize=1)
def behaviours() -> dict:
    """Read ``judges.yaml``."""
    return read_yaml("simulation", "judges.yaml")


def simulate_entries(*, advice: pd.DataFrame, settings: MonitorSettings) -> pd.DataFrame:
    """Show advice to simulated judges and return what they enter, in the order in which they enter it.

    Parameters
    ----------
    advice
        Columns row_id, charge_group, advice_months, interval_low, interval_high and, where the prosecution
        recommended a single term, recommendation_months. Rows without advice are not shown.
    settings
        ``judges`` judges with ``entries`` entries each, and the seed. A judge may see a row once; when the
        advice has fewer rows than ``entries`` the rows come again.

    Returns
    -------
    One row an entry, columns of ``ENTRIES``. The advice is the liability term, and so is what the judge enters beside
    it. Each judge has an own view of the case: the
    liability term times a lasting leaning and the noise of the case. A type then says how view and advice become the
    entry (``judges.yaml``).
    """
    shown = advice.dropna(subset=["advice_months"]).sort_values("row_id", kind="stable").to_dict("records")
    if not shown:
        return pd.DataFrame({name: pd.array([], dtype=dtype) for name, dtype in ENTRIES.items()})
    rows: list[dict] = []
    for number, kind in enumerate(judge_types(settings)):
        rows += _career(number, kind, shown, settings)
    rows.sort(key=lambda row: (row["entered_at"], row["judge"], row["row_id"]))
    return pd.DataFrame({name: pd.array([row[name] for row in rows], dtype=dtype) for name, dtype in ENTRIES.items()})


def judge_types(settings: MonitorSettings) -> list[str]:
    """Return the type of each judge: every type of ``judges.yaml`` by its share, the rest honest, in shuffled order."""
    shares = {name: behaviours()["types"][name]["share"] for name in TYPES}
    counts = {name: int(settings.judges * share + 0.5) for name, share in shares.items() if name != "honest"}
    types = [name for name in TYPES[1:] for _ in range(counts[name])][: settings.judges]
    types += ["honest"] * (settings.judges - len(types))
    random.Random(f"{settings.seed}/types").shuffle(types)
    return types


def _career(number: int, kind: str, shown: list[dict], settings: MonitorSettings) -> list[dict]:
    rng = random.Random(f"{settings.seed}/judge/{number}")
    common, own = behaviours()["common"], behaviours()["types"][kind]
    leaning = rng.gauss(0, common["leaning_sd"])
    spread = rng.uniform(*common["view_sd"])
    weight = rng.uniform(*own["weight"])
    adopts = rng.uniform(*own["adopts"])
    clock = datetime.datetime.fromisoformat(common["first_day"]) + datetime.timedelta(minutes=rng.randint(0, 480))
    order = rng.sample(shown, len(shown))
    rows = []
    for step in range(settings.entries):
        case = order[step % len(order)]
        clock += datetime.timedelta(minutes=rng.randint(*common["minutes_between"]))
        advised = float(case["advice_months"])
        view = advised * math.exp(leaning + rng.gauss(0, spread))
        blind = rng.random() < common["blind_first"]
        entry = _entry(kind, own, advised, view, weight, adopts, rng)
        rows.append(
            {
                "judge": f"J{number + 1:03d}",
                "row_id": case["row_id"],
                "charge_group": case["charge_group"],
                "shown_at": clock.isoformat(timespec="seconds"),
                "entered_at": (clock + datetime.timedelta(minutes=rng.randint(*own["minutes_to_enter"]))).isoformat(
                    timespec="seconds"
                ),
                "advice_months": advised,
                "interval_low": case["interval_low"],
                "interval_high": case["interval_high"],
                "own_estimate_months": float(_whole(view)) if blind else None,
                "blind_first": blind,
                "entry_months": float(entry),
                "reason": _reason(own, advised, entry, rng),
                "recommendation_months": case.get("recommendation_months"),
                "judge_type": kind,
            }
        )
    return rows


def _entry(kind: str, own: dict, advised: float, view: float, weight: float, adopts: float, rng: random.Random) -> int:
    """Return the whole months that a judge of this type enters."""
    draw = rng.random()
    if draw < adopts:
        return _whole(advised)
    if kind in ("one_way_up", "one_way_down"):
        sign = 1 if kind == "one_way_up" else -1
        return _whole(advised * math.exp(sign * (own["shift"] + abs(rng.gauss(0, own["shift_sd"])))))
    if kind == "neglecting":
        return _whole(view * math.exp(rng.gauss(0, own["extra_sd"])))
    return _whole(math.exp(weight * math.log(advised) + (1 - weight) * math.log(view)))


def _reason(own: dict, advised: float, entry: int, rng: random.Random) -> str | None:
    if entry == _whole(advised):
        return None
    return rng.choice(behaviours()["reasons"]) if rng.random() < own["gives_reason"] else None


def _whole(months: float) -> int:
    return max(1, math.floor(months + 0.5))
