"""The writer's desk: the phrase banks, the names given to a case's people, and the choice of a fitting phrase."""

import datetime
import random
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sentencing_ml.packaged import read_yaml
from sentencing_ml.simulation import arithmetic
from sentencing_ml.simulation.model import (
    Case,
    Count,
    Person,
    person_name,
)
from sentencing_ml.simulation.numerals import short_date

DAY = datetime.timedelta(days=1)


PROVEN = "事实清楚，证据确实、充分"
PROCEDURE_CODE = "《中华人民共和国刑事诉讼法》"
_STEMS = "甲乙丙丁戊己庚辛"


_CONDITIONS = (
    ("role", "主犯", "principal"),
    ("role", "从犯", "accessory"),
    ("role", "胁从犯", "coerced"),
    ("stage", "未遂", "attempt"),
    ("stage", "中止", "desistance"),
    ("stage", "预备", "preparation"),
)


_LIABILITY_FLAGS = (
    "excessive_defence",
    "minor_defendant",
    "limited_capacity",
    "victim_fault",
    "vulnerable_victim",
    "civil_dispute",
)


_OFFENDER_FLAGS = (
    "elderly_defendant",
    "recidivist",
    "drug_recidivist",
    "prior_record",
    "admin_record",
    "surrender",
    "confession",
    "merit",
    "major_merit",
    "plea_leniency",
    "plea_in_court",
    "restitution",
    "settlement",
    "compensation",
    "forgiveness",
    "first_offender",
    "remorse",
)


WHOLE_SENTENCES = ("victim_fault", "civil_dispute")
"""Their phrases name the defendant themselves."""


@lru_cache(maxsize=1)
def phrases() -> dict:
    """Read ``phrases.yaml``."""
    return read_yaml("simulation", "phrases.yaml")


@lru_cache(maxsize=1)
def scenes() -> dict:
    """Read ``scenes.yaml``."""
    return read_yaml("simulation", "scenes.yaml")


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What the writer needs at hand: the case, the random numbers, and names already given."""

    case: Case
    rng: random.Random
    names: tuple[str, ...]
    counsels: tuple[str, ...]
    victims: tuple[str, ...]
    others: tuple[str, ...]
    prosecutor: str
    paid: tuple[int, ...]

    def pick(self, options: Any) -> Any:
        """Draw one of the options."""
        return self.rng.choice(options)

    @property
    def procuratorate(self) -> str:
        """The prosecution beside the court."""
        branch = re.fullmatch(r"(.+市)(第.)中级人民法院", self.case.court_name)  # 直辖市: 检察院分院 beside each 中院
        if branch:
            return f"{branch[1]}人民检察院{branch[2]}分院"
        return self.case.court_name.replace("中级人民法院", "人民检察院").replace("人民法院", "人民检察院")

    @property
    def police(self) -> str:
        """The police of the district."""
        place = self.case.court
        return (
            f"{place.city}公安局{place.district}分局" if place.city else f"{place.province}公安局{place.district}分局"
        )

    @property
    def jail(self) -> str:
        """The detention centre of the district."""
        return f"{self.case.court.place}看守所"


def open_desk(case: Case, rng: random.Random) -> Desk:
    """Give every person of a case the name by which its texts call them."""
    style = rng.choice(("full", "full", "某某", "某甲", "*甲", "digit"))
    used: set[str] = set()

    def name(gender: str, position: int, *, plain: bool = False) -> str:
        while True:
            full = person_name(rng, gender)
            if full[0] not in used:
                used.add(full[0])
                break
        if style == "full" or plain:
            return full
        return {
            "某某": f"{full[0]}某某",
            "某甲": f"{full[0]}某{_STEMS[position]}",
            "*甲": f"{full[0]}*{_STEMS[position]}",
            "digit": f"{full[0]}{position + 1}",
        }[style]

    def full_of(person: Person, position: int) -> str:
        if style == "full" and person.name[0] not in used:
            used.add(person.name[0])
            return person.name
        return name(person.gender, position)

    names = tuple(full_of(person, position) for position, person in enumerate(case.persons))
    victims = tuple(_third(name("男", 0, plain=True), position, style) for position in range(6))
    others = tuple(_third(name("男", 0, plain=True), position, style) for position in range(4))
    counsels = tuple(name("男", 0, plain=True) for _ in case.persons)
    other = person_name(rng, "女")
    colleagues = [full for full in _prosecutors(case.court_name) if full[0] not in used]
    return Desk(
        case=case,
        rng=rng,
        names=names,
        counsels=counsels,
        victims=victims,
        others=others,
        prosecutor=random.Random(f"{case.id}/prosecutor").choice(colleagues) if colleagues else other,
        paid=tuple(1000 * rng.randint(2, 60) for _ in case.persons),
    )


def _prosecutors(court: str) -> list[str]:
    """Return the prosecutors who appear before a court, always the same."""
    rng = random.Random(f"{court}/prosecutors")
    return [person_name(rng, gender) for gender in "女男女"]


def _third(full: str, position: int, style: str) -> str:
    """A victim's or witness's name: masked even where the defendants' are written in full."""
    if style in ("full", "某某"):
        return f"{full[0]}某" if position % 2 == 0 else f"{full[0]}某某"
    return {
        "某甲": f"{full[0]}某{_STEMS[position]}",
        "*甲": f"{full[0]}*{_STEMS[position]}",
        "digit": f"{full[0]}{position + 1}",
    }[style]


