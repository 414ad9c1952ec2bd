"""Circumstances by phrase: which rule of the registry hits, whether the court found it, and for whom.

The order of a hit's life: a rule matches in a section it may be read in; the clause must not negate it, the sentence
must not be an argument of the defence that the court refused; then it belongs to the defendants of whom the clause
speaks. What the opinion refuses by name (不构成自首) is then taken from whatever else seemed to show it.

What the court takes over is read like its own words: the prosecution's facts where it finds none of its own, the
prosecution's grounds where it adopts the case as put, the defence's where it adopts them as a whole. Lists of evidence
are read last, for what nothing else tells.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from sentencing_ml.factors.finding import Finding
from sentencing_ml.factors.people import People
from sentencing_ml.factors.reading import Reading
from sentencing_ml.factors.registry import Rule, phrase_rules, registry
from sentencing_ml.judgments.numerals import fold
from sentencing_ml.judgments.view import View

# 不构成自首, 无前科, 未取得谅解 … within the same clause, just before the hit.
_NEGATED_BEFORE = re.compile(
    r"(?:不(?:构成|认定|再适用|属于?|是|具有|具备|存在|符合|应认定|予认定|能认定|宜认定|能视为|应视为|得|享有|适用|同意|愿意?|接受|认可)|非系|并非|没有|未有|未(?:曾|能|予|获|取得|得到|达成|有|与|(?!满|年满|成年|遂|婚))|无|缺乏|不能以|不应以|不以|不足以认定|难以认定|否认|拒不|不$)[^，。；、]{0,12}$"
)
_NEGATED_AFTER = re.compile(
    r"^[^，。；]{0,10}(?:不(?:能)?成立|不当|不予(?:认定|采纳|支持|采信)|不能(?:认定|成立)|不应认定|依据不足|证据不足|无(?:事实|证据|法律)|与[^，。；]{0,12}不符)"
)
# …有重大立功表现的，可以减轻或者免除处罚: the words of the law, quoted.
_STATUTE = re.compile(r"(?:表现|情节)?的，(?:可以|应当)(?:减轻或者?免除|从轻或者?减轻|从轻、减轻)")
# 入户盗窃、携带凶器盗窃、扒窃的，处三年以下有期徒刑: a norm, quoted.
_PENAL_NORM = re.compile(
    r"[^，。；]{0,40}的，(?:处(?![理罚置以])|并处|依照)|[^，。；]{0,20}的[；。][（(][一二三四五六七八九十][）)]"
)
# 若在判决前能主动赔偿，则建议…: not done yet.
_CONDITION = re.compile(r"若(?!干|无)|如果|倘若|假如|如能")
_ARGUMENT = re.compile(
    r"(?:公诉机关(?:认定|认为|提出|指控)|辩护人|辩护意见|辩解|辩称|(?:被告人|上诉人)[^，。；]{0,8}(?:提出|所提|认为|要求|请求)|(?:关于|对于|至于|针对)[^。；]{0,40}(?:辩护|辩解|意见|请求|主张)|对[^，。；]{0,40}(?:辩护|辩解|意见|请求|主张)|的(?:辩护|辩解)?意见|诉请)"
)
_ADOPTED = re.compile(
    r"(?<!不)(?:予以|应予|可予|应当予以|均予|依法)?(?:采纳|采信|支持)|意见(?:成立|属实|有理|合理)|(?:情况|经查|与事实)(?:属实|相符)|(?<!不)予以(?:认定|确认|(?:综合|酌情|一并)?考虑)"
)
_REFUSED = re.compile(
    r"不(?:予|能|应|足|宜)(?:以)?(?:采纳|采信|支持|认定|成立)|不成立|不足采信|不符(?:合)?|理由不(?:足|当)|没有(?:事实|法律|证据)|无(?:事实|法律|证据)|于法无据"
)
# …的意见，本院予以采纳，且鉴于其系初犯: the argument is over, what follows is the court's. So it is after 对此.
_ARGUMENT_OVER = re.compile(r"(?:采纳|采信|支持|成立|不符)[，；：]|[，；]对此[，：]")
_OPINION_BEHIND = re.compile(r"[^，。；]{0,30}的?(?:辩护|辩解)?意见")
# …予以采纳，其余所提系自首等意见，不予采纳: the next argument.
_STILL_REFUSED = re.compile(r"[^。；]{0,40}意见[^。；]{0,30}?不(?:予|能|符|成立)")
# Short judgments of summary trials take the prosecution's case over as a whole and name no circumstance themselves.
_CASE_ADOPTED = re.compile(
    r"量刑(?:建议|意见)(?:恰当|适当|合法|得当)[^。]{0,20}|指控(?:的)?(?:事实|罪名)[^。]{0,30}量刑(?:建议|情节)[^。]{0,12}(?:适当|成立|采纳)"
)
# Findings that only say 与指控一致; findings of the court's own are longer.
_SAME_FACTS = re.compile(r"(?:与|和|同)[^。；，]{0,20}(?:一致|相同|无异|相符)|指控[^。；，]{0,12}(?:属实|予以确认)")
_OWN_FINDINGS = 120
_DATE = re.compile(r"(\d{4})年(\d{1,2})月(?:(\d{1,2})日)?")
# Facts found after the list of proof: 另查明，案发后被告人家属赔偿…; 足以认定。本案审理过程中，被告人赔偿….
_FOUND_TOO = re.compile(r"[另又还再](?:经|经审理|经依法)?查明?[，,：:]")
_MORE_FACTS = re.compile(
    rf"{_FOUND_TOO.pattern}"
    r"|(?:认定|证实|确认|采信|佐证)。(?=(?:另，|又，)?(?:本案)?在?(?:案发后|事发后|(?:案件|本院)?审理(?:期间|过程中|中|阶段)|诉讼(?:期间|过程中|中)|庭审(?:期间|过程中|中|后|前)|归案后|到案后)|(?:被告人)?[^，。；]{1,10}的?(?:家属|亲属|近亲属|亲友|父亲|母亲|妻子|丈夫)[^。；]{0,20}(?:赔偿|退))"
)
# 公诉机关认为…系累犯，建议…: the case as put, told behind the list of proof.
_CASE_PUT = re.compile(r"(?:公诉机关|公诉人|检察院)(?:据此)?(?:认为|建议)[^。]{0,400}。")
# 关于…的辩护意见，经查，…予以采纳。: the court answers the defence before its opinion.
_ANSWER = re.compile(
    r"(?:关于|对于|针对|对(?!象)|辩护人)[^。；]{2,160}(?:意见|理由|辩解|主张)[，。；：]?(?:本院)?(?:经审理|经)查(?!明)[^。]{0,300}。(?:(?!依[照据]|上述事实|认定上述|综上)[^。]{0,200}(?:采纳|采信|支持|考虑)[^。]{0,20}。)?"
)
# 辩护人的(其他)意见经查属实，予以采纳: the whole, and not 相关, 合理 or 从轻处罚的意见, which repeat what the court has named.
_DEFENCE_ADOPTED = re.compile(
    r"(?:辩护人(?!相|与|上述|前述|合理|部分|从|请求|要求|建议|关于|就|此|该|对|以|为|第)[^，。；、的所提相]{0,4}(?:所提出?的?|提出的?|的)?(?:其[余他它])?|其[余他它])(?:辩护|辩解)?(?:意见|观点|理由)(?!中|[^。；]{0,12}部分|[^。；]{0,40}不)[^。；]{0,30}(?:采纳|属实)"
    r"|辩护人以上述[^。；]{0,30}意见(?:成立|[^。；不]{0,12}采纳)"
)
# 依照…第六十七条第一款、第三款: the sentence that cites the law.
_ARTICLE = re.compile(r"(?<!百)六十七条(?P<paragraphs>(?:[、，和及与]?第?[(（]?[一二三四](?:、[一二三四]){0,4}[)）]?款){1,8})")
_CITING = re.compile(r"依照|依据|根据|按照|适用")
# 关于自首：被告人被抓获时…: a heading, which finds nothing.
# 是否具有立功情节: a question, which finds nothing.
_QUESTION = re.compile(r"是否[^，。；]{0,10}$")
_HEADING_BEFORE = re.compile(r"(?:关于|至于|对于|针对)[^，。；、]{0,12}$")
_HEADING_AFTER = re.compile(r"(?:情节|部分|一节|表现)?(?:(?:的?问题)?[：:]|的?问题[，,。])")
# 第六十七条第三款［坦白］: what an article is about, told beside its number.
_GLOSS = re.compile(r"[条款项][（(［\[【〔][^（(［\[【〔]{0,6}$")
_GLOSS_END = "）)］]】〕"
# 对被告人张某依照…第六十七条第三款: the article of one.
_OF_ONE = re.compile(r"对(?P<who>[^，。；]{2,60}?)(?:应当?|可)?(?:依照|依据|根据|按照|适用)")
# 被告人庭审中悔罪认罪，本院予以综合考虑: weighed before the opinion begins.
_WEIGHED = re.compile(r"本院[^。；，]{0,8}(?:予以|可以?|酌情|一并|将)[^。；，]{0,6}(?:考虑|从轻|从宽)")
# 辩护人提出：1.…；2.…: all of it is the defence's until somebody else speaks.
_DEFENCE_SPEAKS = re.compile(r"辩护(?:人[^。；]{0,40}?(?:提出|认为|辩称|(?<!无)(?<!没有)(?<!异议)意见|发表|请求|建议)|意见)|辩称")
_OTHER_SPEAKS = re.compile(r"[。；](?:[一-龥]{2,20}检察院|公诉机关|公诉人|检察员|本院|法院|经?(?:审理|审查)查明|另查|又查|查明|上述|以上|综上|为证明)|[。；，]经查")
# 李某的家人, 被害人王某亲属: whose family pays, where it is a victim's or a stranger's.
_FAMILY = re.compile(r"(?:家属|亲属|近亲属|亲友|家人|父母|父亲|母亲)")
_PAID = re.compile(r"赔偿(?:了|给)?(?:被告人|上诉人)?(?P<to>[^，。；]{2,16})")
_HURT = re.compile(r"被害|受害|死者|原告|伤者|亲属|家属")
_STRANGER = re.compile(r"[\u4e00-\u9fff]{2,3}")
_NO_STRANGER = re.compile(r"[曾还又先后多前此次均各]")
# …等情节并建议适用缓刑的意见，经查，…不宜宣告缓刑，不予采纳；其他意见属实，予以采纳: its grounds are among the rest.
_SENTENCE_REFUSED = re.compile(r"(?:不宜|不能|不予|不应|不适合|不符合)[^，。；]{0,8}(?:缓刑|免予|免除)")
_REST_ADOPTED = re.compile(r"[^。；]{0,24}[。；，][^，。；]{0,24}?其[他余][^。；，]{0,12}意见(?!中|[^。；]{0,12}部分|[^。；]{0,40}不)[^。；]{0,30}(?:采纳|属实)")
_ANSWERED = re.compile(r"(?:对此，?)?(?:本院)?(?:经审理|经)查(?!明)")
# …的辩护意见不能成立: how an argument is refused by the name of its ground.
_UNHEARD = r"[^，。；]{0,6}的?(?:辩护|辩解)?(?:意见|辩解|观点|理由|主张)[^，。；]{0,4}，?[^，。；]{0,4}不(?:能|予|应|足以)?(?:成立|采纳|采信|支持)"
_ANSWER_FAR = 500  # characters in which several arguments are answered
_TAKING_ALONG = ("伙同", "纠集", "纠合", "邀集")
# No sentence of a court is longer than this on either side of a word; a text without stops may be.
_NEAR = 600
_SPEECH = 1500  # characters in which the defence puts its points one by one
_ENOUGH = 100  # hits of a rule in a section for the same defendants: one more tells nothing more
_OFFENDER = frozenset(factor.name for factor in registry().offender())
# What lightens can be refused; a record that is denied once and told once is a record.
_REFUSABLE = frozenset(factor.name for factor in registry().offender() if factor.direction < 0)
# What the opinion may deny of the offence, too: 不能认定为逃逸.
_DENIABLE = _REFUSABLE | {"hit_and_run", "burglary", "pickpocketing"}
# What the two sides put and the court may take over as put.
_PUT = _OFFENDER | {"victim_fault"}
# Sections in which several sides may speak one after the other.
_TOLD_BY_ALL = ("charges", "findings", "plea")


@dataclass(frozen=True, slots=True)
class _Part:
    """A section, and the parts of it in which the rules for the offender of other sections are read too, and for whom.

    ``spans``: (start, end, section read there).
    """

    name: str
    spans: tuple[tuple[int, int, str], ...]
    people: frozenset[int]

    @property
    def read_as(self) -> frozenset[str]:
        return frozenset(name for _, _, name in self.spans)

    def read_at(self, position: int) -> set[str]:
        """Return whose rules are read at ``position``."""
        return {self.name} | {name for start, end, name in self.spans if start <= position < end}


def find_circumstances(reading: Reading) -> Iterator[Finding]:
    """Yield what the phrase rules find, in the order of the registry within each section."""
    found: list[Finding] = []
    refused: set[tuple[str, int]] = set()
    argued: set[tuple[str, int]] = set()
    # a judgment without an opinion tells of the offender what a fact record tells: deeds, not what the court makes of them
    record = reading.document.kind != "judgment" or reading.document.section("opinion") is None
    for part in _parts(reading):
        section, people = reading.sections[part.name], reading.people[part.name]
        text = section.text
        told: Counter[tuple[str, frozenset[int]]] = Counter()
        for rule in _rules(part.name, part.read_as, record=record).worded_in(text):
            if rule.charges is not None and not rule.charges & reading.charges:
                continue
            for match in rule.find.finditer(text):
                heard = part.read_at(match.start()) if part.spans else {part.name}
                if not rule.where & heard:
                    continue
                weighed = "opinion" in heard and part.name in ("opinion", "evidence")
                if rule.factor == "admin_record" and not _earlier(reading, text, match):
                    continue
                owners = _owners(reading, rule, part.name, section, match) & part.people
                if told[rule.id, owners] >= _ENOUGH or (weighed and (_heading(text, match) or _asked(text, match) or _gloss(text, match))):
                    continue
                if rule.factor in _OFFENDER and (_of_others(rule, match, people) or (part.name in _TOLD_BY_ALL and _defended(rule, text, match))):
                    continue
                if _excepted(rule, text, match, people):
                    if weighed and rule.factor == "victim_fault":
                        argued.update((rule.factor, person) for person in owners)
                    continue
                if rule.negation and _negated(text, match):
                    if weighed and _names(rule.id) and rule.factor in _DENIABLE:
                        refused.update((rule.factor, person) for person in owners)
                elif weighed and (_refused_argument(text, match, people) or _refused_by_name(rule, text, match, people)):
                    argued.update((rule.factor, person) for person in owners)
                else:
                    told[rule.id, owners] += 1
                    found.append(
                        reading.finding(
                            rule.factor,
                            True if rule.value is None else rule.value,
                            rule=rule.id,
                            section=part.name,
                            start=match.start(),
                            end=match.end(),
                            people=owners,
                        )
                    )
    kept = _without_refused(found, refused, argued)
    yield from kept
    if not record:
        yield from _cited(reading, kept, refused)


class _Rules:
    """Rules in the order of the registry, with one search for the words of all of them."""

    def __init__(self, rules: tuple[Rule, ...]):
        self._rules = rules
        words = sorted({word for rule in rules for word in rule.words}, key=lambda word: (-len(word), word))
        self._words = re.compile("|".join(map(re.escape, words)) or "(?!)")
        # where one word is found, another one that begins within it is passed over
        self._told_by = {
            word: frozenset(place for place, rule in enumerate(rules) if any(other[0] in word and _within(other, word) for other in rule.words))
            for word in words
        }

    def worded_in(self, text: str) -> Iterator[Rule]:
        """Yield, in order, the rules of which a word may stand in ``text``; without one no rule can hit."""
        found = set(self._words.findall(text))
        for place in sorted(frozenset().union(*(self._told_by[word] for word in found))):
            yield self._rules[place]


def _within(word: str, other: str) -> bool:
    """Tell whether ``word`` may begin within ``other`` where both stand in a text."""
    return any(word.startswith(other[start:]) or other.startswith(word, start) for start in range(len(other)))


@lru_cache(maxsize=64)
def _rules(name: str, read_as: frozenset[str], *, record: bool) -> _Rules:
    """Return the rules that are read in a section."""
    return _Rules(
        tuple(
            rule
            for rule in phrase_rules()
            if (name in rule.where or (rule.factor in _PUT and rule.where & read_as)) and (record or not rule.record_only)
        )
    )


def _parts(reading: Reading) -> Iterator[_Part]:
    """Yield the sections, and say which parts of them the court takes over or says itself."""
    opinion, findings = reading.sections.get("opinion"), reading.sections.get("findings")
    judged = reading.document.kind == "judgment" and opinion is not None
    for name, section in reading.sections.items():
        spans: list[tuple[int, int, str]] = []
        people = reading.everyone
        whole = len(section.text)
        if judged and name == "charges":
            if _CASE_ADOPTED.search(opinion.text):
                spans.append((0, whole, "opinion"))
            if findings is None or (len(findings.text) < _OWN_FINDINGS and _SAME_FACTS.search(findings.text)):
                spans.append((0, whole, "findings"))
        elif judged and name == "defence" and "辩护人" in opinion.text:
            adopted = [match.start() for match in _DEFENCE_ADOPTED.finditer(opinion.text)]
            if adopted:
                spans.append((0, whole, "opinion"))
                people = frozenset().union(*(_whose_defence(reading, position) for position in adopted))
        elif judged and name == "plea" and (more := _FOUND_TOO.search(section.text)):
            spans.append((more.start(), whole, "findings"))
        elif judged and name == "evidence":
            spans += _told_behind_proof(section.text, put=_CASE_ADOPTED.search(opinion.text) is not None)
        elif name == "evidence" and reading.document.kind == "judgment" and reading.document.section("opinion") is None:
            spans.append((0, whole, "findings"))
        yield _Part(name=name, spans=tuple(spans), people=people)


def _told_behind_proof(text: str, *, put: bool) -> Iterator[tuple[int, int, str]]:
    """Yield what a list of evidence holds beside evidence; ``put``: the court adopts the case as put."""
    if more := _MORE_FACTS.search(text):
        yield more.start(), len(text), "findings"
    if put and "认为" in text:
        for match in _CASE_PUT.finditer(text):
            yield match.start(), match.end(), "opinion"
    if "经查" in text or "审理查" in text:
        for match in _ANSWER.finditer(text):
            yield match.start(), match.end(), "opinion"
    if "本院" in text:
        for match in _WEIGHED.finditer(text):
            yield text.rfind("。", max(0, match.start() - _NEAR), match.start()) + 1, match.end(), "opinion"


def _whose_defence(reading: Reading, position: int) -> frozenset[int]:
    """Return the defendants named just before 辩护人 at ``position`` of the opinion."""
    before = reading.sections["opinion"].text[max(0, position - 20) : position]
    named = frozenset(d.index for d in reading.defendants if d.name and fold(d.name) in before)
    return named or reading.people["opinion"].at(position)


def _earlier(reading: Reading, text: str, match: re.Match) -> bool:
    """Tell whether a penalty was imposed before the acts of the case; one for the same acts is no earlier one."""
    near = max(0, match.start() - 24)
    told = list(_DATE.finditer(text, max(near, text.rfind("。", near, match.start())), match.end()))
    acts = next((found for _, section in reading.views("charges", "findings") if (found := _DATE.search(section.text))), None)
    return not told or acts is None or _day(told[-1]) < _day(acts)


def _day(match: re.Match) -> tuple[int, ...]:
    return tuple(int(part or 0) for part in match.groups())


def _names(rule: str) -> bool:
    return rule.endswith(".named")


def _without_refused(
    found: list[Finding], refused: set[tuple[str, int]], argued: set[tuple[str, int]]
) -> list[Finding]:
    """Leave out what the opinion refuses by name and does not name elsewhere, and evidence of what is told anyway.

    ``argued`` are grounds of the defence that the court refuses: adopting the rest does not bring them back.
    """
    named = {
        (item.factor, person)
        for item in found
        if item.section == "opinion" and _names(item.rule)
        for person in item.people
    }
    refused = refused - named
    told = {item.factor for item in found if item.section != "evidence"} & _OFFENDER
    result = []
    for item in found:
        if item.section == "evidence" and item.factor in told:
            continue
        undone = refused | argued if item.section == "defence" else refused
        people = frozenset(person for person in item.people if (item.factor, person) not in undone)
        if people == item.people:
            result.append(item)
        elif people:
            result.append(replace(item, people=people))
    return result


def _cited(reading: Reading, found: list[Finding], refused: set[tuple[str, int]]) -> Iterator[Finding]:
    """Yield 自首 and 坦白 where the court cites their paragraph and names them of nobody, or cites it for one by name."""
    opinion = reading.sections.get("opinion")
    if opinion is None or "六十七条" not in opinion.text:
        return
    having = {
        factor: {person for item in found if item.factor == factor for person in item.people}
        for factor in ("surrender", "confession")
    }
    for_all: dict[str, re.Match] = {}
    for_one: list[tuple[str, re.Match, frozenset[int]]] = []
    for factor, match, people in _citations(reading, opinion.text):
        if people < reading.everyone:
            for_one.append((factor, match, people))
        else:
            for_all[factor] = match

    def cited(factor: str, match: re.Match, people: frozenset[int]) -> Finding:
        having[factor] |= people
        return reading.finding(
            factor, True, rule=f"{factor}.article", section="opinion", start=match.start(), end=match.end(), people=people
        )

    for factor, match, people in sorted(for_one, key=lambda item: item[0], reverse=True):
        others = having["surrender" if factor == "confession" else "confession"] | having[factor]
        if whose := frozenset(p for p in people - others if (factor, p) not in refused):
            yield cited(factor, match, whose)
    several = len(reading.everyone) > 1
    pleaded = {p for item in found if item.factor in ("plea_in_court", "plea_leniency", "remorse") for p in item.people}
    for factor, match in sorted(for_all.items(), reverse=True):
        others = having["surrender" if factor == "confession" else "confession"] if several or factor == "confession" else set()
        if having[factor] - (having["surrender"] if factor == "confession" else set()):
            continue
        whose = frozenset(p for p in reading.everyone - others if (factor, p) not in refused)
        # one list of articles for several does not say of whom: those who pleaded guilty, or the only one who is left
        if whose := (whose & pleaded) or (whose if len(whose) == 1 else frozenset()):
            yield cited(factor, match, whose)


def _citations(reading: Reading, text: str) -> Iterator[tuple[str, re.Match, frozenset[int]]]:
    """Yield which of 自首 and 坦白 the court cites, where, and for whom: one list of articles for all, or one for each."""
    people = reading.people["opinion"]
    for match in _ARTICLE.finditer(text):
        start = max(people.sentence(match.start())[0], match.start() - _NEAR)
        if not _CITING.search(text, start, match.start()):
            continue
        whose = reading.everyone
        if len(whose) > 1 and (each := list(_OF_ONE.finditer(text, start, match.start()))):
            whose = people.at(each[-1].end("who")) or whose
        for paragraph, factor in (("一", "surrender"), ("三", "confession")):
            if paragraph in match["paragraphs"]:
                yield factor, match, whose


def _owners(reading: Reading, rule: Rule, name: str, section: View, match: re.Match) -> frozenset[int]:
    if rule.whole_case:
        return reading.everyone
    if name != "header":
        # 案发后，被告人张某的家属退还…: the deed stands behind the name
        deed = "deed" if "deed" in match.re.groupindex and match["deed"] else 0
        if rule.factor == "forgiveness" and (forgiven := reading.people[name].named_behind(match.end())):
            return forgiven
        return reading.people[name].at(match.start(deed))
    # In the header the particulars in which the phrase stands say whose it is.
    offset = section.offset(match.start())
    return frozenset(d.index for d in reading.document.defendants if d.start <= offset < d.end)


def _excepted(rule: Rule, text: str, match: re.Match, people: People) -> bool:
    if rule.unless is not None:
        start, end = people.clause(match.start())
        if rule.unless.search(text, max(start, match.start() - 24), min(max(end, match.end()), match.end() + _NEAR)):
            return True
    if rule.unless_near is not None and rule.unless_near.search(text, *_near(match, people)):
        return True
    if _PENAL_NORM.match(text, match.end()):
        return True
    if rule.factor in _REFUSABLE and _CONDITION.search(text, max(people.clause(match.start())[0], match.start() - 30), match.start()):
        return True
    deed = "deed" if "deed" in match.re.groupindex and match["deed"] else 0
    if not rule.own_deed or people.doer(match.start(deed)) != "other":
        return False
    # 王某伙同张某: whom another takes along acts, too
    return not (match[0].endswith(_TAKING_ALONG) and people.named_at(match.end()))


def _near(match: re.Match, people: People) -> tuple[int, int]:
    """Return the sentence around a hit; of a text without stops, the stretch near it."""
    start, end = people.sentence(match.start())
    return max(start, match.start() - _NEAR), min(max(end, match.end()), match.end() + _NEAR)


def _negated(text: str, match: re.Match) -> bool:
    return bool(
        _NEGATED_BEFORE.search(text[max(0, match.start() - 18) : match.start()])
        or _NEGATED_AFTER.search(text[match.end() : match.end() + 30])
        or _STATUTE.match(text, match.end())
    )


def _heading(text: str, match: re.Match) -> bool:
    return _HEADING_AFTER.match(text, match.end()) is not None and _HEADING_BEFORE.search(text[max(0, match.start() - 18) : match.start()]) is not None


def _gloss(text: str, match: re.Match) -> bool:
    return text[match.end() : match.end() + 1] in tuple(_GLOSS_END) and _GLOSS.search(text, max(0, match.start() - 8), match.start()) is not None


def _of_others(rule: Rule, match: re.Match, people: People) -> bool:
    """Tell whether a hit tells what the victim's family paid, what was paid to a defendant, or a stranger's record."""
    if rule.factor in ("restitution", "compensation"):
        paid = _PAID.search(match[0]) if rule.factor == "compensation" else None
        if paid and not _HURT.search(paid["to"]) and people.named_within(*(match.start() + place for place in paid.span("to"))):
            return True
        family = _FAMILY.match(match.string, match.start())
        return family is not None and people.stranger_before(match.start())
    if rule.factor == "prior_record" and "who" in match.re.groupindex:
        who = match["who"] or ""
        return bool(_STRANGER.fullmatch(who)) and not _NO_STRANGER.search(who) and not people.named_at(match.start("who"))
    return False


def _defended(rule: Rule, text: str, match: re.Match) -> bool:
    """Tell whether what lightens stands in the words of the defence: between 辩护人提出 and the next who speaks."""
    if rule.factor not in _REFUSABLE:
        return False
    begin = max(0, match.start() - _SPEECH)
    if text.rfind("辩", begin, match.start()) < 0:
        return False
    spoken = max((m.end() for m in _DEFENCE_SPEAKS.finditer(text, begin, match.start())), default=-1)
    return spoken >= 0 and _OTHER_SPEAKS.search(text, spoken, match.start()) is None


def _asked(text: str, match: re.Match) -> bool:
    return _QUESTION.search(text, max(0, match.start() - 18), match.start()) is not None


def _refused_by_name(rule: Rule, text: str, match: re.Match, people: People) -> bool:
    """Tell whether a later sentence refuses, by its name, the argument in which the hit stands.

    关于甲有过错、乙系防卫过当的意见，经查，甲有过错，…成立，所提系防卫过当的意见不能成立: of several arguments each has its answer.
    """
    start, end = _near(match, people)
    if _ARGUMENT.search(text, start, match.start()) is None or _ARGUMENT.search(text, match.end(), end) is None:
        return False
    word = max((word for word in rule.words if word in match[0]), key=len, default=None)
    return word is not None and re.compile(re.escape(word) + _UNHEARD).search(text, match.end(), match.end() + _ANSWER_FAR) is not None


def _refused_argument(text: str, match: re.Match, people: People) -> bool:
    """Tell whether the hit is an argument that the court refused, or did not take up."""
    start, end = _near(match, people)
    opening = _ARGUMENT.search(text, start, end)
    if opening is None:
        return False
    between = text[opening.end() : match.start()]
    if _ARGUMENT_OVER.search(between):
        return bool(_STILL_REFUSED.match(text, match.end()))
    # 系自首，辩护人的相关意见予以采纳: the finding stands before the argument
    if opening.start() > match.end() and not _OPINION_BEHIND.match(text[match.end() : match.end() + 40]):
        return False
    # 关于…系自首的意见。经查，…不予采纳: the answer is a sentence of its own
    answered = _ANSWERED.match(text, end) is not None
    following = text[match.end() : min(len(text), end + (400 if answered else 120))]
    refused, adopted = _REFUSED.search(following), _ADOPTED.search(following)
    if adopted and "。" in following[: adopted.start()] and opening.start() < match.start() and "经查" in text[match.end() : end]:
        # the answer is in this sentence: what a later one adopts is another argument
        adopted = None
    if refused and (sentence := _SENTENCE_REFUSED.search(text, match.end(), end)) and _rest_adopted(text, sentence.end()):
        return False
    if adopted and (not refused or adopted.start() < refused.start()):
        return False
    return bool(refused) or (answered and opening.start() < match.start()) or ("经查" not in between and any(word in opening[0] for word in ("辩护人", "辩称", "辩解")))


def _rest_adopted(text: str, position: int) -> bool:
    """Tell whether what the court refuses at ``position`` is followed by its adopting the rest."""
    refused = _REFUSED.search(text, position, position + 60)
    return refused is not None and _REST_ADOPTED.match(text, refused.end()) is not None
