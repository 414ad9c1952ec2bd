"""Findings, and what only looks like one: the opinion of a judgment, who has what, and why the row is there."""

import pytest

from sentencing_ml.factors.extraction import extract
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.parties import find_defendants
from sentencing_ml.judgments.sections import split_sections


def judgment(opinion, *, facts="", people=("张三",), charge="盗窃罪"):
    named = "、".join(people)
    header = "".join(f"被告人{name}，男，1985年3月4日出生，汉族，初中文化，农民。现羁押于某县看守所。" for name in people)
    verdict = "".join(f"{'一二三四'[i]}、被告人{name}犯{charge}，判处有期徒刑一年。" for i, name in enumerate(people))
    text = (
        f"甲县人民法院\n刑事判决书\n（2019）浙0101刑初1号\n公诉机关甲县人民检察院。\n{header}\n"
        f"甲县人民检察院指控被告人{named}犯{charge}，向本院提起公诉。本院适用普通程序，组成合议庭审理了本案。现已审理终结。\n"
        f"公诉机关指控，2019年1月2日，被告人{named}实施了上述行为。\n"
        f"经审理查明，2019年1月2日，被告人{named}实施了上述行为。{facts}\n上述事实，有证人证言等证据证实。\n"
        f"本院认为，被告人{named}的行为已构成{charge}。{opinion}依照《中华人民共和国刑法》第二百六十四条之规定，判决如下：\n"
        f"{verdict}\n如不服本判决，可在十日内提出上诉。\n审判长赵六\n二〇一九年三月四日\n书记员钱七"
    )
    sections = split_sections(text, "judgment")
    return Document(
        id="d", source="s", kind="judgment", text=text, sections=sections, defendants=find_defendants(text, sections)
    )


def found(opinion, factor, **options):
    return [person.values.get(factor) for person in extract(judgment(opinion, **options)).people]


ROWS = [
    ("被告人张三具有自首情节，可以从轻处罚。", "surrender", True, "named"),
    ("被告人张三不构成自首。", "surrender", False, "negated before"),
    ("辩护人提出被告人张三系自首的意见，与查明的事实不符，本院不予采纳。", "surrender", False, "claimed and refused"),
    ("辩护人关于被告人张三系自首的辩护意见，本院予以采纳。", "surrender", True, "claimed and adopted"),
    ("被告人张三主动投案，并如实供述自己的罪行，可以从轻处罚。", "surrender", True, "its elements, not its name"),
    ("被告人张三归案后如实供述自己的罪行，可以从轻处罚。", "confession", True, "elements of 坦白"),
    ("被告人张三具有自首情节，能如实供述罪行。", "confession", None, "part of 自首, not counted beside it"),
    ("被告人张三系累犯，应当从重处罚。", "recidivist", True, "named"),
    ("被告人张三不属于累犯。", "recidivist", False, "negated"),
    ("被告人张三自愿认罪认罚，可以从宽处理。", "plea_leniency", True, "named"),
    ("被告人张三当庭自愿认罪，可酌情从轻处罚。", "plea_in_court", True, "a plea in court"),
    ("被告人张三自愿认罪认罚。被告人张三当庭自愿认罪。", "plea_in_court", None, "absorbed by 认罪认罚"),
    ("被告人张三已取得被害人的谅解。", "forgiveness", True, "named"),
    ("被告人张三未取得被害人的谅解。", "forgiveness", False, "negated"),
    ("被告人张三积极退赃。", "restitution", True, "named"),
    ("责令被告人张三退赔被害人损失。", "restitution", False, "an order is no deed"),
    ("被告人张三系初犯、偶犯。", "first_offender", True, "named"),
    ("被告人张三无前科。", "prior_record", False, "negated"),
    ("被告人张三有前科，酌情从重处罚。", "prior_record", True, "named"),
    ("被告人张三有立功表现。", "merit", True, "named"),
    ("被告人张三有重大立功表现。", "merit", False, "重大立功 is another factor"),
    ("被告人张三着手实行犯罪，由于意志以外的原因未得逞，系犯罪未遂。", "stage", "未遂", "attempt"),
    ("被告人张三在共同犯罪中起次要作用，系从犯。", "role", "从犯", "accessory"),
    ("本案不宜区分主从犯。", "role", None, "not told apart"),
    ("被害人对本案的发生存在过错。", "victim_fault", True, "named"),
    ("同案人钱二（另案处理）随后投案自首。被告人张三到案后如实供述。", "surrender", False, "somebody dealt with elsewhere"),
    ("根据《关于处理自首和立功具体应用法律若干问题的解释》第一条。", "merit", False, "the title of a law"),
    ("被害人没有过错。", "victim_fault", False, "negated"),
]


@pytest.mark.parametrize(("opinion", "factor", "value", "reason"), ROWS, ids=[f"{row[1]}: {row[3]}" for row in ROWS])
def test_one_defendant(opinion, factor, value, reason):
    (result,) = found(opinion, factor)
    if value is None:
        assert not result, reason
    else:
        assert result == value, reason


SEVERAL = [
    ("被告人张三系累犯，应当从重处罚。被告人李四具有自首情节。", "recidivist", [True, False], "each has his own"),
    ("被告人张三系累犯，应当从重处罚。被告人李四具有自首情节。", "surrender", [False, True], "each has his own"),
    ("被告人张三、李四归案后均能如实供述自己的罪行。", "confession", [True, True], "a list of names"),
    ("二被告人均自愿认罪认罚。", "plea_leniency", [True, True], "the number of the defendants"),
    ("被告人张三协助公安机关抓获同案犯李四，有立功表现。", "merit", [True, False], "a name as an object"),
    ("被告人张三起主要作用，系主犯；其他被告人起次要作用，系从犯。", "role", [True, True], "others than the one named"),
    ("被告人李四在共同犯罪中起次要作用，系从犯，其归案后如实供述罪行。", "confession", [False, True], "其 goes on"),
]


@pytest.mark.parametrize(("opinion", "factor", "values", "reason"), SEVERAL, ids=[f"{row[1]}: {row[3]}" for row in SEVERAL])
def test_several_defendants(opinion, factor, values, reason):
    assert [bool(value) for value in found(opinion, factor, people=("张三", "李四"))] == values, reason


def test_others_are_everyone_but_those_named():
    assert found("被告人张三起主要作用，系主犯；其他被告人起次要作用，系从犯。", "role", people=("张三", "李四")) == ["主犯", "从犯"]


def test_every_value_has_a_span_of_the_stored_text():
    document = judgment("被告人张三具有自首情节，取得被害人谅解。")
    (person,) = extract(document).people
    evidence = {item.factor: document.text[item.start : item.end] for item in person.evidence}
    assert evidence["surrender"] == "自首"
    assert evidence["forgiveness"] == "谅解"
    assert evidence["gender"] == "男"


def test_a_fact_record_leaves_what_it_cannot_tell_unknown():
    document = Document(id="f", source="s", kind="fact_record", text="经审理查明，被告人张三窃得现金3000元。")
    (person,) = extract(document).people
    assert person.values.get("surrender") is None
    assert person.values["burglary"] is False
