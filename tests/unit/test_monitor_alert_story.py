"""Alerts from the first entry to the last word, on a small court with a shadow period before the advice was shown."""

import shutil
import threading

import pytest
from alert_story import KEY, advised, answered, at, case, expert, extend, follower, neglecting, one_way, shadow, view
from postgres import database, postgres  # noqa: F401
from typer.testing import CliRunner

from sentencing_ml.cli import app
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.monitor.alerts import commands as alert_commands
from sentencing_ml.monitor.alerts.alerts import raise_alerts, read_records, states
from sentencing_ml.monitor.detection.definitions import definitions
from sentencing_ml.monitor.detection.watch import watch
from sentencing_ml.monitor.ledger import KEY_VARIABLE, Ledger
from sentencing_ml.storage import write_table

JUDGE = "法官甲"
NEEDED = definitions().stage_two.cases
FIRST = 25  # cases after which who follows or agrees has surely risen


@pytest.fixture(scope="module")
def after_shadow(tmp_path_factory):
    place = tmp_path_factory.mktemp("court") / "ledger.sqlite"
    with Ledger(place, key=KEY) as ledger:
        extend(ledger, shadow())
    return place


@pytest.fixture
def place(after_shadow, tmp_path, monkeypatch):
    """The court's ledger after the shadow period, and the factor table of a judge's cases beside it."""
    monkeypatch.setenv(KEY_VARIABLE, KEY.decode("ascii"))
    shutil.copy(after_shadow, tmp_path / "ledger.sqlite")
    rows = [
        {"row_id": case(JUDGE, n), "doc_id": case(JUDGE, n).split("/")[0], "charge": "盗窃罪", "charge_group": "盗窃罪", "amount_yuan": 3000.0 + 100 * n,
         "burglary": n % 2 == 0, "surrender": True, "recidivist": False}
        for n in range(80)
    ]  # fmt: skip
    write_table(tmp_path / "factors.parquet", factor_frame(rows))
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def run(place, monkeypatch):
    def call(*arguments, day, code=0, stdin=None):
        monkeypatch.setattr(alert_commands, "_now", lambda: at(day))
        result = CliRunner().invoke(app, ["alerts", *map(str, arguments), "--ledger", str(place)], input=stdin)
        assert result.exit_code == code, (result.output, result.exception)
        return result.output

    return call


def enter(place, cases):
    with Ledger(place, key=KEY) as ledger:
        return extend(ledger, cases)


def of(place, *, day, judge=JUDGE):
    with Ledger(place, key=KEY) as ledger:
        name = ledger.pseudonym(judge)
        found = [state for state in states(read_records(ledger), at=at(day)) if state.judge == name]
        again = [stage for own in watch(ledger.corrections(), alerts=ledger.alerts()).judges if own.judge == name for stage in own.stages]
    # what the watch says of its second stages is what the records say
    own_stages = [state for state in found if state.stage is not None]
    assert [(stage.done, stage.verdict) for stage in again] == [(state.stage.done, state.verdict) for state in own_stages]
    return found


def test_who_follows_is_asked_once_reliance_is_shown_and_answers_with_facts(run, place, tmp_path):
    enter(place, follower(JUDGE, range(FIRST)))
    assert run("update", day=126).startswith("1 new alert(s)")
    (alert,) = of(place, day=126)
    assert (alert.kind, alert.state) == ("A1", "先估后看中")
    assert "已完成 0/12 件" in run("show", "--judge", JUDGE, day=126)
    enter(place, follower(JUDGE, range(30, 30 + NEEDED), mode="blind_first"))
    assert run("update", day=150).startswith("0 new alert(s)")
    shown = run("show", "--judge", JUDGE, day=150)
    assert "状态：待说明" in shown and f"{case(JUDGE, 30)}" in shown and "请写一份原因说明" in shown

    answer = ("answer", "--judge", JUDGE, "--alert", alert.position, "--factors", tmp_path / "factors.parquet", "--file", "-")
    told = run(*answer, stdin="综合全案情节，建议适当，依法采纳。", code=11, day=151)
    assert "不计为具体事实" in told and "再写明 2 件" in told
    assert "说明待补充" in run("list", day=151)
    told = run(*answer, stdin=shown, code=11, day=151)  # what the judge was shown, given back
    assert "抄录预警本身" in told
    first, second = 30, 31
    text = (
        f"{case(JUDGE, first)}：盗窃，入户，数额{3000 + 100 * first}元，自首，我的估计偏高系未计入案发情况。"
        f"{case(JUDGE, second)}：盗窃，数额{3000 + 100 * second}元，自首。"
    )
    assert "点明了 2 件案件的 7 项具体事实" in run(*answer, stdin=text, day=152)
    (alert,) = of(place, day=152)
    assert (alert.state, alert.verdict) == ("已说明", "依赖")
    listed = run("list", day=152)
    assert "已说明（依赖）" in listed and "自首" not in listed
    # who goes on in the same way rises again; the answered alert stays as it is
    enter(place, follower(JUDGE, range(45, 45 + FIRST)))
    assert run("update", day=180).startswith("1 new alert(s)")
    assert [state.state for state in of(place, day=180)] == ["已说明", "先估后看中"]


