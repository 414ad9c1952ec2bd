"""Accused units: of whom a sentence with units speaks, their verdict, and what of the case is theirs."""

import pytest

from sentencing_ml.factors.extraction import extract
from sentencing_ml.factors.people import People
from sentencing_ml.factors.rows import rows_of
from sentencing_ml.factors.sentence import read_verdict
from sentencing_ml.judgments.document import Defendant, Document
from sentencing_ml.judgments.parties import find_defendants
from sentencing_ml.judgments.sections import split_sections
from sentencing_ml.judgments.view import view

HEAD = "青溪县人民法院 刑事判决书 （2019）浙0199刑初88号 公诉机关青溪县人民检察院。 "
UNIT = "被告单位青禾贸易有限公司（以下简称青禾公司），住所地青溪县。 诉讼代表人周五，男，1970年3月4日出生，系青禾公司职工。 "
CHIEF = "被告人张三，男，1980年1月2日出生，汉族，高中文化，系青禾公司经理，因本案于2019年1月3日被取保候审。 "
CLERK = "被告人李四，女，1990年5月6日出生，汉族，大专文化，系青禾公司会计。 "
CHARGED = (
    "青溪县人民检察院以青检刑诉〔2019〕70号起诉书指控被告单位青禾公司、被告人张三犯虚开发票罪，于2019年4月1日向本院提起公诉。"
    "本院依法组成合议庭，公开开庭审理了本案。现已审理终结。 "
)
FACTS = "经审理查明，2018年3月，被告单位青禾公司由被告人张三经手，为他人虚开发票，票面金额共计人民币60万元。 "
VERDICT = (
    "判决如下： 一、被告单位青禾贸易有限公司犯虚开发票罪，判处罚金人民币八万元。"
    "二、被告人张三犯虚开发票罪，判处有期徒刑八个月，并处罚金人民币二万元。 "
)
TAIL = "如不服本判决，可在接到判决书的第二日起十日内提出上诉。 审判长赵六 二〇一九年五月六日 书记员钱七"


def document(text):
    sections = split_sections(text, "judgment")
    return Document(id="d", source="s", kind="judgment", text=text, sections=sections, defendants=find_defendants(text, sections))


def judgment(opinion, *, header=UNIT + CHIEF, charged=CHARGED, facts=FACTS, verdict=VERDICT):
    return document(HEAD + header + charged + facts + "本院认为，" + opinion + verdict + TAIL)


def people(text, **given):
    return {person.name: person for person in extract(judgment(text, **given)).people}


# ---- of whom a position speaks

ALL = (
    Defendant(index=0, name="青禾贸易有限公司", aliases=("青禾公司",), start=0, end=0, entity=True),
    Defendant(index=1, name="张三", start=0, end=0),
    Defendant(index=2, name="李四", start=0, end=0),
)


@pytest.mark.parametrize(
    ("text", "word", "expected", "reason"),
    [
        ("被告单位青禾公司退缴税款。", "退缴", {0}, "the unit by its short name"),
        ("被告单位退缴税款。", "退缴", {0}, "the only unit without its name"),
        ("被告单位青禾公司、被告人张三均认罪。", "认罪", {0, 1}, "both, in a list"),
        ("被告人张三及被告单位青禾公司均认罪。", "认罪", {0, 1}, "the unit at the end of the list"),
        ("被告人张三及被告单位认罪。", "认罪", {0, 1}, "without its name at the end of the list"),
        ("二被告人均认罪。", "认罪", {1, 2}, "被告人 are persons"),
        ("各被告人均认罪。", "认罪", {1, 2}, "all 被告人 are persons"),
        ("均认罪。", "认罪", {1, 2}, "均 of nobody is said of the persons"),
        ("三被告均认罪。", "认罪", {0, 1, 2}, "被告 are both, by their number"),
        ("各被告均认罪。", "认罪", {0, 1, 2}, "all 被告"),
        ("被告人张三作为被告单位青禾公司的经理，系自首。", "自首", {1}, "who acts for the unit"),
        ("被告人张三以被告单位名义借款，系自首。", "自首", {1}, "in the unit's name"),
        ("被告人张三系坦白。被告单位的诉讼代表人认罪。", "认罪", {1}, "who speaks for the unit"),
        ("被告单位退缴税款。被告人张三的辩护人提出系初犯。", "初犯", {1}, "what counsel argues is argued for the person"),
    ],
)
def test_of_whom_a_sentence_speaks(text, word, expected, reason):
    assert People(text, defendants=ALL).at(text.index(word)) == expected, reason


