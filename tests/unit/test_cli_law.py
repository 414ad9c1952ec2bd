"""The command `sentencing law`: what it answers, what it refuses, and that it never ends in a traceback."""

import json
import sys

import pytest
from typer.testing import CliRunner

from sentencing_ml.cli import _law_factors, app, main
from sentencing_ml.law import check, question, report


def run(*arguments):
    return CliRunner().invoke(app, ["law", *arguments])


def data(*arguments, code=0):
    result = run(*arguments, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.output)


def test_an_answer_names_tiers_range_steps_and_sources():
    result = run("故意伤害", "--injury", "重伤二级", "--circumstance", "从犯", "--circumstance", "自首=主动投案")
    assert result.exit_code == 0
    for part in (
        "故意伤害罪　刑法234",
        "〔成立〕t2",
        "〔排除〕t1",
        "法定刑：三年以上十年以下有期徒刑",
        "法发〔2021〕21号",
        "36–120 → 36–60",
        "从犯：先适用",
        "主动投案",
        "责任刑（仅犯罪情节）",
        "拟宣告刑",
        "中华人民共和国刑法",
        "仅供参考，不替代法官裁判",
    ):
        assert part in result.output, part


def test_the_answer_as_data_is_the_track():
    told = data("故意伤害", "--injury", "重伤二级", "--fact", "weapon=否", "--fact", "伤残等级=10", "--liability-only")
    assert [tier["standing"] for tier in told["tiers"]][:2] == ["排除", "成立"]
    assert told["facts"]["重伤人数"] == 1 and told["facts"]["死亡人数"] == 0
    (track,) = told["tracks"]
    assert track["declared"] is None and track["liability"][0] >= 36
    assert track["steps"][0]["after"] == [36.0, 60.0]
    assert {row["key"] for row in told["sources"]} >= {key for step in track["steps"] for key in step["source"]}


def test_a_fact_that_is_told_is_not_replaced_by_what_follows_from_another():
    told = data("故意伤害", "--injury", "死亡", "--deaths", "2")
    assert told["facts"]["死亡人数"] == 2 and told["facts"]["重伤人数"] == 0


def test_a_count_is_no_circumstance_because_it_is_one():
    told = data("故意伤害", "--injury", "重伤二级", "--fact", "轻伤人数=1")
    assert told["circumstances"] == []


def test_a_fact_tells_its_circumstance_and_a_circumstance_its_fact():
    told = data("盗窃", "--amount", "5000", "--fact", "role=从犯", "--circumstance", "未遂")
    assert {row["id"] for row in told["circumstances"]} == {"accessory", "attempt"}
    assert told["facts"]["犯罪停止形态"] == "未遂"


def test_the_amount_in_a_province_that_is_written_short():
    told = data("盗窃", "--amount", "50,000", "--date", "2015-06", "--province", "河南")
    assert told["province"] == "河南省" and told["facts"]["犯罪数额"] == 50000
    rows = {row["id"]: row for row in told["thresholds"]}
    assert rows["large"]["national"] == "1000至3000元（由各省确定）"
    assert all(row["verified"] or row["used"] is None for row in told["thresholds"])


def test_what_was_not_verified_is_marked_and_does_not_decide():
    row = {
        "name": "数额巨大", "national": "3万元", "used": None, "verified": False, "article": "甲", "from": None, "to": None,
        "source": ["XF"], "standards": [{"province": "河南省", "zone": None, "value": "5万元", "document": None,
        "from": None, "to": None, "verified": False, "source": ["XF"]}],
    }  # fmt: skip
    assert sum(report.UNREAD in line for line in report._threshold_lines([row])) == 2


PROBLEMS = [
    (("盗切",), "“盗切”不是刑法规定的罪名", "an unknown charge"),
    (("盗窃", "--amount", "abc"), "犯罪数额 不是数值", "an amount that is no number"),
    (("盗窃", "--amount", "-5"), "犯罪数额 为 -5，不可能小于 0", "a negative amount"),
    (("盗窃", "--amount", "nan"), "犯罪数额 不是数值", "no number at all"),
    (("盗窃", "--amount", "9e30"), "超过可信的上限", "an absurd amount"),
    (("盗窃", "--count", "1.5"), "犯罪次数 不是数值", "half an act"),
    (("故意伤害", "--injury", "轻伤"), "损伤程度 没有“轻伤”这一项", "a grade that does not exist"),
    (("盗窃", "--date", "1990"), "早于现行刑法施行", "before the code"),
    (("盗窃", "--date", "2016", "--trial-date", "2015"), "晚于审判日期", "after the trial"),
    (("盗窃", "--date", "gestern"), "犯罪日期不是日期", "no date"),
    (("盗窃", "--trial-date", "morgen"), "审判日期“morgen”不是日期", "no date of a trial"),
    (("盗窃", "--province", "加州"), "没有“加州”这个省级单位", "no province"),
    (("盗窃", "--fact", "入室=是"), "没有“入室”这一项事实", "an unknown fact"),
    (("盗窃", "--fact", "入户=也许"), "入户 不是“是”或者“否”", "neither yes nor no"),
    (("盗窃", "--fact", "入户"), "入户 不是“是”或者“否”", "a fact without a value"),
    (("盗窃", "--circumstance", "累范"), "没有“累范”这一量刑情节", "an unknown circumstance"),
    (("盗窃", "--circumstance", "累犯", "--circumstance", "未成年人犯罪"), "不能并存", "two that exclude each other"),
    (("盗切", "--changes", "2015", "2016"), "“盗切”不是刑法规定的罪名", "changes of an unknown charge"),
]


