"""The geometry of the monitor's drawings, by hand: where a value stands, where a curve breaks, what is left out."""

import re

import pytest

from sentencing_ml.monitor.report import drawings
from sentencing_ml.monitor.report.drawings import CHART_HEIGHT, FUNNEL_HEIGHT, ROOM, WIDTH, Curve, Mark

NAMED = {"name": "a", "title": "图", "spoken": "说明"}


def numbers(d):
    return [float(number) for number in re.findall(r"[-\d.]+", d)]


@pytest.mark.parametrize(
    ("points", "d", "why"),
    [
        ([], "", "no point, no line"),
        ([(0, 5)], "M0 5", "a point alone has no length"),
        ([(0, 5), (10, 5), (20, 5), (30, 1)], "M0 5L20 5L30 1", "a level piece keeps its two ends"),
        ([(0, 5), (10, 5)], "M0 5L10 5", "a level piece at the end is drawn to its end"),
        ([(0, 5), (10, 4), None, (20, 4)], "M0 5L10 4M20 4", "a break begins anew"),
        ([(0, 5), (10, 5), None, (20, 5), (30, 5)], "M0 5L10 5M20 5L30 5", "a level piece ends before a break"),
        ([(1 / 3, 2 / 3), (7.04, 1e3)], "M0.3 0.7L7 1000", "one decimal, and no exponent"),
    ],
)
def test_a_line_is_short_and_whole(points, d, why):
    assert drawings.path(points) == d, why


def test_a_threshold_and_a_value_on_it_stand_at_one_height():
    drawn = drawings.chart([Curve(kind="A1", values=[0.0, 2.0, 4.5])], threshold=4.5, **NAMED)
    ends = numbers(drawn["curves"][0]["d"])
    assert float(drawn["threshold"]) == pytest.approx(CHART_HEIGHT * (1 - 1 / ROOM), abs=0.1)
    assert ends[-1] == float(drawn["threshold"])
    assert ends[1] == CHART_HEIGHT  # zero lies on the axis
    assert ends[0::2] == pytest.approx([WIDTH / 6, WIDTH / 2, WIDTH * 5 / 6], abs=0.1)


def test_a_case_that_does_not_count_leaves_the_curve_where_it_was():
    drawn = drawings.chart([Curve(kind="A1", values=[1.0, None, None, 2.0])], threshold=4.0, **NAMED)
    heights = numbers(drawn["curves"][0]["d"])[1::2]
    assert heights[0] == heights[1] > heights[2]


def test_a_curve_begins_anew_after_a_reset_and_an_alert_is_marked_at_its_case():
    drawn = drawings.chart(
        [Curve(kind="A1", values=[1.0, 5.0, 0.5, 1.0])], threshold=4.0, alerts=[Mark(case=1, text="提醒")], resets=[Mark(case=2, text="新版本")], **NAMED
    )
    assert drawn["curves"][0]["d"].count("M") == 2
    assert (drawn["alerts"][0]["x"], drawn["alerts"][0]["anchor"]) == ("37.50%", "start")
    assert drawn["resets"][0]["x"] == "62.50%"


def test_a_word_near_the_right_edge_stands_to_the_left_of_its_mark():
    drawn = drawings.chart([Curve(kind="A1", values=[1.0] * 10)], threshold=4.0, alerts=[Mark(case=9, text="提醒")], **NAMED)
    assert (drawn["alerts"][0]["anchor"], drawn["alerts"][0]["dx"]) == ("end", "-5")


def test_what_lies_below_the_floor_is_drawn_on_it_and_the_top_is_over_what_is_highest():
    drawn = drawings.chart([Curve(kind="A2", values=[-9.0, 2.0, 6.0])], threshold=4.0, floor=-2.0, **NAMED)
    heights = numbers(drawn["curves"][0]["d"])[1::2]
    assert heights[0] == CHART_HEIGHT and heights[1] == pytest.approx(CHART_HEIGHT * (1 - 4 / (8 * ROOM)), abs=0.1)
    assert heights[2] == pytest.approx(CHART_HEIGHT * (1 - 1 / ROOM), abs=0.1)
    assert heights[2] < float(drawn["threshold"])


def test_a_trend_has_no_threshold():
    assert drawings.chart([Curve(kind="trend", values=[0.1, 0.2])], threshold=None, **NAMED)["threshold"] is None


@pytest.mark.parametrize("values", [[], [None, None], [0.0], [0.0, 0.0]])
def test_a_chart_without_a_value_is_drawn_empty(values):
    for threshold in (None, 4.5):
        drawn = drawings.chart([Curve(kind="A1", values=values)], threshold=threshold, **NAMED)
        assert "nan" not in str(drawn) and "inf" not in str(drawn)


