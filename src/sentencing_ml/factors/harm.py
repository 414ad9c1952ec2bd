"""Persons killed and injured: how many of each grade, how grave the gravest, and the disability left.

A grade (轻伤二级) belongs to the person named before it in the sentence, to each of a list of names (甲、乙的损伤均为轻微伤),
or to a stated number (致二人轻伤). A person counts once, with the gravest grade that the text gives; what a defendant
suffered is harm done by the others alone. A number that the court states goes before names counted in the facts.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.jointly import struck_by
from sentencing_ml.factors.reading import Reading
from sentencing_ml.factors.terms import scope
from sentencing_ml.factors.victims import Name, names_between, names_in, one_person
from sentencing_ml.judgments.numerals import parse_integer

_FACTORS = ("slight_injuries", "minor_injuries", "serious_injuries", "deaths")
_GRADES = {"轻微": 0, "轻伤": 1, "重伤": 2}  # by the first two characters
_DEATH = 3
_KILLING = frozenset("打撞杀捅刺砍掐勒淹轧压碾")
_NUMERAL = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"
_MASK = re.compile(r"[某×✕＊*xXＸ]")
_SECOND_OPINION = 150  # characters from a second appraisal to its result
_PLAUSIBLE = 60  # persons: a larger number stands for something else

# 死亡赔偿金, 死亡医学证明书 and 死亡原因 tell of papers; 致人死亡的， quotes the law; 打死你 threatens.
# A plain set of characters in front makes the search fast.
_GRADE = re.compile(
    r"[轻重死身打撞杀捅刺砍掐勒淹轧压碾](?:(?:(?<=轻)微伤|(?<=[轻重])伤)(?![害员者]|情节|标准|残疾|偏瘫|[及或、]?以上|或者?|后果特别|的，(?:处|依|应|可|以))(?:[（(]?(?P<level>[一二壹贰12ⅠⅡ]|II)级)?"
    r"|(?<=死)亡(?!赔偿|记录|报告|病例|小结|医学|证明|原因|通知|注销|限额|补偿|鉴定|推断|时间|结论|证|伤残|或者?重伤|危险|威胁|地|现场|登记|人员|事故|[、，]?(?:的|者)[，,])"
    r"|(?<=身)亡|(?<![轻重死身])死(?![刑者伤你我你她他“”\"‘’亡]))"
)
_NO_HARM = re.compile(
    r"(?:未(?!成年|满|婚|遂|来)|不构成|不属于?|不是|够不成|没有|不足|不能认定|无法|不致|避免|以为|是否|如果|可能|足以|预见|濒临|面临|宣告)[^，。；]{0,6}$|脑$|或者?$"
)
# A killing verb tells of a death that happened only with its object before it: 将其打死, 被捅死.
_KILLED = re.compile(r"(?:被|将|把|致|当场|活活)[^，。；“”\"]{0,12}$")
# 欲将其杀死, 产生将其撞死的念头: meant, not done
_MEANT_BEFORE = re.compile(r"(?:想|欲|要|准备|打算|企图|意图|图谋|扬言|声称|预谋|商量|决定|为了?|教唆|指使)[^，。；]{0,14}$")
_MEANT_BEHIND = re.compile(r"[^，。；]{0,4}(?:念头|恶念|想法|故意|目的|意图|决心|心理|之意|之念|为止|未遂|未果)|[^，。；]{0,6}未(?:能)?得逞")
# 纪某（已死亡）, 系李某丈夫）: beside a name, not of it
_DEAD_BY_THE_WAY = re.compile(r"[（(](?:现|均|后)?(?:已|因病)?$")
_VICTIM_BESIDE = re.compile(r"(?:被害人|受害人|死者|伤者|乘客|行人)[^，。；（(]{0,8}$")
# 曾因故意伤害致人死亡于2002年被判处…: of an earlier case
_CONVICTED_OF = re.compile(r"罪?[，]?(?:于|在)[^，。；]{4,16}[，]?被[^，。；]{0,24}判(?:处|决)")
_OTHER_ACCIDENT = re.compile(r"(?:交通|生产|安全)事故|车祸")
_ASSAULT = re.compile(r"[打砍刺捅殴击咬踢]|伤害|争执|争吵|纠纷|冲突|厮打|撕扯|用[^，。；]{1,8}将")
_ALLY = re.compile(r"(?:纠集|伙同|邀集|带领|召集|邀约|叫来|同伙|同案(?:犯|人)?)[^。；]{0,24}$")
_AGAIN_APPRAISED = re.compile(r"(?:重新(?:[^，。；]{0,6}(?:鉴定|评定))|(?:补充|复核|再次)鉴定)(?!书|意见|报告)")
_BRACKET_OPEN = re.compile(r"[（(]")
_BRACKETED = re.compile(r"[（(][^（）()]{0,40}[）)]")
_ANIMAL = re.compile(r"(?:狗|犬|驴|[头只匹]羊|生猪|母猪|仔猪|牲畜|耕牛|家禽|鱼苗|鸡苗|羊只)[^，。；、]{0,6}$")
_RELATIVE = re.compile(r"(?:父亲?|母亲?|爷爷|奶奶|祖父|祖母|丈夫|妻子?|儿子|女儿)(?:因病|早年|已)[^，。；]{0,8}$")
_COUNTED = re.compile(
    rf"(?P<number>{_NUMERAL})余?(?:(?:名|位|个)[^，。；：致将把打使其造]{{1,24}}|(?:被害人|受害人|未成年人|伤者|民警|人(?!民))[^，。；：、致将把打使造]{{0,18}})$"
)
_COUNTED_BEHIND = re.compile(
    rf"(?:为|共计?|达|的?有)?(?P<number>{_NUMERAL})(?:名|位)?(?:被害人|人)(?=[，。；、的）)和及后]|$)"
)
_NO_VICTIMS = re.compile(r"被告人|嫌疑人|男子|同案|证人|鉴定人|行为")
# 被丈夫饶某打伤: the name is the doer's, and whoever is named before it was hurt
_DOER = re.compile(r"(?:被(?!害人|告人|鉴定|送)|遭)[^，。；、]{0,4}$")
_ACTS_ON = re.compile(r"致|将|把|造成|导致|使|殴打|伤害|打伤|撞|刺伤|砍伤|捅")
_HURT = re.compile(r"的?(?:所受|身体|人体)?(?:损伤|伤情|伤势|[左右头面鼻双胸腹腰背颅])")
_LABELLED = re.compile(r"(?:被告人|嫌疑人)$")
_OWN = re.compile(r"(?:被告人|嫌疑人|本人|自己|自身)[^，。；致将把]{0,8}$")
_SELF = re.compile(r"(?:自身|本人|自己)[^，。；、致将把使]{0,6}$")
_ALL = re.compile(r"均|都")
_BETWEEN = re.compile(r"(?:、|和|与|及|以及|，|被害人|受害人|民警|辅警|协警|车上|(?:乘车|乘坐|驾驶)[人员]{1,2}|乘客|行人|[（(][^（）()]{0,12}[）)]){0,12}")
_SEPARATE = re.compile(r"(?:[、，和及与]|构成|为|属|系){0,12}")
_ITEM = re.compile(
    r"(?:^|[。；：])(?:[（(]?[一二三四五六七八九十]{1,3}[）)]?、|[（(]?\d{1,2}[）)]?[、.．](?!\d)|第[一二三四五六七八九十]{1,4}起)"
)
_JOINT = re.compile(r"共同犯罪|伙同|结伙|共同故意|主犯|从犯")
_PROOF = re.compile(r"(?:上述|以上|前述)[^，。；]{0,6}事实[^。；]{0,30}(?:证据|证实|证明|佐证)|证实上述事实|认定上述事实")
_CONVICTS = re.compile(r"(?<!不)构成[^，。；]{2,24}罪|罪名成立")
_SENTENCE_END = re.compile(r"[。；]")
_FULL_STOP = re.compile("。")

_LEVELS = {"一": 1, "壹": 1, "贰": 2, "1": 1, "Ⅰ": 1, "二": 2, "2": 2, "II": 2, "Ⅱ": 2}
_LEVEL_NAMES = {(1, 2): "轻伤二级", (1, 1): "轻伤一级", (2, 2): "重伤二级", (2, 1): "重伤一级"}
_DISABILITY = re.compile(
    rf"(?P<a>{_NUMERAL}|[壹贰叁肆伍陆柒捌玖拾])级(?:伤残|残疾|残)(?!赔偿)|伤残(?:等级|程度)?(?:鉴定|评定)?(?:为|属|达|构成|评定为|系|是)?(?P<b>{_NUMERAL})级"
)


@dataclass(frozen=True, slots=True)
class _Hit:
    """A grade in the text: whose it is (empty: nobody named), or of how many persons; ``own``: a defendant's alone."""

    grade: int
    level: int | None
    who: tuple
    number: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Victim:
    """Somebody harmed: the gravest hit, and the defendants who did it."""

    hit: _Hit
    people: frozenset[int]


