"""The verdict (判决如下 …): each defendant's counts with their own penalty, and what is executed.

Reading order of a verdict: items, each opened by the names of the defendants it sentences; in an item one or more
counts (``犯…罪，判处…``) and, with several counts or an earlier sentence, the executed penalty (``决定执行…``). What an
item says of another judgment (revoked, upheld in general, combined in) is no count of this one.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sentencing_ml.judgments.numerals import CHINESE, NUMBER, duration_at, parse_number
from sentencing_ml.judgments.view import View
from sentencing_ml.law.charges import canonical

Span = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Penalty:
    """A penalty: kind, months of the main penalty, months of probation (0 without 缓刑) and fine in yuan.

    ``None`` is unknown; for life, death, fine alone, exemption and acquittal the term is ``None`` by its nature.
    """

    kind: str | None
    term_months: float | None = None
    probation_months: float = 0
    fine_yuan: float | None = None
    span: Span | None = None


@dataclass(frozen=True, kw_only=True)
class Count:
    """A charge convicted, as written (with 罪), and its own penalty."""

    charge: str | None
    penalty: Penalty


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """All counts of one defendant and what is executed of them; ``merged`` when earlier sentences were combined in."""

    defendant: str
    counts: tuple[Count, ...]
    final: Penalty
    merged: bool = False


# An item names whom it sentences. 罪犯 and 上诉人 stand in retrials and appeals. The name is one of the known ones, so
# that 被告人的违法所得 and 责令被告人 X 退赔 open no item unless a conviction follows within a few characters.
_ROLE = r"(?:(?:原审)?上诉人[（(](?:原审|一审)被告人[）)]|(?:原审|一审)?被告人|原审上诉人|上诉人|罪犯)"
_UNIT_ROLE = r"(?:原审|上诉人[（(]原审)?(?:被告|上诉)单位(?:[（(]原审被告单位)?[）)]?"
_MAIN = "有期徒刑|拘役|管制|无期徒刑|死刑"
_IMPOSES = r"判处|改判|处以|处(?=罚金|有期|拘役|管制)|单处|免[予于除]|无罪|定罪"
_BETWEEN_NAME_AND_CONVICTION = (
    r"(?:[（(][^）)]{0,60}[）)])?(?:均|分别|的行为|系|因本案|向|各)?"
    rf"(?=犯(?!罪|案|意|新)|以[^，,。；;：:]{{2,30}}罪(?:{_IMPOSES})|构成[^，,。；;：:]{{2,30}}罪|[，,]?(?:{_IMPOSES})|[，,]?宣告无罪|(?<=改判)(?:{_MAIN})|不构成)"
)
# Known names are marked before the text is searched, so that one pattern serves every verdict.
_NAME = "\ue000"
_UNIT = "\ue001"  # begins the name of a unit that is not known as written
_OPENING = re.compile(
    rf"(?:{_ROLE}|{_UNIT_ROLE})?(?<!{_NAME}){_NAME}{{1,60}}+(?:(?:(?:、|和|及|与|，|以及)(?:{_ROLE}|{_UNIT_ROLE})?|{_ROLE}|{_UNIT_ROLE}){_NAME}{{1,60}}+){{0,40}}{_BETWEEN_NAME_AND_CONVICTION}"
    rf"|{_ROLE}(?!{_NAME}{{1,60}}[在于因的曾又再与和违现所应系自归到向被对])(?P<unknown>[^，,。；;：:、（(）)犯]{{1,14}}?){_BETWEEN_NAME_AND_CONVICTION}"
    rf"|{_UNIT_ROLE}(?P<unit>[^，,。；;：:]{{2,40}}?)(?:[（(][^）)]{{0,60}}[）)])?(?=犯|构成|无罪|免[予于除])"
)
_MAY_OPEN = re.compile(rf"[原上被一罪{_NAME}]")  # the first characters of an opening
# 判决中对张三犯…, 与被告人张三犯… tell of another judgment; 三、对被告人张三犯… does not.
_TOLD = re.compile(
    r"(?:[与和中书因原以将给的号]|(?<=[^。；;：:，,、）)】\]])对)$"
)
# 前罪, 原犯, 曾犯 and 漏罪 tell of another judgment; 犯罪, 犯案 and 犯意 are no conviction. A charge may hold the word
# itself: 掩饰、隐瞒犯罪所得罪, 帮助信息网络犯罪活动罪.
_ENDS = r"(?!所|分子|集团|嫌|名|行|刑|过|活动|责)"
_CHARGE = rf"[^，,。；;：:]{{1,45}}?罪{_ENDS}"
_CONVICTION = re.compile(
    rf"(?:犯(?:有)?(?!罪|案|意|新)|(?:构成|以|[；;，,。](?!犯|以|与|因|其|构成))(?=[^，,。；;：:犯]{{2,40}}?罪[，,]?(?:{_IMPOSES})))(?P<charge>{_CHARGE})"
)
_ANOTHER = re.compile(rf"(?:、|和|及|与|以及|，|,)(?:犯)?(?P<charge>[^，,。；;：:犯]{{2,40}}?罪{_ENDS})")
_EARLIER_OFFENCE = "原前曾主从罪同累惯重因"
# The clause of a count that belongs to another judgment, and where a count's own penalty is over for that.
_OTHER_JUDGMENT = re.compile(r"^(?:并|再)?(?:与|和|加上?|连同|合并)|判决|裁定|前罪|原判|余刑|漏罪|刑初|刑终")
_COMBINED = re.compile(
    r"[，,；;。](?:并|再)?(?:与|和|加上?|连同|合并)(?:其)?(?:前|原|余|尚未|未执行|[^，,。；;]{0,60}?(?:判决|裁定|余刑|前罪|原判))"
    r"|前罪|原判(?!决)|总[和合]"
)
_KIND = re.compile(
    rf"(?P<kind>有[期其限][徒]?刑|有期徒(?=[{CHINESE}\d])|有期[^，。；]{{1,2}}刑|拘役|管制|无期徒刑|死刑|单处罚金|免[予于除]?(?:追究)?(?:刑事|刑罚)?处[罚分]|免除刑罚|无罪)"
)
# 缓期 without 执行 after a term is a slip for 缓刑; 死刑缓期 is asked for by nobody here.
_PROBATION = re.compile(rf"(?<!撤销)(?:缓刑(?:[，,]?(?:缓刑)?考验)?(?:期限?)?|缓期)(?:为)?(?=[^，,。；;]?[{CHINESE}\d])")
# Between 罚金 and the sum stand 的金额为, 共计, 各, 人民币 and slips of it (人币, 人民政); no clause ends there.
_FINE = re.compile(
    rf"(?:罚金|罚款)[^，,。；;：:\d{CHINESE}]{{0,10}}?[¥￥]?(?P<number>{NUMBER})[余多]?(?P<scale>[百千万亿]{{0,2}})(?:余)?(?:圆|元|整|园(?=[，,。；;（(])|(?=[（(][^）)]{{0,30}}[）)]元))"
)
# Variants of capital numerals that print alike.
_SAME_NUMERAL = str.maketrans({"仠": "仟", "阡": "仟", "迁": "仟", "陌": "佰", "柏": "佰", "弍": "贰", "弎": "叁", "叄": "叁", "参": "叁", "貮": "贰", "貳": "贰"})
_EXECUTED = re.compile(
    r"(?:决定(?:对[^，,。；;]{0,12}?)?(?:合并|予以|一并|应){0,4}执行|合并执行|总和执行|实际执行|(?:数罪并罚|并罚)[，,]?(?:合并|对其|应|共){0,4}(?:执行|判处|处以)"
    rf"|(?<!已)应?执行(?={_MAIN}|刑罚|刑期))(?:的?刑[罚期])?(?:为)?"
)
# The revoked part tells the old sentence, not this one; of what is upheld, only 即… tells the sentence itself.
_REVOKED = re.compile(
    r"撤销[^。；;]{0,600}?(?=[。；;]|(?:数罪并罚[，,]?)?决定(?:合并)?执行(?![^。；;]{0,80}(?:部分|项))|(?<!第)(?<![、，一二三四五六七八九十])[一二三四五六七八九十]{1,3}、(?!第)|$)"
    r"|维持[^。；;]{0,600}?(?=即|[。；;]|撤销|$)"
)
# What follows the penalty in brackets repeats terms and dates.
_CALCULATION = re.compile(
    rf"[（(【［]?(?:刑期(?!为)|缓刑考验期(?!限?为?[{CHINESE}\d]{{1,3}}[年个])|罚金(?:限|于|应|自|在|已|款))[^）)】］]{{0,200}}?(?:[）)】］]|计算[。；;）)]?|止[。；;）)]?|缴[纳清][。；;）)]?|$)"
)
_UPHOLDS = re.compile(r"驳回(?:上诉|抗诉)|维持")
# 原审法院…判决：一、被告人张三犯…; what is told of the appeal itself comes after.
_FIRST_INSTANCE = re.compile(
    r"(?:原审|一审|原判|人民法院)[^。；]{0,160}?(?:判决(?:如下)?[：:]|作出(?:如下)?判决[：:，,]|(?<=[。；，,])判决[，,]?|判决(?=[一1]、|被告人))"
)
_TOLD_NO_FURTHER = re.compile(r"宣判后|判决后|上述判决|[^，。；]{0,20}(?:不服|提出上诉|提起上诉|提出抗诉)|上诉人[^，。；]{0,12}(?:上诉|及其)")
_SUMMED = re.compile(r"总和?[合和]?刑期[^，,。；;]{0,40}")
# The next numbered item that does not go on with the sentence: confiscation, restitution, civil claims.
_NEXT_ITEM = re.compile(
    r"(?<=[。；;）)])、?(?:[（(]?[一二三四五六七八九十]{1,3}[、.）)]|\d{1,2}[、.])(?!(?:数罪|决定|合并|并处|并罚|罚金|犯|总和|实际|执行))"
)
# Signs that lines and pages left inside a penalty: 缓刑3二年, 一、年六个月, 有、期徒刑.
_STRAY = re.compile(
    r"\d(?<=[刑役制]\d)(?=[一二三四五六七八九十]{1,4}(?:年|个))|、(?<=[一二三四五六七八九十]、)(?=年|个月)|、(?<=有、)(?=期徒刑)"
)

_CLAUSE_END = re.compile(r"[，,。；;：:]")
_NEXT_TERM = re.compile(rf"[、，,和及](?P<kind>{_MAIN})?")
_ACQUITTED = re.compile(r"(?:不构成[^，,。；;]{1,30}罪)?[，,]?(?:宣告)?无罪|不构成[^，,。；;]{1,30}罪")
_IMPOSED_AT_ONCE = re.compile(rf"[，,]?(?:免|单?处|判处|改判|{_MAIN})")
_BEFORE_NUMBER = re.compile(r"[^，,。；;]{0,6}?(?=[\d一二三四五六七八九十])")
_BRACKETS = re.compile(r"[（(][^）)]{0,60}[）)]|[“”\"《》]")

_WITH_TERM = {"有期徒刑", "拘役", "管制"}
_ON_PERSONS = {*_WITH_TERM, "无期徒刑", "死刑"}


def read_verdict(
    verdict: View,
    *,
    names: Mapping[str, str],
    bearers: Mapping[str, int] | None = None,
    earlier: frozenset[str] = frozenset(),
    units: frozenset[str] = frozenset(),
) -> tuple[Sentence, ...]:
    """Read the sentences of a verdict.

    Parameters
    ----------
    verdict
        Reading copy of the verdict section.
    names
        Every written form of a defendant's name → the defendant's name. Empty when the header names nobody: then
        the verdict's own names are taken.
    bearers
        How many defendants bear a name, where it is more than one (masked names): their items are taken apart.
    earlier
        Charges (canonical) of earlier convictions that are not brought in this case: where a probation or parole is
        revoked, such a count is the old one told again.
    units
        Those of the defendants' names that are an accused unit's: it is fined, and no term is imposed on it.

    Returns
    -------
    A sentence for each defendant that the verdict sentences: those of one name in their order.
    """
    verdict = verdict.without([match.span() for match in _STRAY.finditer(verdict.text)])
    revokes = "撤销" in verdict.text
    text = _blank(verdict.text, _REVOKED)
    names = names or {name: name for name in _own_names(text)}
    # (name, number among those of that name) → counts and executed penalty
    found: dict[tuple[str, int], list[Count]] = {}
    executed: dict[tuple[str, int], Penalty] = {}
    told: Counter[str] = Counter()
    for people, start, end in _settled(_items(text, names), names, bearers or {}, text, units=units):
        counts, final = _read_item(text, start, end, verdict)
        if revokes and len(counts) > 1 and earlier:
            counts = tuple(count for count in counts if canonical(count.charge or "") not in earlier) or counts
        if not counts and final is None:
            continue
        shared = _each(text, start, end, counts[0].penalty, len(people)) if len(counts) == 1 and len(people) > 1 else None
        for number, name in enumerate(people):
            if shared:
                counts = (replace(counts[0], penalty=shared[number]),)
            if (bearers or {}).get(name, 1) > 1 and counts:
                told[name] += 1
            place = (name, min(max(told[name], 1), (bearers or {}).get(name, 1)))
            found.setdefault(place, []).extend(counts)
            if final is not None:
                executed[place] = final
    for place in [place for place in found if place[0] in units]:
        # what a unit and a person are sentenced to in one breath is not told apart: a term is the person's
        found[place] = [count for count in found[place] if count.penalty.kind not in _ON_PERSONS]
        executed = {other: final for other, final in executed.items() if other != place or final.kind not in _ON_PERSONS}
    return tuple(
        _sentence(place[0], tuple(counts), executed.get(place), revokes=revokes)
        for place, counts in sorted(found.items(), key=lambda item: item[0][1])
        if counts
    )


def upholds(verdict: str) -> bool:
    """Tell whether a verdict leaves an earlier one in force: 驳回上诉，维持原判."""
    return bool(_UPHOLDS.search(verdict))


def first_instance(section: View) -> View | None:
    """Return the part of an appeal judgment's section that tells the sentence of first instance, or None."""
    match = _FIRST_INSTANCE.search(section.text)
    if match is None:
        return None
    over = _TOLD_NO_FURTHER.search(section.text, match.end())
    rest = [(over.start(), len(section.text))] if over else []
    return section.without([(0, match.end()), *rest])


