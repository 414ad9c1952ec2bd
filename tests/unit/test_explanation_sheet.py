"""The case sheet of invented cases: its schema, its text with marks, what it must not show, and hostile text."""

import json
import re
from html.parser import HTMLParser
from importlib.resources import files

import jsonschema
import numpy as np
import pytest

from sentencing_ml.explanation.attribution import walk
from sentencing_ml.explanation.law_bars import implied_bars
from sentencing_ml.explanation.sheet import Basis, Case, article_of, safe_id, sheet
from sentencing_ml.explanation.sheet_page import drawing, page
from sentencing_ml.factors.registry import registry
from sentencing_ml.judgments.document import Document, Section
from sentencing_ml.law.report import track_data
from sentencing_ml.law.track import rule_track

SCHEMA = json.loads((files("sentencing_ml.explanation") / "schema.json").read_text(encoding="utf-8"))
PARTS = {
    "header": "示例县人民法院刑事判决书。被告人甲某，男，汉族。\n",
    "findings": "经审理查明，甲某翻窗进入他人住宅，窃得财物价值8600元，后主动投案，退赔损失并取得谅解。\n",
    "opinion": "本院认为，甲某入户盗窃，系自首，自愿认罪认罚；曾受刑罚，系累犯。\n",
    "verdict": "判决如下：甲某犯盗窃罪，判处有期徒刑九个月。\n",
    "tail": "审判员乙某\n",
}
ROW = {
    "row_id": "样本/1/0/0", "doc_id": "样本/1", "charge": "盗窃罪", "charge_group": "盗窃罪", "charge_source": "verdict",
    "status": "found", "defendant": "甲某", "court": "示例县人民法院", "gender": "男", "amount_yuan": 8600.0,
    "burglary": True, "weapon": False, "deaths": 0, "surrender": True, "plea_leniency": True, "restitution": True,
    "forgiveness": True, "recidivist": True, "term_months": 9.0, "final_term_months": 9.0,
}  # fmt: skip
PREDICTION = {
    "charge": "盗窃罪", "charge_group": "盗窃罪", "status": "advised", "reason": None, "liability_months": 11.6,
    "interval_low": 6.1, "interval_high": 19.4, "rule_low": 1.0, "rule_high": 12.0, "statute_low": 1.0,
    "statute_high": 180.0, "tier": None, "sanction_kinds": {"有期徒刑": 0.8, "拘役": 0.2}, "n_similar": 300,
}  # fmt: skip
BASIS = Basis(versions={"模型": "abc", "法律数据": "1"}, data_cut="2023-12-31", training_rows=900, level=0.9)
REFERENCE = {"charge_group": "盗窃罪", "size": 200, "sha256": "0" * 64}


def document(parts=PARTS):
    sections, text = [], ""
    for name, part in parts.items():
        sections.append(Section(name=name, start=len(text), end=len(text) + len(part)))
        text += part
    return Document(id="样本/1", source="x", kind="judgment", text=text, sections=tuple(sections))


def span(doc, factor, words, section):
    start = doc.text.index(words, doc.section(section).start)
    return {"row_id": "样本/1/0/0", "factor": factor, "start": start, "end": start + len(words), "rule": "r",
            "section": section, "speaker": "court"}  # fmt: skip


def case(doc=None, row=ROW, evidence=None):
    doc = doc or document()
    if evidence is None:
        evidence = [
            span(doc, "amount_yuan", "价值8600元", "findings"),
            span(doc, "burglary", "入户盗窃", "opinion"),
            span(doc, "surrender", "系自首", "opinion"),
            span(doc, "recidivist", "系累犯", "opinion"),
            span(doc, "gender", "男", "header"),
            span(doc, "term_months", "有期徒刑九个月", "verdict"),
        ]
    return Case(row=row, document=doc, evidence=evidence)


RULES = track_data(
    rule_track(
        "盗窃罪",
        {"amount_yuan": 8000.0, "burglary": True, "weapon": False, "repeated": False, "pickpocketing": False},
        offence_date="2019-03-04",
        province="安徽省",
        liability_only=True,
    )
)

OPEN = track_data(rule_track("盗窃罪", {}, liability_only=True))


def told(shown=11.6):
    start = float(np.log1p(9.0))
    rest = float(np.log1p(shown)) - start
    return walk(start, {"burglary": rest - 0.1, "amount_yuan": 0.06, "weapon": 0.03, "rules": 0.01}, shown=shown)


def make(*, of=None, prediction=PREDICTION, steps="told", similar=(), history=None, rules=RULES):
    return sheet(
        of or case(),
        prediction=prediction,
        rules=rules,
        walk=told() if steps == "told" else steps,
        reference=REFERENCE if steps == "told" else None,
        history=history or {"surrender": {"n": 40, "q25": -0.3, "q50": -0.2, "q75": -0.1}},
        similar=similar,
        probation={"n": 30, "share": 0.4, "same_tier": False},
        basis=BASIS,
    )


