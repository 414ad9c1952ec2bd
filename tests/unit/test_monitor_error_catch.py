import pandas as pd
import pytest
from tests.support.monitor_rows import advice, corrections

from sentencing_ml.monitor.report.case_rows import kept
from sentencing_ml.monitor.report.error_catch import error_catch


def catch(rows, *more, minimum=2):
    return error_catch(rows, advice(rows, *more), minimum=minimum)


def training(shown, right, entry, **more):
    return {"mode": "training", "advice_months": shown, "unaltered_months": right, "entry_months": entry, **more}


TRAINED = corrections(
    training(40.0, 20.0, 21.0),
    training(40.0, 20.0, 40.0, judge="J-b"),
    training(40.0, 20.0, 30.0, judge="J-c"),
    training(10.0, 20.0, 15.0),
    training(24.0, 20.0, 24.0),
    training(20.0, 20.0, 20.0),
)


def test_an_error_is_caught_when_the_entry_lies_nearer_to_the_right_advice():
    found = catch(TRAINED)["training"]
    assert (found["cases"], found["gross"]) == (6, 4)  # 24 against 20 is no gross error
    # 21 of 40|20 is caught; 40 is adopted; 30 is nearer to 40 (ln 1.33 < ln 1.5); 15 is nearer to 20 than to 10
    assert found["caught"]["value"] == pytest.approx(2 / 4)
    assert found["adopted"]["value"] == pytest.approx(1 / 4)
    assert found["caught"]["low"] < 0.5 < found["caught"]["high"]
    up, down = found["directions"]
    assert (up["n"], up["caught"]["value"]) == (3, pytest.approx(1 / 3))
    assert (down["n"], down["caught"]["needed"]) == (1, 1)


def test_training_cases_stand_in_no_live_figure_and_live_ones_in_none_of_training():
    live = corrections({"advice_months": 40.0, "entry_months": 20.0})
    assert catch(live)["training"] is None
    assert catch(TRAINED)["live"]["cases"] == 0


def test_corrected_facts_tell_of_an_error_in_a_live_case():
    seen = {"case_id": "x", "advice_months": 40.0, "entry_months": 22.0}
    followed = {"case_id": "y", "advice_months": 40.0, "entry_months": 40.0, "judge": "J-b"}
    rows = corrections(seen, followed)
    again = [{"case_id": "x", "advice_months": 20.0}, {"case_id": "y", "advice_months": 20.0, "judge": "J-b"}]
    found = catch(rows, *again)["live"]
    assert found["cases"] == 2
    assert found["caught"]["value"] == pytest.approx(0.5)
    assert "不是发现率的估计" in found["note"]


@pytest.mark.parametrize(
    ("again", "why"),
    [
        ({"case_id": "x", "advice_months": 35.0}, "the later advice is much the same"),
        ({"case_id": "x", "advice_months": 20.0, "judge": "J-b"}, "another judge was shown other advice"),
        ({"case_id": "x", "advice_months": 20.0, "model_version": "m2"}, "another model is no correction of the facts"),
        ({"case_id": "x", "advice_months": 20.0, "mode": "shadow"}, "advice that was not shown"),
    ],
)
def test_other_advice_that_tells_of_no_error(again, why):
    rows = corrections({"case_id": "x", "advice_months": 40.0, "entry_months": 22.0})
    assert catch(rows, again)["live"]["cases"] == 0


def test_advice_of_before_is_no_correction():
    rows = corrections({"case_id": "x", "advice_months": 20.0}, {"case_id": "x", "advice_months": 40.0, "entry_months": 40.0})
    shown = advice(rows)
    found = error_catch(rows.iloc[1:], shown, minimum=1)["live"]
    assert found["cases"] == 0


def test_an_unknown_version_of_the_law_is_one_version():
    rows = corrections({"case_id": "x", "advice_months": 40.0, "entry_months": 22.0, "law_version": None})
    assert catch(rows, {"case_id": "x", "advice_months": 20.0, "law_version": None})["live"]["cases"] == 1


def test_simulated_rows_are_left_out_beside_real_ones():
    rows = corrections({"simulated": True}, {"simulated": False})
    found = kept(rows, advice(rows))
    assert (found.simulated, len(found.corrections), len(found.advice), found.left_out) == (False, 1, 1, 1)
    alone = kept(rows.iloc[:1], advice(rows).iloc[:1])
    assert (alone.simulated, len(alone.corrections), alone.left_out) == (True, 1, 0)
    none = kept(rows.iloc[:0], advice(rows).iloc[:0])
    assert (none.simulated, none.left_out) == (False, 0)
    assert isinstance(none.corrections, pd.DataFrame)