def _sentence(name: str, counts: tuple[Count, ...], executed: Penalty | None, *, revokes: bool) -> Sentence:
    if executed is None:
        final = counts[0].penalty if len(counts) == 1 else _heaviest(counts)
    else:
        final = executed if executed.fine_yuan is not None else _with_fine(executed, counts)
    terms = [count.penalty.term_months or 0 for count in counts]
    combined = executed is not None and (
        len(counts) == 1 or (revokes and (final.term_months or 0) > sum(terms) + 0.1)
    )
    return Sentence(defendant=name, counts=counts, final=final, merged=combined)


def _blank(text: str, pattern: re.Pattern) -> str:
    """Replace every match by spaces, so that offsets hold."""
    return pattern.sub(lambda match: " " * len(match[0]), text)


_OWN_NAME = re.compile(rf"{_ROLE}(?P<name>[^，,、。（(犯]{{2,8}}?)(?=犯|无罪|[（(])")


def _own_names(text: str) -> list[str]:
    return list(dict.fromkeys(match["name"] for match in _OWN_NAME.finditer(text)))


_Item = tuple[list[str], str, int, int]


def _items(text: str, names: Mapping[str, str]) -> list[_Item]:
    """Return (defendants, unknown name, start, end) of every stretch that sentences somebody.

    A unit and one whose name is not known open stretches of their own, with no defendant: what is imposed on them is
    nobody else's.
    """
    forms = sorted(names, key=len, reverse=True)
    marked = text
    for form in forms:
        marked = marked.replace(form, _NAME * len(form))
    starts: list[tuple[list[str], str, int, int]] = []
    for match in _openings(marked):
        if _TOLD.search(text, max(0, match.start() - 2), match.start()):
            continue
        other = "unit" if match["unit"] else "unknown"
        unknown = "" if match[other] is None else text[slice(*match.span(other))]
        if _NAME in (match["unknown"] or "") and len(match["unknown"].replace(_NAME, "")) > 2:
            continue  # a sentence about somebody known, not a name
        known = [] if unknown else _named(text, marked, match, forms)
        written = _UNIT + unknown if match["unit"] else unknown
        starts.append((list(dict.fromkeys(names[form] for form in known)), written, match.start(), match.end()))
    if not starts and len(set(names.values())) == 1:
        # A single defendant whom the verdict does not name.
        first = _CONVICTION.search(text)
        starts = [([next(iter(names.values()))], "", first.start(), first.start())] if first else []
    ends = [start for _, _, start, _ in starts[1:]] + [len(text)]
    return [(people, unknown, begin, end) for (people, unknown, _, begin), end in zip(starts, ends, strict=False)]


