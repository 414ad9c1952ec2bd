"""What a 原因说明 must hold: notes with a verdict and a reason each, honest ones and ones that only look like it."""

import pytest

from sentencing_ml.errors import InputError
from sentencing_ml.monitor.alerts.reason_note import Case, check, words

THEFT = Case(
    case_id="案例-1/0/0",
    charge_group="盗窃罪",
    values={
        "row_id": "案例-1/0/0", "case_number": "（2031）星海刑初字第12号", "charge": "盗窃罪", "amount_yuan": 8600.0, "incident_count": 3,
        "burglary": True, "pickpocketing": False, "weapon": False, "repeated": True, "group": False, "stage": "既遂", "role": None,
        "surrender": True, "confession": False, "recidivist": False, "restitution": True, "forgiveness": None, "prior_record": False,
        "plea_leniency": True, "merit": False, "minor_defendant": False, "victim_fault": False, "first_offender": False,
    },
)  # fmt: skip
INJURY = Case(
    case_id="案例-2/0/0",
    charge_group="故意伤害罪",
    values={
        "row_id": "案例-2/0/0", "case_number": "（2031）星海刑初字第30号", "charge": "故意伤害罪", "injury_grade": "轻伤一级", "minor_injuries": 1,
        "incident_count": 1, "weapon": True, "group": True, "role": "从犯", "victim_fault": True, "civil_dispute": True, "surrender": False,
        "confession": True, "compensation": True, "forgiveness": True, "recidivist": False, "minor_defendant": False,
        "prior_record": False, "merit": False, "plea_leniency": False, "repeated": False,
    },
)  # fmt: skip
DRIVING = Case(
    case_id="案例-3/0/0",
    charge_group="危险驾驶罪",
    values={
        "row_id": "案例-3/0/0", "case_number": "（2031）星海刑初字第41号", "charge": "危险驾驶罪", "alcohol_mg_per_100ml": 163.4, "vehicle": "小型汽车",
        "accident_share": "全部责任", "caused_accident": True, "no_licence": False, "hit_and_run": False, "surrender": False,
        "confession": True, "recidivist": False, "weapon": None, "plea_leniency": True, "group": False, "repeated": False, "merit": False,
    },
)  # fmt: skip
CASES = (THEFT, INJURY, DRIVING)
OTHERS = ("案例-9/0/0",)
TOLD = "预警：近期您录入的刑期与系统建议高度一致。请写明您在这些案件中所依据的具体事实，例如入户、持刀、自首、轻伤一级、从犯、被害人过错等情节。"

HONEST = (
    "案例-1/0/0一案，被告人入户盗窃，数额8600元，多次作案，案发后自首并退赃，故与建议一致。"
    "案例-2/0/0一案，致一人轻伤一级，被告人系从犯，被害人有过错在先，双方系民间纠纷，我认为建议已经充分反映。"
)

