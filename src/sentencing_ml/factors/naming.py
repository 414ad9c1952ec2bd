"""Names say nothing of what was done: every defendant is read under a neutral name, whatever he or she is called.

A name is made of words. 曾某多次盗窃 reads like a conviction of former days, 王立功 like a merit, and a name of seven
characters is longer than a rule looks. So the facts are read from a copy of the text in which each defendant bears a
name that is nobody's in it; a mask stays (张某甲 and 买买提某甲 are both 邱某甲), since it tells persons apart. Offsets lead
to the stored text, and what is taken from the text as written gets its names back.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from sentencing_ml.factors.people import People
from sentencing_ml.factors.reading import Reading
from sentencing_ml.judgments.document import Defendant
from sentencing_ml.judgments.numerals import fold
from sentencing_ml.judgments.parties import is_word, surnames
from sentencing_ml.judgments.view import View

# Surnames that are part of no common word, and given names of characters that stand in none.
_SURNAMES = "邱骆谭邹冯魏蒋沈韩秦邓薛贺倪汤殷郝邬卞伍孟尹姚邵汪祁狄臧戴庞熊阮娄郭刁钟邢裴翁荀甄靳邴侯宓郗龚嵇潘葛彭柳酆鲍岑滕郎"
_GIVEN = "煜宸"
_MASKED = re.compile(r"(?P<first>(?:(?!某)[\u3400-\u9fff·]){1,20}?)(?P<mask>[某*×xX\dA-Z].{0,20})")
# What makes a masked name another one: a letter, or a number that is no date's and no amount's.
_LONGER = r"(?![某甲乙丙丁戊己庚辛壬癸]|\d{1,2}(?![\d年月日时点万千百元余.]))"
_WHOLE = re.compile(r"[\u3400-\u9fff·•．.‧・]+")


def neutral(reading: Reading) -> Reading:
    """Return the reading with each natural person under a neutral name; units and forms that are no names stay."""
    names = neutral_names(reading)
    if not names:
        return reading
    pattern = re.compile("|".join(map(whole_name, sorted(names, key=lambda form: (-len(form), form)))))
    sections = {name: _renamed(section, pattern, names) for name, section in reading.sections.items()}
    everyone = tuple(_called(defendant, names) for defendant in reading.document.defendants)
    defendants = tuple(_called(defendant, names) for defendant in reading.defendants)
    return replace(
        reading,
        document=replace(reading.document, defendants=everyone),
        defendants=defendants,
        sections=sections,
        people={name: People(section.text, defendants=defendants) for name, section in sections.items()},
        names={new: form for form, new in names.items()},
    )


def neutral_names(reading: Reading) -> Mapping[str, str]:
    """Return the neutral name of each natural person by the name in the text; who bears none that can be told keeps it.

    The neutral surnames do not depend on the names they stand for, but on what else the text holds.
    """
    persons = [defendant for defendant in reading.defendants if not defendant.entity and len(defendant.name) > 1]
    forms = list(dict.fromkeys(fold(defendant.name) for defendant in persons))
    introduced = {fold(defendant.name) for defendant in persons if defendant.end - defendant.start > len(defendant.name)}
    whole = "".join(section.text for section in reading.sections.values())
    for form in forms:
        whole = whole.replace(form, "")
    pool = (sign for sign in _SURNAMES if sign not in whole)
    return {form: new for form in forms if (new := _neutral(form, pool, introduced=form in introduced))}


def _neutral(form: str, pool: Iterator[str], *, introduced: bool) -> str | None:
    masked = _MASKED.fullmatch(form)
    if form.endswith("某×"):
        return None  # 张某××他人: words cut out behind 张某, who goes by that name elsewhere
    if masked:
        surname = next(pool, None)
        return None if surname is None else surname + masked["mask"]
    # running text calls what follows 被告人 a name by its surname alone
    if not _WHOLE.fullmatch(form) or is_word(form) or not (introduced or "·" in form or form[:1] in surnames() or form[:2] in surnames()):
        return None
    surname = next(pool, None)
    return None if surname is None else (surname + _GIVEN)[: len(form)]


def whole_name(form: str) -> str:
    """Return the pattern of a name and no longer one: 张某 not in 张某甲 or 张某2, yet in 张某2014年 and in 张某××他人."""
    if form[-1].isdigit():
        return re.escape(form) + r"(?!\d)"
    return re.escape(form) + (_LONGER if form[-1] in "某×*" else "")


def _called(defendant: Defendant, names: Mapping[str, str]) -> Defendant:
    new = None if defendant.entity else names.get(fold(defendant.name))
    return defendant if new is None else replace(defendant, name=new)


def _renamed(section: View, pattern: re.Pattern, names: Mapping[str, str]) -> View:
    """Return the copy with the names turned; what a neutral name is shorter by is left out of the copy."""
    letters, dropped = list(section.text), []
    for match in pattern.finditer(section.text):
        new = names[match[0]]
        letters[match.start() : match.start() + len(new)] = new
        if match.end() - match.start() > len(new):
            dropped.append((match.start() + len(new), match.end()))
    return replace(section, text="".join(letters)).without(dropped)
