"""Of whom a clause speaks: sentences and clauses, the defendants that are their subject, and whose deed is told."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Literal

from sentencing_ml.judgments.document import Defendant
from sentencing_ml.judgments.numerals import fold

Doer = Literal["offender", "other"]

_SENTENCE_END = re.compile(r"[。；！？;!?]")
_CLAUSE_END = re.compile(r"[，,：:。；！？;!?]")
_MEMORY = 40  # mentions: a group further back is not what 二人 or 其他被告人 means
_HEAD_COUNT = {"二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_NUMBER = "二两三四五六七八九十"
# Groups named by number or as a whole, told by their first letter so that the search runs over plain letters.
_COLLECTIVE = rf"""
    (?<=其)[他余](?:[{_NUMBER}各]?名?被告人|[{_NUMBER}]人)
  | (?<=另)外?[{_NUMBER}]名?被告人
  | (?<=[{_NUMBER}])名?(?:被告人|人)(?!的?(?:轻|重|死|受|轻微)伤|死亡|次|民币)
  | (?<=[各诸众])(?:名|位)?被告人
  | (?<=全)(?:体|部|案)被告人
  | (?<=所)有被告人
  | (?<=[上以])(?:列|述|上|前)[{_NUMBER}]?名?(?:被告人|人)
  | (?<=被)告方
  | (?<=均)
"""
# Accused units, where the text names natural persons and units: 被告单位 without its name, 二被告 of both kinds.
_UNITS = rf"""
    (?<=[{_NUMBER}各诸])(?:家|个)?被告单位
  | (?<=[上以])(?:列|述)[{_NUMBER}]?(?:家|个)?被告单位
  | (?<=被)告单位
  | (?<=[{_NUMBER}各])被告(?![人单方])
