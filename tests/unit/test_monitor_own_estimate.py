"""Blind first at the desk: whose estimate opens which figures, what is refused, and what the ledger keeps."""

import copy

import pandas as pd
import pytest
from example_sheet import example

from sentencing_ml.errors import DataContractError, InputError
from sentencing_ml.explanation.citation import citation
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.law.limits import limits
from sentencing_ml.monitor import own_estimate
from sentencing_ml.monitor.detection.definitions import definitions, digest
from sentencing_ml.monitor.ledger import KEY_VARIABLE, Advice, Alert, Entry, InCall, Ledger
from sentencing_ml.monitor.own_estimate import case_id, sampled, shown

AT = "2026-03-01T09:00:00+08:00"
LATER = "2026-03-02T09:00:00+08:00"


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, "a key of the tests, no secret")


@pytest.fixture
def ledger(tmp_path):
    return tmp_path / "judges" / "ledger.sqlite"


def sheet(row="样本/0/0", *, advised=True, version="m1", months=11.6, text="a" * 64):
    content = copy.deepcopy(EXAMPLE)
    content["case"] |= {"row_id": row, "text_sha256": text}
    content["basis"]["versions"] = {"模型": version, "法律数据": "l1"}
    content["answer"] |= {"liability_months": months, "interval_low": 6.1, "interval_high": 19.4}
    content["answer"]["tiers"] = [{**content["answer"]["tiers"][0], "high": high} for high in (36.0, 120.0, None)]
    if not advised:
        content["status"] |= {"code": "thin_data", "advised": False}
        content["answer"] |= dict.fromkeys(("liability_months", "interval_low", "interval_high"))
    return {**content, "citation": citation(content)}


EXAMPLE = example()
ROWS = factor_frame(
    [
        {"row_id": "样本/0/0", "recommendation_min_months": 12.0, "recommendation_max_months": 12.0, "court": "某区人民法院", "plea_leniency": True},
        {"row_id": "样本/0/1", "recommendation_min_months": 12.0, "recommendation_max_months": 18.0},
    ]
)


def look(ledger, *sheets, judge="法官甲", own=None, row=None, at=AT, blind=True):
    return shown(sheets or [sheet()], ROWS, ledger=ledger, judge=judge, own_estimate=own, row=row, at=at, blind_first=blind)


def states(contents):
    return [None if content["blind"] is None else content["blind"]["state"] for content in contents]


def advice(ledger):
    with Ledger(ledger, create=False) as opened:
        assert opened.verify().breaks == ()
        return opened.advice()


def test_figures_are_hidden_without_an_estimate_and_nothing_is_written(ledger):
    for judge in ("法官甲", None):
        (content,) = look(ledger, judge=judge)
        assert content["blind"] == {"state": "hidden"}
        assert content["answer"]["liability_months"] is None
    assert not ledger.parent.exists()


def test_an_estimate_is_recorded_with_the_advice_and_opens_the_sheet(ledger):
    (content,) = look(ledger, own="14")
    assert content["blind"] == {"state": "shown", "own_estimate_months": 14.0, "at": AT}
    assert content["answer"]["liability_months"] == 11.6
    (row,) = advice(ledger).to_dict("records")
    assert row["judge"].startswith("J-") and "法官" not in str(row)
    assert {name: row[name] for name in ("charge_group", "advice_months", "interval_low", "interval_high", "model_version", "shown_at",
                                         "mode", "simulated", "own_estimate_months", "recommendation_months")} == {
        "charge_group": "盗窃罪", "advice_months": 11.6, "interval_low": 6.1, "interval_high": 19.4, "model_version": "m1", "shown_at": AT,
        "mode": "blind_first", "simulated": False, "own_estimate_months": 14.0, "recommendation_months": 12.0,
    }  # fmt: skip
    assert (row["court"], row["plea"], row["law_version"]) == ("某区人民法院", True, "l1")
    assert row["case_id"] == case_id(sheet()) == f"样本/0/0#{'a' * 12}"