def harm(reading: Reading) -> Iterator[Finding]:
    """Yield the numbers of persons killed and injured by grade, the gravest grade, and the gravest disability."""
    if reading.charges and reading.charges <= scope("harmless"):
        return
    hits = {name: _hits(reading, name) for name, _ in reading.views("opinion", "findings", "charges")}
    facts = next((name for name in ("findings", "charges", "opinion") if hits.get(name)), None)
    if facts is None:
        return
    victims = _victims(reading, facts, hits[facts])
    shared: dict[tuple, set[int]] = {}
    for person in sorted(reading.everyone):
        for found in _of(person, reading, hits, facts, victims):
            shared.setdefault(found, set()).add(person)
    for (factor, value, rule, section, start, end), people in shared.items():
        yield reading.finding(factor, value, rule=rule, section=section, start=start, end=end, people=people)
    yield from _disability(reading)


def _of(
    person: int, reading: Reading, hits: dict[str, list[_Hit]], facts: str, victims: list[_Victim]
) -> Iterator[tuple]:
    """Yield (factor, value, rule, section, start, end) of one defendant."""
    gravest: tuple[int, _Hit, str] | None = None
    most = _convicted_of(person, reading, hits.get("opinion", []))
    mine = [victim.hit for victim in victims if person in victim.people]
    for grade, factor in enumerate(_FACTORS[: most + 1]):
        counted = _counted(person, reading, hits, grade)
        named = [hit for hit in mine if hit.grade == grade]
        if counted is not None:
            section, hit = counted
            yield factor, float(hit.number), "harm.counted", section, hit.start, hit.end
        elif named:
            section, hit = facts, named[0]
            yield factor, float(len(named)), "harm.graded", section, hit.start, hit.end
        else:
            continue
        gravest = (grade, hit, section)
    if gravest is None:
        return
    grade, hit, section = gravest
    level = [
        (h.level, s, h)
        for s, some in hits.items()
        for h in some
        if h.grade == grade and h.level is not None and h.who != (person,)
    ]
    if grade in (0, _DEATH):
        yield "injury_grade", "死亡" if grade else "轻微伤", "harm.level", section, hit.start, hit.end
    elif level:
        value, section, hit = min(level, key=lambda item: item[0])
        yield "injury_grade", _LEVEL_NAMES[grade, value], "harm.level", section, hit.start, hit.end


