"""What the rule track found, as plain data and as text for a terminal.

The text is aligned by the width of its characters: a Chinese one fills two columns.
"""

import datetime
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sentencing_ml.law.arithmetic import FirstStage
from sentencing_ml.law.changes import KINDS, Event, threshold_words
from sentencing_ml.law.check import Checked
from sentencing_ml.law.circumstances import circumstances
from sentencing_ml.law.conditions import facts_of, leaves
from sentencing_ml.law.exact import Fraction
from sentencing_ml.law.facts import vocabulary
from sentencing_ml.law.guidelines import guidelines
from sentencing_ml.law.numbers import number_words
from sentencing_ml.law.problems import Problem
from sentencing_ml.law.punishments import tier_words
from sentencing_ml.law.question import Question
from sentencing_ml.law.sources import all_sources
from sentencing_ml.law.statutes import ChargeLaw, Threshold, law_version, statutes
from sentencing_ml.law.steps import Interval, Step, range_words
from sentencing_ml.law.thresholds import Standard, level
from sentencing_ml.law.tiers import Candidate, Reason, period
from sentencing_ml.law.track import RuleTrack, TierTrack, rule_track

NOTICE = "仅供参考，不替代法官裁判。"
UNREAD = "未核实，不据以认定"
STANDINGS: Mapping[str, str] = {
    "established": "成立",
    "possible": "可能",
    "open": "兜底条款",
    "excluded": "排除",
}
_LAWS = {
    "offence": "行为时法",
    "trial": "审判时法（处刑较轻，刑法12）",
    "both": "行为时法与审判时法何者较轻不能确定，一并列出（刑法12）",
}
_TRUTHS = {True: "是", False: "否", None: "不明"}
_WIDTH = 118
_WORD = re.compile(r"[（〔［“《(]*(?:[!-~]+|[^!-~])[，。；：、）〕］”》)]*")  # no line begins with a closing mark


def asked(
    charge: str, question: Question, *, liability_only: bool = False, first_stage: FirstStage = "multiply"
) -> dict[str, Any]:
    """Return the answer to a question as plain data; with ``problems`` there is nothing else to tell."""
    track = rule_track(
        charge,
        question.facts,
        found=question.found,
        offence_date=question.offence_date,
        trial_date=question.trial_date,
        province=question.province,
        liability_only=liability_only,
        first_stage=first_stage,
    )
    problems = tuple(dict.fromkeys((*question.problems, *track.problems)))
    told = {
        "charge": track.finding.charge or charge,
        "law_version": law_version(),
        "offence_date": question.offence_date,
        "trial_date": str(question.trial_date or statutes().current_to),
        "province": question.province,
        "facts": {_zh(name): value for name, value in question.facts.items()},
        "circumstances": [_found(item.id, question) for item in question.found],
        "problems": problems_data(problems),
        "notice": NOTICE,
    }
    return told if problems else told | _answer(track, question)


def _answer(track: RuleTrack, question: Question) -> dict[str, Any]:
    law = statutes().charges[track.finding.charge]
    trial = question.trial_date or statutes().current_to
    days = (trial, trial) if question.offence_date is None else period(question.offence_date)
    document = guidelines().get(law.guideline or "")
    thresholds = [row for name in law.thresholds for row in _thresholds(law, name, days, trial, question)]
    told = track_data(track)
    tiers, tracks = told["tiers"], told["tracks"]
    keys = [
        *(key for tier in tiers for part in (tier, *tier["reasons"]) for key in part["source"]),
        *(key for row in thresholds for part in (row, *row["standards"]) for key in part["source"]),
        *(key for entry in tracks for step in entry["steps"] for key in step["source"]),
        *(document.source if document else ()),
    ]
    return {
        "article": f"刑法{law.article}",
        "guideline": None if document is None else f"《{document.title}》{document.number}",
        **told,
        "notes": _notes(law, question, trial),
        "thresholds": thresholds,
        "sources": _sources(keys),
    }


