"""`sentencing alerts` from the shell: what a judge reads and writes, what the court is told, what is refused."""

import sys

import pytest
from alert_story import at, extend, follower, neglecting
from typer.testing import CliRunner

from sentencing_ml.cli import app, main
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.monitor.alerts import commands as alert_commands
from sentencing_ml.monitor.detection.definitions import definitions, digest
from sentencing_ml.monitor.ledger import KEY_VARIABLE, Alert, Ledger
from sentencing_ml.storage import write_table

GRACE = definitions().detectors.alert_grace_days
JUDGE, OTHER = "法官甲", "法官乙"
DAY = 130


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A ledger in which an A4 of each of two judges has risen on day 130, at the last of 6 entries."""
    monkeypatch.setenv(KEY_VARIABLE, "a key of the tests, no secret")
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "ledger.sqlite"
    with Ledger(place) as ledger:
        for judge in (JUDGE, OTHER):
            end = extend(ledger, beyond(judge))[-1]
            ledger.append(
                Alert(
                    judge=ledger.pseudonym(judge), kind="A4", direction=None, entry_position=end, raised_at=at(DAY), statistic=4.4, threshold=4.0,
                    definitions=digest(),
                )
            )  # fmt: skip
    return place


def beyond(judge):


    return neglecting(judge, range(6))


@pytest.fixture
def run(place, monkeypatch):
    def call(*arguments, day=DAY + 1, code=0, stdin=None):
        monkeypatch.setattr(alert_commands, "_now", lambda: at(day))
        result = CliRunner().invoke(app, ["alerts", *map(str, arguments), "--ledger", str(place)], input=stdin)
        assert result.exit_code == code, (result.output, result.exception)
        return result.output

    return call


def refused(place, monkeypatch, capsys, *arguments):
    monkeypatch.setattr(alert_commands, "_now", lambda: at(DAY + 1))
    monkeypatch.setattr(sys, "argv", ["sentencing", "alerts", *map(str, arguments), "--ledger", str(place)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 11
    told = capsys.readouterr().err
    assert "法官" not in told and "J-" not in told
    return told


def numbers(place):
    with Ledger(place) as ledger:
        own = ledger.alerts()
        return [int(own.loc[own["judge"] == ledger.pseudonym(judge), "position"].iloc[0]) for judge in (JUDGE, OTHER)]


def records(place, name):
    with Ledger(place) as ledger:
        assert not ledger.verify().breaks
        return getattr(ledger, name)()


def test_the_court_is_told_of_an_alert_once_its_judge_has_seen_it(run, place):
    assert run("list").splitlines() == ["没有法院可以看到的预警。", "另有 2 项，本人尚未查看且期限未到，不列出。"]
    shown = run("show", "--judge", JUDGE)
    assert "A4 从不采纳" in shown and "状态：待说明" in shown and f"案件6  {JUDGE}-5/0/0" in shown and "不是考核依据" in shown
    run("show", "--judge", JUDGE)
    assert len(records(place, "seen")) == 1
    listed = run("list")
    assert listed.count("A4 从不采纳") == 1 and "已由本人查看" in listed and "不是排名" in listed
    assert JUDGE not in listed and "0/0" not in listed
    later = run("list", day=DAY + GRACE)
    rows = [line for line in later.splitlines() if line.startswith("J-")]
    assert len(rows) == 2 and rows == sorted(rows) and "逾期未查看" in later


def test_who_has_no_alert_is_told_so(run, place):
    with Ledger(place) as ledger:
        extend(ledger, follower("法官丙", range(3)))
    assert run("show", "--judge", "法官丙").strip() == "目前没有给您的预警。不需要做什么。"
    assert records(place, "seen").empty


BOILERPLATE = "综合全案，依法裁判。\n"
FACTS = f"{JUDGE}-0：盗窃8600元，入户，自首。{JUDGE}-1：盗窃12000元，未遂，退赃。"


def test_an_empty_note_is_kept_and_asked_for_again_and_one_with_facts_answers(run, place, tmp_path):
    number, _ = numbers(place)
    note = tmp_path / "note.txt"
    note.write_text(BOILERPLATE, encoding="utf-8")
    told = run("answer", "--judge", JUDGE, "--alert", number, "--file", note, code=11)
    assert "请您补充" in told and "不计为具体事实" in told
    assert "状态：说明待补充" in run("show", "--judge", JUDGE)
    note.write_bytes(FACTS.encode("gb18030"))
    assert "形式符合要求" in run("answer", "--judge", JUDGE, "--alert", number, "--file", note, day=DAY + 2)
    kept = records(place, "notes")
    assert kept["text"].tolist() == [BOILERPLATE, FACTS]
    assert kept[["kind", "named", "accepted"]].to_numpy().tolist() == [["原因说明", 0, False], ["原因说明", 8, True]]
    assert len(records(place, "seen")) == 1  # who answers has seen
    listed = run("list", day=DAY + 2)
    assert "已说明" in listed and "8600" not in listed
    assert "案件1" not in run("show", "--judge", JUDGE, day=DAY + 3)  # it is over


def test_facts_are_held_against_the_factor_table(run, place, tmp_path):
    number, _ = numbers(place)
    rows = [
        {"row_id": f"{JUDGE}-{n}/0/0", "doc_id": f"{JUDGE}-{n}", "charge": "盗窃罪", "charge_group": "盗窃罪", "amount_yuan": 100.0, "burglary": False}
        for n in range(6)
    ]
    write_table(tmp_path / "factors.parquet", factor_frame(rows))
    given = ("answer", "--judge", JUDGE, "--alert", number, "--file", "-", "--factors", tmp_path / "factors.parquet")
    assert "与登记的事实不一致" in run(*given, stdin=FACTS.replace("8600", "77"), code=11)
    right = f"{JUDGE}-0：盗窃100元，自首。{JUDGE}-1：盗窃100元，退赃。{JUDGE}-2：盗窃100元。"
    assert "形式符合要求" in run(*given, stdin=right, day=DAY + 2)


def test_an_objection_is_kept_as_it_is_and_ends_the_asking(run, place):
    number, _ = numbers(place)
    assert "异议已原文保存" in run("object", "--judge", JUDGE, "--alert", number, "--file", "-", stdin="建议对此类案件不适用。")
    assert "状态：异议" in run("show", "--judge", JUDGE)
    assert records(place, "notes")[["kind", "text", "accepted"]].to_numpy().tolist() == [["异议", "建议对此类案件不适用。", True]]


def test_the_judge_may_be_named_in_the_environment_or_on_standard_input(run, monkeypatch):
    assert "A4 从不采纳" in run("show", "--judge", "-", stdin=f"{JUDGE}\n")
    monkeypatch.setenv("SENTENCING_JUDGE", OTHER)
    assert "A4 从不采纳" in run("show")


def test_what_cannot_be_is_told_and_nothing_is_kept(place, monkeypatch, capsys, tmp_path):
    own, other = numbers(place)
    note = tmp_path / "note.txt"
    note.write_text(FACTS, encoding="utf-8")
    empty, binary = tmp_path / "empty.txt", tmp_path / "binary.txt"
    empty.write_text(" \n", encoding="utf-8")
    binary.write_bytes(b"\x00\xff\xfe\x00" * 9)
    rows = [
        (("answer", "--judge", JUDGE, "--alert", other, "--file", note), "no alert of that number"),
        (("answer", "--judge", JUDGE, "--alert", 999, "--file", note), "no alert of that number"),
        (("answer", "--judge", "法官癸", "--alert", own, "--file", note), "no entry of a judge of this name"),
        (("answer", "--judge", JUDGE, "--alert", own, "--file", tmp_path / "none.txt"), "not found"),
        (("answer", "--judge", JUDGE, "--alert", own, "--file", empty), "The text is empty"),
        (("answer", "--judge", JUDGE, "--alert", own, "--file", binary), "no text of a note"),
        (("object", "--judge", JUDGE, "--alert", own, "--file", empty), "The text is empty"),
        (("answer", "--judge", JUDGE, "--alert", own, "--file", note, "--factors", tmp_path / "f.parquet"), "Name the factor table"),
        (("answer", "--judge", "-", "--alert", own, "--file", "-"), "cannot both be read"),
        (("show", "--judge", "J-0123456789ab"), "this is a pseudonym"),
        (("show", "--judge", "法官癸"), "no entry of a judge of this name"),
    ]  # fmt: skip
    for arguments, message in rows:
        assert message in refused(place, monkeypatch, capsys, *arguments), arguments
    assert records(place, "notes").empty and records(place, "seen").empty
    missing = tmp_path / "none.sqlite"
    assert "no ledger there" in refused(missing, monkeypatch, capsys, "list")
    assert not missing.exists()


def test_an_alert_that_asks_for_no_reason_takes_none(run, place, monkeypatch, capsys, tmp_path):
    note = tmp_path / "note.txt"
    note.write_text(FACTS, encoding="utf-8")
    with Ledger(place) as ledger:
        own = ledger.corrections()
        last = int(own.loc[own["judge"] == ledger.pseudonym(JUDGE), "entry_position"].iloc[-1])
        number = ledger.append(
            Alert(
                judge=ledger.pseudonym(JUDGE), kind="A1", entry_position=last, raised_at=at(DAY), statistic=6.4, threshold=6.0, definitions=digest(),
            )
        )  # fmt: skip
    assert "先估后看中（已完成 0/12 件）" in run("show", "--judge", JUDGE)
    assert "asks for no written reason (now: 先估后看中)" in refused(
        place, monkeypatch, capsys, "answer", "--judge", JUDGE, "--alert", number, "--file", note
    )
    assert records(place, "notes").empty