ACCEPTED = [
    (HONEST, 11, "two cases by their row, each with amount, injury, part and circumstances"),
    (HONEST.replace("8600元", "八千六百元"), 11, "the amount in Chinese numerals"),
    (HONEST.replace("8600元", "0.86万元"), 11, "the amount in 万"),
    (HONEST.replace("8600", "８６００"), 11, "the amount in full-width digits"),
    (HONEST.replace("数额8600元", "数额约8500余元"), 11, "an amount as people round it"),
    (HONEST.replace("案例-1/0/0", "（2031）星海刑初字第12号").replace("案例-2/0/0", "(2031)星海刑初30号"), 11, "by the numbers of the cases, in two writings"),
    (HONEST.replace("案例-1/0/0一案", "第12号案").replace("案例-2/0/0一案", "30号案"), 11, "by short numbers, which no two of the alert's cases share"),
    (HONEST.replace("案例-1/0/0", "案件1").replace("案例-2/0/0", "案件2"), 11, "by the numbers of the list that the judge was shown"),
    (HONEST.replace("案例-1/0/0一案，", ""), 11, "the first case by its amount alone: no other case of the alert has it"),
    ("被告人入户盗窃8600元，系自首（案例-1/0/0）。血液酒精含量163.4mg/100ml，负事故全部责任，认罪认罚（案例-3/0/0）。", 7, "the number stands behind what is said of the case"),
    ("案例-1：盗窃罪，三次作案，自首。案例-2：故意伤害罪，使用匕首，取得谅解。", 6, "whole documents; a number of acts; synonyms"),
    ("案例-1：盗窃，入户，自首，没有立功，不构成累犯。案例-2：故意伤害，轻伤一级，赔偿了损失。", 6, "what is rightly denied does no harm and counts for nothing"),
    ("案例-1/0/0、案例-3/0/0两案被告人均认罪认罚。案例-1/0/0入户盗窃。案例-3/0/0醉驾，全责，如实供述。", 6, "one word for two cases"),
    (HONEST + "案例-1/0/0的被告人系累犯。", 11, "one slip among facts that hold"),
    ("案例-1：盗窃，入户，如实供述。案例-2：故意伤害，轻伤，如实供述。", 6, "如实供述 is told of 自首 as of 坦白"),
    (HONEST + "综合全案，量刑适当。", 11, "an empty phrase beside facts"),
]  # fmt: skip

REFUSED = [
    ("综合全案情节，建议适当，依法采纳。", 0, "不计为具体事实", "nothing but phrases"),
    ("根据犯罪的事实、犯罪的性质、情节和对社会的危害程度，并考虑认罪认罚从宽制度，量刑适当，符合法律规定。", 0, "不计为具体事实", "a plea inside a phrase is no fact"),
    ("我认真阅看了案卷，独立作出判断，与建议一致纯属巧合。", 0, "哪一件案件", "an account without a case"),
    ("案例-1/0/0、案例-2/0/0、案例-3/0/0均依法独立裁量。", 0, "再写明 2 件", "cases without facts"),
    ("案例-1/0/0系盗窃罪。案例-2/0/0系故意伤害罪。案例-3/0/0系危险驾驶罪。", 3, "再写明 2 件", "the charge alone tells no case from others of its charge"),
    ("案例-1/0/0：入户盗窃8600元，自首，退赃，认罪认罚。", 6, "再写明 1 件", "one case only"),
    ("案例-1/0/0：盗窃，自首。案例-2/0/0：故意伤害，谅解。", 4, "再写明 2 件", "two cases, of each a fact too few"),
    ("被告人入户盗窃，自首，退赃，认罪认罚，系从犯，被害人有过错。", 0, "哪一件案件", "facts of no case"),
    (TOLD, 0, "抄录预警", "the alert's own words"),
    ("案例-1/0/0：" + TOLD + "案例-2/0/0：" + TOLD, 0, "抄录预警", "the alert's own words beside the numbers of cases"),
    (
        "案例-1/0/0：盗窃、入户、扒窃、持刀、多次、共同犯罪、自首、坦白、立功、累犯、前科、未成年、被害人过错、从犯、主犯、胁从犯、未遂、退赃、认罪认罚。"
        "案例-2/0/0：入户、扒窃、持刀、多次、共同犯罪、自首、坦白、立功、累犯、前科、未成年、轻伤、重伤、死亡、轻微伤、认罪认罚。",
        0, "多数表述与登记的事实不一致", "the whole vocabulary: most of it is not of the case",
    ),
    ("案例-1/0/0：1000元、2000元、3000元、5000元、8600元、10000元、20000元，自首。案例-2/0/0：轻微伤、轻伤二级、轻伤一级、重伤，从犯。", 2, "再写明 2 件", "every value there may be: one is bound to be right"),
    ("案例-9/0/0：入户盗窃8600元，自首，退赃。（2031）别处刑初字第7号：轻伤一级，从犯，被害人有过错。", 0, "不在本预警范围内", "facts of cases that are not the alert's"),
    ("案例-1/0/0：致人轻伤一级，持刀，从犯，被害人有过错。案例-2/0/0：入户盗窃8600元，自首，退赃，多次。", 0, "不一致", "the facts of one case said of the other"),
    ("案例-1/0/0：盗窃，如实供述，认罪认罚。案例-3/0/0：危险驾驶，如实供述，认罪认罚。", 6, "内容完全相同", "one true formula beside two cases is an account of one"),
    ("案例-1/0/0：盗窃9900元，入户，自首。案例-2/0/0：故意伤害，重伤二级，持刀，被害人有过错。", 0, "不一致", "wrong figures beside words that fit"),
    ("案例-1/0/0：没有入户，没有自首，未退赃。案例-2/0/0：不是从犯，被害人无过错，没有持刀。", 0, "不一致", "what is there is denied"),
    ("案例-1/0/0：无前科，无立功，未持刀，不是累犯。案例-2/0/0：没有前科，不构成累犯，无立功。", 0, "再写明 2 件", "what is absent fits most cases"),
]  # fmt: skip


