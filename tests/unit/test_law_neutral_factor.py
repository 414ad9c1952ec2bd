import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentencing_ml.law.arithmetic import neutral_factor
from sentencing_ml.law.circumstances import circumstances, default_ratios
from sentencing_ml.liability.rules import neutral_factors

COLUMNS = {
    "surrender": "voluntary_surrender",
    "confession": "confession",
    "plea_leniency": "plea_leniency",
    "compensation": "compensation_forgiveness",
    "forgiveness": "compensation_forgiveness",
    "recidivist": "recidivist",
    "vulnerable_victim": "vulnerable_victim",
    "elderly_defendant": "elderly",
}
LIGHTENING = sorted(
    name
    for name, entry in circumstances().entries.items()
    if entry.doctrinal_class in {"prevention", "mixed"} and entry.direction < 0 and name in default_ratios()
)


def table(*rows):
    return pd.DataFrame({name: pd.array([row.get(name) for row in rows], dtype="boolean") for name in COLUMNS})


def test_rows_agree_with_the_scalar():
    frame = table(
        {},
        {"surrender": True, "vulnerable_victim": True, "recidivist": False},
        {"compensation": True, "forgiveness": True},
        {"plea_leniency": True, "surrender": True, "elderly_defendant": True},
        {"surrender": True, "vulnerable_victim": True},
    )
    expected = [
        1.0,
        1.1 / 0.9,
        1 / 0.8,
        neutral_factor(liability=[], prevention=["plea_leniency", "voluntary_surrender", "elderly"]),
        1.1 / 0.9,
    ]
    assert np.allclose(neutral_factors(frame, circumstances_of=COLUMNS), expected, rtol=1e-12)


def test_unknown_counts_as_absent_and_ratios_can_be_given():
    frame = table({"surrender": None, "recidivist": True})
    assert np.allclose(neutral_factors(frame, {"recidivist": 0.3}, circumstances_of=COLUMNS), [1 / 1.3])


def test_an_empty_table_gives_no_factor():
    assert neutral_factors(table(), circumstances_of=COLUMNS).shape == (0,)


@given(st.lists(st.sampled_from(LIGHTENING), unique=True))
def test_what_lightens_was_never_a_reason_for_more(names):
    assert neutral_factor(liability=[], prevention=names) >= 1 - 1e-12


@given(st.lists(st.sampled_from(LIGHTENING), unique=True), st.floats(0, 0.9))
def test_a_stronger_ratio_never_lowers_the_factor(names, more):
    ratios = default_ratios()
    weak = {name: ratios[name] * 0.1 for name in names}
    strong = {name: ratios[name] * (0.1 + more) for name in names}
    # The same share for every ratio, so that the stronger of an excluding pair stays the stronger.
    assert (
        neutral_factor(liability=[], prevention=names, ratios=strong)
        >= neutral_factor(liability=[], prevention=names, ratios=weak) - 1e-12
    )


def test_the_order_of_the_names_does_not_matter():
    names = ["plea_leniency", "voluntary_surrender", "confession", "restitution", "recidivist", "prior_record"]
    assert neutral_factor(liability=[], prevention=names) == neutral_factor(liability=[], prevention=names[::-1])


def test_faults_of_the_caller():
    with pytest.raises(KeyError):
        neutral_factor(liability=[], prevention=["luck"])
    with pytest.raises(ValueError, match="recidivist: the ratio -0.2 has the wrong sign"):
        neutral_factor(liability=[], prevention=["recidivist"], ratios={"recidivist": -0.2})
    with pytest.raises(ValueError, match="takes the whole term off"):
        neutral_factor(liability=[], prevention=["elderly"], ratios={"elderly": -1.0})
