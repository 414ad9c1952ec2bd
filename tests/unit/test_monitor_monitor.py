"""The reports from a ledger: what is told to whom, and what is told of a ledger that is empty, mixed or altered."""

import json
import re
import sqlite3
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jsonschema import Draft202012Validator

from sentencing_ml.errors import DataContractError, InputError
from sentencing_ml.monitor.bookkeeping.records import Alert, Note, Seen
from sentencing_ml.monitor.ledger import Advice, Entry, InCall, Ledger, pseudonym
from sentencing_ml.monitor.monitor import SIMULATION_KEY, _own_certificate, fill_simulated, observe, own_page
from sentencing_ml.settings import MonitorCertificateSettings, MonitorSettings
from sentencing_ml.simulation.judges import answers, simulate_records

RANKING = re.compile("名次|最佳|最差|优秀法官|落后|league", re.IGNORECASE)
SETTINGS = MonitorSettings(
    judges=18, entries=100, review_seed=7, certificate=MonitorCertificateSettings(judges=20, cases=100, seed=1), seed=3
)
SCHEMA = json.loads((files("sentencing_ml.monitor") / "report" / "schema.json").read_text(encoding="utf-8"))


def problems(content):
    schema = {**SCHEMA, "oneOf": [{"$ref": f"#/$defs/{content['kind']}"}]}
    return [f"{list(found.absolute_path)}: {found.message}" for found in Draft202012Validator(schema).iter_errors(content)]


def shown(n):
    rng = np.random.default_rng(1)
    months = np.exp(rng.normal(2.6, 0.6, n)) + 1
    return pd.DataFrame({
        "row_id": [f"secret-case-{number}/0/0" for number in range(n)],
        "charge_group": rng.choice(["盗窃罪", "诈骗罪"], n),
        "plea": pd.array(rng.random(n) < 0.8, dtype="boolean"),
        "advice_months": months, "interval_low": months * 0.7, "interval_high": months * 1.4,
        "model_version": "0123456789abcdef",
    })  # fmt: skip


def reported(folder, **options):
    paths = {"ledger": folder / "ledger.sqlite", "report": folder / "monitor.json", "judge_pages": folder / "judges"}
    return observe(**{**paths, "review_seed": 7} | options)


def content_of(folder):
    return json.loads((folder / "monitor.json").read_text(encoding="utf-8"))


def judges_of(folder):
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (folder / "judges").glob("*.json")}