def _openings(marked: str) -> Iterator[re.Match]:
    end = 0
    for first in _MAY_OPEN.finditer(marked):
        match = _OPENING.match(marked, first.start()) if first.start() >= end else None
        if match is not None:
            end = match.end()
            yield match


def _named(text: str, marked: str, opening: re.Match, forms: list[str]) -> list[str]:
    """Return the forms of names in an opening, in order; names that stand together are told apart by the longest."""
    found = []
    position = marked.find(_NAME, opening.start(), opening.end())
    while position >= 0:
        form = next((form for form in forms if text.startswith(form, position)), "")
        if form:
            found.append(form)
        position = marked.find(_NAME, position + (len(form) or 1), opening.end())
    return found


def _settled(
    items: list[_Item], names: Mapping[str, str], bearers: Mapping[str, int], text: str, *, units: frozenset[str]
) -> Iterator[tuple[list[str], int, int]]:
    """Yield (defendants, start, end); an unknown name is that of a defendant who has no item when only he can be meant."""
    left = Counter({name: bearers.get(name, 1) for name in names.values()})
    left.subtract(name for people, _, _, _ in items for name in people)
    without = [name for name in dict.fromkeys(names.values()) if left[name] > 0]
    meant: dict[str, str] = {}
    for unit in (False, True):
        unknown = [
            written
            for _, written, start, end in items
            if written and written.startswith(_UNIT) is unit and _CONVICTION.search(text, start, end)
        ]
        possible = [name for name in without if (name in units) is unit]
        meant |= dict(zip(unknown, possible, strict=True)) if len(unknown) == len(possible) else {}
    for people, written, start, end in items:
        if written and written not in meant:
            like = [name for name in without if _alike(written, name)] if not written.startswith(_UNIT) else []
            people = like if len(like) == 1 else []
        elif written:
            people = [meant[written]]
        if people:
            yield people, start, end