def track_data(track: RuleTrack) -> dict[str, Any]:
    """Return a rule track without problems as plain data: the law applied, the tiers with their reasons, the steps."""
    return {
        "law": _LAWS[track.finding.law],
        "tiers": [_tier(candidate) for candidate in track.finding.candidates],
        "missing": [_zh(name) for name in track.finding.missing],
        "tracks": [_track(entry) for entry in track.tiers],
        "base": _interval(track.base),
        "liability": _interval(track.liability),
        "declared": _interval(track.declared),
        "adjusted": _interval(track.adjusted),
    }


def problems_data(problems: Iterable[Problem]) -> list[dict[str, str]]:
    """Return problems as plain data."""
    return [
        {"what": problem.what, "article": problem.article, "why": problem.why, "do": problem.do} for problem in problems
    ]


def problems_text(rows: Sequence[Mapping[str, str]]) -> str:
    """Return the plain data of :func:`problems_data` as text."""
    lines = [f"输入有 {len(rows)} 处问题，没有计算："]
    for row in rows:
        lines += [f"  ✗ {row['what']}", f"    依据：{row['article']}，{row['why']}", f"    处理：{row['do']}"]
    return "\n".join(lines)


def _found(id: str, question: Question) -> dict[str, Any]:
    entry = circumstances().entries[id]
    told = next(item.factor for item in question.found if item.id == id)
    return {
        "id": id,
        "name": entry.name,
        "article": entry.article or entry.guideline or entry.basis,
        "fact": None if told is None else _zh(told),
        "evidence": question.evidence.get(id),
    }


def _notes(law: ChargeLaw, question: Question, trial: datetime.date) -> list[str]:
    notes = []
    if trial > statutes().current_to:
        notes.append(f"法律数据截至{statutes().current_to}，之后的变化没有收录")
    entries = vocabulary()
    for name, value in question.facts.items():
        named = _named(law, name) if name in entries and entries[name].type == "text" else set()
        if named and value not in named:
            notes.append(f"{entries[name].zh}“{value}”没有单独的标准；有标准的：{'、'.join(sorted(named))}")
    return notes


def _named(law: ChargeLaw, fact: str) -> set[str]:
    """Return the values of a text that the law of the charge names: thresholds by it, and conditions on it."""
    named = {
        category
        for versions in law.thresholds.values()
        for entry in versions
        if entry.by == fact
        for category in entry.values
    }
    written = [row.entry.when for rows in law.grounds.values() for row in rows if row.entry.when is not None]
    for leaf in (leaf for when in written for leaf in leaves(when)):
        if fact in facts_of(leaf) and "=" in leaf:
            named |= set(leaf.partition("=")[2].strip().split("|"))
    return named


def _tier(candidate: Candidate) -> dict[str, Any]:
    tier = candidate.tier
    return {
        "id": tier.id,
        "condition": tier.condition,
        "standing": STANDINGS[candidate.standing],
        "punishment": tier_words(tier),
        "fine_amount": tier.fine_amount,
        "months": None if tier.statute.low is None else [tier.statute.low, tier.statute.high],
        "life": tier.statute.life,
        "death": tier.statute.death,
        "starting": None if tier.starting is None else [tier.starting.low, tier.starting.high],
        "article": f"刑法{tier.article}",
        "from": _day(tier.effective_from),
        "to": _day(tier.effective_to),
        "reasons": [_reason(reason) for reason in candidate.reasons],
        "missing": [_zh(name) for name in candidate.missing],
        "verified": tier.verified,
        "source": list(tier.sources),
    }


def _reason(reason: Reason) -> dict[str, Any]:
    entry = reason.ground
    return {
        "text": entry.text,
        "truth": "由法院认定" if entry.open and reason.truth is None else _TRUTHS[reason.truth],
        "article": f"刑法{entry.article}" if entry.article[0].isdigit() else entry.article,
        "missing": [_zh(name) for name in reason.missing],
        "verified": entry.verified,
        "source": list(entry.source),
    }


