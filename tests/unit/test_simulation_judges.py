"""Simulated judges behave as their type says, and the entries do not depend on the order of the advice."""

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.monitor.bookkeeping.records import Advice, Entry, InCall, Note, Seen
from sentencing_ml.monitor.detection.definitions import definitions
from sentencing_ml.settings import MonitorCertificateSettings, MonitorSettings
from sentencing_ml.simulation import judges
from sentencing_ml.simulation.judges import (
    EARLIER,
    ENTRIES,
    answers,
    behaviours,
    judge_types,
    simulate_entries,
    simulate_records,
)

CERTIFICATE = MonitorCertificateSettings(judges=20, cases=100, seed=1)
SETTINGS = MonitorSettings(judges=36, entries=100, review_seed=1, certificate=CERTIFICATE, seed=3)
LIVE = ["shown", "blind_first"]


@pytest.fixture(scope="module")
def advice():
    rng = np.random.default_rng(2)
    months = np.round(np.exp(rng.normal(2.6, 0.7, 400)), 1)
    return pd.DataFrame({
        "row_id": [f"c{number:03d}" for number in range(400)], "charge_group": "盗窃罪", "advice_months": months,
        "plea": pd.array(np.where(rng.random(400) < 0.1, None, rng.random(400) < 0.7), dtype="boolean"),
        "interval_low": 0.7 * months, "interval_high": 1.4 * months, "model_version": "0123456789abcdef",
    })  # fmt: skip


@pytest.fixture(scope="module")
def entries(advice):
    return simulate_entries(advice=advice, settings=SETTINGS)


def test_every_judge_has_the_live_cases_and_the_other_sorts_on_top(entries):
    assert {name: str(dtype) for name, dtype in entries.dtypes.items()} == ENTRIES
    assert set(entries["judge_type"]) == set(behaviours()["types"])
    # a judge of short terms has few different cases here, which come again
    full = entries[~entries["judge_type"].isin(["newcomer", "short_terms"])]
    live = full[full["mode"].isin(LIVE)]
    corrected = live.duplicated(["judge", "case_id"], keep=False)
    counts = live[~corrected | ~live.duplicated(["judge", "case_id"])].groupby("judge").size()
    assert (counts == SETTINGS.entries).all()
    assert full[full["mode"] == "training"].groupby("judge").size().between(6, 8).all()
    assert full[full["mode"] == "shadow"].groupby("judge").size().between(15, 23).all()


def test_the_records_say_what_a_ledger_asks_of_them(entries):
    assert entries["entered_at"].is_monotonic_increasing
    assert (entries["shown_at"] < entries["entered_at"]).all()
    assert (entries["own_estimate_months"].notna() == (entries["mode"] == "blind_first")).all()
    assert (entries["unaltered_months"].notna() == (entries["mode"] == "training")).all()
    assert (entries.groupby("judge")["court"].nunique() == 1).all()
    assert entries["court"].nunique() == len(behaviours()["courts"])


def test_a_release_brings_another_version_and_a_shadow_period(entries):
    assert set(entries["model_version"]) == {EARLIER, "0123456789abcdef"}
    for _, rows in entries[entries["judge_type"] != "newcomer"].groupby("judge"):
        assert rows["mode"].iloc[0] == "shadow"
        assert rows.loc[rows["model_version"] != EARLIER, "mode"].iloc[0] == "shadow"
    first = entries.groupby("model_version")["shown_at"].agg(["min", "max"])
    assert first.loc[EARLIER, "max"] < first.loc["0123456789abcdef", "min"]


def test_gross_errors_are_planted_in_training_alone(entries):
    training = entries[entries["mode"] == "training"]
    factor = (training["advice_months"] / training["unaltered_months"]).astype(float)
    assert set(factor.round(6)) == {0.5, 1.0, 2.0}
    assert 0.01 < (factor != 1).mean() < 0.12
    assert training["case_id"].str.startswith("training/").all()


def test_corrected_facts_show_the_same_case_again(entries):
    live = entries[(entries["mode"] == "shown") & (entries["judge_type"] != "short_terms")]
    again = live[live.duplicated(["judge", "case_id", "model_version"], keep=False)]
    both = again.groupby(["judge", "case_id"])["advice_months"].agg(["first", "last", "size"])
    assert len(both) > 3
    assert (both["size"] == 2).all()
    assert set((both["first"] / both["last"]).astype(float).round(6)) <= {0.5, 2.0}


def test_one_court_has_one_tool_for_prosecution_and_judge(entries):
    known = entries[entries["recommendation_months"].notna() & (entries["mode"] == "shown")]
    near = (known["recommendation_months"] - known["advice_months"]).abs() <= 0.5
    share = near.groupby(known["court"]).mean()
    assert share["模拟第三法院"] > 0.9
    assert share[["模拟第一法院", "模拟第二法院"]].max() < 0.5


def test_the_order_of_the_advice_does_not_matter(advice, entries):
    again = simulate_entries(advice=advice.sample(frac=1, random_state=1), settings=SETTINGS)
    pd.testing.assert_frame_equal(again, entries)


def test_rows_without_advice_are_not_shown(advice):
    few = SETTINGS.model_copy(update={"judges": 2, "entries": 12})
    hidden = advice.assign(advice_months=advice["advice_months"].where(advice.index >= 200))
    shown = simulate_entries(advice=hidden, settings=few)
    assert set(shown["case_id"].str.removeprefix("training/")) <= set(advice.loc[200:, "row_id"])
    assert simulate_entries(advice=advice.iloc[:0], settings=few).empty


