"""The prosecution's recommended sentence."""

import pytest
from texts import TWO, reading, values

from sentencing_ml.factors.advice import recommendation

ADVICE = [
    ("公诉机关建议判处被告人张三有期徒刑一年六个月。", ("确定刑", 18, 18), "a single term"),
    ("公诉机关建议对被告人张三判处有期徒刑六个月至一年。", ("幅度刑", 6, 12), "a range"),
    ("建议判处二年以上三年以下有期徒刑。", ("幅度刑", 24, 36), "a range before the kind"),
    ("建议判处一年以下有期徒刑。", ("幅度刑", None, 12), "an upper bound alone"),
    ("建议判处拘役二至四个月。", ("幅度刑", 2, 4), "the unit after the second number"),
    ("建议本院结合其坦白、赔偿等情节，对被告人张三数罪并罚判处有期徒刑二年以上四年以下。", ("幅度刑", 24, 48), "the grounds stand between"),
    ("被告人张三具有取得被害人谅解的情节，建议对其判处一年以下有期徒刑。", ("幅度刑", None, 12), "a ground that names the victim is no advice of his"),
    ("建议对被告人张三在有期徒刑三年以下或拘役定罪处罚。", ("幅度刑", None, 36), "an upper bound after the kind"),
    ("建议判处有期徒刑一年。庭审中公诉人将量刑建议调整为有期徒刑十个月。", ("确定刑", 10, 10), "an adjusted advice takes its place"),
    ("量刑建议适当，应予采纳。", (None, None, None), "present, no figure"),
    ("公诉机关建议对被告人张三在有期徒刑六个月至2一年三个月处刑。", ("幅度刑", 6, 15), "a page number inside"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), ADVICE, ids=[row[2] for row in ADVICE])
def test_recommendation(text, expected, reason):
    found = values(recommendation(reading(charges=text)))
    assert found["recommendation_present"] is True
    names = ("recommendation_kind", "recommendation_min_months", "recommendation_max_months")
    assert tuple(found.get(name) for name in names) == expected, reason


def test_an_advice_of_the_defence_is_none():
    assert values(recommendation(reading(opinion="辩护人建议判处被告人张三有期徒刑六个月。"))) == {}


def test_terms_before_the_word_are_those_of_the_first_defendant():
    opinion = "公诉机关提出对被告人张三判处拘役五个月以上六个月以下；对被告人李四判处拘役四个月的量刑建议适当。"
    found = values(recommendation(reading(opinion=opinion)))
    assert (found["recommendation_min_months"], found["recommendation_max_months"]) == (5, 6)


def test_an_advice_adjusted_for_another_defendant_leaves_the_first_ones():
    charges = "公诉机关建议判处被告人张三有期徒刑四年至五年。庭审中量刑建议变更为对被告人李四判处一年至二年有期徒刑。"
    found = values(recommendation(reading(defendants=TWO, charges=charges)))
    assert (found["recommendation_min_months"], found["recommendation_max_months"]) == (48, 60)


def test_leniency_and_a_term_are_a_recommended_sentence_leniency_alone_is_none():
    found = values(recommendation(reading(charges="建议法院对被告人张三从轻处罚，判处六个月以上九个月以下有期徒刑。")))
    assert (found["recommendation_min_months"], found["recommendation_max_months"]) == (6, 9)
    assert values(recommendation(reading(charges="建议对被告人张三从轻处罚，判处缓刑。"))) == {}


@pytest.mark.parametrize("text", ["经公诉机关建议，本院决定延期审理一次。", "公诉机关建议适用简易程序审理。", "辩护人建议对被告人从轻处罚。"])
def test_what_is_no_recommended_sentence(text):
    assert values(recommendation(reading(procedure=text))) == {}


ADOPTED = [
    ("公诉机关的量刑建议适当，应予采纳。", True, "found fitting"),
    ("公诉机关指控的罪名及提出的量刑建议成立，依法予以支持。", True, "upheld"),
    ("本院采纳公诉机关的量刑建议。", True, "adopted before the word"),
    ("公诉机关和辩护人的量刑建议合理，本院予以采纳。", True, "of both"),
    ("公诉机关量刑建议过重，本院不予采纳。", False, "too severe"),
    ("对公诉机关提出的量刑建议予以适当调整。", False, "adjusted"),
    ("公诉机关量刑建议不当。", False, "unfitting"),
    ("其所认可的刑期没有超出公诉机关所提的量刑建议，本院依法在该幅度内从宽处罚。", True, "within its range"),
    ("辩护人请求从轻处罚的意见有理，本院予以采纳；但所提量刑意见偏轻，本院不予采纳。", None, "whose it is the sentence before says"),
    ("综合考虑公诉机关的量刑建议及上述情节。", None, "taken into account only"),
    ("公诉机关建议对被告人判处有期徒刑一年，量刑偏重，本院不予采纳。", False, "called by its weight alone"),
    ("公诉机关建议判处被告人张三有期徒刑一年的意见，本院予以采纳。", True, "called an opinion"),
    ("公诉机关的量刑建议部分予以采纳。", False, "in part, of a single defendant: not as it was made"),
    ("公诉机关建议判处有期徒刑一年。辩护人提出的量刑建议，本院不予采纳。", None, "the advice of the defence"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), ADOPTED, ids=[row[2] for row in ADOPTED])