"""
# Who speaks for a unit, works in it or acts in its name is told, not the unit: 作为被告单位的负责人, 以被告单位名义.
_BESIDE_UNIT = re.compile(r"(?:作为|系|任|担任|以|为|由|在|是|原|该)(?:被告单位)?$")
_OF_UNIT = re.compile(
    r"[^，。；、]{0,6}(?:名义|员工|职工|股东|代表人|辩护人|负责|主管|经理|直接责任|实际控制|账户|职务|任职|工作)"
)
_COUNSEL_OF = re.compile(r"(?:及其|的)?(?:指定|委托)?辩护人")
_COLLECTIVE_FIRST = f"其另各诸众全所上以均被{_NUMBER}"
_READ_COLLECTIVE = re.compile(
    rf"(?P<others>其[他余]|另外?)?(?P<named>[上以])?(?P<all>[各诸众全所均])?[^{_NUMBER}]{{0,8}}(?P<count>[{_NUMBER}])?"
)
# Somebody dealt with elsewhere: what is said of him is said of no defendant here.
_ELSEWHERE = re.compile(
    r"同案(?:人|犯|关系人|嫌疑人|被告人)?[^，。；、（(]{1,8}[（(](?:均|已|二人)?(?:另案|已判|在逃|另行|另处|已起诉|不起诉|死亡)[^）)]{0,8}[）)]"
)
# A name after one of these is an object: it does not become the subject of what follows.
_OBJECT = re.compile(
    r"(?:赔偿了?|赔付|取得|获得|得到|被害人|抓获|抓捕|检举|揭发|协助[^，。；]{0,8}|指认|辨认出?|殴打|打伤|砍伤|捅伤|刺伤|砍|捅|追打|劝说|规劝|通知|同案(?:犯|人|被告人)?|相对于?|较之?|比|[大小低高轻重次优]于|教唆|指使|指挥"
    r"|安排|雇[佣用请]|邀[约集请]|受|听从|应|经|帮助|帮|(?<!认)为|替|给|向|从|将|把|致|使|令|让|叫|由于|通过|在|称|见|接送?|送|载|搭载|找到?|告[知诉]|遇[到见]?|观察|看[到见]|陪同?|跟随|交[给付予]|归还|联系|护送|救|拉|推|踢|追|骂)(?:同案)?(?:被告人)?$"
)
# 根据被告人的犯罪事实、情节和悔罪表现…: what names nobody and sums up speaks of all.
# So does what is said of a joint crime without a name: 在盗窃犯罪中，由于意志以外的原因未得逞，系犯罪未遂.
_SUMMING = re.compile(
    r"[，,、 ]{0,4}(?:综上|综合|根据|结合|据此|在[^，。；]{0,14}犯罪中，(?:由于|因)[^，。；]{0,10}意志[以之]?外)"
)
_TOGETHER = re.compile(
    r"(?:(?:在|于)?[^，。；、]{0,4}(?:归案|到案|案发|抓获|庭审|审理|侦查)(?:后|中|时|期间|过程中|阶段)、|(?:的?(?:家属|亲属|近亲属|父母|父亲|母亲|妻子))?、|和|及|与|以及|同|伙同|纠集|会同|连同|，|带领|邀集|伙同他人及)(?:其他|其[兄弟父母妻子夫姐妹]{1,6})?(?:被告人|同案犯|同案被告人|被告单位)?"
)
# 与李某无证驾驶的摩托车相撞: the words up to the comma are about the one named, what follows is not.
_QUALIFIED = re.compile(r"(?:酒后|醉酒|饮酒后|无证|未取得|所?驾驶?|所持|经营|所有)")
# 被告人归案后如实供述: named by nobody's name. What the defence argued just before was argued for one of them.
_BARE = re.compile(r"[，,、 ]{0,2}(?:且|另|又|鉴于|但)?被告人(?!(?:及其|的)?(?:指定|委托)?辩护人)")
_ARGUED = re.compile(r"辩护人|辩护意见|辩解|辩称")
_ALL_ALIKE = re.compile(r"均(?=[起系属是]|[能自]|如实|主动|积极|具有|有)")
_ASIDE = re.compile(r"[（(][^（）()]{0,40}[）)]")
_WITH = re.compile(r"(?:伙同|纠集|会同|邀集|带领|雇[佣用请]|与|和|同)(?:同案)?(?:被告人)?$")
_JOINTLY = re.compile(r"(?:等人|等)?(?:经|相互|互相)?(?:事先|预先)?(?:共同|一起|一同|合谋|共谋|预谋|商[量议定]|策划|串通|结伙|合伙|密谋|通谋|纠合|分别|均|先后|相互配合)")
_POSSESSOR = re.compile(r"的(?!行为|犯罪|(?:指定|委托)?辩护人|供述|亲属|家属|家人|亲友|近亲属|父|母|妻|丈夫|姐|哥|弟)|之(?!间)|(?:家|处)(?:中|里|附近|楼)?[，、的实]|等?人?的?(?:证言|陈述)")

# Who acts, for whose deed a phrase tells: the defence side, or somebody else.
_OFFENDER_SIDE = r"被告人|上诉人|被告单位|行为人|同案(?:人|犯|被告人)|同伙|伙同|双方|其(?![他余中])|[二两三四五六七八九十]人"
_OTHER_SIDE = r"被害人|受害人|被害方|对方|死者|民警|辅警|警察|特警|交警|公安(?:机关|人员|干警)|执法人员|执法队员|城管|保安|他人|群众|村民|店主|家属|亲属|证人|路人|医生|老师"
# 王某, 王某甲, 王某1, 王*甲: a masked name; whose it is, the list of defendants says.
_MASKED = r"[\u4e00-\u9fff](?:某[某甲乙丙丁戊己庚辛壬癸]?\d{0,2}|[*×xX]{1,2}[甲乙丙丁戊己庚辛壬癸]\d?)"
_WHOSE = re.compile(rf"(?:被害人|受害人|死者|被害方|(?:被害人|受害人|死者)?(?P<name>{_MASKED}))(?:及其|的|之)?$")
_PARTNER = ("、", "与", "和", "同", "向", "给", "对", "付", "跟", "由")
_FORGIVEN = re.compile(rf"了?(?:[{_NUMBER}各]名?|上述|对)?(?:被告人)?")
# Another is the one who acts only where a clause begins with him, or as the agent of a passive (被他人砍伤).
_BEGINNING = re.compile(r"(?:^|[，,。；;：:！？“”\s]|[后时]|期间|由于|但是?|而|则|另|当|此时)$")
_ACTED_UPON = re.compile(r"(?:[将把对向朝给跟与和]|殴打|追打|打伤|砍伤|追砍)$")
_AGENT = ("被", "遭", "遭到", "由")
_NOT_ACTING = re.compile(r"[的之家处头面左右身手背胸腹腿脸颈]|等人[的之]")


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    people: frozenset[int]
    passing: bool = False  # true: it names nobody of its own (均), so the next sentence does not go on about it
    until: int | None = None  # where it stops to be the subject: 与李某无证驾驶的摩托车相撞


@lru_cache(maxsize=256)
def _pattern(forms: tuple[str, ...], *, units: bool = False) -> re.Pattern:
    """Return what finds the names and the groups: a set of first letters, then what may follow each.

    ``units``: groups of accused units, too. A name that ends in a number or a mask is not found in a longer one (余1 in 余12, 张某 in 张某甲).
    """
    branches = []
    for first, group in groupby(sorted(form for form in forms if form), key=lambda form: form[0]):
        rests = "|".join(
            re.escape(form[1:]) + _not_longer(form) for form in sorted(group, key=lambda form: (-len(form), form))
        )
        branches.append(f"(?<={re.escape(first)})(?P<n{len(branches)}>{rests})")
    firsts = "".join(sorted({re.escape(form[0]) for form in forms if form}))
    if units:
        named = "|".join(map(re.escape, sorted(forms)))
        branches += [f"(?:{_verbose(_UNITS)})(?!{named})"]
    return re.compile(f"[{firsts}{_COLLECTIVE_FIRST}](?:{'|'.join(branches + [_verbose(_COLLECTIVE)])})")


def _not_longer(form: str) -> str:
    if form[-1].isdigit():
        return r"(?!\d)"
    return r"(?![某甲乙丙丁戊己庚辛壬癸\d×*])" if form[-1] in "某×*" else ""


def _verbose(pattern: str) -> str:
    return re.sub(r"\s+", "", pattern)


class People:
    """Answers, for a section's reading copy, which defendants a position speaks of.

    A single defendant is always the subject. With several, the subject is the last group of names (张某、李某均…) before
    the position in the same sentence; a sentence that names nobody goes on about the last one named. Nothing is looked
    for before it is asked; then every answer takes a search in sorted positions.
    """

    def __init__(
        self, text: str, *, defendants: tuple[Defendant, ...], cut_from: "tuple[People, Callable[[int], int]] | None" = None
    ):
        """``cut_from``: the people of the whole that ``text`` was cut from, and where a position of ``text`` stands there.

        What was cut out may have named whom the rest speaks of.
        """
        self._text = text
        self._cut_from = cut_from
        units = frozenset(defendant.index for defendant in defendants if defendant.entity)
        persons = frozenset(defendant.index for defendant in defendants) - units
        # 被告人 are the natural persons; where units alone are accused, they are whom the text speaks of
        self._everyone, self._units = (persons, units) if persons else (units, persons)
        self._defendants = defendants
        self._clause_ends: dict[int, list[int]] = {}  # by where a sentence begins: few are asked for

    def sentence(self, position: int) -> tuple[int, int]:
        """Return the span of the sentence around ``position``."""
        return _stretch(self._sentence_ends, position, len(self._text))

    def clause(self, position: int) -> tuple[int, int]:
        """Return the span of the clause around ``position``: the stretch between two commas, without its end."""
        first, last = self.sentence(position)
        ends = self._clause_ends.get(first)
        if ends is None:
            ends = [match.end() for match in _CLAUSE_END.finditer(self._text, first, last)]
            self._clause_ends[first] = ends
        place = bisect_right(ends, position)
        start = ends[place - 1] if place else first
        return start, ends[place] - 1 if place < len(ends) else last

    def at(self, position: int) -> frozenset[int]:
        """Return the indices of the defendants of whom ``position`` speaks."""
        if self._cut_from is not None:
            whole, place_of = self._cut_from
            return whole.at(place_of(position))
        alone = len(self._everyone) <= 1 and not self._units
        if alone and not self._mentions:
            return self._everyone
        start, _ = self.sentence(position)
        # mentions do not overlap, so those that end before the position are the first ones
        place = bisect_right(self._mention_ends, position)
        if place < len(self._mentions) and self._mentions[place].start < position:
            # 张某纠集李某: within the group itself
            return self._mentions[place].people
        while place and self._mentions[place - 1].start >= start:
            mention = self._mentions[place - 1]
            if mention.until is None or position < mention.until:
                clause = self.clause(position)[0]
                if mention.start < clause and not alone and _ALL_ALIKE.search(self._text, clause, position + 1):
                    # 张某提议，李某带头殴打，均起主要作用: all who act in the sentence
                    return frozenset().union(*(m.people for m in self._mentions[:place][-_MEMORY:] if m.start >= start))
                return mention.people
            place -= 1
        if alone:
            return self._everyone
        # 系累犯的被告人张某: the name follows in the same clause
        following = bisect_left(self._mention_starts, position)
        if following < len(self._mentions) and self._mentions[following].start < self.clause(position)[1]:
            return self._mentions[following].people
        if _SUMMING.match(self._text, start):
            return self._everyone
        if self._text[start - 1 : start] == "；" and "均" in self._text[position : self.sentence(position)[1]]:
            # 张某系自首；李某坦白；积极赔偿，均可从轻: of all named since the last full stop
            return self._named_since(self._text.rfind("。", 0, start), place) or self._everyone
        if (bare := _BARE.match(self._text, start)) and bare.end() <= position and (several := self._meant_by_bare(place)):
            return several
        last = self._last_named(place)
        return last if last else self._everyone

    def _meant_by_bare(self, place: int) -> frozenset[int]:
        """Return whom 被告人 without a name means: all whom the sentence with the last mention named, everyone where that
        was an argument of one's defence; empty where nobody is named before."""
        last = next((m for m in reversed(self._mentions[:place][-_MEMORY:]) if m.people and not m.passing and m.until is None), None)
        if last is None:
            return frozenset()
        start = self._text.rfind("。", 0, last.start) + 1
        stop = self._text.find("。", last.end)
        if _ARGUED.search(self._text, max(start, last.start - 200), stop if stop >= 0 else len(self._text)):
            return self._everyone
        return self._named_since(start - 1, place)

    def doer(self, position: int) -> Doer:
        """Tell whose deed stands at ``position``: the last who is named as acting in the sentence before it.

        A victim, an officer or anybody masked who is no defendant is another; without a name it is the offender's.
        """
        start, _ = self.sentence(position)
        text = self._text
        doer: Doer = "offender"
        for match in self._actors.finditer(text, max(start, position - 120), position):
            before = text[max(start, match.start() - 4) : match.start()]
            if match["ours"] or self._joined_elsewhere(match):
                doer = doer if _ACTED_UPON.search(before) else "offender"
                continue
            if before.endswith(_AGENT) or (_BEGINNING.search(before) and not _NOT_ACTING.match(text, match.end())):
                doer = "other"
        return doer

    def named_at(self, position: int) -> bool:
        """Tell whether a defendant is named at ``position``, alone or in a list: (王某伙同)刘某、被告人张某."""
        while (match := self._actors.match(self._text, position)) is not None:
            if match["ours"] and match[0] != "其":
                return True
            position = match.end() + (self._text[match.end() : match.end() + 1] in tuple("、和与及"))
        return False

    def named_behind(self, position: int) -> frozenset[int]:
        """Return the defendants named right behind ``position``, up to the end of the clause: 谅解被告人张某."""
        return next(
            (m.people for m in self._mentions[bisect_left(self._mention_starts, position) :][:1] if _FORGIVEN.fullmatch(self._text, position, m.start)),
            frozenset(),
        )

    def named_within(self, start: int, end: int) -> bool:
        """Tell whether a defendant's name stands in ``start:end``."""
        return any(form in self._text[start:end] for form in self._forms)

    def stranger_before(self, position: int) -> bool:
        """Tell whether a victim, or somebody masked who is no defendant, stands right before ``position`` as the one who
        acts: 李某的家人代其偿还, and not 与李某的家人达成协议."""
        match = _WHOSE.search(self._text, max(0, position - 14), position)
        return (
            match is not None
            and fold(match["name"] or "") not in self._forms
            and not self._text.endswith(_PARTNER, 0, match.start())
        )

    def together(self, one: int, other: int) -> bool:
        """Tell whether two defendants are named as one group anywhere in the text."""
        return any(one in mention.people and other in mention.people for mention in self._mentions if not mention.passing)

    def _joined_elsewhere(self, match: re.Match) -> bool:
        """Tell whether a masked name is an accomplice dealt with elsewhere: 李某（另案处理）."""
        return bool(re.match(r"[\u201d\u2019]?[（(][^）)]{0,12}(?:另案|另处|在逃|已判|已起诉|另行)", self._text[match.end() : match.end() + 20]))

    @cached_property
    def _sentence_ends(self) -> list[int]:
        return [match.end() for match in _SENTENCE_END.finditer(self._text)]

    @cached_property
    def _forms(self) -> dict[str, tuple[int, ...]]:
        """Who bears each name, the last one first: masks give several defendants one."""
        result: dict[str, tuple[int, ...]] = {}
        for defendant in self._defendants:
            for form in filter(None, map(fold, (defendant.name, *defendant.aliases))):
                result[form] = (defendant.index, *(index for index in result.get(form, ()) if index != defendant.index))
        return result

    @cached_property
    def _actors(self) -> re.Pattern:
        return _actors(tuple(sorted(self._forms)))

    @cached_property
    def _mentions(self) -> list[_Mention]:
        several = len(self._everyone) > 1 or bool(self._units)
        elsewhere = list(self._find_elsewhere()) if "同案" in self._text else []
        if not several and not elsewhere:
            return []
        found = sorted([*self._find_mentions(), *elsewhere], key=lambda mention: (mention.start, -mention.end))
        mentions: list[_Mention] = []
        for mention in found:
            if not mentions or mention.start >= mentions[-1].end:
                mentions.append(mention)
        return mentions

    @cached_property
    def _mention_starts(self) -> list[int]:
        return [mention.start for mention in self._mentions]

    @cached_property
    def _mention_ends(self) -> list[int]:
        return [mention.end for mention in self._mentions]

    @cached_property
    def _named_before(self) -> list[frozenset[int]]:
        """The people of the last mention that a later sentence may go on about, up to each mention."""
        named: list[frozenset[int]] = []
        for mention in self._mentions:
            carries = mention.people and not mention.passing and mention.until is None
            named.append(mention.people if carries else named[-1] if named else frozenset())
        return named

    def _named_since(self, position: int, place: int) -> frozenset[int]:
        return frozenset().union(*(m.people for m in self._mentions[:place][-_MEMORY:] if m.start > position and m.until is None))

    def _last_named(self, place: int) -> frozenset[int]:
        return self._named_before[place - 1] if place else frozenset()

    def _find_elsewhere(self) -> Iterator[_Mention]:
        for match in _ELSEWHERE.finditer(self._text):
            before = self._text[max(0, match.start() - 4) : match.start()]
            # 张某与同案人李某（另案处理）: the group acts, and 张某 with it
            if not re.search(r"(?:[、和及与同]|伙同|纠集|以及)$", before) and not _OBJECT.search(before):
                yield _Mention(match.start(), match.end(), frozenset())

    def _find_mentions(self) -> list[_Mention]:
        text = self._text
        mentions: list[_Mention] = []
        object_end = -1
        for match in _pattern(tuple(sorted(self._forms)), units=bool(self._units)).finditer(text):
            last = mentions[-1] if mentions else None
            if self._units and (units := self._mentioned_units(match, mentions)) is not None:
                if units and last is not None and not last.passing and _TOGETHER.fullmatch(text, last.end, match.start()):
                    mentions[-1] = _Mention(last.start, match.end(), last.people | units)
                elif units:
                    mentions.append(_Mention(match.start(), match.end(), units))
                continue
            if match.lastgroup is None:
                people = self._collective(match, mentions)
                if people:
                    mentions.append(_Mention(match.start(), match.end(), people, passing=match[0] == "均"))
                continue
            people = frozenset(self._forms[match[0]][:1])
            if self._units and _COUNSEL_OF.match(text, match.end()):
                # what a person's counsel argues is argued for that person, not for the unit named before
                mentions.append(_Mention(match.start(), match.end(), people))
                continue
            gap = text[last.end : match.start()] if last is not None and match.start() - last.end <= 60 else None
            if gap is not None and ("（" in gap or "(" in gap):
                gap = _ASIDE.sub("", gap)
            before = text[max(0, match.start() - 12) : match.start()]
            if gap is not None and not last.passing and len(gap) <= 14 and _TOGETHER.fullmatch(gap):
                # 陈某、李某、陈某: in one list each stands for another who bears the name
                people = frozenset([i for i in self._forms[match[0]] if i not in last.people][:1]) or people
                mentions[-1] = _Mention(last.start, match.end(), last.people | people)
            elif (
                _OBJECT.search(before)
                or _POSSESSOR.match(text, match.end())
                or (object_end >= 0 and _TOGETHER.fullmatch(text, object_end, match.start()))
            ):
                # 卖给张某、李某: what is joined to an object is one, too
                object_end = match.end() if text[match.end() : match.end() + 1] in "、及和与" else -1
                continue
            elif _WITH.search(before) and last is not None and last.start >= self.sentence(match.start())[0]:
                # 张某在某处与李某发生口角 has one subject, 张某在某处伙同李某行窃 has two
                if re.search(r"(?:伙同|纠集|会同|邀集|带领|雇[佣用请])(?:同案)?(?:被告人)?$|，同被告人$", before) or _JOINTLY.match(
                    text, match.end()
                ):
                    # 张某如实供述自己伙同李某…: up to here it spoke of the first alone
                    mentions.append(_Mention(match.start(), match.end(), last.people | people))
                elif _QUALIFIED.match(text, match.end()):
                    until = self.clause(match.end() - 1)[1]
                    mentions.append(_Mention(match.start(), match.end(), people, until=until))
            else:
                mentions.append(_Mention(match.start(), match.end(), people))
        return mentions

    def _mentioned_units(self, match: re.Match, mentions: list[_Mention]) -> frozenset[int] | None:
        """Return the units of a mention, with the persons where it means both; empty where they only qualify somebody,
        None where it is no mention of units."""
        text = match.string
        if match.lastgroup is not None:
            units = frozenset(self._forms[match[0]][:1]) & self._units
            if not units:
                return None
        elif not match[0].endswith(("单位", "被告")):
            return None
        elif match[0].endswith("被告"):
            every = self._everyone | self._units
            return every if match[0][0] not in _HEAD_COUNT or _HEAD_COUNT[match[0][0]] == len(every) else frozenset()
        elif match[0] == "被告单位":
            last = next((m.people & self._units for m in reversed(mentions[-_MEMORY:]) if m.people & self._units), None)
            units = last or self._units
        else:
            units = self._units
        before = text[max(0, match.start() - 8) : match.start()]
        qualifies = _BESIDE_UNIT.search(before) or _POSSESSOR.match(text, match.end()) or _OF_UNIT.match(text, match.end())
        return frozenset() if qualifies else units

    def _collective(self, match: re.Match, mentions: list[_Mention]) -> frozenset[int] | None:
        read = _READ_COLLECTIVE.match(match[0])
        if match[0] == "均":
            # 张某、李某均…: the names before it are the group; alone it means everyone
            start = self.sentence(match.start())[0]
            return None if mentions and mentions[-1].start >= start else self._everyone
        if read["others"]:
            # 张某系主犯，其他被告人系从犯: everyone but those named last
            named = next((m.people for m in reversed(mentions[-_MEMORY:]) if m.people != self._everyone), None)
            return self._everyone - named if named else None
        if read["count"] and match.string[max(0, match.start() - 1) : match.start()] in _HEAD_COUNT:
            # 十六名被告人: no group of six; so many are all of them
            return self._everyone
        if read["count"]:
            count = _HEAD_COUNT[read["count"]]
            if count == len(self._everyone):
                return self._everyone
            group = next((m.people for m in reversed(mentions[-_MEMORY:]) if len(m.people) == count), None)
            return group or self._last_few(mentions, count)
        if read["named"]:
            start = self.sentence(match.start())[0]
            near = next((m.people for m in reversed(mentions[-_MEMORY:]) if m.end > start - 80 and len(m.people) > 1), None)
            return near or self._everyone
        return self._everyone


    def _last_few(self, mentions: list[_Mention], count: int) -> frozenset[int] | None:
        """Return so many defendants as were named last, one by one: 张某…。李某…。二被告人…."""
        few: frozenset[int] = frozenset()
        for mention in reversed(mentions[-_MEMORY:]):
            few |= mention.people
            if len(few) >= count:
                break
        return few if len(few) == count else None


@lru_cache(maxsize=256)
def _actors(forms: tuple[str, ...]) -> re.Pattern:
    names = "|".join(re.escape(form) + _not_longer(form) for form in sorted(forms, key=len, reverse=True) if form)
    return re.compile(rf"(?P<ours>{names + '|' if names else ''}{_OFFENDER_SIDE})|(?:{_OTHER_SIDE})(?:{_MASKED})?|{_MASKED}")


def _stretch(ends: list[int], position: int, length: int) -> tuple[int, int]:
    place = bisect_right(ends, position)
    return ends[place - 1] if place else 0, ends[place] if place < len(ends) else length