def test_who_agrees_is_asked_for_nothing_and_left_alone(run, place):
    enter(place, expert(JUDGE, range(FIRST)))
    run("update", day=126)
    enter(place, expert(JUDGE, range(30, 30 + NEEDED), mode="blind_first"))
    enter(place, expert(JUDGE, range(45, 45 + 2 * FIRST)))
    assert run("update", day=200).startswith("0 new alert(s)")
    (alert,) = of(place, day=200)
    assert (alert.verdict, alert.state, alert.asks_note) == ("一致", "已了结", False)
    shown = run("show", "--judge", JUDGE, day=200)
    assert "这是一致，不是依赖" in shown and "不需要您说明" in shown and "alerts answer" not in shown


def test_an_independent_judge_hears_nothing(run, place):
    cases = [answered(case(JUDGE, n), JUDGE, view(n, JUDGE), advice=advised(n), day=100 + n) for n in range(150)]
    enter(place, cases)
    assert run("update", day=260).startswith("0 new alert(s)")
    assert run("list", day=260).strip() == "没有法院可以看到的预警。"


@pytest.mark.parametrize(("make", "kind", "direction"), [(one_way, "A2", "up"), (neglecting, "A4", None)])
def test_who_leans_to_one_side_or_never_follows_is_asked_at_once(run, place, make, kind, direction):
    enter(place, make(JUDGE, range(60)))
    run("update", day=170)
    (alert,) = of(place, day=170)
    assert (alert.kind, alert.direction, alert.asks_note, alert.state) == (kind, direction, True, "待本人查看")
    assert "状态：待说明" in run("show", "--judge", JUDGE, day=170)
    run("object", "--judge", JUDGE, "--alert", alert.position, "--file", "-", stdin="建议没有计入本院多数案件共有的事实。", day=171)
    assert of(place, day=171)[0].state == "异议"


def test_a_new_version_ends_the_stage_and_starts_the_watch_again(run, place):
    enter(place, follower(JUDGE, range(FIRST)))
    run("update", day=126)
    enter(place, follower(JUDGE, range(30, 35), mode="blind_first"))
    enter(place, follower(JUDGE, range(36, 36 + FIRST), version="m2"))
    assert run("update", day=170).startswith("0 new alert(s)")  # no reference of the new version yet: its charts rest
    (alert,) = of(place, day=170)
    assert (alert.state, alert.stage.reset, alert.verdict) == ("已了结", True, None)
    assert "已换新版本" in run("show", "--judge", JUDGE, day=170)


def updated_by_two_at_once(place, monkeypatch):
    """Raise alerts in two processes' way, neither of which writes before both have read; return how many each raised."""
    both = threading.Barrier(2, timeout=60)
    write = Ledger.extend
    waited, raised = set(), []

    def after_both_have_read(ledger, records):
        if ledger not in waited:
            waited.add(ledger)
            both.wait()
        return write(ledger, records)

    def night():
        with Ledger(place, key=KEY) as ledger:
            raised.append(len(raise_alerts(ledger, at=at(170))))

    monkeypatch.setattr(Ledger, "extend", after_both_have_read)
    nights = [threading.Thread(target=night) for _ in range(2)]
    for each in nights:
        each.start()
    for each in nights:
        each.join()
    return sorted(raised)


def test_two_updates_at_once_record_each_alert_once(place, monkeypatch):
    for judge, make in ((JUDGE, follower), ("法官乙", neglecting), ("法官丙", one_way)):
        enter(place, make(judge, range(60)))
    assert updated_by_two_at_once(place, monkeypatch) == [0, 3]
    with Ledger(place, key=KEY) as ledger:
        assert sorted(ledger.alerts()["kind"]) == ["A1", "A2", "A4"] and not ledger.verify().breaks


def test_two_updates_at_once_in_a_database_on_a_server(database, monkeypatch):  # noqa: F811
    enter(database, [*neglecting(JUDGE, range(30)), *one_way("法官乙", range(60))])
    assert updated_by_two_at_once(database, monkeypatch) == [0, 2]
    with Ledger(database, key=KEY) as ledger:
        assert sorted(ledger.alerts()["kind"]) == ["A2", "A4"] and not ledger.verify().breaks