def _convicted_of(person: int, reading: Reading, hits: list[_Hit]) -> int:
    """Return the gravest grade that the opinion tells of at all, where it tells of one in convicting a defendant.

    造成一人重伤，负主要责任，构成…罪: what else the facts tell of, another act did, or another cause.
    """
    for hit in hits:
        people = reading.people["opinion"]
        end = people.sentence(hit.start)[1]
        if hit.grade and person in people.at(hit.start) and _CONVICTS.search(reading.sections["opinion"].text, hit.end, end):
            return max(other.grade for other in hits)
    return _DEATH


def _counted(
    person: int, reading: Reading, hits: dict[str, list[_Hit]], grade: int
) -> tuple[str, _Hit] | None:
    """Return the stated number of persons of a grade: of the opinion, else of the facts."""
    for section, some in hits.items():
        stated = [
            hit
            for hit in some
            if hit.number is not None and hit.grade == grade and person in (reading.people[section].at(hit.start) or reading.everyone)
        ]
        if stated:
            return section, max(stated, key=lambda hit: hit.number)
        if section != "opinion" and some:
            return None
    return None


def _victims(reading: Reading, section: str, hits: list[_Hit]) -> list[_Victim]:
    """Return who was harmed according to ``hits``, each once with the gravest grade."""
    items = _items(reading, section)
    gravest: dict[object, tuple[_Hit, set[int]]] = {}
    nameless: dict[int, _Hit] = {}
    for hit in hits:
        if hit.number is not None:
            continue
        if not hit.who:
            nameless.setdefault(hit.grade, hit)
        for who in hit.who:
            key = next((known for known in gravest if one_person(known, who)), who)
            known, people = gravest.get(key, (hit, set()))
            gravest[key] = (max(known, hit, key=lambda h: (h.grade, -(h.level or 3))), people | items(hit.start))
    allies, blows = _allied(reading), struck_by(reading)
    victims = [
        _Victim(hit, frozenset(people if not isinstance(who, int) else blows.get(who, frozenset()) & people or (() if allies else people - {who})))
        for who, (hit, people) in gravest.items()
    ]
    if not victims and nameless:
        # 致人轻伤, 致其死亡: one person, of the gravest grade
        hit = nameless[max(nameless)]
        return [_Victim(hit, frozenset(items(hit.start)))]
    if not any(victim.people for victim in victims) and not nameless and victims and _veiled(reading):
        # the victim bears the defendant's masked name: somebody was hurt, or there would be no such crime
        hit = max((victim.hit for victim in victims), key=lambda hit: hit.grade)
        return [_Victim(hit, reading.everyone)]
    gravest_named = max((victim.hit.grade for victim in victims if victim.people), default=-1)
    return victims + [
        _Victim(hit, frozenset(items(hit.start))) for grade, hit in nameless.items() if grade > gravest_named
    ]