def test_of_two_units_the_one_named_last_is_meant_and_both_by_their_number():
    two = (*ALL, Defendant(index=3, name="白鹭公司", start=0, end=0, entity=True))
    text = "被告单位白鹭公司虚开。被告单位已退赃。二被告单位均认罪。"
    spoken_of = People(text, defendants=two)
    assert spoken_of.at(text.index("退赃")) == {3}
    assert spoken_of.at(text.index("认罪")) == {0, 3}


# ---- the verdict

NAMES = {"青禾贸易有限公司": "青禾贸易有限公司", "青禾公司": "青禾贸易有限公司", "张三": "张三"}
UNITS = frozenset({"青禾贸易有限公司"})


@pytest.mark.parametrize(
    ("text", "unit", "person", "reason"),
    [
        (
            "一、被告单位青禾公司犯虚开发票罪，判处罚金人民币八万元。二、被告人张三犯虚开发票罪，判处拘役五个月。",
            ("虚开发票罪", "单处罚金", 80000), ("虚开发票罪", "拘役", None), "an item each",
        ),
        (
            "一、被告单位青某贸易有限公司犯虚开发票罪，判处罚金人民币八万元。二、被告人张三犯虚开发票罪，判处拘役五个月。",
            ("虚开发票罪", "单处罚金", 80000), ("虚开发票罪", "拘役", None), "the only unit, masked",
        ),
        (
            "一、被告单位青禾公司无罪。二、被告人张三无罪。",
            (None, "无罪", None), (None, "无罪", None), "acquitted",
        ),
        (
            "一、被告单位青禾公司犯虚开发票罪，免予刑事处罚。二、被告人张三犯虚开发票罪，判处拘役五个月，并处罚金一万元。",
            ("虚开发票罪", "免予刑事处罚", None), ("虚开发票罪", "拘役", 10000), "spared a penalty",
        ),
        (
            "被告单位青禾公司、被告人张三犯虚开发票罪，判处有期徒刑一年，罚金八万元。",
            None, ("虚开发票罪", "有期徒刑", 80000), "a term is the person's, whoever pays the fine",
        ),
    ],
)  # fmt: skip
def test_verdicts(text, unit, person, reason):
    read = {s.defendant: s.counts[0] for s in read_verdict(view(text), names=NAMES, units=UNITS)}
    told = {name: (count.charge, count.penalty.kind, count.penalty.fine_yuan) for name, count in read.items()}
    assert (told.get("青禾贸易有限公司"), told.get("张三")) == (unit, person), reason


# ---- what is theirs


def test_a_unit_is_a_defendant_with_the_facts_of_its_offence_and_no_particulars():
    unit, person = extract(judgment("被告单位青禾公司、被告人张三的行为构成虚开发票罪。")).people
    assert (unit.name, unit.charges, unit.sentence.final.kind, unit.sentence.final.fine_yuan) == (
        "青禾贸易有限公司", ("虚开发票罪",), "单处罚金", 80000,
    )  # fmt: skip
    assert unit.values["legal_entity"] is True and person.values["legal_entity"] is False
    assert unit.values["amount_yuan"] == person.values["amount_yuan"] == 600000
    assert unit.values["offence_date"] == person.values["offence_date"] == "2018-03"
    assert not {"gender", "birth_date", "ethnicity", "education", "occupation", "custody", "counsel"} & set(unit.values)
    assert (person.values["gender"], person.values["custody"]) == ("男", "取保候审")
    assert unit.values["group"] is False, "a unit and its manager are no joint crime"


