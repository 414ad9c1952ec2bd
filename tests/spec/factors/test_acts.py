"""The number of acts."""

import pytest
from texts import TWO, reading, values

from sentencing_ml.factors.acts import acts

ACTS = [
    ("2017年3月1日，张三进入某店窃取现金。", 1, "one act is told"),
    ("1、2017年3月1日，张三窃得手机一部。2、2017年3月5日，张三窃得电脑一台。", 2, "numbered items"),
    ("1.2017年3月1日，张三窃得手机一部。2.2017年3月5日，张三窃得电脑一台。", 2, "a date behind the point of the number"),
    ("2017年3月1日，张三窃得手机一部。上述事实，有下列证据：1、被告人张三的供述；2、证人王某的证言。", 1, "a list of evidence counts no acts"),
    ("张三先后盗窃作案五次。", 5, "a stated number"),
    ("2017年3月1日凌晨，张三盗走电动车一辆。同月3日凌晨，张三盗走电动车一辆。", 2, "sentences with their time"),
    ("2017年3月1日，张三盗走电动车一辆。同月3日，张三因涉嫌盗窃被抓获。", 1, "the arrest is no act"),
    ("张三多次盗窃财物。", None, "uncounted"),
    ("张三用石块砸伤王某，民警多次劝说无效。", 1, "a warning given many times is no act"),
    ("2017年3月1日，张三窃取手机一部，此前受过行政处罚两次。", 1, "penalties are no acts"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "number", "reason"), ACTS, ids=[row[2] for row in ACTS])
def test_number_of_acts(text, number, reason):
    assert values(acts(reading(findings=text, charged={"盗窃罪"}))).get("incident_count") == number, reason


def test_a_defendant_has_the_items_that_name_him():
    text = "1、3月1日，张三、李四窃得手机一部。2、3月5日，张三窃得电脑一台。3、3月9日，张三窃得相机一部。"
    found = {(f.value, f.people) for f in acts(reading(defendants=TWO, findings=text, charged={"盗窃罪"}))}
    assert found == {(3.0, frozenset({0})), (1.0, frozenset({1}))}