def answer(alerts, names):
    return answers(alerts, names=names, settings=SETTINGS)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Fill and observe a ledger of simulated judges of every type."""
    folder = tmp_path_factory.mktemp("monitor")
    records = simulate_records(advice=shown(400), settings=SETTINGS)
    fill_simulated(folder / "ledger.sqlite", records, answer=answer)
    return folder, reported(folder), records


def test_the_contents_have_the_documented_form(run):
    folder, metrics, _ = run
    content = content_of(folder)
    assert problems(content) == []
    own = judges_of(folder)
    assert len(own) == 18
    assert [problem for page in own.values() for problem in problems(page)] == []
    assert (metrics["n_judges"], metrics["n_breaks"]) == (18, 0)
    assert content["simulated"] is content["reliable"] is True


def test_a_page_stands_beside_every_content_and_says_whose_it_is(run):
    folder, _, _ = run
    html = (folder / "monitor.html").read_text(encoding="utf-8")
    assert "没有排名" in html
    assert re.search(r"(src|href)=\"(?!#|audit)", html) is None
    pages = sorted(path.stem for path in (folder / "judges").glob("*.html"))
    assert pages == sorted(judges_of(folder))


def test_nobody_is_ranked_and_judges_stand_in_the_order_of_their_pseudonyms(run):
    folder, _, _ = run
    content = content_of(folder)
    names = [judge["judge"] for judge in content["judges"]]
    assert names == sorted(pseudonym(f"J{number + 1:03d}", key=SIMULATION_KEY) for number in range(18))
    for listed in (content["court"]["funnel"]["points"], content["alerts"]["list"]):
        assert [row["judge"] for row in listed] == sorted(row["judge"] for row in listed)
    assert [court["court"] for court in content["court"]["courts"]] == sorted(
        court["court"] for court in content["court"]["courts"]
    )
    text = re.sub(r"<style>.*?</style>", "", (folder / "monitor.html").read_text(encoding="utf-8"), flags=re.DOTALL)
    assert RANKING.search(text) is None
    assert any("不作任何排名" in line for line in content["limits"])


def test_no_report_holds_a_name_a_case_or_the_text_of_a_reason(run):
    folder, _, records = run
    written = [path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.suffix in (".json", ".html")]
    reasons = {record.reason for record in records if isinstance(record, Entry) and record.reason}
    assert reasons
    for text in written:
        assert "secret-case" not in text
        assert not any(reason in text for reason in reasons)
        assert "模拟的原因说明" not in text
        assert "模拟的异议" not in text
        assert re.search(r"\bJ0\d\d\b", text) is None


def test_the_page_of_a_judge_holds_no_other_judge(run):
    folder, _, _ = run
    for name in judges_of(folder):
        text = (folder / "judges" / f"{name}.json").read_text(encoding="utf-8")
        html = (folder / "judges" / f"{name}.html").read_text(encoding="utf-8")
        assert set(re.findall(r"J-[0-9a-f]{12}", text + html)) == {name}


def test_live_shadow_and_training_rows_are_kept_apart(run):
    folder, _, records = run
    content = content_of(folder)
    modes = pd.Series([record.mode for record in records if isinstance(record, Advice)]).value_counts()
    assert content["ledger"]["rows"] == {mode: int(modes[mode]) for mode in ("shown", "blind_first", "shadow", "training")}
    assert content["court"]["overall"]["n"] == modes["shown"] + modes["blind_first"]
    assert sum(judge["n"] for judge in content["judges"]) == modes["shown"] + modes["blind_first"]
    assert sum(part["n"] for part in content["court"]["distribution"]["bins"]) == content["court"]["overall"]["n"]
    assert content["error_catch"]["training"]["cases"] == modes["training"]
    own = judges_of(folder)
    assert sum(page["rows"]["shadow"] for page in own.values()) == modes["shadow"]
    assert all(len(chart["values"]) == page["n"] for page in own.values() for chart in page["charts"])


def test_the_states_of_the_alerts_appear_and_the_court_sees_what_the_judge_has_seen(run):
    folder, metrics, _ = run
    content = content_of(folder)
    own = {alert["position"]: alert for page in judges_of(folder).values() for alert in page["alerts"]}
    assert metrics["n_alerts"] == len(own) > 3
    listed = {alert["position"] for alert in content["alerts"]["list"]}
    at = content["at"]
    for position, alert in own.items():
        visible = alert["seen_at"] is not None or alert["court_sees_from"] <= at
        assert (position in listed) == visible
    assert content["alerts"]["not_shown"] == len(own) - len(listed)
    assert sum(count["n"] for count in content["alerts"]["counts"]) == len(own)
    named = set(content["monthly_list"]["listed"])
    assert named <= {alert["judge"] for alert in content["alerts"]["list"]}


def test_the_stage_gives_the_same_files_again(run, tmp_path):
    folder, _, records = run
    fill_simulated(tmp_path / "ledger.sqlite", records, answer=answer)
    reported(tmp_path)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".json", ".html", ".sqlite"):
            assert (tmp_path / path.relative_to(folder)).read_bytes() == path.read_bytes(), path.name


def test_a_week_and_a_month_can_be_named(tmp_path):
    write(tmp_path / "ledger.sqlite", real(27))  # a case a day from the first of March 2025, a Saturday
    reported(tmp_path, at="2025-06-02T08:00:00", week="2025-W10", month="2025-02")
    content = content_of(tmp_path)
    assert (content["weekly"]["week"], content["weekly"]["entries"]) == ("2025-W10", 7)
    assert content["weekly"]["departures"]["n"] + content["weekly"]["full_adoption"]["n"] == 7
    assert (content["review_sample"]["month"], content["review_sample"]["drawn"]) == ("2025-02", 0)
    reported(tmp_path, at="2025-06-02T08:00:00")
    content = content_of(tmp_path)
    assert (content["weekly"]["week"], content["review_sample"]["month"]) == ("2025-W13", "2025-03")
    for wrong, why in (({"week": "2025-W60"}, "is no week"), ({"month": "2025-13"}, "is no month")):
        elsewhere = {"report": tmp_path / "wrong" / "monitor.json", "judge_pages": tmp_path / "wrong"}
        with pytest.raises(InputError, match=why):
            reported(tmp_path, **elsewhere, **wrong)
        assert not (tmp_path / "wrong").exists()  # nothing was written


def test_a_judge_is_told_where_the_own_page_is(run):
    folder, _, _ = run
    page = own_page("J003", ledger=folder / "ledger.sqlite", judge_pages=folder / "judges")
    assert page == folder / "judges" / f"{pseudonym('J003', key=SIMULATION_KEY)}.html"
    assert not (folder / "ledger.sqlite.key").exists()
    with pytest.raises(InputError, match="no advice was shown to a judge of this name"):
        own_page("J999", ledger=folder / "ledger.sqlite", judge_pages=folder / "judges")
    with pytest.raises(InputError, match="not made yet"):
        own_page("J003", ledger=folder / "ledger.sqlite", judge_pages=folder / "nowhere")


def test_pages_of_judges_who_are_gone_are_removed_and_nothing_else(tmp_path):
    write(tmp_path / "ledger.sqlite", real(3))
    pages = tmp_path / "judges"
    pages.mkdir()
    for name in ("J-000000000000.html", "J-000000000000.json", "J-notes.html", "index.html"):
        (pages / name).write_text("old", encoding="utf-8")
    reported(tmp_path, at="2025-04-05T08:00:00")
    left = {path.name for path in pages.iterdir()}
    assert {"J-notes.html", "index.html"} <= left
    assert "J-000000000000.html" not in left
    assert "J-000000000000.json" not in left


def write(path, records, key=b"key of a real court"):
    with Ledger(path, key=key) as ledger:
        ledger.extend(records)


def real(n=40, judge="法官甲", simulated=False, **more):
    made = []
    for number in range(n):
        day = f"2025-03-{number % 27 + 1:02d}T09:00:00"
        made.append(
            Advice(
                case_id=f"{judge}-{number}", judge=judge, court="某法院", charge_group="盗窃罪", advice_months=12.0 + number % 5,
                interval_low=8.0, interval_high=20.0, model_version="m1", shown_at=day, simulated=simulated, **more,
            )
        )  # fmt: skip
        made.append(
            Entry(advice_position=InCall(len(made)), judge=judge, entry_months=14.0, entered_at=day, reason="某一理由")
        )
    return made


def test_an_empty_ledger_has_a_report(tmp_path):
    write(tmp_path / "ledger.sqlite", [])
    metrics = reported(tmp_path, at="2026-01-05T08:00:00")
    assert metrics["n_entries"] == metrics["n_judges"] == 0
    content = content_of(tmp_path)
    assert problems(content) == []
    assert content["simulated"] is False
    assert (content["period"], content["court"]["funnel"], content["weekly"]["week"]) == (None, None, None)


def test_one_judge_without_a_reference_cannot_be_assessed_and_is_told_so(tmp_path):
    write(tmp_path / "ledger.sqlite", real(25))
    reported(tmp_path, at="2025-04-05T08:00:00")
    content = content_of(tmp_path)
    assert problems(content) == []
    (judge,) = content["judges"]
    assert (judge["status"], judge["needed"]) == ("不可评估", 5)
    assert judge["assessable"]["A1"]["status"] == "不可评估"
    # one judge's figures are no figures of a court
    assert content["court"]["courts"][0]["coincidence"] is None
    assert {stratum["status"] for stratum in content["court"]["strata"]} == {"已隐去"}
    assert {part["share"] for stratum in content["triple"]["strata"] for part in stratum["parts"]} <= {None}
    (own,) = judges_of(tmp_path).values()
    assert problems(own) == []
    assert own["next"] == ["没有待办事项。以后的预警先在这里显示，您查看之后或宽限期满之后，法院才看得到。"]


def test_real_entries_are_reported_without_the_simulated_ones_beside_them(tmp_path):
    write(tmp_path / "ledger.sqlite", [*real(12)])
    write(tmp_path / "ledger.sqlite", real(30, judge="模拟", simulated=True))
    metrics = reported(tmp_path, at="2025-04-05T08:00:00")
    content = content_of(tmp_path)
    assert (content["simulated"], content["ledger"]["left_out"], metrics["n_judges"]) == (False, 30, 1)
    assert content["court"]["overall"]["n"] == 12


def test_an_alert_is_told_to_the_judge_first(tmp_path):
    path = tmp_path / "ledger.sqlite"
    write(path, real(30))
    with Ledger(path, key=b"key of a real court") as ledger:
        entry = int(ledger.entries()["position"].iloc[-1])
        alert = Alert(
            judge=ledger.pseudonym("法官甲"), kind="A2", direction="up", entry_position=entry,
            raised_at="2025-04-01T01:00:00", statistic=10.0, threshold=9.9, definitions="0" * 64,
        )  # fmt: skip
        (position,) = ledger.extend([alert])
    told = {}
    for at in ("2025-04-02T08:00:00", "2025-04-30T08:00:00"):
        reported(tmp_path, at=at)
        told[at] = content_of(tmp_path)["alerts"], next(iter(judges_of(tmp_path).values()))
    within, own = told["2025-04-02T08:00:00"]
    assert (within["not_shown"], within["list"]) == (1, [])
    assert [(count["kind"], count["state"], count["n"]) for count in within["counts"]] == [("A2", "待本人查看", 1)]
    assert [(row["position"], row["state"]) for row in own["alerts"]] == [(position, "待本人查看")]
    assert str(position) in own["next"][0]
    past, _ = told["2025-04-30T08:00:00"]
    assert (past["not_shown"], [row["since"] for row in past["list"]]) == (0, ["逾期未查看"])
    with Ledger(path, key=b"key of a real court") as ledger:
        judge = {"alert_position": position, "judge": "法官甲"}
        ledger.extend([
            Seen(**judge, seen_at="2025-04-01T09:00:00"),
            Note(**judge, kind="异议", text="这些案件另有共同被告人", written_at="2025-04-01T10:00:00", named=0, accepted=True),
        ])  # fmt: skip
    reported(tmp_path, at="2025-04-02T08:00:00")
    (row,) = content_of(tmp_path)["alerts"]["list"]
    assert (row["state"], row["since"]) == ("异议", "已由本人查看")
    written = [path.read_text(encoding="utf-8") for path in tmp_path.rglob("*") if path.suffix in (".json", ".html")]
    assert not any("共同被告人" in text for text in written)


def altered(path, statement):
    connection = sqlite3.connect(path)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE ledger SET body = replace(body, '14.0', '99.0') WHERE position = 10", "another figure"),
        ("DELETE FROM ledger WHERE position = 10", "an entry less"),
        ("UPDATE ledger SET body = replace(body, '14.0', '-14.0') WHERE position = 10", "months below zero"),
        ("UPDATE ledger SET body = replace(body, '14.0', '1e308') WHERE position = 10", "months beyond reckoning"),
        ("UPDATE ledger SET body = replace(body, '2025-03-05', 'then') WHERE position = 10", "a time that is none"),
        ("UPDATE ledger SET body = replace(body, 'J-', '../J-')", "judges whose pages would be written elsewhere"),
        ("UPDATE ledger SET body = '{' WHERE position = 10", "a record that cannot even be read"),
    ],
)
def test_an_altered_ledger_is_reported_as_one(tmp_path, statement, why):
    write(tmp_path / "ledger.sqlite", real(30))
    altered(tmp_path / "ledger.sqlite", statement)
    assert reported(tmp_path, at="2025-04-05T08:00:00")["n_breaks"] >= 1
    content = content_of(tmp_path)
    assert problems(content) == []
    assert content["reliable"] is False
    assert "不可采信" in content["limits"][0]
    html = (tmp_path / "monitor.html").read_text(encoding="utf-8")
    assert "不可采信" in html
    assert not list(tmp_path.glob("J-*"))
    for page in judges_of(tmp_path).values():
        assert page["reliable"] is False


def test_real_entries_are_never_replaced_by_simulated_ones(tmp_path):
    path = tmp_path / "ledger.sqlite"
    write(path, real(2))
    with pytest.raises(InputError, match="2 pieces of advice shown to real judges"):
        fill_simulated(path, real(1, simulated=True), answer=lambda *_: [])
    with Ledger(path, create=False) as ledger:
        assert ledger.head().position == 4


def test_simulated_records_that_break_a_rule_are_refused(tmp_path):
    broken = real(2, simulated=True)
    broken[1] = Entry(advice_position=InCall(1), judge="another", entry_months=3.0, entered_at="2025-03-01T09:00:00")
    with pytest.raises(DataContractError, match="another judge's"):
        fill_simulated(tmp_path / "ledger.sqlite", broken, answer=lambda *_: [])


def test_a_ledger_cut_at_its_end_no_longer_fits_its_witness(tmp_path):
    path, witness = tmp_path / "ledger.sqlite", tmp_path / "witness.jsonl"
    write(path, real(20))
    key = Ed25519PrivateKey.generate()
    public = tmp_path / "court.pub.pem"
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with Ledger(path, key=b"key of a real court") as ledger:
        ledger.sign_root(key=key, witness=witness, at="2025-04-01T08:00:00")
    options = {"at": "2025-04-05T08:00:00", "witness": witness, "trust": public}
    reported(tmp_path, **options)
    whole = content_of(tmp_path)
    assert (whole["reliable"], whole["ledger"]["witness"]["status"]) == (True, "相符")
    altered(path, "DELETE FROM ledger WHERE position > 30")
    reported(tmp_path, at="2025-04-05T08:00:00")
    reported(tmp_path, **options)
    cut = content_of(tmp_path)
    assert (cut["reliable"], cut["ledger"]["witness"]["status"]) == (False, "不符")
    assert problems(cut) == []


def test_a_judge_reads_of_the_certificate_our_rules_and_the_plain_one_that_errs_most():
    def rule(name, kind, value):
        return {"name": name, "kind": kind, "false_alarms": {"value": value}, "populations": []}

    rules = [rule("A1", "A1", 0.5), rule("p", "plain", 20.0), rule("literal", "plain", 442.0)]
    found = {"status": "measured", "stale": True, "configuration": "c", "rules": rules, "figures": {}}
    own = _own_certificate(found)
    assert [told["name"] for told in own["rules"]] == ["A1", "literal"]
    assert own["stale"] is True
    assert all("populations" not in told for told in own["rules"])
    assert _own_certificate({"status": "not_run", "stale": True, "figures": {}}) is None
    assert _own_certificate(None) is None