def abstained(status="thin_data"):
    return make(prediction={**PREDICTION, "status": status, "reason": "样本过少"}, steps=None)


class Page(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.ids, self.links, self.headings, self.tags, self.words = [], [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes.get("href", ""))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize("content", [make(), abstained("thin_data"), abstained("out_of_scope")], ids=["advised", "thin", "out"])
def test_the_sheet_holds_its_schema(content):
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(content)))


def test_the_schema_notices_a_single_number_for_a_prevention_factor():
    content = json.loads(json.dumps(make()))
    content["offender"][0]["months"] = -3.0
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(content)


def test_nothing_of_the_verdict_changes_the_sheet():
    other = {**PARTS, "verdict": "判决如下：甲某犯盗窃罪，判处有期徒刑三年。\n"}
    one = make()
    two = make(of=case(document(other), row={**ROW, "term_months": 36.0, "final_term_months": 36.0}, evidence=case().evidence[:5]))
    one["text"].pop("characters"), two["text"].pop("characters")
    assert one == two
    assert "九个月" not in page(make())


def test_the_text_is_whole_apart_from_verdict_and_tail_and_each_anchor_stands_once():
    content = make()
    shown = "".join(
        piece["text"] for part in content["text"]["sections"] for para in part["paragraphs"] for piece in para["pieces"]
    )
    assert shown == "".join(PARTS[name] for name in ("header", "findings", "opinion")).replace("\n", "")
    anchors = [
        name for part in content["text"]["sections"] for para in part["paragraphs"] for piece in para["pieces"]
        for name in piece["starts"]
    ]  # fmt: skip
    assert sorted(anchors) == sorted(item["id"] for item in content["evidence"])
    assert content["text"]["omitted"] == ["判决主文", "尾部"]


def test_overlapping_spans_share_the_piece_they_have_in_common():
    doc = document()
    evidence = [span(doc, "burglary", "甲某入户盗窃", "opinion"), span(doc, "repeated", "盗窃，系自首", "opinion")]
    content = make(of=case(doc, {**ROW, "repeated": True}, evidence))
    pieces = [piece for part in content["text"]["sections"] for para in part["paragraphs"] for piece in para["pieces"] if piece["evidence"]]
    assert [(piece["text"], len(piece["evidence"])) for piece in pieces] == [("甲某入户", 1), ("盗窃", 2), ("，系自首", 1)]


def test_protected_and_outcome_facts_are_never_marked():
    assert {item["factor"] for item in make()["evidence"]} == {"amount_yuan", "burglary", "surrender", "recidivist"}


def test_evidence_outside_the_text_or_of_a_factor_that_is_absent_is_left_out():
    doc = document()
    wrong = {**span(doc, "amount_yuan", "价值8600元", "findings"), "end": len(doc.text) + 5}
    content = make(of=case(doc, evidence=[wrong, span(doc, "weapon", "财物", "findings")]))
    assert content["evidence"] == []


def test_unknown_absent_and_present_are_told_apart():
    content = make()
    assert [row["factor"] for row in content["facts"]] == ["amount_yuan", "burglary"]
    assert content["absent"] == ["死亡人数", "持械、携带凶器"]
    assert "扒窃" in content["not_mentioned"] and "持械、携带凶器" not in content["not_mentioned"]


def test_confession_and_others_are_not_weighed_again_beside_the_plea():
    content = make()
    assert content["plea"]["absorbs"] == ["退赃退赔", "取得谅解", "自首"]
    assert {row["factor"] for row in content["offender"] if row["absorbed"]} == {"restitution", "forgiveness", "surrender"}
    assert "不重复评价" in page(content)
    without = make(of=case(row={**ROW, "plea_leniency": False}))
    assert without["plea"]["absorbs"] == [] and "不重复评价" not in page(without)


@pytest.mark.parametrize(
    ("factor", "text"),
    [("recidivist", "增加 10% 至 40%"), ("forgiveness", "减少 40% 以下"), ("surrender", "减少 40% 以上或者依法免除处罚")],
)
def test_bands_read_as_the_guideline_writes_them(factor, text):
    row = next(row for row in make()["offender"] if row["factor"] == factor)
    assert text in [band["text"] for band in row["bands"]]


def test_an_abstention_shows_the_law_and_no_empirical_figure():
    content = abstained()
    answer = content["answer"]
    assert [answer[name] for name in ("liability_months", "interval_low", "interval_high")] == [None] * 3
    assert answer["sanction_kinds"] == [] and content["walk"] is None
    assert [row["label"] for row in drawing(content)["scale_rows"]] == ["规则区间", "法定刑幅度"]
    html = page(content)
    assert "样本过少" in html and "11.6" not in html and "法定刑档次" in html