def _thresholds(
    law: ChargeLaw, name: str, days: tuple[datetime.date, datetime.date], trial: datetime.date, question: Question
) -> list[dict[str, Any]]:
    versions = law.thresholds[name]
    category = None if versions[0].by is None else question.facts.get(versions[0].by)
    rows: dict[tuple, dict[str, Any]] = {}
    for day in dict.fromkeys(days):
        found = level(law.name, name, day, trial, question.province, category)
        used = [entry for entry in found.entries if entry.verified and (entry.holds(day) or entry.holds(trial))]
        unread = [entry for entry in versions if not entry.verified and (entry.holds(day) or entry.holds(trial))]
        for entry in (*used, *unread):
            decides = entry.verified and found.low is not None
            rows.setdefault(
                (entry.id, entry.effective_from, entry.verified, found.low if decides else None),
                _threshold(entry, (found.low, found.high) if decides else None, category, found.standards),
            )
    return list(rows.values())


def _threshold(
    entry: Threshold, bounds: tuple[float, float] | None, category: str | None, standards: Sequence[Standard]
) -> dict[str, Any]:
    unit = vocabulary()[entry.fact].unit or ""
    national = threshold_words(entry)
    if entry.values is not None and category in entry.values:
        national = f"{category}{number_words(entry.values[category])}{unit}"
    return {
        "id": entry.id,
        "name": entry.zh,
        "fact": _zh(entry.fact),
        "national": national,
        "used": None if bounds is None else "至".join(map(number_words, dict.fromkeys(bounds))) + unit,
        "article": entry.article,
        "from": _day(entry.effective_from),
        "to": _day(entry.effective_to),
        "verified": entry.verified,
        "standards": [
            {
                "province": row.province,
                "zone": row.zone,
                "value": f"{number_words(row.values[entry.id])}{unit}",
                "document": row.document,
                "from": _day(row.effective_from),
                "to": _day(row.effective_to),
                "verified": row.verified,
                "source": list(row.source),
            }
            for row in (standards if entry.provinces else ())
        ],
        "source": list(entry.source),
    }


def _track(entry: TierTrack) -> dict[str, Any]:
    names = circumstances().entries
    return {
        "tier": entry.tier.id,
        "condition": entry.tier.condition,
        "steps": [_step(step) for step in entry.steps],
        "base": _interval(entry.base),
        "liability": _interval(entry.liability),
        "computed": _interval(entry.computed),
        "declared": _interval(entry.declared),
        "adjusted": _interval(entry.adjusted),
        "kinds": list(entry.kinds),
        "mitigates": [names[id].name for id in entry.mitigates],
        "exempts": [names[id].name for id in entry.exempts],
        "unquantified": [names[id].name for id in entry.unquantified],
        "untold": [_zh(name) for name in entry.untold],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "rule": step.rule,
        "article": step.article,
        "before": _interval(step.before),
        "after": _interval(step.after),
        "factor": step.factor,
        "note": step.note,
        "source": list(step.source),
    }


def _interval(bounds: Interval | None) -> list[float | None] | None:
    return None if bounds is None else [None if end is None else float(end) for end in bounds]


def _sources(keys: Iterable[str]) -> list[dict[str, Any]]:
    known = all_sources()
    return [
        {"key": key, "title": known[key].title, "place": known[key].place, "kind": known[key].kind}
        for key in dict.fromkeys(keys)
    ]


def _zh(name: str) -> str:
    entry = vocabulary().get(name)
    return name if entry is None else entry.zh


def _day(day: datetime.date | None) -> str | None:
    return None if day is None else day.isoformat()


def answer_text(told: Mapping[str, Any]) -> str:
    """Return the plain data of :func:`asked` as text."""
    place = told["province"] or "未写省份"
    lines = [
        f"{told['charge']}　{told.get('article', '')}".rstrip("　"),
        f"犯罪日期 {told['offence_date'] or '同审判日期'}　审判日期 {told['trial_date']}　{place}",
    ]
    if told["facts"]:
        lines.append("事实：" + "，".join(f"{name} {_value(value)}" for name, value in told["facts"].items()))
    if told["circumstances"]:
        lines.append("情节：" + "，".join(map(_circumstance, told["circumstances"])))
    if told["problems"]:
        lines += ["", problems_text(told["problems"])]
    else:
        lines += _answer_lines(told)
    lines += ["", f"法律数据 {told['law_version']}　{told['notice']}"]
    return "\n".join(lines)