def test_adopted(text, expected, reason):
    found = values(recommendation(reading(charges="公诉机关建议判处有期徒刑一年。", opinion=text)))
    assert found.get("recommendation_adopted") is expected, reason


PENALTY = [
    ("公诉机关建议判处被告人张三有期徒刑一年六个月。", "有期徒刑", None, "the kind before the term"),
    ("公诉机关建议判处被告人张三二年以上三年以下有期徒刑，可适用缓刑。", "有期徒刑", True, "the kind behind the term, suspended"),
    ("公诉机关建议判处被告人张三拘役三个月，缓刑六个月，并处罚金。", "拘役", True, "with the term of probation"),
    ("公诉机关建议判处被告人张三六个月以下有期徒刑或者拘役，并处罚金，不适用缓刑。", "拘役或有期徒刑", False, "two kinds, and no probation"),
    ("公诉机关建议判处被告人张三有期徒刑一年，实刑。", "有期徒刑", False, "to be served"),
    ("公诉机关建议判处被告人张三拘役四个月，若在判决前赔偿损失，可适用缓刑。", "拘役", None, "on a condition that may never hold"),
    ("公诉机关建议判处被告人张三有期徒刑一年；判处被告人李四有期徒刑八个月，适用缓刑。", "有期徒刑", None, "the probation of the next one"),
    ("公诉机关建议判处被告人张三管制六个月。", "管制", None, "surveillance"),
]


@pytest.mark.parametrize(("text", "kind", "probation", "reason"), PENALTY, ids=[row[3] for row in PENALTY])
def test_recommended_kind_and_probation(text, kind, probation, reason):
    found = values(recommendation(reading(charges=text)))
    assert (found.get("recommendation_penalty"), found.get("recommendation_probation")) == (kind, probation), reason


ADJUSTED = [
    ({"charges": "公诉机关建议判处有期徒刑一年。庭审中公诉人将量刑建议调整为有期徒刑十个月。"}, True, "by the prosecutor in the hearing"),
    ({"charges": "公诉机关以某检量建调〔2021〕1号量刑建议调整书建议判处有期徒刑八个月。"}, True, "by a document of its own"),
    ({"opinion": "公诉机关当庭调整量刑建议为有期徒刑八个月，本院予以采纳。"}, True, "told by the court of the prosecution"),
    ({"opinion": "公诉机关建议判处有期徒刑一年，经本院告知，公诉机关未调整量刑建议，本院依法判决。"}, False, "told, and not adjusted"),
    ({"opinion": "公诉机关建议判处有期徒刑一年。对公诉机关提出的量刑建议予以适当调整。"}, None, "the court itself departs"),
    ({"charges": "公诉机关建议判处有期徒刑一年。", "opinion": "公诉机关的量刑建议过重，本院予以调整。"}, None, "the court departs, 本院"),
    ({"charges": "公诉机关建议判处有期徒刑一年。辩护人请求调整量刑建议。"}, None, "a request of the defence"),
]


@pytest.mark.parametrize(("sections", "expected", "reason"), ADJUSTED, ids=[row[2] for row in ADJUSTED])
def test_adjusted_before_the_judgment(sections, expected, reason):
    assert values(recommendation(reading(**sections))).get("recommendation_adjusted") is expected, reason


REFUSED = [
    ("公诉机关量刑建议过重，本院不予采纳。", "偏重", "过重", "too severe"),
    ("公诉机关的量刑建议偏轻，本院依法予以调整。", "偏轻", "偏轻", "too lenient, and the court adjusts it itself"),
    ("公诉机关的量刑建议明显不当，本院不予采纳。", "明显不当", "明显不当", "unfitting, and no more"),
    ("公诉机关的量刑建议与本案情节不相适应，不予采纳。", "明显不当", "与本案情节不相适应", "does not fit the case"),
    ("公诉机关的量刑建议未考虑被告人庭审后退赔的情况，偏重，本院不予采纳。", "建议后出现新情节", "未考虑被告人庭审后退赔的情况", "a later fact goes before how it is called"),
    ("鉴于庭审后被告人取得被害人谅解，公诉机关的量刑建议偏重，本院不予采纳。", "建议后出现新情节", "庭审后被告人取得被害人谅解", "a later fact that stands before"),
    ("因指控罪名不当，公诉机关相应的量刑建议本院不予采纳。", "罪名不一致", "指控罪名不当", "another charge"),
    ("被告人当庭反悔，公诉机关的量刑建议本院不予采纳。", "被告人反悔或否认", "反悔", "the plea was withdrawn"),
    ("公诉机关指控的数额有误，其量刑建议不当，本院不予采纳。", "认定的事实或情节不同", "指控的数额有误", "other facts"),
    ("被告人的行为不构成犯罪，公诉机关的量刑建议不予采纳。", "不构成犯罪", "不构成犯罪", "no crime"),
    ("对公诉机关的量刑建议，本院不予采纳。", None, None, "art. 40 asks for a reason, and there is none"),
    ("公诉机关的量刑建议，本院不予采纳；辩护人提出量刑过轻的意见，不予支持。", None, None, "a word said of the defence's argument"),
    ("公诉机关的量刑建议适当，应予采纳。", None, None, "adopted: nothing to give reasons for"),
]


