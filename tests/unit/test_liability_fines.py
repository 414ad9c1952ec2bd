"""The fine interval: quantiles whose ranks are known, the cells they come from, and the frame of the law."""

import datetime
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.factors.table import factor_frame
from sentencing_ml.law.limits import limit
from sentencing_ml.law.statutes import tiers
from sentencing_ml.liability.fines import Fines, conformal_ends, fine_frame, fines_needed, fit_fines
from sentencing_ml.liability.rules import rule_track
from sentencing_ml.liability.train import has_fine

FLOOR = limit("fine_min").params


def track(n: int, *, beside=True, alone=False, floor=None, ceiling=None) -> pd.DataFrame:
    values = {"fine_beside": beside, "fine_alone": alone, "fine_floor": floor, "fine_ceiling": ceiling}
    table = pd.DataFrame({name: [value] * n for name, value in values.items()})
    return table.astype({"fine_beside": "boolean", "fine_alone": "boolean", "fine_floor": "Float64", "fine_ceiling": "Float64"})  # fmt: skip


def sample(n: int, *, seed: int, charge: str = "甲") -> tuple[pd.Series, np.ndarray, np.ndarray]:
    """Fines of about 500 yuan a month, wherever the term lies."""
    draw = np.random.default_rng(seed)
    log_term = draw.uniform(1.0, 5.0, n)
    yuan = 500 * np.exp(log_term + draw.normal(0, 0.4, n))
    return pd.Series([charge] * n, dtype="string"), log_term, yuan


def fitted(n: int = 600, *, min_charge: int = 20, min_band: int = 50, alone: bool = False) -> Fines:
    charge, log_term, yuan = sample(n, seed=1)
    return fit_fines(
        charge, log_term, yuan, alone=np.full(n, alone), level=0.9, min_charge=min_charge, min_band=min_band
    )


def bounds(fines: Fines, log_term, **law) -> pd.DataFrame:
    n = len(log_term)
    charge = pd.Series(["甲"] * n, dtype="string")
    return fines.bounds(charge, np.asarray(log_term, dtype=float), track(n, **law), alone=np.zeros(n, dtype=bool))


@pytest.mark.parametrize(
    ("n", "ends", "reason"),
    [
        (19, (1, 19), "20·0.05 is 1 exactly: the smallest and the largest case"),
        (39, (2, 38), "one case beyond each end"),
        (40, (2, 39), "41·0.05 is cut to 2, 41·0.95 raised to 39"),
        (99, (5, 95), "100·0.05"),
    ],
)
def test_each_end_has_the_correction_of_its_own_side(n, ends, reason):
    values = np.random.default_rng(3).permutation(np.arange(1.0, n + 1))
    assert conformal_ends(values, level=0.9) == ends, reason


@pytest.mark.parametrize(("level", "needed"), [(0.9, 19), (0.8, 9), (0.5, 3)])
def test_the_smallest_number_of_cases_has_both_ends(level, needed):
    assert fines_needed(level) == needed
    assert conformal_ends(np.arange(1.0, needed + 1), level=level) == (1.0, needed)


def test_new_cases_lie_within_as_often_as_the_level_says():
    _, log_term, yuan = sample(4000, seed=2)
    table = bounds(fitted(), log_term)
    inside = ((table["fine_low"] <= yuan) & (yuan <= table["fine_high"])).mean()
    assert 0.87 <= inside <= 0.93


def test_the_interval_rises_with_the_term():
    # the bare quantiles of fines from 1,400 to 74,000 yuan would say the same of every case of a band
    fines = fitted(min_band=10_000)
    table = bounds(fines, np.log([5.0, 50.0]))
    assert table["fine_low"].iloc[1] == pytest.approx(10 * table["fine_low"].iloc[0], rel=0.01)
    assert table["n_fine"].tolist() == [600, 600]