def checked(text, **given):
    return check(text, **{"cases": CASES, "others": OTHERS, "told": TOLD, **given})


@pytest.mark.parametrize(("text", "named", "reason"), ACCEPTED, ids=[row[2] for row in ACCEPTED])
def test_a_note_that_names_facts_of_its_cases_is_accepted(text, named, reason):
    found = checked(text)
    assert (found.accepted, found.named, found.missing) == (True, named, ()), (reason, found)
    assert "不评价理由是否成立" in words(found)[-1]


@pytest.mark.parametrize(("text", "named", "message", "reason"), REFUSED, ids=[row[3] for row in REFUSED])
def test_a_note_that_names_too_little_is_told_what_is_missing(text, named, message, reason):
    found = checked(text)
    assert (found.accepted, found.named) == (False, named), (reason, found)
    told = "\n".join(words(found))
    assert message in told, (reason, told)
    assert "请您补充" in told and "不评价理由是否成立" in told


def test_the_facts_that_count_are_named_by_case():
    assert set(checked(HONEST).facts) == {
        *(("案例-1/0/0", name) for name in ("charge", "amount_yuan", "burglary", "repeated", "surrender", "restitution")),
        *(("案例-2/0/0", name) for name in ("injury_grade", "minor_injuries", "role", "victim_fault", "civil_dispute")),
    }


# Cases that no factor table has: their charge stands in the ledger, all else is the judge's word.
UNKNOWN = tuple(Case(case_id=f"外部-{number}#0123456789ab", charge_group="盗窃罪") for number in (1, 2, 3))
BY_FORM = [
    ("外部-1：盗窃，入户，数额8600元，自首。外部-2：盗窃，未遂，退赃。", True, 7, "facts with an amount or a stage each"),
    ("外部-1：盗窃，入户，自首。外部-2：盗窃，退赃，坦白。", False, 2, "no number or grade: such words fit any case"),
    (
        "外部-1：8600元，入户，扒窃，持刀，多次，伙同，自首，坦白，立功，累犯。外部-2：9000元，入户，扒窃，持刀，多次，伙同，自首，坦白，立功，前科。",
        False, 0, "a list of words",
    ),
    ("外部-1：故意伤害罪，轻伤一级，自首。外部-2：抢劫罪，轻微伤，坦白。", False, 0, "other charges than the ledger's: other cases"),
    ("外部-7：盗窃，入户，数额8600元，自首。外部-8：盗窃，未遂，退赃。", False, 0, "cases that are not the alert's"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "accepted", "named", "reason"), BY_FORM, ids=[row[3] for row in BY_FORM])
def test_without_a_record_of_a_case_its_account_is_taken_by_form(text, accepted, named, reason):
    found = check(text, cases=UNKNOWN, others=("外部-7", "外部-8"))
    assert (found.accepted, found.named) == (accepted, named), (reason, found, words(found))


