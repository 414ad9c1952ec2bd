"""Of whom a clause speaks: sentences, and the defendants that are their subject."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from sentencing_ml.judgments.document import Defendant
from sentencing_ml.judgments.numerals import fold

_SENTENCE_END = re.compile(r"[。；！？;!?]")
_CLAUSE_END = re.compile(r"[，,：:。；！？;!?]")
_HEAD_COUNT = {"二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_COLLECTIVE = r"(?P<others>(?:其他|其余|另外?)(?:[二两三四五六七八九十]|各)?(?:名)?被告人)|(?P<count>[二两三四五六七八九十])(?:名)?(?:被告人|人)(?!的?(?:轻伤|重伤|死亡|受伤|轻微伤))|(?P<all>(?:各|诸|众|全体|上列|上述|以上|所有|全部)(?:[二两三四五六七八九十]?)(?:名)?被告人|被告人均|均)"
# Somebody dealt with elsewhere: what is said of him is said of no defendant here.
_ELSEWHERE = re.compile(
    r"同案(?:人|犯|关系人|嫌疑人|被告人)?[^，。；、（(]{1,8}[（(](?:另案|已判|在逃|另行|另处|已起诉)[^）)]{0,8}[）)]"
)
# A name after one of these is an object: it does not become the subject of what follows.
_OBJECT = re.compile(
    r"(?:抓获|抓捕|检举|揭发|协助[^，。；]{0,8}|指认|殴打|劝说|规劝|通知|同案(?:犯|人|被告人)?|相对于?|较之?|比|教唆|指使|受|听从|帮助|在)(?:被告人)?$"
)
_TOGETHER = re.compile(r"(?:、|和|及|与|以及|同|伙同|纠集|会同|连同|，)(?:其他)?(?:被告人|同案犯|同案被告人)?$")


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    people: frozenset[int]


@lru_cache(maxsize=256)
def _pattern(forms: tuple[str, ...]) -> re.Pattern:
    names = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    return re.compile(rf"(?P<name>{names})|{_COLLECTIVE}" if names else _COLLECTIVE)


class People:
    """Answers, for a section's reading copy, which defendants a position speaks of.

    A single defendant is always the subject. With several, the subject is the last group of names (张某、李某均…) before
    the position in the same sentence; a sentence that names nobody goes on about the last one named.
    """

    def __init__(self, text: str, *, defendants: tuple[Defendant, ...]):
        self._text = text
        self._everyone = frozenset(defendant.index for defendant in defendants)
        self._ends = [match.end() for match in _SENTENCE_END.finditer(text)]
        self._forms = {
            fold(form): defendant.index
            for defendant in defendants
            for form in (defendant.name, *defendant.aliases)
            if form
        }
        mentions = self._find_mentions() if len(self._everyone) > 1 else []
        elsewhere = [_Mention(match.start(), match.end(), frozenset()) for match in _ELSEWHERE.finditer(text)]
        if elsewhere and not mentions:
            mentions = self._find_mentions()
        self._mentions: list[_Mention] = sorted([*mentions, *elsewhere], key=lambda mention: mention.start)

    def sentence(self, position: int) -> tuple[int, int]:
        """Return the span of the sentence around ``position``."""
        place = bisect_right(self._ends, position)
        start = self._ends[place - 1] if place else 0
        end = self._ends[place] if place < len(self._ends) else len(self._text)
        return start, end

    def clause(self, position: int) -> tuple[int, int]:
        """Return the span of the clause around ``position``: the stretch between two commas."""
        start, end = self.sentence(position)
        for match in _CLAUSE_END.finditer(self._text, start, end):
            if match.start() < position:
                start = match.end()
            else:
                return start, match.start()
        return start, end

    def at(self, position: int) -> frozenset[int]:
        """Return the indices of the defendants of whom ``position`` speaks."""
        if len(self._everyone) <= 1 and not self._mentions:
            return self._everyone
        start, _ = self.sentence(position)
        before = [mention for mention in self._mentions if mention.end <= position]
        inside = [mention for mention in before if mention.start >= start]
        if inside:
            return inside[-1].people
        if len(self._everyone) <= 1:
            return self._everyone
        before = [mention for mention in before if mention.people]
        # 系累犯的被告人张某: the name follows in the same clause
        clause_end = self.clause(position)[1]
        after = [mention for mention in self._mentions if position <= mention.start < clause_end]
        if after:
            return after[0].people
        return before[-1].people if before else self._everyone

    def _find_mentions(self) -> list[_Mention]:
        mentions: list[_Mention] = []
        for match in _pattern(tuple(sorted(self._forms))).finditer(self._text):
            before = self._text[max(0, match.start() - 12) : match.start()]
            if match["name"]:
                people = frozenset([self._forms[match["name"]]])
                last = mentions[-1] if mentions else None
                gap = self._text[last.end : match.start()] if last else None
                if last and gap is not None and len(gap) <= 12 and _TOGETHER.fullmatch(gap):
                    mentions[-1] = _Mention(last.start, match.end(), last.people | people)
                elif _OBJECT.search(before):
                    continue
                elif (
                    last
                    and re.search(r"(?:伙同|纠集|会同)(?:被告人)?$", before)
                    and last.start >= self.sentence(match.start())[0]
                ):
                    mentions[-1] = _Mention(last.start, match.end(), last.people | people)
                else:
                    mentions.append(_Mention(match.start(), match.end(), people))
            else:
                people = self._collective(match, mentions)
                if people is None:
                    continue
                mentions.append(_Mention(match.start(), match.end(), people))
        return mentions

    def _collective(self, match: re.Match, mentions: list[_Mention]) -> frozenset[int] | None:
        if match["all"] == "均":
            # 张某、李某均…: the names before it are the group; alone it means everyone
            start = self.sentence(match.start())[0]
            if mentions and mentions[-1].start >= start:
                return None
            return self._everyone
        if match["others"]:
            # 张某系主犯，其他被告人系从犯: everyone but those named last
            return self._everyone - mentions[-1].people if mentions else None
        if match["count"]:
            count = _HEAD_COUNT[match["count"]]
            if count == len(self._everyone):
                return self._everyone
            return next((mention.people for mention in reversed(mentions) if len(mention.people) == count), None)
        return self._everyone