@pytest.mark.parametrize(
    ("term", "words", "reason"),
    [
        (11.6, "落在“数额较大，或者多次盗窃、入户盗窃、携带凶器盗窃、扒窃”的法定刑之内", "a wide rule range proves nothing: the tier is named"),
        (400.0, "不在任何一档的法定刑之内", "beyond every tier"),
    ],
)
def test_with_the_tier_open_the_tracks_are_not_said_to_agree(term, words, reason):
    content = make(prediction={**PREDICTION, "liability_months": term, "interval_high": 500.0}, rules=OPEN)
    assert words in content["answer"]["agreement"]["text"], reason
    assert "不足以校验" in content["answer"]["agreement"]["text"]


@pytest.mark.parametrize(
    ("rule", "state", "words"),
    [((1, 12), "within", "落在规则区间之内"), ((12, 24), "overlap", "低于规则区间下限 0.4 个月，但两个区间相交"),
     ((1, 4), "apart", "高于规则区间上限 7.6 个月，两个区间不相交")],
)  # fmt: skip
def test_with_a_known_tier_a_disagreement_is_measured(rule, state, words):
    content = make(prediction={**PREDICTION, "tier": "t1", "rule_low": rule[0], "rule_high": rule[1]})
    assert content["answer"]["agreement"]["state"] == state
    assert words in content["answer"]["agreement"]["text"]


def test_an_advice_without_a_walk_is_refused():
    with pytest.raises(ValueError, match="only an advised count"):
        make(steps=None)


def test_the_page_walks_in_steps_that_sum_to_the_shown_term():
    content = make()
    steps = drawing(content)["steps"]
    assert content["walk"]["start"] + sum(step["months"] for step in steps) == pytest.approx(11.6)
    assert {step["tag"] for step in steps} == {"责任刑", "法律规则"}


def test_small_steps_are_drawn_as_one_and_the_sum_holds():
    names = ["amount_yuan", "burglary", "weapon", "repeated", "group", "pickpocketing", "deaths", "stage", "role",
             "victim_fault", "incident_count", "minor_injuries", "hit_and_run", "rules"]  # fmt: skip
    parts = {name: 0.02 * (place + 1) * (-1) ** place for place, name in enumerate(names)}
    end = float(np.expm1(np.log1p(9.0) + sum(parts.values())))
    long = walk(float(np.log1p(9.0)), parts, shown=end)
    content = sheet(case(), prediction={**PREDICTION, "liability_months": end}, rules=RULES, walk=long, reference=REFERENCE, history={},
                    similar=(), probation=None, basis=BASIS)  # fmt: skip
    steps = drawing(content)["steps"]
    assert len(steps) == 11 and steps[-1]["zh"] == "其余 4 项"
    assert steps[-1]["after"] == pytest.approx(end)


def test_links_lead_to_places_of_the_page_headings_descend_one_by_one_and_ids_are_unique():
    read = Page(page(make()))
    assert all(link.startswith("#") and link[1:] in read.ids for link in read.links)
    assert len(read.ids) == len(set(read.ids))
    assert read.headings[0] == 1 and all(b - a <= 1 for a, b in zip(read.headings, read.headings[1:], strict=False))
    assert ("html", {"lang": "zh-CN"}) in read.tags
    assert "仅供参考，不替代法官裁判" in "".join(read.words)