def _veiled(reading: Reading) -> bool:
    """Tell whether a victim may bear the name of the one who is accused of hurting him: both read 张某."""
    if len(reading.everyone) != 1 or not reading.charges & scope("hurting"):
        return False
    named = [person.name for person in reading.document.defendants]
    return not named or any(_MASK.search(name) for name in named)


def _allied(reading: Reading) -> bool:
    """Tell whether the defendants acted together: then what one of them suffered is no harm done by another."""
    return "opinion" in reading.sections and _JOINT.search(reading.sections["opinion"].text) is not None


def _items(reading: Reading, section: str):
    """Return who did what is told at a position: those named in its numbered item, else everyone."""
    text = reading.sections[section].text
    starts = [match.start() for match in _ITEM.finditer(text)]
    if len(reading.everyone) < 2 or len(starts) < 2:
        return lambda position: set(reading.everyone)
    named: list[set[int]] = [set() for _ in starts]
    for name in names_in(text, defendants=reading.defendants):
        place = bisect_right(starts, name.start) - 1
        if place >= 0 and isinstance(name.who, int):
            named[place].add(name.who)

    def people(position: int) -> set[int]:
        place = bisect_right(starts, position) - 1
        return (named[place] if place >= 0 else set()) or set(reading.everyone)

    return people


def _hits(reading: Reading, section: str) -> list[_Hit]:
    """Return the grades in a section in order; of facts, those before the list of evidence if there are any."""
    text = reading.sections[section].text
    matches = [match for match in _GRADE.finditer(text) if _is_harm(text, match)]
    if not reading.charges & scope("accidents"):
        matches = [match for match in matches if not _of_an_accident(text, match)]
    if not matches:
        return []
    proofs = [match.start() for match in _PROOF.finditer(text)]
    if len(proofs) == 1 and section != "opinion":
        matches = [match for match in matches if match.start() < proofs[0]] or matches
    # whoever is named behind the last grade has none
    names = names_in(text[: matches[-1].end() + 40], defendants=reading.defendants)
    hits: list[_Hit] = []
    previous, waiting, own = 0, [], False
    allies = {name.who for name in names if name.elsewhere and _ALLY.search(text, max(0, name.start - 40), name.start)}
    against = {person for person, others in struck_by(reading).items() if others}
    for place, match in enumerate(matches):
        start = _lead_start(text, match.start(), previous)
        grade, level = _GRADES.get(match[0][:2], _DEATH), _level(text, match)
        number = _number(text[start : match.start()], text[match.end() : match.end() + 8])
        if number is not None:
            hits.append(_Hit(grade, level, (), number, match.start(), match.end()))
        elif waiting and _SEPARATE.fullmatch(text, previous, match.start()):
            hits.append(_Hit(grade, level, (waiting.pop(0),), None, match.start(), match.end()))
        else:
            group = _group(text, start, match.start(), names, against=against, allies=allies)
            if group == [] and own and start == previous and not _named(names, start, match.start()):
                # 被告人的腹部损伤属重伤，面部损伤属轻微伤: still his own
                group = None
            own = group is None
            if group == []:
                group = _earlier(start, names, hits)
            elif group and len(group) > 1 and "分别" in text[start : match.start()]:
                group, waiting = _separately(text, match, group, matches[place + 1 :])
            if group is not None:
                hits.append(_Hit(grade, level, tuple(dict.fromkeys(group)), None, match.start(), match.end()))
        previous = match.end()
    hits = _without_reversed(text, hits)
    if not hits and _veiled(reading):
        # the victim bears the defendant's masked name: somebody was hurt, or there would be no such crime
        gravest = max(matches, key=lambda match: _GRADES.get(match[0][:2], _DEATH))
        hits.append(_Hit(_GRADES.get(gravest[0][:2], _DEATH), _level(text, gravest), (), None, gravest.start(), gravest.end()))
    return hits


