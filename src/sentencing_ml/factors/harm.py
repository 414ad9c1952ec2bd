"""Persons killed and injured, by grade."""

import re
from collections.abc import Iterable, Iterator

from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.reading import Reading
from sentencing_ml.judgments.numerals import parse_integer

_COUNTED = re.compile(
    r"(?P<number>[\d一二两三四五六七八九十]+)\s*(?:名)?(?:被害人|受害人|人)[^，。；、致]{0,6}?(?P<grade>死亡|当场死亡|重伤|轻伤|轻微伤)"
)
_GRADED = re.compile(r"(?P<grade>重伤|轻伤|轻微伤)(?:[一二]级|[（(][^）)]{0,4}[）)])?(?!以上|或|残疾|偏)")
# 死亡赔偿金, 死亡医学证明书 and 死亡原因 tell of papers; 致人死亡的， quotes the law.
_DEATH = re.compile(
    r"(?<!脑)死亡(?!赔偿|医学|证明|原因|通知|注销|限额|补偿|鉴定|推断|时间|结论|证|伤残|或者?重伤|[、，]?(?:的|者)[，,])|(?:当场|抢救无效|医治无效|溺水|经抢救)身亡|(?:打|撞|杀|捅|刺|砍|掐|勒|淹|轧|压)死(?!刑|者|伤)"
)
_HARM = {
    "死亡": "deaths",
    "当场死亡": "deaths",
    "身亡": "deaths",
    "致死": "deaths",
    "打死": "deaths",
    "撞死": "deaths",
    "杀死": "deaths",
    "捅死": "deaths",
    "重伤": "serious_injuries",
    "轻伤": "minor_injuries",
    "轻微伤": "slight_injuries",
}


def harm(reading: Reading) -> Iterator[Finding]:
    """Yield the numbers of persons killed and injured, by grade; all defendants share the count."""
    best: dict[str, tuple[int, str, str, int, int]] = {}
    for name, section in reading.views("opinion", "findings", "charges"):
        text = section.text
        for match in _COUNTED.finditer(text):
            if match["grade"] in ("重伤", "轻伤") and re.match(r"以上|或", text[match.end() : match.end() + 2]):
                continue
            try:
                number = parse_integer(match["number"])
            except ValueError:
                continue
            if number > 60:
                continue
            factor = _HARM[match["grade"]]
            if factor not in best or (name == "opinion" and number > best[factor][0]):
                best[factor] = (number, "harm.counted", name, *match.span())
    for factor, words in (
        ("deaths", _DEATH),
        ("serious_injuries", "重伤"),
        ("minor_injuries", "轻伤"),
        ("slight_injuries", "轻微伤"),
    ):
        if factor in best:
            continue
        for name, section in reading.views("findings", "charges", "opinion"):
            matches = list(_graded(section.text, words))
            if matches:
                number = _distinct(section.text, matches)
                best[factor] = (number, "harm.graded", name, *matches[0].span())
                break
    for factor, (number, rule, name, start, end) in sorted(best.items()):
        yield reading.finding(
            factor, float(number), rule=rule, section=name, start=start, end=end, people=reading.everyone
        )


def _graded(text: str, words: str | re.Pattern) -> Iterable[re.Match]:
    pattern = words if isinstance(words, re.Pattern) else _GRADED
    for match in pattern.finditer(text):
        if isinstance(words, str) and match["grade"] != words:
            continue
        before = text[max(0, match.start() - 14) : match.start()]
        if re.search(
            r"(?:未|不构成|不属|够不成|没有)[^，。；]{0,6}$|(?:被告人|嫌疑人)[^，。；]{0,8}$", before
        ) and not re.search(r"(?:致|将|把|造成)[^，。；]{0,12}$", before):
            continue
        yield match


_NAME_BEFORE = re.compile(
    r"(?:被害人|受害人|被\*甲|伤者|经(?:法医)?鉴定[，：:]?)?(?P<who>[\u4e00-\u9fff]{1,2}(?:某|×|x|X|\*|＊)[\u4e00-\u9fff某\d]{0,2}|(?<=被害人)[\u4e00-\u9fff]{2,3}?(?=的|右|左|头|面|身|之|此|构|为|属|损|伤|因|所))"
)


def _distinct(text: str, matches: list[re.Match]) -> int:
    """Count the different victims named just before the grades; at least one."""
    names = set()
    for match in matches:
        clause = re.split(r"[。；]", text[max(0, match.start() - 60) : match.start()])[-1]
        found = [m["who"] for m in _NAME_BEFORE.finditer(clause)]
        if found:
            names.add(found[-1])
    return max(1, len(names))
