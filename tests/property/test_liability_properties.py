"""Laws that hold for any corpus: whole clusters, conformal coverage, bounds of combined terms, capped ratios."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sentencing_ml.errors import TrainingError
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.liability.combine import combine_counts
from sentencing_ml.liability.intervals import cases_needed, conformal_quantile, fit_intervals
from sentencing_ml.liability.neutral import learned_shares
from sentencing_ml.liability.rules import formula_log_ratio
from sentencing_ml.liability.split import PARTS, assign
from sentencing_ml.settings import SplitSettings

CLUSTERS = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.sampled_from([None, "甲", "乙", "丙"]),
        st.sampled_from([None, "2019-03-01", "2022-10-09"]),
    ),
    min_size=20,
    max_size=120,
)


@settings(max_examples=25, deadline=None)
@given(rows=CLUSTERS, seed=st.integers(0, 50), folds=st.integers(2, 6))
def test_no_cluster_is_in_two_parts_or_folds(rows, seed, folds):
    frame = pd.DataFrame(
        [
            {
                "row_id": str(place),
                "doc_id": str(place),
                "cluster": f"c{cluster}",
                "court": court,
                "judgment_date": date,
                "instance": None,
                "doc_kind": "judgment",
            }
            for place, (cluster, court, date) in enumerate(rows)
        ],
        dtype="string",
    ).assign(joined_sentence=pd.array([None] * len(rows), dtype="boolean"))
    options = SplitSettings(test_share=0.3, folds=folds, instances=("一审",), seed=seed)
    try:
        parts = assign(frame, settings=options)
    except TrainingError:
        return  # so few clusters that a part is empty
    assert (parts.groupby("cluster")[["part", "fold"]].nunique() == 1).all(axis=None)
    assert set(parts["part"]) == set(PARTS)
    assert parts.loc[parts["part"] == "train", "fold"].between(0, folds - 1).all()


@settings(max_examples=40)
@given(scores=st.lists(st.floats(0, 10), min_size=9, max_size=200), level=st.sampled_from([0.5, 0.8, 0.9]))
def test_the_corrected_quantile_covers_its_share_of_the_scores(scores, level):
    width = conformal_quantile(np.array(scores), level=level)
    assert (np.array(scores) <= width).mean() >= level
    assert len(scores) >= cases_needed(level)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), min_group=st.integers(10, 400))
def test_intervals_hold_their_point_whatever_the_cells(seed, min_group):
    draw = np.random.default_rng(seed)
    charge = pd.Series(np.array(["a", "b", "c"])[draw.integers(3, size=300)], dtype="string")
    predicted = draw.uniform(0, 5, 300)
    intervals = fit_intervals(charge, predicted, predicted + draw.normal(0, 0.3, 300), level=0.9, min_group=min_group)
    low, high = intervals.bounds(charge, predicted)
    assert ((low <= np.expm1(predicted)) & (np.expm1(predicted) <= high) & (low >= 0)).all()


@settings(max_examples=25, deadline=None)
@given(terms=st.lists(st.floats(1, 180), min_size=2, max_size=5), position=st.floats(0, 1))
def test_a_combined_term_lies_between_the_highest_and_the_sum(terms, position):
    rows = [
        {
            "row_id": f"d/0/{place}", "charge": "盗窃罪", "charge_group": "盗窃罪", "charge_source": "verdict",
            "charge_probability": None,
            "liability_months": term, "interval_low": term, "interval_high": term, "expected_months": term,
            "sanction_kinds": {"有期徒刑": 1.0}, "rule_low": 1.0, "rule_high": 2.0,
            "statute_low": 1.0, "statute_high": 36.0, "tier": None, "status": "advised", "reason": "", "n_similar": 30,
            "fine_low": None, "fine_high": None, "n_fine": None,
        }
        for place, term in enumerate(terms)
    ]  # fmt: skip
    months = combine_counts(pd.DataFrame(rows), position=position).iloc[0]["liability_months"]
    assert max(terms) - 1e-9 <= months <= sum(terms) + 1e-9


FLAGS = [factor.name for factor in registry().offender() if factor.type == "boolean"]


@settings(max_examples=25, deadline=None)
@given(flags=st.dictionaries(st.sampled_from(FLAGS), st.sampled_from([True, False, None])))
def test_factors_that_lighten_never_raise_the_arithmetic(flags):
    lightening = {name for name in FLAGS if registry().factors[name].direction < 0}
    without = {name: value for name, value in flags.items() if name not in lightening}
    with_all, with_none = formula_log_ratio(factor_frame([flags, without]))
    assert with_all <= with_none + 1e-12


@given(
    counts=st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(1, 50), min_size=1), below=st.integers(0, 60)
)
def test_shares_are_shares(counts, below):
    charge = pd.Series([name for name, count in counts.items() for _ in range(count)], dtype="string")
    assert all(0 < share <= 1 for share in learned_shares(charge, formula_below=below).values())