def test_a_band_with_enough_cases_stands_for_itself():
    fines = fitted()
    assert set(fines.cells) == {("甲", "beside", band) for band in ("0", "1", "2", "*")}
    assert bounds(fines, [1.1, 4.9])["n_fine"].tolist() == [200, 200]


@pytest.mark.parametrize(("n", "known"), [(18, False), (19, False), (20, True)])
def test_a_charge_with_too_few_cases_has_none_and_takes_none_from_others(n, known):
    charge, log_term, yuan = sample(n, seed=4, charge="乙")
    more = sample(300, seed=5, charge="丙")
    parts = [pd.concat([charge, more[0]], ignore_index=True), np.append(log_term, more[1]), np.append(yuan, more[2])]
    fines = fit_fines(*parts, alone=np.zeros(n + 300, dtype=bool), level=0.9, min_charge=20, min_band=50)
    table = fines.bounds(charge, log_term, track(n), alone=np.zeros(n, dtype=bool))
    assert table["n_fine"].notna().all() == known
    assert table["fine_low"].notna().all() == known


def test_a_fine_alone_is_a_group_of_its_own():
    fines = fitted(alone=True)
    one = pd.Series(["甲"], dtype="string")
    asked = {"charge": one, "log_term": np.array([2.0])}
    law = track(1, beside=True, alone=True)
    assert fines.bounds(**asked, track=law, alone=np.array([True]))["fine_low"].notna().all()
    assert fines.bounds(**asked, track=law, alone=np.array([False]))["fine_low"].isna().all()
    only = track(1, beside=False, alone=True)  # 可单处，不并处
    assert fines.bounds(**asked, track=only, alone=np.array([False]))["fine_low"].notna().all()


def test_no_figure_where_the_law_knows_no_fine():
    assert bounds(fitted(), [2.0], beside=False, alone=False).isna().all(axis=None)


def test_a_charge_without_law_data_keeps_its_statistic():
    assert bounds(fitted(), [2.0], beside=None, alone=None).notna().all(axis=None)


def test_the_interval_is_kept_within_the_frame():
    free = bounds(fitted(), [2.0]).iloc[0]
    middle = float(np.round((free["fine_low"] + free["fine_high"]) / 2))
    held = bounds(fitted(), [2.0], floor=middle, ceiling=middle + 1).iloc[0]
    assert (held["fine_low"], held["fine_high"]) == (middle, middle + 1)
    beyond = bounds(fitted(), [2.0], floor=free["fine_high"] + 1000).iloc[0]
    assert beyond["fine_low"] == beyond["fine_high"] == free["fine_high"] + 1000


def test_what_is_stored_is_read_again():
    fines = fitted()
    assert Fines.from_dict(fines.as_dict()) == fines
    nothing = fit_fines(*sample(0, seed=1), alone=np.zeros(0, dtype=bool), level=0.9, min_charge=20, min_band=50)
    assert Fines.from_dict(nothing.as_dict()) == nothing
    assert bounds(nothing, [2.0])["fine_low"].isna().all()


def test_rows_keep_their_index_and_none_is_no_error():
    fines = fitted()
    empty = fines.bounds(pd.Series([], dtype="string"), np.zeros(0), track(0), alone=np.zeros(0, dtype=bool))
    assert list(empty.columns) == ["fine_low", "fine_high", "n_fine"]
    law = track(2).set_index(pd.Index([7, 3]))
    named = pd.Series(["甲", None], index=law.index, dtype="string")
    table = fines.bounds(named, np.array([2.0, 2.0]), law, alone=np.zeros(2, dtype=bool))
    assert list(table.index) == [7, 3]
    assert table["fine_low"].isna().tolist() == [False, True]


def tier(words: str | None, kind: str | None = "mandatory"):
    return SimpleNamespace(fine=kind, fine_amount=words, fine_alone=kind in {"with_or_alone", "alone_alternative"})