def _without_reversed(text: str, hits: list[_Hit]) -> list[_Hit]:
    """Leave out the grade that a second opinion on the same person takes the place of: 鉴定为重伤，重新鉴定为轻伤."""
    again = _AGAIN_APPRAISED.search(text) if "鉴定" in text else None
    later = [hit for hit in hits if again is not None and again.end() < hit.start < again.end() + _SECOND_OPINION]
    if not later:
        return hits
    who = later[0].who or next((hit.who for hit in reversed(hits) if hit.start < again.start()), ())
    return [hit for hit in hits if hit.start > again.start() or hit.who and who and not set(hit.who) & set(who)]


def _of_an_accident(text: str, match: re.Match) -> bool:
    """Tell whether a death or an injury is that of an accident, which is not the crime judged."""
    start = max(text.rfind("。", max(0, match.start() - 120), match.start()), match.start() - 120, 0)
    accident = _OTHER_ACCIDENT.search(text, start, match.start())
    # 因交通事故赔偿发生争执，将其打伤: the quarrel about it is judged
    return accident is not None and _ASSAULT.search(text, accident.end(), match.start()) is None


def _level(text: str, match: re.Match) -> int | None:
    """Return the level of a grade: 轻伤二级, 轻伤（二级）, 二级轻伤."""
    before = text[max(0, match.start() - 2) : match.start()]
    return _LEVELS.get(match["level"] or (before[0] if before[1:] == "级" else ""))


def _is_harm(text: str, match: re.Match) -> bool:
    before = text[max(0, match.start() - 20) : match.start()]
    if _NO_HARM.search(before) or _RELATIVE.search(before):
        return False
    if _ANIMAL.search(before) or "因" in before and _CONVICTED_OF.match(text, match.end()):
        return False
    if match[0].endswith(("亡", "死")) and _DEAD_BY_THE_WAY.search(before) and not _VICTIM_BESIDE.search(_BRACKET_OPEN.split(before)[0]):
        return False
    if match[0][0] not in _KILLING:
        return True
    return _KILLED.search(before) is not None and not _MEANT_BEFORE.search(before) and not _MEANT_BEHIND.match(text, match.end())


def _lead_start(text: str, position: int, previous: int) -> int:
    """Return where the words that tell whose grade it is begin: behind the last sentence or grade."""
    start = max(previous, position - 160)
    # 甲的损伤…；乙的损伤…，均属轻微伤: of everybody since the full stop
    stop = _FULL_STOP if _ALL.search(text, max(start, position - 6), position) else _SENTENCE_END
    ends = [match.end() for match in stop.finditer(text, start, position)]
    return ends[-1] if ends else start


def _number(lead: str, behind: str) -> int | None:
    for found in (_COUNTED.search(lead), _COUNTED_BEHIND.match(behind)):
        if found is None or _NO_VICTIMS.search(found[0]):
            continue
        try:
            number = parse_integer(found["number"])
        except ValueError:
            continue
        if 0 < number <= _PLAUSIBLE:
            return number
    return None


def _named(names: list[Name], start: int, end: int) -> bool:
    return next(names_between(names, start, end), None) is not None