def test_the_estimate_is_found_again_and_nothing_is_appended(ledger):
    look(ledger, own="14")
    for own in (None, "14", "14.0"):
        (content,) = look(ledger, own=own, at=LATER)
        assert content["blind"] == {"state": "shown", "own_estimate_months": 14.0, "at": AT}
    assert len(advice(ledger)) == 1


OTHERS = [
    ({"judge": "法官乙"}, sheet(), "another judge"),
    ({}, sheet(version="m2"), "another version of the model"),
    ({}, sheet(row="样本/0/1"), "another count"),
    ({}, sheet(text="b" * 64), "another text under the same name"),
    ({"judge": None}, sheet(), "nobody"),
]


@pytest.mark.parametrize(("options", "other", "reason"), OTHERS, ids=[row[2] for row in OTHERS])
def test_the_estimate_opens_nothing_else(ledger, options, other, reason):
    look(ledger, own="14")
    assert states(look(ledger, other, **options)) == ["hidden"], reason


def test_of_several_counts_one_is_estimated_by_its_row(ledger):
    both = [sheet(), sheet("样本/0/1")]
    assert states(look(ledger, *both, own="14", row="样本/0/1")) == ["hidden", "shown"]
    found = advice(ledger)  # 12 to 18 months are no determinate recommendation; what the facts leave open is unknown
    assert found[["recommendation_months", "court", "plea"]].isna().all(axis=None)
    with pytest.raises(InputError, match="name it with --row: 样本/0/0, 样本/0/1"):
        look(ledger, *both, own="14")


def test_a_count_without_advice_is_shown_as_it_is_and_takes_no_estimate(ledger):
    thin = sheet("样本/0/1", advised=False)
    assert states(look(ledger, sheet(), thin)) == ["hidden", None]
    assert states(look(ledger, sheet(), thin, own="14")) == ["shown", None]  # the only count with advice
    assert look(ledger, thin) == [thin]
    with pytest.raises(InputError, match="no advice to be blind to"):
        look(ledger, thin, own="14")
    with pytest.raises(InputError, match="has no empirical figure"):
        look(ledger, sheet(), thin, own="14", row="样本/0/1")


REFUSED = [
    ({"own": "一年"}, "is no number; write months", "words"),
    ({"own": "nan"}, "is no number", "no number"),
    ({"own": "inf"}, "is no number", "no end"),
    ({"own": ""}, "is no number", "nothing"),
    ({"own": "-1"}, "is negative", "a negative term"),
    ({"own": "120.5"}, "more than the law allows for 样本/0/0, whose fixed terms end at 120", "more than the highest tier"),
    ({"own": "14", "row": "x"}, "no such count in this case; it has 样本/0/0", "an unknown count"),
    ({"own": "14", "judge": None}, "Name the judge with --judge", "no judge"),
    ({"own": "14", "judge": " "}, "give the judge's name", "a blank name"),
]


@pytest.mark.parametrize(("options", "message", "reason"), REFUSED, ids=[row[2] for row in REFUSED])
def test_what_is_no_estimate_is_refused_and_nothing_is_written(ledger, options, message, reason):
    with pytest.raises(InputError) as caught:
        look(ledger, **options)
    assert message in str(caught.value), reason
    assert not ledger.exists()


def test_where_the_law_names_no_tier_its_longest_fixed_term_bounds_the_estimate(ledger):
    content = sheet()
    content["answer"]["tiers"] = []
    longest = limits()["fixed_term"].params["max_months"]
    with pytest.raises(InputError, match=f"end at {longest}"):
        look(ledger, content, own=str(longest + 1))
    assert states(look(ledger, content, own=str(longest))) == ["shown"]


def test_an_estimate_cannot_be_changed_after_the_advice_was_shown(ledger):
    look(ledger, own="14")
    with pytest.raises(InputError, match="recorded on 2026-03-01 and the advice shown then; it cannot be changed"):
        look(ledger, own="12", at=LATER)
    assert advice(ledger)["own_estimate_months"].tolist() == [14.0]