def test_every_value_of_a_unit_has_its_span():
    whole = judgment("被告人张三系自首，对被告单位及被告人从轻处罚。")
    unit = extract(whole).people[0]
    told = {item.factor: whole.text[item.start : item.end] for item in unit.evidence}
    assert told["legal_entity"] == "青禾贸易有限公司"
    assert told["surrender"] == "自首"
    assert all(item.people == {0} for item in unit.evidence)


@pytest.mark.parametrize(
    ("opinion", "factor", "unit", "person", "reason"),
    [
        ("被告人张三系自首，可以从轻处罚。", "surrender", False, True, "named of the person alone"),
        ("被告人张三系自首，对被告单位及被告人均可从轻处罚。", "surrender", True, True, "the unit is spared for it"),
        ("被告人张三系自首。对于被告单位的认定参照其负责人的情节认定。", "surrender", True, True, "judged like its head"),
        ("被告人张三确有悔罪表现。对于被告单位的认定参照其负责人的情节认定。", "remorse", False, True, "remorse is each one's own"),
        ("被告人张三主动交代单位的罪行，应认定为单位自首。", "surrender", True, True, "the unit's own surrender"),
        ("被告单位青禾公司、被告人张三均系坦白。", "confession", True, True, "both by name"),
        ("被告单位青禾公司积极退赃，可以从轻处罚。", "restitution", True, True, "the only person shares what the unit does"),
        ("被告单位青禾公司不构成自首。", "surrender", False, False, "refused"),
    ],
)
def test_grounds_of_a_unit_are_those_the_court_names(opinion, factor, unit, person, reason):
    told = people(opinion)
    assert (told["青禾贸易有限公司"].values[factor], told["张三"].values[factor]) == (unit, person), reason


def test_the_amount_of_a_unit_is_what_is_told_of_the_unit():
    facts = (
        "经审理查明，2018年3月，被告人张三个人为他人虚开发票，票面金额人民币15万元。被告单位青禾公司为他人虚开发票，票面金额人民币45万元。 "
    )
    assert people("构成虚开发票罪。", facts=facts)["青禾贸易有限公司"].values["amount_yuan"] == 450000


def test_a_units_counsel_is_the_units():
    header = UNIT + "辩护人孙八，某律师事务所律师。 " + CHIEF
    told = people("构成虚开发票罪。", header=header)
    assert told["青禾贸易有限公司"].values["counsel"] == "委托"
    assert "counsel" not in told["张三"].values


def test_of_a_unit_accused_alone_everything_is_its_own():
    verdict = "判决如下： 被告单位青禾贸易有限公司犯虚开发票罪，判处罚金人民币八万元。 "
    facts = "经审理查明，2018年3月，被告单位青禾公司为他人虚开发票，票面金额共计人民币60万元。 "
    charged = CHARGED.replace("、被告人张三", "")
    whole = judgment("被告单位青禾公司系自首，可以从轻处罚。", header=UNIT, charged=charged, facts=facts, verdict=verdict)
    (unit,) = extract(whole).people
    assert (unit.values["legal_entity"], unit.values["surrender"], unit.values["amount_yuan"]) == (True, True, 600000)
    assert "gender" not in unit.values and "custody" not in unit.values
    assert (unit.sentence.final.kind, unit.sentence.final.fine_yuan) == ("单处罚金", 80000)


def test_a_unit_makes_a_row_of_the_factor_table():
    rows, evidence = rows_of(extract(judgment("构成虚开发票罪。")), cluster="d")
    assert [(row["row_id"], row["defendant"], row["penalty"], row["legal_entity"]) for row in rows] == [
        ("d/0/0", "青禾贸易有限公司", "单处罚金", True),
        ("d/1/0", "张三", "有期徒刑", False),
    ]
    assert {"legal_entity", "penalty"} <= {item["factor"] for item in evidence if item["row_id"] == "d/0/0"}


def test_the_facts_of_persons_are_those_without_the_unit():
    with_unit = extract(judgment("构成虚开发票罪。系自首。", header=CHIEF + UNIT + CLERK))
    without = extract(judgment("构成虚开发票罪。系自首。", header=CHIEF + CLERK))
    told = {person.name: person.values for person in with_unit.people}
    assert {person.name: person.values for person in without.people}.items() <= told.items()