def _alike(one: str, other: str) -> bool:
    """Tell whether two written names differ by an addition or by a single character."""
    if one.startswith(other) or other.startswith(one):
        return True
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def _read_item(text: str, start: int, end: int, verdict: View) -> tuple[tuple[Count, ...], Penalty | None]:
    stretch = text[start:end]
    executed = list(_EXECUTED.finditer(stretch))
    told = list(_CONVICTION.finditer(stretch))
    convictions = [match for match in told if not _is_told(stretch, match)]
    if executed:
        # A conviction after the executed penalty is told again, not sentenced again.
        last = executed[-1].start()
        convictions = [match for match in convictions if match.start() < last]
    stops = sorted(
        [match.start() for match in told]
        + [match.start() for match in _COMBINED.finditer(stretch)]
        + [match.start() for match in _NEXT_ITEM.finditer(stretch)]
        + [match.start() for match in executed[:1]]
        + [len(stretch)]
    )
    counts: list[Count] = []
    for match in convictions:
        counts += _counts(text, start, match, stops[bisect_left(stops, match.end())], verdict)
    result = tuple(counts)
    if not result and not convictions:
        result = _without_charge(text, start, end, verdict)
    final = None
    if executed:
        begin = start + executed[-1].start()
        final = _read_penalty(text, start + executed[-1].end(), end, verdict, begin=begin)
        bare = duration_at(text, start + executed[-1].end())
        if bare is not None and result:
            # 决定执行三年零十个月: of the kind that the counts have
            kind = _heaviest(result).kind
            fine = None if final is None else final.fine_yuan
            final = Penalty(kind=kind, term_months=bare.value, fine_yuan=fine, span=verdict.span(begin, bare.end))
    return result, final