HOSTILE = [
    "<script>document.title='run'</script>",
    "{{7*7}}{% raw %}",
    "<svg onload=alert(1)><image href=x onerror=alert(2)></svg>",
    "\"><a href='javascript:alert(3)'>点我</a>",
    "</title></style><style>body{display:none}</style>",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_text_stays_text_wherever_it_comes_from(words):
    doc = document({**PARTS, "findings": PARTS["findings"] + words + "\n"})
    row = {**ROW, "defendant": words, "court": words, "charge": words, "case_number": words, "doc_id": words}
    evidence = [*case().evidence[:4], span(doc, "burglary", words, "findings")]
    similar = [{"row_id": "a/0/0", "doc_id": words, "case_number": words, "court": words, "date": words, "step": 0,
                "similarity": 0.5, "matches": [], "differs": [{"factor": "入户", "here": words, "there": words}],
                "offender": [], "penalty": words, "term_months": 6.0, "final_penalty": None, "final_term_months": None,
                "probation_months": None, "fine_yuan": None, "counts": 1, "file": "a", "liability_months": 7.0}]  # fmt: skip
    clean, html = page(make()), page(make(of=case(doc, row, evidence), similar=similar))
    tags = [tag for tag, _ in Page(html).tags]
    assert not {"script", "image", "iframe", "object"} & set(tags)
    assert tags.count("style") == [tag for tag, _ in Page(clean).tags].count("style")
    assert not any(name.startswith("on") for _, attributes in Page(html).tags for name in attributes)
    assert not any("javascript" in link for link in Page(html).links)
    assert words in "".join(Page(html).words)


def test_a_file_name_is_safe_and_tells_ids_apart():
    names = {safe_id(row_id) for row_id in ("a/b", "a:b", "../../etc/passwd", "案/1", "案/2", "<script>", "x" * 500)}
    assert len(names) == 7 and all(re.fullmatch(r"[A-Za-z0-9-]{1,80}", name) for name in names)


def test_a_difference_that_reads_as_none_is_no_disagreement():
    content = make(prediction={**PREDICTION, "tier": "t1", "rule_low": 1.0, "rule_high": 11.58})
    assert content["answer"]["agreement"]["state"] == "within"


def bars(row, **logs):
    """The steps of a case of injury whose columns add ``logs``."""
    end = float(np.expm1(np.log1p(9.0) + sum(logs.values())))
    told = walk(float(np.log1p(9.0)), logs, bar_of=implied_bars(), shown=end)
    content = sheet(case(row={**ROW, **row}), prediction={**PREDICTION, "liability_months": end}, rules=RULES, walk=told,
                    reference=REFERENCE, history={}, similar=(), probation=None, basis=BASIS)  # fmt: skip
    return {step["factor"]: step for step in content["walk"]["steps"]}


@pytest.mark.parametrize(
    ("row", "value", "reason"),
    [
        ({"injury_grade": "重伤二级", "serious_injuries": 1}, "重伤二级，重伤人数 1 人", "grade and number"),
        ({"injury_grade": None, "serious_injuries": 2}, "重伤人数 2 人", "the count has said what the grade leaves open"),
        ({"injury_grade": None, "serious_injuries": None}, "未记载", "nothing is told"),
        ({"injury_grade": "轻微伤", "serious_injuries": 0}, "轻微伤", "none of the others"),
    ],
)
def test_the_grade_of_an_injury_and_the_injured_are_one_bar(row, value, reason):
    step = bars(row, injury_grade=0.3, serious_injuries=0.2, amount_yuan=0.1)["injury_grade"]
    assert step["value"] == value, reason
    assert [part["zh"] for part in step["parts"]] == ["损伤程度本身", "重伤人数"]
    assert sum(part["months"] for part in step["parts"]) == pytest.approx(step["months"])


def test_a_level_of_another_class_is_shown_as_the_model_reads_it():
    step = bars({"stage": "中止"}, stage=0.2)["stage"]
    assert step["value"] == "既遂（中止属预防刑（有争议），不入数值）"
    assert bars({"stage": "未遂"}, stage=-0.2)["stage"]["value"] == "未遂"


def test_a_quotation_is_never_cut_within_a_number():
    doc = document({**PARTS, "findings": "经审理查明，" + "其在案发当日共取得人民币1234567" * 8 + "元价值8600元，" + "另有12345元" * 30 + "。\n"})
    quoted = make(of=case(doc, evidence=[span(doc, "amount_yuan", "价值8600元", "findings")]))["evidence"][0]["quote"]
    assert quoted["before"].startswith("…") and not quoted["before"][1].isdigit()
    assert quoted["after"].endswith("…") and not quoted["after"][-2].isdigit()


@pytest.mark.parametrize(
    ("factor", "charge", "article", "reason"),
    [
        ("burglary", "盗窃罪", "刑法264", "of several articles the one of the charge"),
        ("burglary", "抢劫罪", "刑法263", "of several articles the one of the charge"),
        ("land_mu", "失火罪", "刑法61", "an article that punishes another charge says nothing of this one"),
        ("hit_and_run", "交通肇事罪", "刑法133", "the charge's own"),
        ("role", "盗窃罪", "刑法26-28", "the general part speaks of every charge"),
        ("burglary", None, "刑法263、264", "without a charge as the registry has it"),
    ],
)
def test_the_article_of_a_fact_is_that_of_the_charge_or_a_general_one(factor, charge, article, reason):
    assert article_of(registry().factors[factor], charge) == article, reason


def test_an_abstention_with_alternatives_claims_nothing_of_the_advice():
    row = {"factor": "burglary", "zh": "入户", "from": True, "to": False, "label": "入户 有 → 无", "article": None, "tier": "t1",
           "status": "thin_data", "reason": "样本过少", "rule_low": 1.0, "rule_high": 9.0} | dict.fromkeys(
               ["liability_months", "interval_low", "interval_high", "change_months", "change_percent"])  # fmt: skip
    content = {**abstained(), "what_if": {"alternatives": [row], "smallest": None, "threshold": 0.2}}
    html = page(content)
    assert "只比较规则轨" in html and "入户 有 → 无" in html
    assert "没有哪一项责任事实的单独改变" not in html