def shown_before(ledger, **given):
    with Ledger(ledger) as opened:
        record = {"case_id": case_id(sheet()), "judge": "法官甲", "charge_group": "盗窃罪", "advice_months": 11.6, "model_version": "m1",
                  "shown_at": AT}  # fmt: skip
        return opened.append(Advice(**{**record, **given}))


def test_what_was_seen_cannot_be_estimated_blind(ledger):
    shown_before(ledger)
    for own in (None, "14"):
        with pytest.raises(InputError, match=r"shown to this judge without an estimate[\s\S]*样本/0/0: on 2026-03-01"):
            look(ledger, own=own, at=LATER)
    assert states(look(ledger, judge="法官乙", own="14")) == ["shown"]


def test_real_estimates_do_not_go_among_simulated_entries(ledger):
    shown_before(ledger, simulated=True)
    with pytest.raises(InputError, match="holds simulated entries"):
        look(ledger, own="14")


def test_advice_on_corrected_facts_is_recorded_as_seen_and_not_blind(ledger):
    look(ledger, own="14")
    for _ in range(2):
        (content,) = look(ledger, sheet(months=20.0), at=LATER)
        assert content["blind"]["own_estimate_months"] == 14.0
    found = advice(ledger)
    assert found["advice_months"].tolist() == [11.6, 20.0]
    assert found["mode"].tolist() == ["blind_first", "shown"]


def test_the_judges_entry_answers_the_advice_that_was_shown(ledger):
    look(ledger, own="14")
    with Ledger(ledger) as opened:
        opened.append(Entry(advice_position=1, judge="法官甲", entry_months=13.0, entered_at=LATER))
        (row,) = opened.corrections().to_dict("records")
    assert (row["own_estimate_months"], row["advice_months"], row["entry_months"], row["mode"]) == (14.0, 11.6, 13.0, "blind_first")


def test_two_estimates_at_the_same_time_are_one(ledger, monkeypatch):
    """Between the look and the writing another process records: the ledger itself refuses the second."""
    empty = pd.DataFrame(columns=["case_id", "model_version", "mode", "judge", "shown_at"])
    look(ledger, own="14")
    monkeypatch.setattr("sentencing_ml.monitor.own_estimate._shown_to", lambda *_: empty)
    with pytest.raises(DataContractError, match="shown to this judge before"):
        look(ledger, own="12")


# ---------------------------------------------------------------- without --blind: recorded, or asked for an estimate


@pytest.fixture
def unsampled(monkeypatch):
    """No case is in the standing sample; a test may put cases in it."""
    chosen = set()
    monkeypatch.setattr(own_estimate, "sampled", lambda ledger, judge, case: case in chosen)
    return chosen


def modes(ledger):
    return advice(ledger)["mode"].tolist()


def test_the_advice_a_judge_sees_is_recorded_once(ledger, unsampled):
    for at in (AT, LATER):
        (content,) = look(ledger, blind=False, at=at)
        assert content == sheet()
    (row,) = advice(ledger).to_dict("records")
    assert (row["mode"], row["advice_months"], row["shown_at"], row["law_version"], row["court"]) == ("shown", 11.6, AT, "l1", "某区人民法院")
    look(ledger, sheet(months=20.0), blind=False, at=LATER)
    assert (advice(ledger)["advice_months"].tolist(), modes(ledger)) == ([11.6, 20.0], ["shown", "shown"])
    look(ledger, judge="法官乙", blind=False)
    assert len(advice(ledger)) == 3


def test_a_count_without_advice_is_shown_and_not_recorded(ledger, unsampled):
    thin = sheet(advised=False)
    assert look(ledger, thin, blind=False) == [thin]
    assert advice(ledger).empty