@pytest.mark.parametrize(
    ("words", "floor", "ceiling", "reason"),
    [
        ("二万元以上二十万元以下", 20_000, 200_000, "two sums"),
        ("十万元以上五百万元以下（法释〔2022〕5号9）", 100_000, 5_000_000, "two sums and their source"),
        ("1000元以上（未成年人500元以上）", FLOOR["minor"], None, "an exception in brackets: the general floor"),
        ("五十万元以上犯罪数额二倍以下（法释〔2016〕9号19）", FLOOR["minor"], None, "a multiple is no sum"),
        ("一般为违法所得的一倍以上五倍以下（法释〔2017〕10号12）", FLOOR["minor"], None, "what is usual binds nobody"),
        (None, FLOOR["minor"], None, "no words"),
    ],
)
def test_only_two_sums_bound_the_fine_of_a_tier(words, floor, ceiling, reason):
    frame = fine_frame([tier(words)], {})
    assert (frame["fine_floor"], frame["fine_ceiling"]) == (floor, ceiling), reason


@pytest.mark.parametrize(
    ("minor", "floor"), [(True, FLOOR["minor"]), (False, FLOOR["adult"]), (None, FLOOR["minor"])]
)
def test_the_least_fine_is_that_of_who_is_sentenced(minor, floor):
    assert fine_frame([tier(None)], {"minor_defendant": minor})["fine_floor"] == floor


def test_the_frame_spans_the_tiers_in_play():
    several = [tier("二万元以上二十万元以下", "with_or_alone"), tier("五万元以上五十万元以下"), tier(None, None)]
    assert fine_frame(several, {}) == {
        "fine_beside": True, "fine_alone": True, "fine_floor": 20_000, "fine_ceiling": 500_000,
    }  # fmt: skip
    assert fine_frame([*several, tier(None, "fine_or_forfeit")], {})["fine_ceiling"] is None
    nothing = {"fine_beside": False, "fine_alone": False, "fine_floor": None, "fine_ceiling": None}
    assert fine_frame([tier(None, None), tier(None, "forfeit")], {}) == nothing


def test_the_track_of_a_count_tells_the_frame_of_its_tiers():
    rows = [{"charge_group": name} for name in ("盗窃罪", "故意伤害罪")]
    found = rule_track(factor_frame([*rows, {}]))
    assert found["fine_beside"].tolist()[:2] == [True, False]
    assert found["fine_floor"].iloc[0] == FLOOR["minor"]
    assert found.loc[2, ["fine_beside", "fine_alone", "fine_floor", "fine_ceiling"]].isna().all()
    assert any(entry.fine for entry in tiers("盗窃罪", on=datetime.date(2020, 1, 1)))


@pytest.mark.parametrize(
    ("values", "counted", "reason"),
    [
        ({}, True, "a judgment that states term and fine"),
        ({"fine_yuan": 0.0}, False, "no fine"),
        ({"fine_yuan": None}, False, "nothing told"),
        ({"penalty": "单处罚金", "term_months": None}, True, "a fine alone"),
        ({"penalty": None, "term_months": None}, True, "a fine without a term is one alone"),
        ({"penalty": "无期徒刑", "term_months": None}, False, "beside life: no month to count by"),
        ({"doc_kind": "fact_record", "counts": 2}, False, "one fine for several charges"),
        ({"doc_kind": "fact_record", "counts": 1}, True, "one charge"),
        ({"doc_kind": "indictment"}, False, "not decided"),
        ({"legal_entity": True}, False, "the fine of a company"),
        ({"charge_group": None}, False, "of no charge"),
    ],
)
def test_which_rows_teach(values, counted, reason):
    row = {
        "row_id": "d/0/0", "doc_kind": "judgment", "charge_group": "盗窃罪", "counts": 1, "legal_entity": False,
        "penalty": "有期徒刑", "term_months": 12.0, "fine_yuan": 5000.0,
    } | values  # fmt: skip
    assert has_fine(factor_frame([row])).tolist() == [counted], reason