@pytest.mark.parametrize(("arguments", "what", "why"), PROBLEMS, ids=[row[2] for row in PROBLEMS])
def test_what_the_law_cannot_take_is_told_with_its_article(arguments, what, why):
    result = run(*arguments)
    assert result.exit_code == 11, why
    assert what in result.output
    assert "依据：刑" in result.output and "处理：" in result.output
    (problem,) = data(*arguments, code=11)["problems"]
    assert all(problem[key] for key in ("what", "article", "why", "do"))


def test_all_problems_are_told_at_once():
    told = data("盗切", "--amount", "x", "--date", "1990", "--circumstance", "累范", "--province", "加州", code=11)
    assert len(told["problems"]) == 5


def call(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["sentencing", "law", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    return caught.value.code, capsys.readouterr()


USAGE = [
    ((), "Name a charge", "nothing asked"),
    (("盗窃", "--check"), "Name a charge", "two things asked"),
    (("盗窃", "--first-stage", "both"), "choose multiply or add", "an unknown way"),
    (("--changes", "2016", "2015"), "the earlier first", "dates in the wrong order"),
    (("--changes", "2015", "x"), "the earlier first", "no date"),
]


@pytest.mark.parametrize(("arguments", "message", "why"), USAGE, ids=[row[2] for row in USAGE])
def test_a_question_that_cannot_be_asked_is_one_message(monkeypatch, capsys, arguments, message, why):
    code, written = call(monkeypatch, capsys, *arguments)
    assert code == 11, why
    assert message in written.err and "Traceback" not in written.err


def test_the_check_counts_what_it_checked():
    result = run("--check")
    assert result.exit_code == 0, result.output
    assert result.output.strip().endswith("ok") and "provincial standards" in result.output
    assert data("--check")["counts"]["charges"] >= 60


def test_the_check_ends_with_a_code_of_its_own_and_every_fault(monkeypatch, capsys):
    read = check.load

    def broken(name):
        content = read(name)
        if name == "plea.yaml":
            return content | {"nothing": 1}
        return {} if name == "guidelines.yaml" else content

    monkeypatch.setattr(check, "load", broken)
    code, written = call(monkeypatch, capsys, "--check")
    assert code == 17
    assert "plea.yaml: nothing" in written.err and "guidelines.yaml: guidelines: is missing" in written.err


def test_changes_by_day_with_article_and_source():
    result = run("--changes", "2015", "2016-06")
    assert result.exit_code == 0
    assert "2015-11-01" in result.output and "刑法修正案（九）" in result.output and "刑法69(2)" in result.output
    told = data("盗窃", "--changes", "2011-05-01", "2011-05-01")
    assert told["from"] == told["to"] == "2011-05-01"
    assert all(row["charge"] in {None, "盗窃罪"} and row["article"] and row["source"] for row in told["changes"])


def test_the_columns_stand_under_each_other_whatever_the_letters():
    rows = [["数额较大", "是", "刑法264"], ["amount, in yuan and a half", "不明", "法释〔2013〕8号1"]]
    lines = report._table(["理由", "成立", "依据"], rows, widths=[20, 6, 30])
    starts = {report._columns(line[: line.index(mark)]) for line, mark in ((lines[0], "依据"), (lines[2], "刑法"), (lines[3], "法释"))}
    assert len(starts) == 1
    assert all(report._columns(line) <= 4 + 20 + 2 + 6 + 2 + 30 for line in lines)


def test_a_question_reads_names_in_both_languages():
    read = question.read(
        facts=[("入户", "是"), ("weapon", "no"), ("犯罪数额", "1，000")],
        circumstances=["recidivist", "自首"],
        factors=_law_factors(),
    )
    assert read.problems == ()
    assert read.facts["burglary"] is True and read.facts["weapon"] is False and read.facts["amount_yuan"] == 1000
    assert {item.id: item.factor for item in read.found} == {"recidivist": "recidivist", "voluntary_surrender": "surrender"}


def test_a_circumstance_may_be_named_by_a_beginning_that_only_one_has():
    read = question.read(facts=[], circumstances=["累犯", "未成年"], factors=_law_factors())
    assert read.problems == () and {item.id for item in read.found} == {"recidivist", "minor"}
    for name, why in (("犯罪", "several begin so"), ("退", "one character is not a name")):
        unsure = question.read(facts=[], circumstances=[name], factors=_law_factors())
        assert [problem.id for problem in unsure.problems] == ["unknown_circumstance"] and not unsure.found, why