@pytest.mark.parametrize(("text", "level", "words", "reason"), REFUSED, ids=[row[3] for row in REFUSED])
def test_why_it_was_not_adopted(text, level, words, reason):
    read = reading(charges="公诉机关建议判处有期徒刑一年。", opinion=text)
    found = next((item for item in recommendation(read) if item.factor == "recommendation_refusal"), None)
    assert (found and found.value) == level, reason
    assert (found and read.document.text[found.start : found.end]) == words, reason


def test_in_part_is_neither_adopted_nor_refused_where_it_may_be_adopted_for_one_of_several():
    found = values(recommendation(reading(defendants=TWO, charges="公诉机关建议判处有期徒刑一年。", opinion="对公诉机关的量刑建议，本院部分予以采纳。")))
    assert "recommendation_adopted" not in found


def test_a_point_of_the_defence_that_the_court_answers_is_no_recommendation():
    opinion = "关于辩护人所提意见，经查属实；建议法庭处以四个月以下拘役的辩护意见，理由不充分，不予采纳。"
    assert values(recommendation(reading(opinion=opinion))) == {}


def test_every_reason_and_its_rule_stand_in_the_registry():
    from sentencing_ml.factors.advice import _refusals
    from sentencing_ml.factors.registry import registry

    factor = registry().factors["recommendation_refusal"]
    assert [level for level, *_ in _refusals()] == [level.name for level in factor.levels]
    assert [rule for _, rule, *_ in _refusals()] == [rule.id for rule in factor.rules]


WHOLE = (
    "青溪县人民法院\n刑事判决书\n（2020）浙0199刑初17号\n公诉机关青溪县人民检察院。\n被告人林小舟，男，1990年1月2日出生，汉族，初中文化，务工。\n"
    "青溪县人民检察院以青检刑诉〔2020〕9号起诉书指控被告人林小舟犯盗窃罪，向本院提起公诉。本院适用简易程序公开开庭审理了本案。青溪县人民检察院指派检察员{prosecutor}出庭支持公诉。\n"
    "公诉机关指控：2020年2月3日，林小舟窃得手机一部，价值3600元。{advice}\n"
    "经审理查明，2020年2月3日，林小舟窃得手机一部，价值人民币3600元。\n"
    "本院认为，林小舟的行为已构成盗窃罪。林小舟如实供述自己的罪行，可以从轻处罚。{answer}判决如下：\n林小舟犯盗窃罪，判处有期徒刑七个月。\n审判员苏明\n二〇二〇年五月六日\n"
)
SAID = [
    ("", ""),
    ("建议判处有期徒刑六个月。", "公诉机关的量刑建议适当，应予采纳。"),
    ("建议判处有期徒刑三年以上七年以下，不适用缓刑。", "公诉机关的量刑建议明显不当，本院依法予以调整。"),
    ("建议判处拘役三个月，可以适用缓刑。庭审中，公诉人将量刑建议调整为有期徒刑十个月。", "公诉机关的量刑建议偏轻，本院不予采纳。"),
    ("建议判处有期徒刑六个月至2一年三个月。", "对公诉机关的量刑建议，本院不予采纳。"),
]


def test_nothing_said_of_a_recommendation_changes_what_the_model_reads():
    from sentencing_ml.factors.extraction import extract
    from sentencing_ml.factors.registry import registry
    from sentencing_ml.judgments.document import Document
    from sentencing_ml.judgments.parties import find_defendants
    from sentencing_ml.judgments.sections import split_sections

    inputs = {factor.name for factor in registry().model_inputs()}
    told = ("procuratorate", "prosecutor", "affidavit_counsel", *(name for name in registry().factors if name.startswith("recommendation_")))
    assert len(told) == 12 and not inputs & set(told)
    read, answers = [], set()
    for number, (advice, answer) in enumerate(SAID):
        text = WHOLE.format(advice=advice, answer=answer, prosecutor="周宁何清孙苗"[number % 3 * 2 : number % 3 * 2 + 2])
        sections = split_sections(text, "judgment")
        found = extract(Document(id="d", source="", kind="judgment", text=text, sections=sections, defendants=find_defendants(text, sections)))
        read.append({name: value for name, value in found.people[0].values.items() if name in inputs})
        answers.add(tuple(found.values.get(name) for name in told))
    assert all(values == read[0] for values in read) and read[0]["amount_yuan"] == 3600
    assert len(answers) == len(SAID)