def _group(text: str, start: int, end: int, names: list[Name], *, against: set[int], allies: set) -> list | None:
    """Return who is named last before a grade: one, or all of a list; None when it is a defendant's own harm untold.

    ``against``: the defendants whom another defendant hurt; their harm is told of. ``allies``: others who acted with
    them.
    """
    inside = [
        name
        for name in names_between(names, start, end)
        if name.end <= end and (not name.elsewhere or _HURT.match(text, name.end))
    ]
    if any(mark in text[start:end] for mark in "（("):
        # 张某1（系李某丈夫）: who stands in brackets behind a name is another
        asides = [match.span() for match in _BRACKETED.finditer(text, start, end)]
        within = [name for name in inside if any(a <= name.start < b for a, b in asides)]
        inside = [name for name in inside if name not in within] or inside
    told = inside
    inside = [name for name in inside if name.who not in allies]
    doers = [name for name in inside if _DOER.search(text, max(start, name.start - 7), name.start)]
    inside = [name for name in inside if name not in doers]
    lead = text[start:end]
    own = _SELF.search(lead)
    if own is not None and not any(not isinstance(name.who, int) and name.end == start + own.start() for name in inside):
        return None
    if not inside:
        return None if _OWN.search(lead) or any(name.who in allies for name in told) else []
    last = inside[-1]
    gap = text[last.end : end]
    if (
        isinstance(last.who, int)
        and last.who not in against
        and _LABELLED.search(text, max(0, last.start - 4), last.start)
        and not _ACTS_ON.search(gap)
    ):
        # 被害人王某的损伤属轻伤，被告人李四的损伤属轻微伤: whoever is called so is told apart from the victims
        return None
    others = [name for name in inside if not isinstance(name.who, int)]
    hurt = bool(doers) and doers[-1].start > last.start
    if isinstance(last.who, int) and not hurt and (_ACTS_ON.search(gap) or not others and "被害人" in gap):
        # 被告人张三故意伤害他人身体，致人轻伤: he did it, to somebody not named here
        return []
    if _ALL.search(gap[-16:]) and others and not isinstance(last.who, int):
        return [name.who for name in others]
    group = [last]
    for name in reversed(inside[:-1]):
        if not _BETWEEN.fullmatch(text, name.end, group[0].start):
            break
        group.insert(0, name)
    if isinstance(group[0].who, int) and group[0].who not in against and _LABELLED.search(text, max(0, group[0].start - 4), group[0].start):
        # 被告人张三、王某的损伤程度: his side
        return None
    return [name.who for name in group]


def _earlier(start: int, names: list[Name], hits: list[_Hit]) -> list:
    """Return whose grade it is when its sentence names nobody: the last one graded, else the last one named."""
    if hits and hits[-1].number is None and start - hits[-1].end <= 120 and hits[-1].who:
        return list(hits[-1].who)[-1:]
    before = [
        name for name in names_between(names, start - 150, start) if not isinstance(name.who, int) and not name.elsewhere
    ]
    return [before[-1].who] if before else []


def _separately(text: str, match: re.Match, group: list, later: list[re.Match]) -> tuple[list, list]:
    """Divide ``group`` when as many grades follow one another as it has names: 甲、乙的损伤分别为轻伤、轻微伤."""
    run, end = 1, match.end()
    for other in later:
        if not _SEPARATE.fullmatch(text, end, other.start()):
            break
        run, end = run + 1, other.end()
    return (group[:1], group[1:]) if run == len(group) else (group, [])


def _disability(reading: Reading) -> Iterator[Finding]:
    """Yield the gravest disability that the act left (十级 is the slightest)."""
    for name, section in reading.views("findings", "charges", "opinion"):
        if "残" not in section.text:
            continue
        grades = []
        for match in _DISABILITY.finditer(section.text):
            try:
                grade = parse_integer(match["a"] or match["b"])
            except ValueError:
                continue
            if 1 <= grade <= 10 and not _NO_HARM.search(section.text[max(0, match.start() - 12) : match.start()]):
                grades.append((grade, match))
        if grades:
            grade, match = min(grades, key=lambda item: item[0])
            yield reading.finding(
                "disability_grade", float(grade), rule="harm.disability", section=name, start=match.start(), end=match.end(),
                people=reading.everyone,
            )  # fmt: skip
            return