def test_types_differ_as_documented(entries):
    rows = entries[entries["mode"].isin(LIVE) & (entries["advice_months"] >= 10)].reset_index(drop=True)
    part = rows.groupby("judge").cumcount() / rows.groupby("judge")["judge"].transform("size")
    kind = rows["judge_type"]
    begins = kind.map({name: own.get("from", 0) for name, own in behaviours()["types"].items()}).astype(float)
    ends = kind.map({name: own.get("to", 1) for name, own in behaviours()["types"].items()}).astype(float)
    ratio = np.log(rows["entry_months"].astype(float) / rows["advice_months"].astype(float))
    same = ((rows["entry_months"] - rows["advice_months"]).abs() <= 0.5).astype(bool)
    table = pd.DataFrame({"kind": kind, "r": ratio, "size": ratio.abs(), "same": same, "up": ratio > 0.03})
    # well inside the part in which the type holds: the parts here are of the longer cases alone
    inside = np.minimum(0.08, (ends - begins) / 3)
    stats = table[(part > begins + inside) & (part < ends - inside)].groupby("kind").mean()
    before = table[(part < begins - 0.08) & (kind == "one_way_up")]["r"].mean()
    assert stats.loc["rubber_stamp", "same"] > 0.93
    assert stats.loc["late_stamp", "same"] > 0.9
    assert stats.loc["honest", "same"] < 0.4
    assert abs(stats.loc["honest", "r"]) < 0.06
    assert stats.loc["one_way_up", "up"] > 0.85
    assert stats.loc["one_way_down", "r"] < -0.15
    assert abs(before) < 0.12
    assert stats.loc["anchored", "size"] < 0.7 * stats.loc["honest", "size"]
    assert stats.loc["neglecting", "size"] > 1.5 * stats.loc["honest", "size"]
    assert stats.loc["gaming", "same"] < 0.1
    assert stats.loc["gaming", "size"] < 0.1
    own = rows["own_estimate_months"].astype(float) / rows["advice_months"].astype(float)
    assert np.log(own[kind == "expert"]).abs().max() < 0.15
    assert np.log(own[kind == "honest"]).abs().max() > 0.3
    assert (entries.loc[entries["judge_type"] == "short_terms", "advice_months"] < 6 * 2).all()


def test_suitable_cases_after_an_alert_are_blind_first(entries, monkeypatch):
    judge = entries.loc[entries["judge_type"] == "honest", "judge"].iloc[0]
    own = entries["judge"] == judge
    at = int(np.flatnonzero(own)[30])
    calls = []
    monkeypatch.setattr(judges, "_two_stage_alerts", lambda frame: calls.append(len(frame)) or [(judge, at)])
    blank = entries.assign(
        mode=entries["mode"].replace("blind_first", "shown"), own_estimate_months=pd.array([None] * len(entries), "Float64")
    )
    made = judges._blind_after_alerts(blank)
    blind = made[made["mode"] == "blind_first"]
    rules = definitions().stage_two
    assert len(blind) == rules.cases
    assert (blind["judge"] == judge).all()
    assert blind.index.min() > at
    assert (blind["advice_months"] >= rules.from_months).all()
    assert (blind["own_estimate_months"] == blind["view_months"]).all()
    after = made[own & (made.index > at) & (made.index <= blind.index.max()) & made["mode"].isin(LIVE)]
    assert (after.loc[after["mode"] == "shown", "advice_months"] < rules.from_months).all()
    assert len(calls) == 2  # the alerts stayed as they were


def test_records_answer_what_stands_before_them(advice):
    few = SETTINGS.model_copy(update={"judges": 3, "entries": 10})
    records = simulate_records(advice=advice, settings=few)
    for number, record in enumerate(records, 1):
        assert isinstance(record, Advice if number % 2 else Entry)
        if isinstance(record, Advice):
            assert record.simulated
        else:
            assert record.advice_position == InCall(number - 1)
            assert record.judge == records[number - 2].judge


def test_judges_answer_alerts_by_their_type():
    types = judge_types(SETTINGS)
    names = {f"J-{number:012x}": f"J{number + 1:03d}" for number in range(len(types))}
    pseudonyms = {kind: f"J-{types.index(kind):012x}" for kind in ("rubber_stamp", "one_way_up", "neglecting", "expert")}
    alerts = pd.DataFrame({
        "position": [11, 12, 13, 14, 15], "raised_at": [f"2025-03-0{day}T10:00:00" for day in range(1, 6)],
        "judge": [*pseudonyms.values(), pseudonyms["neglecting"]], "kind": ["A1", "A4", "A4", "A1", "A4"],
    })  # fmt: skip
    made = answers(alerts, names=names, settings=SETTINGS)
    seen = {record.alert_position for record in made if isinstance(record, Seen)}
    notes = {record.alert_position: record.kind for record in made if isinstance(record, Note)}
    assert seen == {11, 12, 14, 15}  # the first alert of a neglecting judge is never looked at
    assert notes == {11: "原因说明", 12: "异议", 15: "原因说明"}
    quiet = answers(alerts.assign(kind="A3"), names=names, settings=SETTINGS)
    assert not any(isinstance(record, Note) for record in quiet)
    assert {record.alert_position for record in made if isinstance(record, Note) and not record.accepted} == {15}
    times = [getattr(record, "seen_at", None) or record.written_at for record in made]
    assert times == sorted(times)
    assert all(record.judge == names[alerts.set_index("position").at[record.alert_position, "judge"]] for record in made)


def test_few_judges_are_honest_first():
    assert judge_types(SETTINGS.model_copy(update={"judges": 1, "entries": 5})) == ["honest"]
    assert len(judge_types(SETTINGS)) == SETTINGS.judges
