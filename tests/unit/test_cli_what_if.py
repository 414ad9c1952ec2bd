"""``sentencing what-if``: of a stored case and of a file, before and after, and every way in which it cannot answer."""

import json
import sys
from pathlib import Path

import known_terms
import pytest
from known_terms import case, table
from typer.testing import CliRunner

from sentencing_ml import layout
from sentencing_ml.cli import app, main
from sentencing_ml.explanation.changed_facts import changed
from sentencing_ml.storage import write_table

PARAMS = str(Path(__file__).resolve().parents[2] / "params.yaml")
JUDGMENT = (
    "甲县人民法院\n刑事判决书\n（2019）豫0101刑初1号\n被告人张三，男，1990年1月2日出生，汉族。\n甲县人民检察院指控被告人张三犯盗窃罪。\n"
    "经审理查明，2019年5月1日，被告人张三窃得现金8600元。\n本院认为，被告人张三的行为已构成盗窃罪，系自首。\n"
    "判决如下：\n被告人张三犯盗窃罪，判处有期徒刑七个月。\n如不服本判决，可以上诉。"
)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    root, model = tmp_path_factory.mktemp("what-if"), known_terms.model()
    model.save(root / layout.MODEL)
    rows = [case("盗窃罪", 0, amount_yuan=8600.0), case("盗窃罪", 1, amount_yuan=20000.0), case("故意伤害罪", 1, injury_grade="轻伤一级", minor_injuries=1)]
    rows[2]["row_id"] = "d1/0/1"
    write_table(root / layout.FACTORS, table(*rows))
    (root / "case.txt").write_text(JUDGMENT, encoding="utf-8")
    (root / "empty.txt").write_text("", encoding="utf-8")
    return root, model, table(*rows)


def ask(world, monkeypatch, *arguments):
    monkeypatch.chdir(world[0])
    return CliRunner().invoke(app, ["what-if", *map(str, arguments), "--params", PARAMS])


def test_a_stored_case_is_told_before_and_after(world, monkeypatch):
    result = ask(world, monkeypatch, "d0", "--set", "amount_yuan=50000", "--set", "共同犯罪中的地位=从犯")
    assert result.exit_code == 0, result.output
    for part in ("犯罪数额：8,600 元 → 50,000 元", "共同犯罪中的地位：未记载 → 从犯", "共同犯罪、聚众：无 → 有（随之改变）", "改变后的档次：数额巨大", "仅供参考，不替代法官裁判"):
        assert part in result.output


def test_the_plain_data_are_those_of_the_model(world, monkeypatch):
    _, model, rows = world
    result = ask(world, monkeypatch, "d0/0/0", "--set", "amount_yuan=5万", "--json")
    told = json.loads(result.output)
    before, after = model.predict(rows.head(1)).iloc[0], model.predict(changed(rows.head(1), {"amount_yuan": 50000})).iloc[0]
    for side, expected in ((told["before"], before), (told["after"], after)):
        for name in ("liability_months", "interval_low", "interval_high", "rule_low", "rule_high", "statute_low"):
            assert side[name] == pytest.approx(float(expected[name])), name
    assert told["change_months"] == pytest.approx(after["liability_months"] - before["liability_months"])
    assert told["change_percent"] == pytest.approx(after["liability_months"] / before["liability_months"] - 1)
    assert told["changes"] == [{"factor": "amount_yuan", "zh": "犯罪数额", "from": "8,600 元", "to": "50,000 元", "follows": False}]


def test_a_file_is_read_up_to_its_verdict(world, monkeypatch):
    result = ask(world, monkeypatch, "case.txt", "--set", "burglary=有", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    assert told["charge"] == "盗窃罪" and told["after"]["liability_months"] > told["before"]["liability_months"]
    other = JUDGMENT.replace("有期徒刑七个月", "有期徒刑三年")
    (world[0] / "other.txt").write_text(other, encoding="utf-8")
    again = json.loads(ask(world, monkeypatch, "other.txt", "--set", "burglary=有", "--json").output)
    assert {**again, "row_id": None} == {**told, "row_id": None}


REFUSED = [
    (("nobody", "--set", "burglary=有"), ["nobody: no such case"], "neither a file nor an id"),
    (("empty.txt", "--set", "burglary=有"), ["No record could be read"], "a case without text"),
    (("d1", "--set", "amount_yuan=5"), ["d1: has 2 counts; name one with --row", "- d1/0/0", "- d1/0/1"], "several counts"),
    (("d1", "--row", "d9", "--set", "amount_yuan=5"), ["d1: has no row d9", "- d1/0/1"], "a row of another case"),
    (("d0", "--set", "amount_yuan"), ["write name=value"], "no value"),
    (("d0", "--set", "surrender=有", "--set", "drug_grams=5"), ["surrender (自首)", "预防刑", "drug_grams (毒品数量): does not belong"], "all faults at once"),
    (("d0", "--set", "amount_yuan=100"), ["没有一档的条件成立（刑法3"], "outside the law"),
    (("d0", "--set", "amount_yuan=-1"), ["不可能小于 0"], "what no amount can be"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "parts", "reason"), REFUSED, ids=[row[2] for row in REFUSED])
def test_what_cannot_be_answered_is_one_message_and_exit_code_11(world, monkeypatch, capsys, arguments, parts, reason):
    monkeypatch.chdir(world[0])
    monkeypatch.setattr(sys, "argv", ["sentencing", "what-if", *arguments, "--params", PARAMS])
    with pytest.raises(SystemExit) as caught:
        main()
    told = capsys.readouterr()
    assert caught.value.code == 11, reason
    assert "Traceback" not in told.err and told.out == ""
    for part in parts:
        assert part in told.err, reason


def test_the_command_shows_an_example():
    result = CliRunner().invoke(app, ["what-if", "--help"])
    assert "Example: sentencing what-if" in " ".join(result.output.split())