def test_what_is_unknown_of_a_known_case_counts_only_beside_what_is_known():
    half = Case(case_id="案例-4/0/0", charge_group="盗窃罪", values={"row_id": "案例-4/0/0", "charge": "盗窃罪", "burglary": True, "surrender": None})
    one, two = (check(f"案例-4/0/0：{text}", cases=[half]) for text in ("自首、坦白、退赃、谅解", "入户、自首、坦白、退赃"))
    assert one.named == 0
    assert two.facts == (("案例-4/0/0", "burglary"), ("案例-4/0/0", "surrender"))


def test_a_word_inside_the_name_of_the_charge_is_no_fact_beside_it():
    brawl = Case(case_id="案例-6/0/0", charge_group="聚众斗殴罪", values={"row_id": "案例-6/0/0", "charge": "聚众斗殴罪", "group": True})
    assert check("案例-6/0/0：聚众斗殴罪。", cases=[brawl]).facts == (("案例-6/0/0", "charge"),)
    assert check("案例-6/0/0：聚众斗殴罪，伙同他人。", cases=[brawl]).named == 2


def test_the_number_of_a_case_may_be_masked_as_it_was_published():
    masked = Case(case_id="案例-7/0/0", charge_group="盗窃罪", values={**THEFT.values, "row_id": "案例-7/0/0", "case_number": "（2031）星*刑初字第12*号"})
    assert check("（2031）星*刑初字第12*号：自首，退赃，入户。", cases=[masked, INJURY]).named == 3


def test_a_case_that_goes_by_a_bare_number_is_told_by_its_place_in_the_list():
    numbered = tuple(Case(case_id=number, charge_group="盗窃罪") for number in ("1", "3"))
    assert check("入户盗窃1次，价值3000元。", cases=numbered).named == 0
    assert check("案件2：入户盗窃，价值3000元。", cases=numbered, others=("7",)).facts[0][0] == "3"


def test_an_alert_of_one_case_asks_for_facts_of_one():
    found = check("案例-1/0/0：入户盗窃8600元，自首，退赃。", cases=[THEFT])
    assert found.accepted and found.cases == 1
    assert not check("案例-1/0/0：盗窃。", cases=[THEFT]).accepted


def test_the_same_note_for_every_alert_is_refused():
    again = HONEST.replace("，", ", ") + "以上。"
    found = checked(again, earlier={17: HONEST})
    assert not found.accepted and "第 17 号预警所写的基本相同" in "\n".join(words(found))
    assert checked(HONEST, earlier={17: "案例-3/0/0：醉驾，163.4mg/100ml，全责，坦白，撞上护栏后报警等候处理。"}).accepted


def test_the_count_of_a_document_that_the_alert_does_not_rest_on_is_not_its_case():
    found = check("案例-1/0/1：入户盗窃8600元，自首。", cases=[THEFT], others=("案例-1/0/1",))
    assert found.named == 0
    assert check("案例-1/0/1：入户盗窃8600元，自首。", cases=[THEFT]).facts == check("入户盗窃8600元，自首。", cases=[THEFT]).facts


def test_a_value_tells_a_case_only_where_no_other_case_of_the_alert_has_it():
    twin = Case(case_id="案例-5/0/0", charge_group="盗窃罪", values={**THEFT.values, "row_id": "案例-5/0/0", "case_number": None})
    assert check("入户盗窃8600元，自首。", cases=[THEFT, INJURY]).named == 4
    assert check("入户盗窃8600元，自首。", cases=[THEFT, twin]).named == 0


@pytest.mark.parametrize("text", ["", " \n\t", "字" * 20001], ids=["empty", "blank", "too long"])
def test_what_is_no_note_is_refused_whole(text):
    with pytest.raises(InputError, match="[Nn]othing was kept"):
        checked(text)


@pytest.mark.parametrize("text", ["案件99：入户。", "号号号，（2031）号", "第0号案", "(((((", "罪" * 400, "1" * 19000, "（2031）" * 2000])
def test_odd_text_names_nothing_and_harms_nothing(text):
    assert checked(text).named == 0
