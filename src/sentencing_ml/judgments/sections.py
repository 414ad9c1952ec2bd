"""Sections of a judgment by offset, the kind of a text, and where appended statutes begin.

Judgments come with paragraphs, with spaces for paragraphs, or as one line; pages read by OCR leave page numbers
inside words. All markers are therefore looked for in a squeezed copy of the text (no blanks, no page numbers), and
their places are mapped back: every offset that leaves this module belongs to the text as given.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import accumulate
from operator import sub
from typing import Literal

from sentencing_ml.judgments.document import Kind, Section, SectionName
from sentencing_ml.judgments.numerals import fold
from sentencing_ml.judgments.view import BEGINNINGS, BLANKS, DISTURBING

Reason = Literal["no_text", "ruling", "reduction", "death_review", "not_criminal"]

_CJK = "\u3400-\u9fff"
# Beside what disturbs any reading, a number of one or two digits between two Chinese characters ("书4记员"). Digits
# there may also be part of the text ("共3人"), which does no harm: the squeezed copy serves markers alone.
_NOISE = re.compile(f"[{BEGINNINGS}0-9](?:(?<=[{_CJK}。；，）][0-9])[0-9]?(?=[{_CJK}])|{DISTURBING})")
_BLANK = re.compile(rf"[{BLANKS}][{BLANKS}]*")
_FULL_STOP = re.compile("[。；;]")
_LEFT_OVER = re.compile("[，,、；;。]*")
_CLOSERS = frozenset("。；;：:！？!?）)】》”」…")
_NUMERALS = frozenset("0123456789")
# A sentence begins behind a full stop, colon or bracket; some sources write "。、".
_BEFORE_HEAD = re.compile("[。；;！？!?：:）)”】》」…](?:(?<=[】》」…])、|(?<![】》」…]))")


@dataclass(frozen=True)
class _Copy:
    """The reading copy of a whole text, without ``holes``: where each stands in the copy, and ends in the original.

    ``breaks`` are what follows a blank, each with the character before the blank, in order; ``stops`` what follows a
    full stop, colon or bracket.
    """

    text: str
    holes: tuple[tuple[int, ...], tuple[int, ...]]
    breaks: list[tuple[int, str]]
    stops: list[int]
    length: int

    @cached_property
    def verdict(self) -> int | None:
        """Where the operative part begins."""
        return _last_verdict(self.text)

    @cached_property
    def statutes(self) -> tuple[int, int] | None:
        """Where the appended statutes begin, and where they end: at the signatures behind them or with the text."""
        return _statutes(self)

    @cached_property
    def heads(self) -> tuple[int, ...]:
        """Where sentences and paragraphs begin, in order; how the appended statutes are set does not count."""
        breaks = self.breaks
        if self.statutes:
            start, end = self.statutes
            breaks = [line for line in breaks if line[0] <= start or line[0] > end]
        return tuple(sorted([0, *self.stops, *_paragraphs(breaks)]))

    def original(self, position: int) -> int:
        """Return the place in the original text of a position in the copy."""
        if position >= len(self.text):
            return self.length
        places, ends = self.holes
        before = bisect_right(places, position) - 1
        return position if before < 0 else ends[before] + position - places[before]

    def is_head(self, position: int) -> bool:
        """Tell whether a sentence begins at ``position``."""
        place = bisect_left(self.heads, position)
        return place < len(self.heads) and self.heads[place] == position

    def sentence_start(self, position: int) -> int:
        """Return where the sentence begins that holds ``position``."""
        return self.heads[bisect_right(self.heads, position) - 1]

    def sentence_end(self, position: int) -> int:
        """Return the end of the sentence that holds ``position``: after its full stop, or the end of the text."""
        stop = _FULL_STOP.search(self.text, position)
        return stop.end() if stop else len(self.text)

    def next_head(self, position: int, end: int) -> int | None:
        """Return where the first sentence from ``position`` on begins, before ``end``."""
        place = bisect_left(self.heads, position)
        if place == len(self.heads) or self.heads[place] >= end:
            return None
        # "；，" and the like leave a mark of their own behind the full stop
        head = _LEFT_OVER.match(self.text, self.heads[place], end).end()
        return head if head < end else None


# A document is recognised, searched for statutes and split in a row: one copy serves all three.
@lru_cache(maxsize=2)
def _squeeze(text: str) -> _Copy:
    folded = fold(text)
    holes = [hole.span() for hole in _NOISE.finditer(folded)]
    starts, ends = zip(*holes, strict=True) if holes else ((), ())
    begins = (0, *ends)
    places = tuple(accumulate(map(sub, starts, begins)))
    copy = "".join([folded[begin:end] for begin, end in zip(begins, (*starts, len(folded)), strict=True)])
    stops = [mark.end() for mark in _BEFORE_HEAD.finditer(copy)]
    following = copy + " "
    stops += [stop + 1 for stop in stops if following[stop] == "、"]
    unnumbered = [hole for hole in zip(places, starts, ends, strict=True) if folded[hole[1]] not in _NUMERALS]
    return _Copy(text=copy, holes=(places, ends), breaks=_breaks(folded, unnumbered), stops=stops, length=len(text))


def _breaks(folded: str, holes: list[tuple[int, int, int]]) -> list[tuple[int, str]]:
    """Return the place in the copy of what follows each blank but one at the very start, and the character before."""
    breaks = []
    for place, start, end in holes:
        if folded[start].isspace():
            if start:
                breaks.append((place, folded[start - 1]))
        else:  # a ruled page number may hold blanks
            breaks += [(place, folded[blank.start() - 1]) for blank in _BLANK.finditer(folded, start, end)]
    return breaks


def _paragraphs(breaks: list[tuple[int, str]]) -> frozenset[int]:
    """Tell paragraphs from lines wrapped at the margin and from blanks inside a sentence.

    A break behind a full stop, colon or bracket is a paragraph's. Any other is one only where most breaks are of
    that kind: headings stand without a stop, but so does every line of a wrapped text.
    """
    closed = {offset for offset, before in breaks if before in _CLOSERS}
    if len(closed) * 2 < len(breaks) and len(breaks) >= 20:
        return frozenset(closed)
    inside = {offset for offset, before in breaks if before.isdigit() or before in "，,、"}
    return frozenset(offset for offset, _ in breaks) - inside


# The operative part. The last one counts: an earlier judgment may be quoted with the same words.
_ORDERS = ("判决", "判处", "改判", "判令")
_ORDERS_FOLLOW = (*_ORDERS, *(f"{order}结果" for order in _ORDERS))
_APPLYING = re.compile(r"(?:规定|条款|第[一二三四五六七八九十百零、第款项（）]{1,40})[，,]?(?:特此)?\Z")
# Where the operative part is over: appeal, finality, or the bench. "审判长" in the verdict itself does not occur.
_TAIL = re.compile(
    r"如(?:果)?(?:不服|对)本(?:判决|裁决|裁判)|如不服(?:本院)?(?:判决|从接到)|本(?:判决|裁定)(?:为终审|系终审|"
    r"自宣告|送达后即)|（此页无正文|\(此页无正文|此页无正文|代理审判[长员]|助理审判员|审判[长员]|独任审判"
)
# The court's own opinion at the head of a sentence; "公诉机关认为" and "对辩护人的意见，本院认为" are none.
_HOLDS = r"(?:经审[理查][，,]?|经合议庭?评议|综合评判|评判)?认为"
_COURT_HOLDS = rf"(?:本院|本庭|合议庭){_HOLDS}"
_OPINION = re.compile(
    rf"综上[所述]{{0,4}}[，,：:]?{_COURT_HOLDS}|据此[，,]?{_COURT_HOLDS}|本[院庭]{_HOLDS}|合议庭{_HOLDS}"
)
# How the case came to the court: the sentence of the accusation, of the private prosecutor, or of the appeal.
_PROCEDURE = re.compile(
    r"以(?!下)(?=.{0,133}指控)[^。]{0,70}?(?:起诉书|号|自诉状).{0,60}?指控|提起公诉|以被告人.{0,60}?提起自诉|法院审理.{0,120}?一案|"
    r"本院审理.{0,120}?一案|公诉机关以[^。]{0,60}起诉书|检察院以[^。]{0,60}起诉书"
)
# "…起诉书指控：2018年…" tells the facts in the sentence that brings the case to court.
_FACTS_AT_ONCE = re.compile(r"(?:指控)?[：:](?:被告人[^，。；]{1,12}[于在])?\d{4}年|[：:，,]?(?:\d{4}年|[一1][、.．])")
# The claims themselves: where they stand before "审理终结", that belongs to something else.
_CLAIMS = re.compile(
    r"公诉机关[^。；，以]{0,12}指控[，,：:]|检察院[^。；，以]{0,12}指控[，,：:]|经(?:公开)?(?:开庭)?审理查明"
)
_CLAIMS_LENGTH = 20
_HEARD = re.compile(r"审[理查]终结|现审理完毕|己审理完毕|已审理完毕|现已?审结")
# 本院依法保障了各方的诉讼权利。: the court goes on about the hearing when it speaks of nobody and finds nothing.
_MORE_OF_THE_HEARING = re.compile(r"本[院案](?![^。；]{0,60}(?:查明|认为|认定|确认|指控|被告|上诉|被害|证据))[^。；]{2,60}。")
_HEARING = re.compile(
    r"公开[^。]{0,20}审理|开庭[^。]{0,20}审理|书面[^。]{0,20}审理|出庭支持公诉|到庭参加|参加(?:了)?诉讼|组成合议庭|适用(?:简易|速裁|"
    r"普通)程序|立案|受理|延期审理"
)


@dataclass(frozen=True)
class _Marker:
    """How a sentence of a section begins.

    ``words`` finds a word without which ``pattern`` does not match, at most ``reach`` characters behind the head of
    the sentence: only sentences with such a word are looked at.
    """

    pattern: re.Pattern
    words: re.Pattern
    reach: int


# What the prosecution alleges, at the head of a sentence. "以…起诉书指控…提起公诉" is procedure, so 犯…罪 with
# 提起公诉 in the same sentence is kept out by the search starting after the procedure; "被告人对起诉书的指控，提出…"
# is the plea.
_ACCUSERS = r"(?:公诉机关|检察院|检察机关|人民检察|公诉人|起诉书|自诉人[^。，]{0,12}?)"
_ALLEGES = r"[^。；，]{0,30}(?:指控|诉称|诉请|起诉称|控诉|起诉认定)"
_ESTABLISHED = r"经(?:本院)?依法(?:审查|侦查)(?:查明|认定)"
_LEAD = 45  # characters before the accuser
_CHARGES = _Marker(
    re.compile(
        rf"(?:(?!被告|辩护|上诉人)[^。；]){{0,{_LEAD}}}?{_ACCUSERS}{_ALLEGES}|{_ESTABLISHED}",
    ),
    words=re.compile("指控|诉称|诉请|控诉|起诉认定|经本院依法|经依法"),
    reach=95,
)
_ACCUSATION = re.compile(
    rf"公诉机关{_ALLEGES}|检察院{_ALLEGES}|检察机关{_ALLEGES}|人民检察{_ALLEGES}|公诉人{_ALLEGES}|起诉书{_ALLEGES}|"
    rf"自诉人[^。，]{{0,12}}?{_ALLEGES}|{_ESTABLISHED}"
)
_NOT_BEFORE_ACCUSER = re.compile("[。；]|被(?=告)|辩(?=护)|上(?=诉人)")
# What the court found, at the head of a sentence (a short phrase may stand before: "本院依法组成合议庭，经审理查明").
_FINDINGS = _Marker(
    re.compile(
        r"[^。；，：]{0,14}[，,]?(?:本院|法院|法庭|合议庭)?(?:依法)?(?:经)?(?:本院|"
        r"法庭)?(?:依法)?(?:不?公开)?(?:开庭)?(?:依法)?(?:审理|庭审|审查|质证|法庭审理|审理后|调查|二审|再审|一审)"
        r"[，,]?(?:本院)?(?:后)?(?:依法|现)?(?:对[^。，]{0,20})?(?:查明|确认|认定|审理查明)|"
        r"[^。；，：]{0,8}经(?:本院|法庭)?查明|"
        r"本院(?:依法)?(?:审理)?(?:查明|认定|确认)(?:的|如下|以下|：|:|，)|综合(?:全案|"
        r"上述)?证据[，,]?本院(?:认定|查明|确认)|"
        r"[^。；]{0,14}(?:本院|合议庭|法庭)(?:依法)?(?:确认|认定|查明)(?:如下|以下|的)(?:案件|法律|犯罪)?事实"
    ),
    words=re.compile("查明|确认|认定"),
    reach=70,
)
_FIRST_COURT = _Marker(
    re.compile(r"(?:原判|原审|一审)(?:判决|法院)?[^。；]{0,20}?(?:认定|查明|审理查明)"),
    words=re.compile("原判|原审|一审"),
    reach=0,
)
# The proof of the findings.
_PROVEN = (
    r"(?:上述|以上|前述|上列|本案|认定|证实|证明)(?:的|犯罪|案件|本案|上述|以上|查明|认定|指控|犯罪的){0,8}(?:事实|证据)"
)
_EVIDENCE = _Marker(
    re.compile(
        rf"(?:\d{{1,9}}[、.．])?(?:[^。；，：]{{0,16}}[，,]|[^。；，]{{0,14}}(?:的|实施))?(?:对?{_PROVEN}|"
        r"(?:本院|本庭)?(?:确认|认定)?(?:上述|以上)(?:事实)?(?:的)?证据)"
    ),
    words=re.compile(_PROVEN),
    reach=35,
)
# The accused, named within 12 characters, and what he or she says, within 90.
_ACCUSED_SPEAKS = re.compile("上诉人|被告人|被告单位|被告")
_PLEADS = re.compile(
    r"(?:无异议|没有异议|未提出异议|未持异议|"
    r"不持异议|无意见|没有意见|无辩解|供认不讳|予以供认|"
    r"自愿认罪|认罪认罚|当庭认罪|表示认罪|辩称|辩解|辩护称|辩护提出|提出[，,：:]|提出(?:如下|以下)|辩护意见|未作辩|不认罪|否认|提出异议|"
    r"有异议|予以否认|承认|上诉提出|上诉称|上诉请求|"
    r"答辩|自行辩护|对[^。；]{0,30}指控)"
)
# Without one of these words a sentence changes nothing of who speaks.
_SPEAKER = re.compile("辩护人|被告|上诉人|公诉机关|检察院|检察机关|公诉人")
_ACCUSER = re.compile("公诉机关|检察院|公诉人")
_ACCUSED = re.compile("上诉人|被告")
_DEFENCE = re.compile(
    r"[^。；]{0,70}?辩护人[^。；]{0,80}?(?:辩护意见|辩护观点|意见|辩称|辩解|提出|认为|建议|发表|表示|无异议|"
    r"没有异议|请求|辩护[：:，,])"
)
_PROSECUTION_AGAIN = re.compile(
    r"(?:据此|综上|故|同时|因此|另|并|随后|针对(?:上述)?指控|为[^。；，]{0,12})?[，,]?[^。；，对]{0,20}"
    r"(?:公诉机关|检察院|检察机关|公诉人)[^。；，]{0,12}(?:认为|建议|提供|出示|提交|宣读|向(?:本院|法庭))"
)
# A numbered point goes on with what its list began with, whoever it speaks of.
_NUMBERED = re.compile(r"[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）、.．]")


def split_sections(text: str, kind: Kind) -> tuple[Section, ...]:
    """Split ``text`` into its sections, in order and without overlap; what is absent is left out.

    A fact record has no sections of its own (its opinion is known from the record, see ``formats``).
    """
    if kind == "fact_record" or not text.strip():
        return ()
    whole = _squeeze(text)
    marks = _indictment_marks(whole) if kind == "indictment" else _judgment_marks(whole)
    starts = [(whole.original(offset), name) for offset, name in marks]
    starts[0] = (0, starts[0][1])
    ends = [start for start, _ in starts[1:]] + [len(text)]
    return tuple(
        Section(name=name, start=start, end=end) for (start, name), end in zip(starts, ends, strict=True) if end > start
    )


def without_statutes(text: str, sections: tuple[Section, ...]) -> tuple[str, tuple[Section, ...]]:
    """Return a judgment without its appended statutes, and its sections: they are cut from the last one."""
    span = statutes_span(text)
    if span is None:
        return text, sections
    text = text[: span[0]] + text[span[1] :]
    kept = [section for section in sections if section.start < len(text)]
    return text, (*kept[:-1], replace(kept[-1], end=len(text)))


def _judgment_marks(whole: _Copy) -> list[tuple[int, SectionName]]:
    copy = whole.text
    body, signed = whole.statutes or (len(copy), len(copy))
    verdict = whole.verdict
    if verdict is not None and whole.statutes:
        verdict = _last_verdict(copy, body)
    tail = _first(_TAIL, copy, verdict if verdict is not None else (body + len(copy) - signed) // 2, body)
    if verdict is None and tail is None:
        tail = body
    end = verdict if verdict is not None else tail
    opinion = _opinion(whole, end)
    before = opinion if opinion is not None else end

    marks: list[tuple[int, SectionName]] = [(0, "header")]
    procedure, heard = _procedure(whole, before)
    if procedure is not None:
        marks.append((procedure, "procedure"))
    marks.extend(_claims_and_findings(whole, heard, before))
    if opinion is not None:
        marks.append((opinion, "opinion"))
    if verdict is not None:
        marks.append((verdict, "verdict"))
    if tail is not None and tail < len(copy):
        marks.append((tail, "tail"))
    if marks[1:2] and marks[1][0] == 0:  # a text that begins without a header
        marks = marks[1:]
    return marks


# What the opinion goes on with: the offender, or the charge. "本院认为，上述证据…" weighs the proof.
_OPINION_PROPER = re.compile(
    r"[，,：:；]{0,4}(?:一、|1[、.．])?(?:[^。，；]{0,14}被告|上诉|原审|原判|公诉机关指控|公诉机关起诉|起诉书|"
    r"自诉人|[^。，；]{0,30}(?:检察院|机关)[^。，；]{0,8}指控|"
    r"[^。；]{0,40}(?:无视|非法占有|违反|故意|身为|为谋取|利用|醉酒|明知|伙同|目无))"
)
_GUILT = re.compile(r"构成|犯[^。，]{1,30}罪|罪名|无罪|指控|犯罪|刑罚")


def _opinion(whole: _Copy, end: int) -> int | None:
    """Return the court's opinion before the verdict: the first that turns to the offender's guilt, else the last.

    A court may say 本院认为 of a piece of evidence before, and say it again within its opinion.
    """
    copy = whole.text
    found = list(_OPINION.finditer(copy, 0, end))
    found = [match for match in found if whole.is_head(match.start())] or found
    if not found:
        return None
    last_finding = max(copy.rfind(word, 0, found[-1].start()) for word in ("审理查明", "公开查明", "庭审查明"))
    guilt: re.Match | None = None
    for match in found:
        if match.start() <= last_finding or not _OPINION_PROPER.match(copy, match.end()):
            continue
        if guilt is None or guilt.start() < match.end():
            guilt = _GUILT.search(copy, match.end(), end)
        if guilt is None:
            break
        return match.start()
    return found[-1].start()


def _procedure(whole: _Copy, before: int) -> tuple[int | None, int]:
    """Return where the procedure begins, and where what comes after it begins."""
    copy = whole.text
    match = _PROCEDURE.search(copy, 0, before)
    if match is None:
        at = _first_accusation(copy, before)
        return None, 0 if at is None else whole.sentence_start(at)
    start = whole.sentence_start(match.start())
    if _FACTS_AT_ONCE.match(copy, match.end()):
        return None, start
    heard = _HEARD.search(copy, start, min(before, start + 6000))
    if heard:
        claims = _CLAIMS.search(copy, match.end(), min(before, heard.start() + _CLAIMS_LENGTH))
        if not (claims and claims.start() < heard.start()):
            end = whole.sentence_end(heard.end())
            while more := _MORE_OF_THE_HEARING.match(copy, end, before):
                end = more.end()
            return start, end
    end = whole.sentence_end(match.end())
    # Without "审理终结": go on while the sentences speak of the hearing.
    while end < before:
        following = whole.sentence_end(end)
        if following > before or not _HEARING.search(copy, end, following):
            break
        end = following
    return start, end


def _first_accusation(copy: str, before: int) -> int | None:
    """Return where the first words that bring a charge begin, with what leads to the accuser, wherever they stand."""
    match = _ACCUSATION.search(copy, 0, before)
    if match is None or match[0].startswith("经"):
        return match and match.start()
    lead = max(0, match.start() - _LEAD)
    return max((stop.end() for stop in _NOT_BEFORE_ACCUSER.finditer(copy, lead, match.start())), default=lead)


def _claims_and_findings(whole: _Copy, start: int, before: int) -> list[tuple[int, SectionName]]:
    copy = whole.text
    own = next(_at_sentence(whole, _FINDINGS, start, before), None)
    marks: list[tuple[int, SectionName]] = []
    until = own if own is not None else before
    claims = next(_at_sentence(whole, _CHARGES, start, until), None)
    if claims is not None:
        marks.append((claims, "charges"))
    else:
        first_court = next(_at_sentence(whole, _FIRST_COURT, start, before), None)
        if first_court is not None and first_court < until:
            marks.append((first_court, "findings"))
    evidence_from = own if own is not None else (marks[0][0] if marks else start)
    proofs = _at_sentence(whole, _EVIDENCE, evidence_from + 1, before)
    evidence = next((at for at in proofs if own is not None or not _is_prosecution(copy, at)), None)
    until = min(until, evidence) if own is None and evidence is not None else until
    marks.extend(_party_marks(whole, marks[-1][0] + 1 if marks else start, until))
    if own is not None:
        marks.append((own, "findings"))
    if evidence is not None:
        marks.append((evidence, "evidence"))
    if not marks and before > start:
        marks.append((start, "charges" if own is None else "findings"))
    elif marks and marks[0][0] > start > 0:
        # What stands before the first marker is told by the prosecution, unless it still speaks of the hearing.
        first, name = marks[0]
        if first - start < 40:
            marks[0] = (start, name)
        elif name != "charges":
            marks.insert(0, (start, "charges"))
        elif not _HEARING.search(copy, start, first):
            marks[0] = (start, name)
    return [mark for mark in marks if mark[0] < before]


# The prosecution offering its proof. "有公诉机关提交，并经庭审质证的证据" is the court's own sentence.
_OFFERS_PROOF = re.compile(
    r"(?!有)[^。有]{0,24}(?:公诉机关|公诉人|检察院)[^。；，]{0,12}(?:提供|提交|出示|当庭|认为|向|举)"
)
_WEIGHS_PROOF = re.compile("质证|认证|查证|足以认定")
_LONG_SENTENCE = 2000


def _is_prosecution(copy: str, at: int) -> bool:
    """Whether a sentence on 上述事实 is the prosecution offering its proof rather than the court naming it."""
    if not _OFFERS_PROOF.match(copy, at):
        return False
    stop = copy.find("。", at, at + _LONG_SENTENCE)
    return not _WEIGHS_PROOF.search(copy, at, stop if stop >= 0 else at + _LONG_SENTENCE)


def _party_marks(whole: _Copy, start: int, until: int) -> list[tuple[int, SectionName]]:
    """Return plea, defence and, between them, the prosecution speaking again, each where a sentence begins with it."""
    found: dict[int, SectionName] = {}
    position = start
    copy = whole.text
    current: SectionName = "charges"
    while (speaker := _SPEAKER.search(copy, position, until)) is not None:
        at = speaker.start()
        stop = max(copy.rfind("。", position, at), copy.rfind("；", position, at), copy.rfind(";", position, at))
        begin = max(position, stop + 1)
        end = min(whole.sentence_end(at), until)
        sentence_is = current
        if _NUMBERED.match(copy, begin, end):
            pass
        elif copy.find("辩护人", begin, end) >= 0 and _DEFENCE.match(copy, begin, end):
            sentence_is = "defence"
        elif _is_plea(copy, begin, end) and not _names_prosecution_first(copy, begin, end):
            sentence_is = "plea"
        elif current != "charges" and _PROSECUTION_AGAIN.match(copy, begin, end):
            sentence_is = "charges"
        if sentence_is != current:
            found[begin] = sentence_is
            current = sentence_is
        position = end
    return sorted(found.items())


def _is_plea(copy: str, begin: int, end: int) -> bool:
    speakers = [m.end() for m in _ACCUSED_SPEAKS.finditer(copy, begin, min(end, begin + 16)) if m.start() <= begin + 12]
    pleads = _PLEADS.search(copy, speakers[0], end) if speakers else None
    return pleads is not None and pleads.start() <= speakers[-1] + 90


def _names_prosecution_first(copy: str, begin: int, end: int) -> bool:
    accuser = _ACCUSER.search(copy, begin, end)
    accused = _ACCUSED.search(copy, begin, end)
    return bool(accuser and accused and accuser.start() < accused.start())


_REVIEWED = re.compile(r"经(?:本院)?(?:依法)?(?:审查|侦查)(?:查明|认定)|现?查明[：:，]")
_PROOF_OF_REVIEW = re.compile(
    r"(?:认定|证实|证明)(?:上述|以上)(?:犯罪)?事实的?证据|(?:上述|以上)(?:犯罪)?事实的?证据|(?:认定|证明)上述事实"
)
_INVESTIGATED = re.compile(r"本案(?:由|经)[^。]{0,80}(?:侦查|调查)终结|移送(?:本院)?审查起诉")


def _indictment_marks(whole: _Copy) -> list[tuple[int, SectionName]]:
    copy = whole.text
    charges = _REVIEWED.search(copy)
    facts = charges.end() if charges else 0
    opinion = copy.rfind("本院认为", facts)
    evidence = _PROOF_OF_REVIEW.search(copy, facts, opinion if opinion >= 0 else len(copy))
    tail = copy.find("此致", max(opinion, 0))
    procedure = _INVESTIGATED.search(copy, 0, charges.start() if charges else len(copy))
    marks: list[tuple[int, SectionName]] = [(0, "header")]
    if procedure:
        marks.append((whole.sentence_start(procedure.start()), "procedure"))
    if charges:
        marks.append((charges.start(), "charges"))
    if evidence:
        marks.append((whole.sentence_start(evidence.start()), "evidence"))
    if opinion >= 0:
        marks.append((opinion, "opinion"))
    if tail >= 0:
        marks.append((tail, "tail"))
    return marks


def _first(pattern: re.Pattern, copy: str, start: int, end: int) -> int | None:
    match = pattern.search(copy, start, end)
    return match.start() if match else None


# A form to fill in, left behind the judgment: 判决如下：……（写明判决结果 …
_TEMPLATE = re.compile(r"[：:，,]{0,3}(?:…|\.\.\.|[（(]写明|[×Xx*]{4})")


def _last_verdict(copy: str, end: int | None = None) -> int | None:
    """Return where the last operative part begins that is announced before ``end``: 判决如下, or 第一款之规定，判决：."""
    last = -1
    at = copy.rfind("如下", 0, end)
    while at >= 0:
        if copy.endswith(_ORDERS_FOLLOW, 0, at) and not _TEMPLATE.match(copy, at + 2):
            last = at - (2 if copy.endswith(_ORDERS, 0, at) else 4)
            break
        at = copy.rfind("如下", 0, at)
    for words in ("判决：", "判决:"):
        at = copy.rfind(words, max(last, 0), end)
        while at >= 0:
            applied = _APPLYING.search(copy, max(0, at - 48), at)
            if applied:
                last = max(last, applied.start())
                break
            at = copy.rfind(words, max(last, 0), at)
    return last if last >= 0 else None


def _at_sentence(whole: _Copy, marker: _Marker, start: int, end: int) -> Iterator[int]:
    """Yield ``start`` and the heads of the sentences in ``start:end``, in order, where ``marker`` stands."""
    text, heads = whole.text, whole.heads
    head: int | None = start
    for word in marker.words.finditer(text, start, end):
        low = word.start() - marker.reach
        if head < low:
            # the marks left over behind a full stop may reach from the head before ``low`` over it
            before = heads[max(bisect_left(heads, low) - 1, 0)]
            head = whole.next_head(max(head + 1, before), end)
        while head is not None and head <= word.start():
            if marker.pattern.match(text, head, end):
                yield head
            head = whole.next_head(head + 1, end)
        if head is None:
            return


# Headings under which courts append the statutes they applied.
_STATUTES_HEADING = re.compile(
    r"附[：:、]?(?:件|录|一|1)?[：:、.]?[（(]?(?:本案|本判决|本裁判|相关|有关|所|适用|判决|裁判|法律|法条|"
    r"刑法|主要|引用|依据|条文|《|第[一二三四五六七八九十百]{1,12}条)"
    r"|(?:本案|本判决书?|本裁判(?:文书)?|裁判|判决)(?:所)?(?:主要|相关)?(?:适用|依据|引用|涉及|"
    r"援引)(?:的)?(?:主要|相关|有关)?(?:法律|法条|条文|刑法)"
    r"|(?:相关|适用|引用|有关|所附|主要|裁判|判决|涉案)(?:的)?(?:刑事)?(?:法律|法条)(?:条文|规定|依据|法规|"
    r"条款|附录|链接)?[：:]?"
    r"|本(?:裁判|判决)主要法律依据|法律(?:条文|法规)(?:附录|链接)?[：:]|法条链接|附录[：:]?|附[：:]|法律附[页注录件]"
)
# A statute's text without a heading: an article's number after the bench has signed.
_BARE_ARTICLE = re.compile(r"《[^》]{2,50}》[（(：:]?|第[〇零一二三四五六七八九十百千0-9]{1,12}条")


# The bench that signs, where a court puts the statutes before its signatures.
_BENCH = re.compile(r"(?:代理)?审判[长员][\u3400-\u9fff*＊×某甲乙丙丁、\s]{1,60}?[二2][〇○零Ｏo0O０]")


def statutes_start(text: str) -> int | None:
    """Return where the appended statutes begin, or None: under a heading, or bare after the clerk's name.

    Only what follows the operative part can be an appendix, so the statutes a court cites in its opinion stay.
    """
    span = statutes_span(text)
    return None if span is None else span[0]


def statutes_span(text: str) -> tuple[int, int] | None:
    """Return the span of the appended statutes, or None; signatures that stand behind them are not part of it."""
    whole = _squeeze(text)
    if whole.statutes is None:
        return None
    start, end = whole.statutes
    return whole.original(start), whole.original(end)


def _statutes(whole: _Copy) -> tuple[int, int] | None:
    copy = whole.text
    verdict = whole.verdict
    tail = _first(_TAIL, copy, verdict if verdict is not None else len(copy) // 4, len(copy))
    if tail is None:
        return None
    bare = _first(_BARE_ARTICLE, copy, tail, len(copy))
    if bare is None:
        return None
    heading = _first(_STATUTES_HEADING, copy, tail, bare + 1)
    start = bare if heading is None else heading
    benches = [bench.start() for bench in _BENCH.finditer(copy, max(start, len(copy) - 160))]
    lines = _paragraphs(whole.breaks) if benches else frozenset()
    signed = (bench for bench in benches if bench in lines or bench in whole.stops or not bench)
    return start, next(signed, len(copy))


_CRIMINAL_NUMBER = re.compile(r"刑事(?:附带民事)?判决书|刑[一二三初终再速重抗]?[^，。]{0,6}字?第?\d{0,9}号")
_CRIMINAL_RULING = re.compile(r"刑事(?:附带民事)?裁定书")
_CRIMINAL_CASE = re.compile(r"公诉机关|检察院|自诉人|犯[^。，]{1,40}罪")


_REDUCTION = re.compile(r"减刑建议|假释建议|(?:准|不)予(?:减刑|假释)|予以(?:减刑|假释)|减去(?:有期徒刑|剩余|刑期)|刑更|刑执")
_DEATH_REVIEW = re.compile(r"死刑复核|核准[^。]{0,80}死刑|报请[^。]{0,20}复核")


def recognise(text: str) -> Kind | Reason:
    """Return the kind of a text, or why it is none: a code of ``quarantine.yaml``."""
    whole = _squeeze(text)
    copy = whole.text
    if not copy:
        return "no_text"
    head = copy[:1500]
    accused = "被告人" in copy or "原审被告" in copy or "被告单位" in copy
    verdict = whole.verdict is not None
    criminal = _CRIMINAL_NUMBER.search(head)
    if accused and verdict and (criminal or _CRIMINAL_CASE.search(copy)):
        return "judgment"
    if "起诉书" in head and accused and "判决书" not in head:
        return "indictment"
    if _CRIMINAL_RULING.search(head) or (accused and "裁定如下" in copy and not verdict):
        if _REDUCTION.search(copy):
            return "reduction"
        return "death_review" if _DEATH_REVIEW.search(copy) else "ruling"
    if accused and (criminal or "经依法审查查明" in copy):
        return "judgment" if criminal else "indictment"
    return "not_criminal"