def _answer_lines(told: Mapping[str, Any]) -> list[str]:
    lines = [f"适用：{told['law']}", *(f"注意：{note}" for note in told["notes"])]
    if told["guideline"]:
        lines.append(f"量刑起点：{told['guideline']}")
    lines += ["", "一、量刑档次"]
    for tier in told["tiers"]:
        amount = f"（{tier['fine_amount']}）" if tier["fine_amount"] else ""
        unread = "" if tier["verified"] else f"［{UNREAD}］"
        lines += ["", f"  〔{tier['standing']}〕{tier['id']}　{tier['condition']}　{tier['article']}{unread}"]
        lines.append(f"    法定刑：{tier['punishment']}{amount}" + _period(tier))
        lines += _table(
            ["理由", "成立", "依据", "来源", "尚缺"],
            [
                [
                    row["text"] + ("" if row["verified"] else f"［{UNREAD}］"),
                    row["truth"],
                    row["article"],
                    " ".join(row["source"]),
                    "、".join(row["missing"]),
                ]
                for row in tier["reasons"]
            ],
            widths=[44, 10, 24, 14, 22],
        )
    if told["missing"]:
        lines += ["", f"  查明下列事实可以确定档次：{'、'.join(told['missing'])}"]
    if told["thresholds"]:
        lines += ["", "二、数额、数量标准", *_threshold_lines(told["thresholds"])]
    for entry in told["tracks"]:
        lines += ["", f"三、计算（月）　{entry['tier']}　{entry['condition']}", *_track_lines(entry)]
    if len(told["tracks"]) > 1:
        lines += ["", "四、可能的各档合计", *_results(told)]
    lines += ["", "来源", *(f"  {row['key']}　{row['title']}（{_KINDS[row['kind']]}）" for row in told["sources"])]
    return lines


_KINDS = {
    "primary_text_copy": "官方文本副本",
    "reprint": "转载",
    "secondary": "二手资料",
    "doctrine": "学说",
    "memory": "未读到原文",
}


def _threshold_lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    table = []
    for row in rows:
        used = UNREAD if not row["verified"] else row["used"] or "尚不能确定"
        table.append([row["name"], row["national"], used, row["article"] + _period(row), " ".join(row["source"])])
        for standard in row["standards"]:
            place = standard["province"] + (f"（{standard['zone']}）" if standard["zone"] else "")
            table.append(
                [
                    f"　{place}",
                    standard["value"],
                    "" if standard["verified"] else UNREAD,
                    (standard["document"] or "文件未见") + _period(standard),
                    " ".join(standard["source"]),
                ]
            )
    return _table(["标准", "规定", "本案采用", "依据", "来源"], table, widths=[30, 26, 20, 36, 14])


def _track_lines(entry: Mapping[str, Any]) -> list[str]:
    rows = [
        [step["rule"], step["article"], f"{_months(step['before'])} → {_months(step['after'])}", step["note"] or ""]
        for step in entry["steps"]
    ]
    lines = _table(["规则", "依据", "月数", "说明"], rows, widths=[42, 26, 24, 28]) + _results(entry)
    told = [
        ("可能的刑种", entry["kinds"]),
        ("可以减轻的情节", entry["mitigates"]),
        ("可以免除的情节", entry["exempts"]),
        ("没有公布比例的情节", entry["unquantified"]),
        ("没有写明、未计入的事实", entry["untold"]),
    ]
    return lines + [f"  {name}：{'、'.join(values)}" for name, values in told if values]


def _results(told: Mapping[str, Any]) -> list[str]:
    names = [
        ("base", "基准刑"),
        ("liability", "责任刑（仅犯罪情节）"),
        ("computed", "　其中有公布数额的部分"),
        ("declared", "拟宣告刑"),
        ("adjusted", "法院可调整至"),
    ]
    shown = [
        (name, told[key])
        for key, name in names
        if told.get(key) not in (None, [None, None]) and (key != "computed" or told[key] != told["liability"])
    ]
    if not shown:
        return ["  没有有期徒刑：只有无期徒刑或者死刑"]
    width = max(map(_columns, (name for name, _ in shown)))
    return [
        f"  {_padded(name, width)}　{range_words(tuple(None if end is None else _fraction(end) for end in bounds))}"
        f"（{_months(bounds)} 个月）"
        for name, bounds in shown
    ]