def _is_told(stretch: str, match: re.Match) -> bool:
    """Tell whether a conviction is one of another judgment."""
    if match.start() and stretch[match.start() - 1] in _EARLIER_OFFENCE and match[0].startswith("犯"):
        return True
    if match[0][0] in "；;，,。" and canonical(match["charge"]) is None:
        return True
    clause = _CLAUSE_END.split(stretch[max(0, match.start() - 80) : match.start()])[-1]
    return bool(_OTHER_JUDGMENT.search(clause))


def _counts(text: str, start: int, match: re.Match, stop: int, verdict: View) -> list[Count]:
    """Return the counts of one conviction; 犯甲罪、乙罪，判处… are two with the penalty that both share."""
    charges = [_clean_charge(match["charge"])]
    position = start + match.end()
    while (another := _ANOTHER.match(text, position, start + stop)) and canonical(_clean_charge(another["charge"])):
        charges.append(_clean_charge(another["charge"]))
        position = another.end()
    begin = start + match.start() + (match[0][0] in "；;，,。")
    penalty = _read_penalty(text, position, start + stop, verdict, begin=begin)
    if penalty is None:
        return []
    each = _each(text, position, start + stop, penalty, len(charges))
    return [Count(charge=charge, penalty=own) for charge, own in zip(charges, each, strict=True)]