def test_words_at_marks_stand_apart_and_every_mark_stays():
    marks = [Mark(case=case, text="到界限") for case in (90, 5, 10, 40, 99)]
    drawn = drawings.chart([Curve(kind="A1", values=[1.0] * 100)], threshold=4.0, alerts=marks, **NAMED)["alerts"]
    assert [(mark["x"], mark["text"], mark["level"]) for mark in drawn] == [
        ("5.50%", "到界限", 0), ("10.50%", "", 1), ("40.50%", "到界限", 1), ("90.50%", "到界限", 0), ("99.50%", "", 1),
    ]  # fmt: skip


def test_ticks_name_the_first_the_middle_and_the_last_case():
    labels = [tick["label"] for tick in drawings.chart([Curve(kind="A1", values=[0.0] * 9)], threshold=1.0, **NAMED)["ticks"]]
    assert labels == ["第 1 件", "第 5 件", "第 9 件"]
    assert [tick["label"] for tick in drawings.chart([Curve(kind="A1", values=[0.0])], threshold=1.0, **NAMED)["ticks"]] == ["第 1 件"]


def test_a_chart_of_400_cases_is_small():
    values = [abs((case * 37 % 101) / 23 - 2) for case in range(400)]
    assert len(drawings.chart([Curve(kind="A1", values=values)], threshold=4.5, **NAMED)["curves"][0]["d"]) < 5500


def test_blocks_tell_the_highest_value_of_every_run_of_cases_and_leave_none_out():
    rows = drawings.blocks({"A1": [0, 3, 1, None, None, None, 2], "A2": [None] * 7}, at_most=3)
    assert [(row["first"], row["last"]) for row in rows] == [(1, 3), (4, 6), (7, 7)]
    assert [row["highest"] for row in rows] == [{"A1": 3, "A2": None}, {"A1": None, "A2": None}, {"A1": 2, "A2": None}]
    assert drawings.blocks({}) == []


def test_a_funnel_places_judges_between_its_limits():
    level = {"low": [0.0, 0.05], "high": [0.4, 0.2]}
    drawn = drawings.funnel(
        sizes=[20, 100], limits={"95": level, "998": level}, mean=0.1, points=[(60, 0.2, "J-a")], own=(100, 0.1, "您"), **NAMED
    )
    assert drawn["points"] == [{"x": "50.00%", "y": f"{FUNNEL_HEIGHT / 2:.1f}", "text": "J-a"}]
    assert (drawn["own"]["x"], drawn["own"]["anchor"], drawn["own"]["y"]) == ("100.00%", "end", drawn["mean"])
    assert [line["label"] for line in drawn["grid"]] == ["0%", "10%", "20%", "30%", "40%"]
    assert len(drawn["curves"]) == 4


def test_a_funnel_of_judges_with_one_number_of_cases_stands_in_the_middle():
    level = {"low": [0.0], "high": [0.0]}
    drawn = drawings.funnel(sizes=[30], limits={"95": level, "998": level}, mean=0.0, points=[(30, 0.0, "J-a")], **NAMED)
    assert drawn["points"][0]["x"] == "50.00%" and "nan" not in str(drawn)


def test_bars_of_a_histogram_stand_side_by_side_and_the_tallest_is_full():
    drawn = drawings.histogram([(None, 0.1, 2), (0.1, 0.2, 8), (0.2, 0.3, 4), (0.3, None, 0)], form=lambda value: f"{value:.1f}", **NAMED)
    assert [bar["height"] for bar in drawn["bars"]] == ["30.0", "120.0", "60.0", "0.0"]
    assert [bar["x"] for bar in drawn["bars"]] == ["0.00%", "25.00%", "50.00%", "75.00%"]
    assert [(tick["x"], tick["label"]) for tick in drawn["ticks"]] == [("25.00%", "0.1"), ("50.00%", "0.2"), ("75.00%", "0.3")]
    assert drawings.histogram([], form=str, **NAMED)["bars"] == []


def test_a_histogram_of_many_bars_has_labels_at_some_of_its_edges_and_at_zero():
    edges = [-0.6 + 0.1 * place for place in range(13)]
    bars = [(None, edges[0], 1), *((low, low + 0.1, 1) for low in edges[:-1]), (edges[-1], None, 1)]
    labels = [tick["label"] for tick in drawings.histogram(bars, form=lambda value: f"{value + 0.0:.1f}", **NAMED)["ticks"]]
    assert len(labels) <= 6 and any(float(label) == 0 for label in labels)


@pytest.mark.parametrize(
    ("rate", "x", "why"),
    [
        (0.01, "0.00%", "the left end"),
        (0.0, "0.00%", "nothing seen stands at the left edge"),
        (1000, "100.00%", "the right end"),
        (5e4, "100.00%", "more than the axis holds is told in figures"),
        (1.0, "40.00%", "two of five tenfolds"),
    ],
)
def test_a_rate_stands_on_a_logarithmic_axis(rate, x, why):
    assert drawings.rate_at(rate) == x, why


def test_rates_have_a_tick_a_tenfold():
    assert [tick["label"] for tick in drawings.rate_ticks()] == ["0.01", "", "1", "", "", "1000"]
