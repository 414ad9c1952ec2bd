"""What the generator reads of the law: tiers of a charge at a date, amount thresholds, ratio bands."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, kw_only=True)
class Tier:
    """A tier (档) of a charge: statutory months, starting point in months, and the kinds of penalty it knows."""

    floor: float
    ceiling: float
    start: tuple[float, float]
    detention: bool
    surveillance: bool
    life: bool
    death: bool
    fine: str | None


@dataclass(frozen=True, kw_only=True)
class ChargeLaw:
    """A charge with its article and its tiers in force on a day, lightest first."""

    name: str
    article: str
    tiers: tuple[Tier, ...]


@lru_cache(maxsize=4096)
def charge_law(charge: str, day: str) -> ChargeLaw:
    """Return the tiers of ``charge`` for an offence on ``day`` (ISO).

    A tier without a starting point of its own (superseded law) starts in the first year of its range.
    """
    content = _charges()[charge]
    tiers = [
        _tier(entry) for entry in content["tiers"]
        if str(entry.get("from", "0000")) <= day <= str(entry.get("to", "9999"))
    ]
    return ChargeLaw(name=charge, article=str(content["article"]), tiers=tuple(tiers))


def _tier(entry: dict) -> Tier:
    low, high = entry.get("statute", [180, 180])
    return Tier(
        floor=low, ceiling=high, start=tuple(entry.get("starting", [low, min(high, low + 12)])),
        detention=entry.get("detention", False), surveillance=entry.get("surveillance", False),
        life=entry.get("life", False), death=entry.get("death", False), fine=entry.get("fine"),
    )


@lru_cache(maxsize=1)
def _charges() -> dict[str, dict]:
    text = (files("sentencing_ml.law") / "data" / "charges.yaml").read_text(encoding="utf-8")
    return {entry["name"]: entry for entry in yaml.safe_load(text)["charges"]}


@lru_cache(maxsize=1)
def _interim() -> dict:
    return yaml.safe_load((files("sentencing_ml.simulation") / "interim.yaml").read_text(encoding="utf-8"))


@lru_cache(maxsize=4096)
def amount_thresholds(charge: str, province: str, day: str) -> tuple[float, ...]:
    """Return the yuan from which the charge's tiers open, lightest first; empty when the law knows none."""
    return tuple(_interim()["thresholds"].get(charge, ()))


@lru_cache(maxsize=64)
def drug_thresholds(drug: str) -> tuple[float, float]:
    """Return the grams of 数量较大 and 数量大."""
    return tuple(_interim()["drugs"])


def ratio_band(circumstance: str) -> tuple[float, float] | None:
    """Return the guideline's band of a circumstance as unsigned shares of the base sentence, or None."""
    band = _interim()["bands"].get(circumstance)
    return tuple(band) if band else None