def _each(text: str, start: int, stop: int, penalty: Penalty, number: int) -> list[Penalty]:
    """Return the penalty of each of several charges or defendants sentenced in one breath: 分别判处有期徒刑一年、二年."""
    if number == 1 or penalty.kind not in _WITH_TERM:
        return [penalty] * number
    kind = _KIND.search(text, start, stop)
    found: list[Penalty] = []
    name, position = penalty.kind, kind.end()
    while (duration := duration_at(text, position)) is not None and position < stop:
        found.append(replace(penalty, kind=name, term_months=duration.value))
        joint = _NEXT_TERM.match(text, duration.end)
        if joint is None:
            break
        name, position = joint["kind"] or name, joint.end()
    return found if len(found) == number else [penalty] * number


def _without_charge(text: str, start: int, end: int, verdict: View) -> tuple[Count, ...]:
    """Return the count of an item that names no charge: an acquittal, an exemption, a penalty changed on appeal."""
    stretch = text[start:end]
    acquitted = _ACQUITTED.match(stretch)
    if acquitted:
        span = verdict.span(max(0, start - 1), start + acquitted.end())
        return (Count(charge=None, penalty=Penalty(kind="无罪", span=span)),)
    if _IMPOSED_AT_ONCE.match(stretch):
        stop = _NEXT_ITEM.search(stretch)
        penalty = _read_penalty(text, start, start + stop.start() if stop else end, verdict, begin=start)
        return (Count(charge=None, penalty=penalty),) if penalty else ()
    return ()


def _read_penalty(text: str, start: int, end: int, verdict: View, *, begin: int) -> Penalty | None:
    """Read the first penalty of ``text[start:end]``; None when there is none."""
    stretch = _blank(_blank(text[start:end], _SUMMED), _CALCULATION)
    kind_match = _KIND.search(stretch)
    fine, fine_end = _read_fine(stretch)
    if kind_match is None:
        if fine is None:
            return None
        return Penalty(kind="单处罚金", fine_yuan=fine, span=verdict.span(begin, start + fine_end))
    kind = kind_match["kind"]
    if kind.startswith("有"):
        kind = "有期徒刑"  # a letter is wrong or lost in some texts: 有其徒刑, 有限徒刑, 有期徒七年
    if kind.startswith("免"):
        kind = "免予刑事处罚"
    last = kind_match.end()
    term = probation = None
    if kind in _WITH_TERM:
        duration = duration_at(stretch, kind_match.end())
        if duration is None:
            # 有期徒刑的执行刑期为三年; a page break may also leave a comma.
            loose = _BEFORE_NUMBER.match(stretch, kind_match.end())
            duration = duration_at(stretch, loose.end()) if loose else None
        if duration is not None:
            term, last = duration.value, duration.end
        probation, probation_end = _read_probation(stretch, last)
        last = max(last, probation_end)
    if fine is not None:
        last = max(last, fine_end)
    return Penalty(
        kind=kind,
        term_months=term,
        probation_months=probation or 0,
        fine_yuan=fine,
        span=verdict.span(begin, start + last),
    )


def _read_probation(stretch: str, start: int) -> tuple[float | None, int]:
    for match in _PROBATION.finditer(stretch, start):
        position = match.end()
        duration = duration_at(stretch, position)
        if duration is None:
            duration = duration_at(stretch, position + 1)  # a sign between the word and the term
        if duration is not None:
            return duration.value, duration.end
    return None, 0


def _read_fine(stretch: str) -> tuple[float | None, int]:
    match = _FINE.search(stretch.translate(_SAME_NUMERAL))
    if match is None:
        return None, 0
    scale = 1
    for char in match["scale"]:
        scale *= {"百": 100, "千": 1000, "万": 10**4, "亿": 10**8}[char]
    try:
        return parse_number(match["number"]) * scale, match.end()
    except ValueError:
        return None, 0


def _clean_charge(written: str) -> str:
    return _BRACKETS.sub("", written)


def _heaviest(counts: tuple[Count, ...]) -> Penalty:
    """Return the longest single penalty, with all fines: the executed penalty is not written."""
    order = {"死刑": 9e9, "无期徒刑": 8e9}
    top = max(counts, key=lambda count: order.get(count.penalty.kind or "", count.penalty.term_months or 0)).penalty
    return _with_fine(top, counts)


def _with_fine(final: Penalty, counts: tuple[Count, ...]) -> Penalty:
    fines = [count.penalty.fine_yuan for count in counts if count.penalty.fine_yuan is not None]
    return replace(final, fine_yuan=sum(fines) if fines else None)