def in_stage_two(ledger, *, judge="法官甲", version="m1"):
    """An A1 has risen for the judge, at an entry to another case."""
    with Ledger(ledger) as opened:
        record = {"judge": judge, "charge_group": "盗窃罪", "advice_months": 20.0, "model_version": version, "law_version": "l1", "shown_at": AT}
        entry = opened.extend([Advice(case_id="别案/0/0", **record), Entry(advice_position=InCall(1), judge=judge, entry_months=20.0, entered_at=AT)])[1]
        opened.append(
            Alert(judge=opened.pseudonym(judge), kind="A1", entry_position=entry, raised_at=AT, statistic=6.2, threshold=6.0, definitions=digest())
        )


def test_after_an_alert_suitable_cases_wait_for_the_judges_estimate(ledger, unsampled):
    in_stage_two(ledger)
    short = sheet("样本/0/1", months=definitions().stage_two.from_months - 0.1)
    assert states(look(ledger, sheet(), short, blind=False)) == ["hidden", None]
    (content,) = look(ledger, own="14", blind=False)
    assert content["blind"] == {"state": "shown", "own_estimate_months": 14.0, "at": AT}
    assert modes(ledger) == ["shown", "shown", "blind_first"]  # the other case, the short count, the estimate
    assert states(look(ledger, blind=False, at=LATER)) == ["shown"]


@pytest.mark.parametrize(
    ("options", "content"),
    [({"judge": "法官乙"}, {}), ({}, {"version": "m2"})],
    ids=["another judge", "another version of the model"],
)
def test_the_stage_is_of_one_judge_and_one_version(ledger, unsampled, options, content):
    in_stage_two(ledger)
    assert states(look(ledger, sheet(**content), blind=False, **options)) == [None]


def test_sample_and_stage_look_the_same(ledger, unsampled, tmp_path):
    in_stage_two(ledger)
    unsampled.add(case_id(sheet()))
    other = tmp_path / "other.sqlite"
    assert look(ledger, blind=False) == look(other, blind=False) == look(other, blind=True)
    assert states(look(other, blind=False)) == ["hidden"]


def test_what_was_seen_stays_visible_when_the_stage_begins(ledger, unsampled):
    look(ledger, blind=False)
    in_stage_two(ledger)
    assert states(look(ledger, blind=False, at=LATER)) == [None]
    with pytest.raises(InputError, match="Leave --blind and --own-estimate out"):
        look(ledger, own="14", blind=False, at=LATER)
    assert modes(ledger) == ["shown", "shown"]


def test_an_estimate_may_be_given_unasked(ledger, unsampled):
    assert states(look(ledger, sheet(), sheet("样本/0/1"), own="14", row="样本/0/0", blind=False)) == ["shown", None]
    assert modes(ledger) == ["blind_first", "shown"]


def test_the_standing_sample_is_a_share_that_only_the_key_foretells(tmp_path):
    share, n = definitions().blind_sample, 4000
    assert 0.05 <= share <= 0.10  # what the monitor's reference needs
    cases = [f"案例-{number}/0/0#{'a' * 12}" for number in range(n)]
    with Ledger(tmp_path / "a.sqlite", key=b"one key of the tests") as one, Ledger(tmp_path / "b.sqlite", key=b"other key of the tests") as other:
        judges = [one.pseudonym("法官甲"), one.pseudonym("法官乙")]
        drawn = [[sampled(ledger, judge, case) for case in cases] for ledger, judge in ((one, judges[0]), (one, judges[1]), (other, judges[0]))]
        again = [sampled(one, judges[0], case) for case in cases]
    assert drawn[0] == again
    error = (share * (1 - share) / n) ** 0.5
    for chosen in drawn:
        assert abs(sum(chosen) / n - share) < 4 * error
    for other_drawn in drawn[1:]:  # no more in common than chance has
        both = sum(a and b for a, b in zip(drawn[0], other_drawn, strict=True))
        assert both < n * share**2 + 4 * (n * share**2) ** 0.5
