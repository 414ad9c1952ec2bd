"""Sections of a judgment by offset, the kind of a text, and where appended statutes begin.

Judgments come with paragraphs, with spaces for paragraphs, or as one line; pages read by OCR leave page numbers
inside words. All markers are therefore looked for in a squeezed copy of the text (no blanks, no page numbers), and
their places are mapped back: every offset that leaves this module belongs to the text as given.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sentencing_ml.judgments.document import Kind, Section, SectionName
from sentencing_ml.judgments.view import View, view

Reason = Literal["no_text", "ruling", "not_criminal"]

_CJK = "\u3400-\u9fff"
# A page number between two Chinese characters ("公诉机-1-关", "书4记员"). Digits there may also be part of the text
# ("共3人"), which does no harm: the squeezed copy serves markers alone.
_BLANK = re.compile(r"\s+")
_NOISE = re.compile(
    rf"(?<=[{_CJK}。；])[-—－]\d{{1,3}}[-—－](?=[{_CJK}])|(?<=[{_CJK}。；，）])\d{{1,2}}(?=[{_CJK}])"
)
_STOPS = "。；;！？!?"
_FULL_STOP = re.compile("[。；;]")
_LEFT_OVER = re.compile("[，,、；;。]*")
_HEAD_AFTER = _STOPS + "：:）)”"
_CLOSERS = frozenset("。；;：:！？!?）)】》”」…")


# A sentence begins behind a full stop, colon or bracket; some sources write "。、".
_BEFORE_HEAD = re.compile(rf"[{_HEAD_AFTER}]|(?<=[。；;：:！？!?）)】》”」…])、")


@dataclass(frozen=True)
class _Copy:
    """The reading copy of a whole text, and the positions in it at which sentences and paragraphs begin, in order."""

    view: View
    text: str
    heads: tuple[int, ...]
    length: int

    def original(self, position: int) -> int:
        """Return the place in the original text of a position in the copy."""
        return self.length if position >= len(self.text) else self.view.offset(position)

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
    copy = view(text, dropped=tuple(noise.span() for noise in _NOISE.finditer(text)))
    # what follows a blank, and the character before it
    breaks = [(copy.position(blank.end()), text[blank.start() - 1]) for blank in _BLANK.finditer(text) if blank.start()]
    heads = {0, *_paragraphs(breaks), *(mark.end() for mark in _BEFORE_HEAD.finditer(copy.text))}
    return _Copy(view=copy, text=copy.text, heads=tuple(sorted(heads)), length=len(text))


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
VERDICT = re.compile(
    r"(?:判决|判处|改判|判令)(?:如下|结果如下)|(?:规定|条款|"
    r"第[一二三四五六七八九十百零、第款项（）]+)[，,]?(?:特此)?判决[：:]"
)
# Where the operative part is over: appeal, finality, or the bench. "审判长" in the verdict itself does not occur.
TAIL = re.compile(
    r"如(?:果)?(?:不服|对)本(?:判决|裁决|裁判)|如不服(?:本院)?(?:判决|从接到)|本(?:判决|裁定)(?:为终审|系终审|"
    r"自宣告|送达后即)|"
    r"[（(]?此页无正文|(?:代理)?审判长|(?:代理|助理)?审判员|独任审判"
)
# The court's own opinion at the head of a sentence; "公诉机关认为" and "对辩护人的意见，本院认为" are none.
OPINION = re.compile(
    r"(?:综上[所述]*[，,：:]?|据此[，,]?)?(?:本院|本庭|合议庭)(?:经审[理查][，,]?|经合议庭?评议|综合评判|"
    r"评判)?认为"
)
# How the case came to the court: the sentence of the accusation, of the private prosecutor, or of the appeal.
PROCEDURE = re.compile(
    r"以.{0,70}?(?:起诉书|号|自诉状).{0,60}?指控|提起公诉|以被告人.{0,60}?提起自诉|(?:法院|本院)审理.{0,120}?一案|"
    r"(?:公诉机关|检察院)以.{0,60}起诉书"
)
# "…起诉书指控：2018年…" tells the facts in the sentence that brings the case to court.
_FACTS_AT_ONCE = re.compile(r"(?:指控)?[：:](?:被告人[^，。；]{1,12}[于在])?\d{4}年|[：:，,]?(?:\d{4}年|[一1][、.．])")
# The claims themselves: where they stand before "审理终结", that belongs to something else.
_CLAIMS = re.compile(r"(?:公诉机关|检察院)[^。；，以]{0,12}指控[，,：:]|经(?:公开)?(?:开庭)?审理查明")
_HEARD = re.compile(r"审[理查]终结|[现己已]审理完毕|现已?审结")
_HEARING = re.compile(
    r"(?:公开|开庭|书面)[^。]{0,20}审理|出庭支持公诉|到庭参加|参加(?:了)?诉讼|组成合议庭|适用(?:简易|速裁|"
    r"普通)程序|立案|受理|延期审理"
)
# What the prosecution alleges, at the head of a sentence. "以…起诉书指控…提起公诉" is procedure, so 犯…罪 with
# 提起公诉 in the same sentence is kept out by the search starting after the procedure; "被告人对起诉书的指控，提出…"
# is the plea.
CHARGES = re.compile(
    r"(?:(?!被告|辩护|上诉人)[^。；]){0,45}?(?:公诉机关|检察院|检察机关|人民检察|公诉人|起诉书|自诉人[^。，]{0,12}?)"
    r"(?:[^。；，]{0,30})?(?:指控|诉称|诉请|起诉称|控诉|起诉认定)|经(?:本院)?依法(?:审查|侦查)(?:查明|认定)"
)
# What the court found, at the head of a sentence (a short phrase may stand before: "本院依法组成合议庭，经审理查明").
FINDINGS = re.compile(
    r"[^。；，：]{0,14}[，,]?(?:本院|法院|法庭|合议庭)?(?:依法)?(?:经)?(?:本院|"
    r"法庭)?(?:依法)?(?:不?公开)?(?:开庭)?(?:依法)?(?:审理|庭审|审查|质证|法庭审理|审理后|调查|二审|再审|一审)"
    r"[，,]?(?:本院)?(?:后)?(?:依法|现)?(?:对[^。，]{0,20})?(?:查明|确认|认定|审理查明)|"
    r"[^。；，：]{0,8}经(?:本院|法庭)?查明|"
    r"本院(?:依法)?(?:审理)?(?:查明|认定|确认)(?:的|如下|以下|：|:|，)|综合(?:全案|"
    r"上述)?证据[，,]?本院(?:认定|查明|确认)|"
    r"[^。；]{0,14}(?:本院|合议庭|法庭)(?:依法)?(?:确认|认定|查明)(?:如下|以下|的)(?:案件|法律|犯罪)?事实"
)
_FIRST_COURT = re.compile(r"(?:原判|原审|一审)(?:判决|法院)?[^。；]{0,20}?(?:认定|查明|审理查明)")
# The proof of the findings.
EVIDENCE = re.compile(
    r"(?:\d+[、.．])?(?:[^。；，：]{0,16}[，,]|[^。；，]{0,14}(?:的|实施))?(?:对?(?:上述|以上|前述|上列|本案|"
    r"认定|证实|证明)(?:的|犯罪|案件|本案|上述|以上|查明|认定|指控|犯罪的)*(?:犯罪)?(?:事实|证据)|"
    r"(?:上述|以上)(?:事实|犯罪事实)|(?:本院|本庭)?(?:确认|认定)?(?:上述|以上)(?:事实)?(?:的)?证据)"
)
PLEA = re.compile(
    r"[^。；]{0,12}?(?:上诉人|被告人|被告单位|被告)[^。；]{0,90}?(?:无异议|没有异议|未提出异议|未持异议|"
    r"不持异议|无意见|没有意见|无辩解|供认不讳|予以供认|"
    r"自愿认罪|认罪认罚|当庭认罪|表示认罪|辩称|辩解|辩护称|辩护提出|辩护意见|未作辩|不认罪|否认|提出异议|"
    r"有异议|予以否认|承认|上诉提出|上诉称|上诉请求|"
    r"答辩|自行辩护|对[^。；]{0,30}指控)"
)
DEFENCE = re.compile(
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


def _judgment_marks(whole: _Copy) -> list[tuple[int, SectionName]]:
    copy = whole.text
    limit = _statutes(whole)
    body = len(copy) if limit is None else limit
    verdict = _last(VERDICT, copy, 0, body)
    tail = _first(TAIL, copy, verdict if verdict is not None else len(copy) // 2, body)
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
    r"[，,：:；]*(?:一、|1[、.．])?(?:[^。，；]{0,14}被告|上诉|原审|原判|公诉机关指控|公诉机关起诉|起诉书|"
    r"自诉人|[^。，；]{0,30}(?:检察院|机关)[^。，；]{0,8}指控|"
    r"[^。；]{0,40}(?:无视|非法占有|违反|故意|身为|为谋取|利用|醉酒|明知|伙同|目无))"
)
_GUILT = re.compile(r"构成|犯[^。，]{1,30}罪|罪名|无罪|指控|犯罪|刑罚")


def _opinion(whole: _Copy, end: int) -> int | None:
    """Return the court's opinion before the verdict: the first that turns to the offender's guilt, else the last.

    A court may say 本院认为 of a piece of evidence before, and say it again within its opinion.
    """
    found = list(OPINION.finditer(whole.text, 0, end))
    found = [match for match in found if whole.is_head(match.start())] or found
    if not found:
        return None
    findings = re.finditer("审理查明|公开查明|庭审查明", whole.text[: found[-1].start()])
    last_finding = max((match.start() for match in findings), default=0)
    for match in found:
        turns_to_guilt = _OPINION_PROPER.match(whole.text, match.end()) and _GUILT.search(whole.text, match.end(), end)
        if match.start() > last_finding and turns_to_guilt:
            return match.start()
    return found[-1].start()


def _procedure(whole: _Copy, before: int) -> tuple[int | None, int]:
    """Return where the procedure begins, and where what comes after it begins."""
    match = PROCEDURE.search(whole.text, 0, before)
    if match is None:
        charges = CHARGES.search(whole.text, 0, before)
        at = whole.sentence_start(charges.start()) if charges else 0
        return None, at
    start = whole.sentence_start(match.start())
    if _FACTS_AT_ONCE.match(whole.text, match.end()):
        return None, start
    heard = _HEARD.search(whole.text, start, min(before, start + 6000))
    claims = _CLAIMS.search(whole.text, match.end(), before)
    if heard and not (claims and claims.start() < heard.start()):
        return start, whole.sentence_end(heard.end())
    end = whole.sentence_end(match.end())
    # Without "审理终结": go on while the sentences speak of the hearing.
    while end < before:
        following = whole.sentence_end(end)
        if following > before or not _HEARING.search(whole.text, end, following):
            break
        end = following
    return start, end


def _claims_and_findings(whole: _Copy, start: int, before: int) -> list[tuple[int, SectionName]]:
    copy = whole.text
    findings = _at_sentence(whole, FINDINGS, start, before)
    first_court = _at_sentence(whole, _FIRST_COURT, start, before)
    own = findings[0] if findings else None
    marks: list[tuple[int, SectionName]] = []
    until = own if own is not None else before
    claims = [(at, "charges") for at in _at_sentence(whole, CHARGES, start, until)[:1]]
    if not claims and first_court and first_court[0] < until:
        claims = [(first_court[0], "findings")]
    if claims:
        marks.append(claims[0])
    evidence_from = own if own is not None else (claims[0][0] if claims else start)
    evidence = _at_sentence(whole, EVIDENCE, evidence_from + 1, before)
    if own is None:
        evidence = [at for at in evidence if not _is_prosecution(copy, at)]
    until = min([until, *evidence[:1]]) if own is None else until
    marks.extend(_party_marks(whole, marks[-1][0] + 1 if marks else start, until))
    if own is not None:
        marks.append((own, "findings"))
    if evidence:
        marks.append((evidence[0], "evidence"))
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


def _is_prosecution(copy: str, at: int) -> bool:
    """Whether a sentence on 上述事实 is the prosecution offering its proof rather than the court naming it."""
    sentence = copy[at : copy.find("。", at) + 1 or None]
    return bool(_OFFERS_PROOF.match(sentence)) and not re.search("质证|认证|查证|足以认定", sentence)


def _party_marks(whole: _Copy, start: int, until: int) -> list[tuple[int, SectionName]]:
    """Return plea, defence and, between them, the prosecution speaking again, each where a sentence begins with it."""
    found: dict[int, SectionName] = {}
    position = start
    copy = whole.text
    current: SectionName = "charges"
    while position < until:
        begin = position
        end = min(whole.sentence_end(begin), until)
        sentence_is = current
        if _NUMBERED.match(copy, begin, end):
            pass
        elif DEFENCE.match(copy, begin, end):
            sentence_is = "defence"
        elif PLEA.match(copy, begin, end) and not _names_prosecution_first(copy, begin, end):
            sentence_is = "plea"
        elif current != "charges" and _PROSECUTION_AGAIN.match(copy, begin, end):
            sentence_is = "charges"
        if sentence_is != current:
            found[begin] = sentence_is
            current = sentence_is
        position = max(end, position + 1)
    return sorted(found.items())


def _names_prosecution_first(copy: str, begin: int, end: int) -> bool:
    sentence = copy[begin:end]
    accuser = re.search("公诉机关|检察院|公诉人", sentence)
    accused = re.search("上诉人|被告", sentence)
    return bool(accuser and accused and accuser.start() < accused.start())


def _indictment_marks(whole: _Copy) -> list[tuple[int, SectionName]]:
    copy = whole.text
    charges = re.search(r"经(?:本院)?(?:依法)?(?:审查|侦查)(?:查明|认定)|(?:现)?查明[：:，]", copy)
    opinion = _last(re.compile(r"本院认为"), copy, charges.end() if charges else 0, len(copy))
    evidence = re.compile(r"(?:认定|证实|证明)?(?:上述|以上)(?:犯罪)?事实的?证据|(?:认定|证明)上述事实").search(
        copy, charges.end() if charges else 0, opinion if opinion is not None else len(copy)
    )
    tail = re.compile(r"此致").search(copy, opinion if opinion is not None else 0)
    procedure = re.compile(r"本案(?:由|经)[^。]{0,80}(?:侦查|调查)终结|移送(?:本院)?审查起诉").search(
        copy, 0, charges.start() if charges else len(copy)
    )
    marks: list[tuple[int, SectionName]] = [(0, "header")]
    if procedure:
        marks.append((whole.sentence_start(procedure.start()), "procedure"))
    if charges:
        marks.append((charges.start(), "charges"))
    if evidence:
        marks.append((whole.sentence_start(evidence.start()), "evidence"))
    if opinion is not None:
        marks.append((opinion, "opinion"))
    if tail:
        marks.append((tail.start(), "tail"))
    return marks


def _first(pattern: re.Pattern, copy: str, start: int, end: int) -> int | None:
    match = pattern.search(copy, start, end)
    return match.start() if match else None


def _last(pattern: re.Pattern, copy: str, start: int, end: int) -> int | None:
    return max((match.start() for match in pattern.finditer(copy, start, end)), default=None)


def _at_sentence(whole: _Copy, pattern: re.Pattern, start: int, end: int) -> list[int]:
    """Return the heads of the sentences in ``start:end`` that begin with ``pattern``."""
    heads = []
    position = start
    while position < end:
        if pattern.match(whole.text, position, end):
            heads.append(position)
        following = whole.next_head(position + 1, end)
        if following is None:
            break
        position = following
    return heads


# Headings under which courts append the statutes they applied.
STATUTES_HEADING = re.compile(
    r"附[：:、]?(?:件|录|一|1)?[：:、.]?[（(]?(?:本案|本判决|本裁判|相关|有关|所|适用|判决|裁判|法律|法条|"
    r"刑法|主要|引用|依据|条文|《|第[一二三四五六七八九十百]+条)"
    r"|(?:本案|本判决书?|本裁判(?:文书)?|裁判|判决)(?:所)?(?:主要|相关)?(?:适用|依据|引用|涉及|"
    r"援引)(?:的)?(?:主要|相关|有关)?(?:法律|法条|条文|刑法)"
    r"|(?:相关|适用|引用|有关|所附|主要|裁判|判决|涉案)(?:的)?(?:刑事)?(?:法律|法条)(?:条文|规定|依据|法规|"
    r"条款|附录|链接)?[：:]?"
    r"|本(?:裁判|判决)主要法律依据|法律(?:条文|法规)(?:附录|链接)?[：:]|法条链接|附录[：:]?|附[：:]|法律附[页注录件]"
)
# A statute's text without a heading: an article's number after the bench has signed.
_BARE_ARTICLE = re.compile(r"《[^》]{2,50}》[（(：:]?|第[〇零一二三四五六七八九十百千0-9]+条")


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
    at = _statutes(whole)
    if at is None:
        return None
    start = whole.original(at)
    benches = _BENCH.finditer(whole.text, max(at, len(whole.text) - 160))
    signed = [match.start() for match in benches if whole.is_head(match.start())]
    return start, whole.original(signed[0]) if signed else len(text)


def _statutes(whole: _Copy) -> int | None:
    copy = whole.text
    verdict = _last(VERDICT, copy, 0, len(copy))
    tail = _first(TAIL, copy, verdict if verdict is not None else len(copy) // 4, len(copy))
    if tail is None:
        return None
    bare = _first(_BARE_ARTICLE, copy, tail, len(copy))
    if bare is None:
        return None
    heading = _first(STATUTES_HEADING, copy, tail, bare + 1)
    return bare if heading is None else heading


def recognise(text: str) -> Kind | Reason:
    """Return the kind of a text, or why it is none: ``no_text``, ``ruling`` or ``not_criminal``."""
    copy = _squeeze(text).text
    if not copy:
        return "no_text"
    head = copy[:1500]
    accused = re.search("被告人|上诉人[（(]原审被告人|原审被告|被告单位", copy)
    verdict = VERDICT.search(copy)
    criminal = re.search(r"刑事(?:附带民事)?判决书|刑[一二三初终再速重抗]?[^，。]{0,6}字?第?\d*号", head)
    if accused and verdict and (criminal or re.search(r"公诉机关|检察院|自诉人|犯[^。，]{1,40}罪", copy)):
        return "judgment"
    if re.search(r"检察院.{0,12}起诉书|起诉书", head) and accused and not re.search("判决书", head):
        return "indictment"
    if re.search(r"刑事(?:附带民事)?裁定书", head) or (accused and "裁定如下" in copy and verdict is None):
        return "ruling"
    if accused and (criminal or re.search(r"经依法审查查明", copy)):
        return "judgment" if criminal else "indictment"
    return "not_criminal"