def conditions(person: Person, count: Count) -> list[str]:
    """The circumstances that the truth of a defendant holds, as names of the phrase bank."""
    found = [name for field, value, name in _CONDITIONS if count.facts.get(field) == value]
    found += [name for name in _LIABILITY_FLAGS if count.facts.get(name)]
    found += [name for name in _OFFENDER_FLAGS if person.offender.get(name)]
    if "recidivist" in found and "prior_record" in found:
        found.remove("prior_record")
    if "drug_recidivist" in found and "prior_record" in found:
        found.remove("prior_record")
    return found


def fillings(desk: Desk, position: int, *, without_other: bool = False) -> dict[str, Any]:
    """Return the values of the placeholders for one defendant."""
    case = desk.case
    person = case.persons[position]
    count = person.counts[0]
    side = f"被害人{desk.victims[0]}" if not count.facts["deaths"] else "被害人近亲属"
    if count.charge == "职务侵占罪":
        side = "被害单位"
    fill = {
        "n": f"被告人{desk.names[position]}",
        "day": short_date(person.caught),
        "station": f"{desk.police}",
        "money": _paid(desk, position),
        "victim": desk.victims[0],
        "victim_side": side,
        "cause": "民间纠纷",
        "weak": weak_group(desk),
        "mild": "减轻处罚" if _mitigated(count) else "从轻处罚",
        "other": desk.others[3],
    }
    if without_other:
        del fill["other"]
    return fill


def _paid(desk: Desk, position: int) -> int:
    """What a defendant gave back or paid: no more than he took."""
    amount = desk.case.persons[position].counts[0].facts.get("amount_yuan")
    if not amount:
        return desk.paid[position]
    share = (1.0, 1.0, 0.8, 0.6, 0.5)[desk.paid[position] // 1000 % 5]
    return max(1, int(amount * share)) if share == 1.0 or amount < 500 else int(amount * share / 100) * 100


def weak_group(desk: Desk) -> str:
    """Return the group to which a vulnerable victim of the case belongs."""
    return scenes()["weak"][desk.case.serial % 3]


def _mitigated(count: Count) -> bool:
    months = count.outcome.term_months
    return (
        months is not None
        and months < count.law.tiers[count.tier].floor
        and arithmetic.mitigated(count.ratios, liability_only=False)
    )


def _variant(desk: Desk, name: str, position: int) -> int:
    """Which of the facts of a circumstance holds for a defendant: the opinion must not tell another story."""
    facts = phrases()["circumstances"][name]["facts"]
    if name == "surrender":
        waits = desk.case.persons[0].counts[0].charge == "危险驾驶罪"
        return len(facts) - 1 if waits else (desk.case.serial + position) % (len(facts) - 1)
    return (desk.case.serial + position) % len(facts) if facts else 0


def fact_phrase(desk: Desk, name: str, position: int) -> str:
    """Return how the findings tell a circumstance of a defendant."""
    return phrases()["circumstances"][name]["facts"][_variant(desk, name, position)]


def granted_phrase(desk: Desk, name: str, position: int) -> str:
    """Draw how the court grants a circumstance, in keeping with the findings."""
    bank = phrases()["circumstances"][name]
    fitting = bank["granted_by_fact"][_variant(desk, name, position)] if "granted_by_fact" in bank else []
    return desk.pick([*bank["granted"], *fitting])


def with_effect(name: str, fill: dict[str, Any]) -> dict[str, Any]:
    """应当减轻或者免除处罚 (刑法20(2)、24、28) leaves no 从轻."""
    return {**fill, "mild": "减轻处罚"} if name in ("excessive_defence", "desistance", "coerced") else fill