def _fraction(value: float) -> Fraction:
    return Fraction(f"{value:.2f}")


def _months(bounds: Sequence[float | None]) -> str:
    ends = ["—" if end is None else f"{end:.2f}".rstrip("0").rstrip(".") for end in bounds]
    return ends[0] if ends[0] == ends[1] else "–".join(ends)


def _period(row: Mapping[str, Any]) -> str:
    if row["from"] is None and row["to"] is None:
        return ""
    return f"（{row['from'] or ''}—{row['to'] or ''}）"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _TRUTHS[value]
    return f"{value:,}" if isinstance(value, (int, float)) else str(value)


def _circumstance(row: Mapping[str, Any]) -> str:
    fact = None if row["fact"] is None else f"事实“{row['fact']}”"
    return f"{row['name']}（{'；'.join(filter(None, (row['article'], fact, row['evidence'])))}）"


def changes_data(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return changes of the law as plain data."""
    return [
        {
            "date": event.day.isoformat(),
            "kind": KINDS[event.kind],
            "charge": event.charge,
            "what": event.what,
            "article": event.article,
            "source": list(event.source),
            "verified": event.verified,
        }
        for event in events
    ]


def changes_text(rows: Sequence[Mapping[str, Any]], *, first: datetime.date, last: datetime.date) -> str:
    """Return the plain data of :func:`changes_data` as text, by day."""
    lines = [f"{first} 至 {last} 的变化：{len(rows)} 项"]
    day = None
    for row in rows:
        if row["date"] != day:
            day = row["date"]
            lines += ["", day]
        charge = f"{row['charge']}　" if row["charge"] else ""
        unread = "" if row["verified"] else f"［{UNREAD}］"
        head = f"  {row['kind']}　{charge}{row['what']}{unread}"
        lines += _hanging(f"{head}（{row['article']}；{' '.join(row['source'])}）")
    keys = [key for row in rows for key in row["source"]]
    lines += ["", "来源", *(f"  {row['key']}　{row['title']}（{_KINDS[row['kind']]}）" for row in _sources(keys))]
    return "\n".join([*lines, "", f"法律数据 {law_version()}　{NOTICE}"])


def checked_text(checked: Checked) -> str:
    """Return the counts of a check without faults as text."""
    lines = [f"{name:24} {number}" for name, number in checked.counts.items()]
    lines += ["", "verified entries by file"]
    lines += [f"{name:40} {read}/{whole} {read / whole:.0%}" for name, (read, whole) in checked.verified.items()]
    return "\n".join([*lines, "", "ok"])


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, widths: Sequence[int]) -> list[str]:
    """Return rows as aligned columns; what is wider than its column is wrapped, an empty column is left out."""
    kept = [number for number in range(len(heads)) if any(row[number] for row in rows)]
    if not rows:
        return []
    wide = {
        number: min(widths[number], max(_columns(text) for text in (heads[number], *(row[number] for row in rows))))
        for number in kept
    }
    lines = []
    for row in (heads, *rows):
        cells = [_wrapped(row[number], wide[number]) for number in kept]
        for place in range(max(map(len, cells))):
            parts = [
                _padded(cell[place] if place < len(cell) else "", wide[number])
                for number, cell in zip(kept, cells, strict=True)
            ]
            lines.append(("    " + "  ".join(parts)).rstrip())
    rule = "    " + "─" * min(_WIDTH, sum(wide.values()) + 2 * (len(kept) - 1))
    return [lines[0], rule, *lines[1:]]


def _hanging(text: str) -> list[str]:
    first, *rest = _wrapped(text, _WIDTH)
    return [first, *(f"      {line}" for line in rest)]


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _columns(text))


def _wrapped(text: str, width: int) -> list[str]:
    """Break a text where its columns are used up; words of one-column letters are kept whole where they fit."""
    lines, line = [], ""
    for word in _WORD.findall(text):
        if _columns(line) + _columns(word) <= width:
            line += word
            continue
        if line:
            lines.append(line.rstrip())
        line = word.lstrip()
        while _columns(line) > width:
            lines.append(line[:width])
            line = line[width:]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines
