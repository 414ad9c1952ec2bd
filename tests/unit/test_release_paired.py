from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.release.paired import MEASURES, Advice, compare_rows, fit_of_logs, moved, row_figures, verdict
from sentencing_ml.settings import load_settings

SETTINGS = load_settings(Path(__file__).parents[2] / "params.yaml").audit.model_copy(
    update={"attributes": ("gender",), "bootstrap": 200, "suppress_below": 10, "verdict_from": 100, "seed": 19}
)
ENTRY = ("champion", "challenger", "difference", "low", "high", "detectable", "p", "q", "verdict")


def advice(expected, liability=None, *, low=None, high=None, neutral=None, advised=None, level=0.9):
    expected = np.array(expected, dtype=float)
    other = {"liability": liability, "low": low, "high": high, "neutral": neutral}
    given = {name: expected if values is None else np.array(values, dtype=float) for name, values in other.items()}
    told = np.ones(len(expected), dtype=bool) if advised is None else np.array(advised)
    return Advice(advised=told, expected=expected, level=level, **given)


def table(**columns):
    """A table of figures, 0 where a figure is not named."""
    length = len(next(iter(columns.values())))
    return pd.DataFrame({name: columns.get(name, np.zeros(length)) for name in MEASURES})


def compare(first, second, *, groups=None, clusters=None, settings=SETTINGS):
    clusters = np.arange(len(first)) if clusters is None else clusters
    return compare_rows(first, second, groups or {}, clusters, nominal=0.9, settings=settings)


def test_the_figures_of_a_row_are_those_counted_by_hand():
    declared = np.array([9.0, 8.0, 24.0])
    champion = advice([8, 13, 24], [15, 7, 30], low=[10, 5, 20], high=[20, 9, 40], neutral=[15, 8, 41], advised=[True, True, False])
    challenger = advice([9, 10, 20], [15, 8, 30], low=[14, 5, 20], high=[15, 10, 40], neutral=[15, 24, 30])
    first, second = row_figures(champion, challenger, declared)
    assert len(first) == len(second) == 2, "the third row has advice of one model alone"
    assert first["expected_months"].tolist() == [1, 5]
    assert second["expected_months"].tolist() == [0, 2]
    assert first["expected_log"].tolist() == pytest.approx([np.log(10 / 9), np.log(14 / 9)])
    assert first["expected_within"].tolist() == [1, 0]
    assert second["expected_within"].tolist() == [1, 1], "2 of 8 months is a quarter"
    # the common neutral term of the second row is √(9·25) − 1 = 14 months
    assert first["liability_months"].tolist() == pytest.approx([0, 7])
    assert second["liability_months"].tolist() == pytest.approx([0, 6])
    assert second["liability_log"].tolist() == pytest.approx([0, np.log(15 / 9)])
    assert first["covered"].tolist() == [1, 1], "each interval is held to its own model's neutral term"
    assert second["covered"].tolist() == [1, 0]
    assert second["width"].tolist() == [1, 5]
    assert (second["level"] - first["level"]).tolist() == pytest.approx([0, np.log(9 / 8)])


def test_a_difference_is_challenger_less_champion_and_its_figures_add_up():
    generator = np.random.default_rng(1)
    first = generator.gamma(2, 5, size=400)
    second = first - 1 + generator.normal(0, 0.5, size=400)
    overall, _ = compare(table(expected_months=first), table(expected_months=second))
    entry = overall["expected_months"]
    assert tuple(entry) == ENTRY
    assert entry["champion"] == pytest.approx(first.mean())
    assert entry["difference"] == pytest.approx(entry["challenger"] - entry["champion"])
    assert entry["low"] < -1 < entry["high"] < 0
    assert entry["verdict"] == "better"
    # the cases differ by 7 months and the models by half a month, so pairing is what makes the interval narrow
    assert entry["high"] - entry["low"] < 0.15


def test_the_interval_holds_a_known_difference_and_counts_clusters_not_rows():
    """Errors of one cluster move together; of 100 samples the interval must hold the truth in about 95."""
    generator = np.random.default_rng(2)
    held = 0
    clusters = np.repeat(np.arange(40), 5)
    for _ in range(100):
        difference = -0.3 + generator.normal(0, 1, size=40)[clusters] + generator.normal(0, 1, size=200)
        overall, _ = compare(table(expected_months=np.zeros(200)), table(expected_months=difference), clusters=clusters)
        held += overall["expected_months"]["low"] <= -0.3 <= overall["expected_months"]["high"]
    assert 90 <= held <= 99


def test_the_same_rows_tenfold_in_the_same_clusters_tell_nothing_more():
    generator = np.random.default_rng(3)
    once, clusters = generator.normal(0.2, 1, size=60), np.arange(60)
    one, _ = compare(table(width=np.zeros(60)), table(width=once))
    tenfold, _ = compare(table(width=np.zeros(600)), table(width=np.tile(once, 10)), clusters=np.tile(clusters, 10))
    for key in ("low", "high", "p"):
        assert tenfold["width"][key] == pytest.approx(one["width"][key])


def test_every_figure_and_group_sees_the_same_draws():
    generator = np.random.default_rng(4)
    difference = generator.normal(size=300)
    group = pd.Series(["all"] * 300)
    overall, cells = compare(
        table(expected_months=np.zeros(300), width=np.zeros(300)),
        table(expected_months=difference, width=2 * difference),
        groups={"one": group},
    )
    (cell,) = cells["one"]
    for key in ("difference", "low", "high"):
        assert cell["measures"]["expected_months"][key] == overall["expected_months"][key]
        assert overall["width"][key] == pytest.approx(2 * overall["expected_months"][key])


def test_models_of_equal_quality_are_hardly_ever_told_apart():
    """Of 60 pairs with ten groups each and no difference, at most a few show a gain or loss anywhere."""
    generator = np.random.default_rng(5)
    quick = SETTINGS.model_copy(update={"bootstrap": 0})  # a verdict rests on p values, and these on no bootstrap
    groups = {"g": pd.Series([f"g{place % 10}" for place in range(1200)])}
    alarms = 0
    for _ in range(60):
        case = generator.gamma(2, 5, size=1200)
        first, second = (np.abs(case + generator.normal(0, 2, size=1200)) for _ in range(2))
        overall, cells = compare(
            table(expected_months=first, width=second),
            table(expected_months=second, width=first),
            groups=groups,
            clusters=np.arange(1200) // 4,
            settings=quick,
        )
        found = [entry["verdict"] for measures in [overall, *(cell["measures"] for cell in cells["g"])] for entry in measures.values()]
        alarms += any(word not in ("no_difference", None) for word in found)
    assert alarms <= 8


def test_a_group_that_loses_is_found_within_a_gain_of_all():
    generator = np.random.default_rng(6)
    name = np.array([f"g{place % 6}" for place in range(1800)])
    first = generator.gamma(2, 5, size=1800)
    second = first + np.where(name == "g3", 2.0, -1.0) + generator.normal(0, 2, size=1800)
    overall, cells = compare(table(expected_months=first), table(expected_months=second), groups={"g": pd.Series(name)})
    assert overall["expected_months"]["verdict"] == "better"
    verdicts = {cell["group"]: cell["measures"]["expected_months"]["verdict"] for cell in cells["g"]}
    assert verdicts == {"g0": "better", "g1": "better", "g2": "better", "g3": "worse", "g4": "better", "g5": "better"}


def test_q_values_are_those_of_benjamini_and_hochberg_over_all_figures_of_all_groups():
    generator = np.random.default_rng(7)
    name = pd.Series([f"g{place % 3}" for place in range(900)])
    columns = {measure: generator.normal(0.05, 1, size=900) for measure in ("expected_months", "expected_log", "width")}
    _, cells = compare(table(**{measure: np.zeros(900) for measure in columns}), table(**columns), groups={"g": name})
    entries = [entry for cell in cells["g"] for entry in cell["measures"].values() if entry["p"] is not None]
    assert len(entries) == 9
    p = np.array([entry["p"] for entry in entries])
    order = np.argsort(p)
    expected = np.minimum.accumulate((p[order] * 9 / np.arange(1, 10))[::-1])[::-1]
    assert [entries[place]["q"] for place in order] == pytest.approx(np.minimum(expected, 1))


def test_small_groups_are_withheld_counted_or_shown_without_a_verdict():
    sizes = {"a": 300, "b": 99, "c": 29, "d": 12, "e": 9}
    name = pd.Series([group for group, n in sizes.items() for _ in range(n)])
    difference = np.random.default_rng(8).normal(-1, 0.1, size=len(name))
    _, cells = compare(table(expected_months=np.zeros(len(name))), table(expected_months=difference), groups={"g": name})
    told = {cell["group"]: (cell["status"], cell["n"], bool(cell["measures"])) for cell in cells["g"]}
    assert told == {
        "a": ("shown", 300, True),
        "b": ("no_verdict", 99, True),
        "c": ("count_only", 29, False),
        "d": ("suppressed", None, False),  # else the total less the others would give the nine of e away
        "e": ("suppressed", None, False),
    }
    by_name = {cell["group"]: cell["measures"] for cell in cells["g"]}
    assert by_name["a"]["expected_months"]["verdict"] == "better"
    assert by_name["b"]["expected_months"]["q"] is None
    assert by_name["b"]["expected_months"]["low"] < -0.9


def test_the_same_model_differs_nowhere():
    figures = table(expected_months=np.arange(200.0), covered=np.ones(200))
    overall, cells = compare(figures, figures, groups={"g": pd.Series(["x", "y"] * 100)})
    for entry in [*overall.values(), *(entry for cell in cells["g"] for entry in cell["measures"].values())]:
        assert (entry["difference"], entry["low"], entry["high"], entry["verdict"]) == (0, 0, 0, "no_difference")


def test_rows_of_one_court_alone_give_no_interval_and_no_verdict():
    difference = np.random.default_rng(9).normal(-3, 1, size=200)
    overall, _ = compare(table(width=np.zeros(200)), table(width=difference), clusters=np.zeros(200, dtype=int))
    entry = overall["width"]
    assert (entry["low"], entry["high"], entry["p"], entry["verdict"]) == (None, None, None, None)
    assert entry["difference"] == pytest.approx(difference.mean())


WORDS = [
    ("expected_months", 5.0, 4.0, 0.01, "better", "a smaller error"),
    ("expected_months", 4.0, 5.0, 0.01, "worse", "a larger error"),
    ("expected_months", 4.0, 9.0, 0.2, "no_difference", "large and uncertain"),
    ("expected_within", 0.4, 0.5, 0.01, "better", "more within a quarter"),
    ("covered", 0.80, 0.88, 0.01, "better", "nearer to 90 % from below"),
    ("covered", 0.99, 0.92, 0.01, "better", "nearer to 90 % from above"),
    ("covered", 0.90, 0.97, 0.01, "worse", "more is not better once the level is passed"),
    ("width", 10.0, 8.0, 0.01, "narrower", "a narrower interval is no gain of itself"),
    ("width", 8.0, 10.0, 0.01, "wider", "nor a wider one a loss"),
    ("level", 2.0, 2.1, 0.01, "higher", "longer terms are neither"),
    ("level", 2.1, 2.0, 0.01, "lower", "nor shorter ones"),
    ("level", 2.1, 2.0, None, None, "nothing to test with"),
]


@pytest.mark.parametrize(("measure", "champion", "challenger", "q", "word", "why"), WORDS, ids=[row[5] for row in WORDS])
def test_the_word_for_a_difference(measure, champion, challenger, q, word, why):
    entry = {"champion": champion, "challenger": challenger, "difference": challenger - champion, "q": q, "low": None, "high": None}
    assert verdict(MEASURES[measure], entry, rate=0.05, nominal=0.9) == word, why


def test_fit_and_movement_are_those_counted_by_hand():
    observed = np.expm1([0.0, 1.0, 2.0])
    assert fit_of_logs(np.expm1([0.0, 1.0, 1.0]), observed) == pytest.approx(1 - 1 / 2)
    assert fit_of_logs(observed, np.full(3, 7.0)) is None
    champion = advice([0] * 5, np.expm1(np.zeros(5)), advised=[True] * 5)
    challenger = advice([0] * 5, np.array([0.0, 0.05, 0.2, -0.3, 9.0]), advised=[True, True, True, True, False])
    found = moved(champion, challenger, by=0.1)
    assert found["share"] == 0.5
    assert found["median"] == pytest.approx(np.expm1(np.log1p(0.05) / 2))
    assert found["q05"] < 0 < found["q95"]


def test_order_of_rows_and_names_of_clusters_do_not_matter():
    generator = np.random.default_rng(10)
    first, second = table(width=generator.normal(size=200)), table(width=generator.normal(size=200))
    clusters = np.repeat(np.arange(50), 4)
    group = pd.Series(["x", "y"] * 100)
    one = compare(first, second, groups={"g": group}, clusters=clusters)
    order = generator.permutation(200)
    other = compare(
        first.iloc[order].reset_index(drop=True),
        second.iloc[order].reset_index(drop=True),
        groups={"g": group.iloc[order].reset_index(drop=True)},
        clusters=clusters[order],
    )
    for key in ("difference", "low", "high", "p"):
        assert one[0]["width"][key] == pytest.approx(other[0]["width"][key])
    assert [cell["n"] for cell in one[1]["g"]] == [cell["n"] for cell in other[1]["g"]]
