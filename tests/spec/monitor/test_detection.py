"""Which cases each chart of the monitor counts, and what they add: paths of a few cases worked out by hand."""

import math

import numpy as np
import pytest

from sentencing_ml.monitor.detection import detect as detection
from sentencing_ml.monitor.detection.definitions import definitions

RULES = definitions().detectors


def cases(*rows, p0=0.6, p0_inside=0.5, outside=math.nan, lowest_up=math.nan, highest_up=math.nan, far=math.nan):
    """Return one judge's cases of (advice, entry, own estimate or None)."""
    advice, entry = (np.array([[float(row[place]) for row in rows]]) for place in (0, 1))
    own = np.array([[math.nan if row[2] is None else float(row[2]) for row in rows]])
    blind = ~np.isnan(own)
    constant = {"p0": p0, "p0_inside": p0_inside, "outside": outside, "lowest_up": lowest_up, "highest_up": highest_up, "far": far}
    return detection.Cases(
        advice=advice, entry=entry, low=advice * 0.8, high=advice * 1.2, own=own, shown=~blind, blind=blind,
        resets=np.zeros(advice.shape, dtype=bool),
        **{name: np.full(advice.shape, value) for name, value in constant.items()},
    )  # fmt: skip


def steps(p0, shift):
    """Return what an event and its absence add."""
    p1 = 1 / (1 + math.exp(-math.log(p0 / (1 - p0)) - shift))
    return math.log(p1 / p0), math.log((1 - p1) / (1 - p0))


UP, DOWN = steps(0.6, RULES.a1.shift)
NEAR, _ = steps(0.5, RULES.a1.shift)
OUT, IN = steps(RULES.a4.honest_share, RULES.a4.shift)
EITHER, _ = steps(RULES.a4.either_share, RULES.a4.either_shift)
FOLLOWED, KEPT = steps(RULES.g.honest_share, RULES.g.shift)
STRICT = RULES.a2.strict[0]
ONE = math.log1p((STRICT / 0.7 + (1 - STRICT) / 0.3) / 2)  # the first departure, both sides averaged

COUNTED = [
    ("A1", [(20, 20, None), (20, 21, None), (20, 23, None)], [UP, 2 * UP, max(0, 2 * UP + DOWN)],
     "within 5 % coincides, beyond it departs"),
    ("A1", [(20, 20, None), (20, 20, 25)], [UP, 2 * UP], "an entry after an own estimate counts as well"),
    ("A2", [(20, 25, None)], [ONE], "a departure"),
    ("A2", [(20, 20, None)], [], "an entry at the advice has no direction"),
    ("A2", [(2, 4, None)], [], "at two months rounding decides the direction"),
    ("A3", [(20, 25, None)] * 60, [], "the first sixty are the judge's own measure"),
    ("A4", [(100, 150, None), (100, 150, 90)], [OUT, 2 * OUT], "beyond the band to one side, and blind-first"),
    ("A4", [(100, 150, None), (100, 60, None), (100, 150, None)], [OUT, OUT, 3 * EITHER], "beyond it to both sides by turns"),
    ("A4", [(100, 150, None), (100, 115, None)], [OUT, max(0, OUT + IN)], "within the band"),
    ("A4", [(1.5, 2, None)], [], "at 1.5 months every whole month lies beyond the band"),
    ("G", [(20, 21, 30), (20, 21, 30)], [FOLLOWED, 2 * FOLLOWED], "a month beside the advice, ten from the estimate"),
    ("G", [(20, 28, 30)], [max(0, KEPT)], "the estimate was kept"),
    ("G", [(20, 21, 22)], [], "two months apart: a month tells nothing"),
    ("G", [(20, 21, None)], [], "without an own estimate nothing is known"),
    ("G", [(4, 5, 9)], [], "too short a term"),
    ("G interval", [(20, 23, None), (20, 20, 30)], [NEAR], "inside the interval; blind-first cases have their own chart"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "rows", "expected", "reason"), COUNTED, ids=[f"{row[0]}: {row[3]}" for row in COUNTED])
def test_what_counts_and_what_it_adds(kind, rows, expected, reason):
    found = detection.detect(cases(*rows))[kind]
    assert found.values[found.counts] == pytest.approx(expected), reason


def test_without_a_reference_the_charts_that_need_one_rest():
    found = detection.detect(cases((20, 20, None), (20, 30, None), p0=math.nan, p0_inside=math.nan))
    assert not any(found[kind].counts.any() for kind in ("A1", "A1 guaranteed", "G interval"))
    assert found["A2"].counts.any()
    assert found["A4"].counts.all()


def test_where_the_court_itself_lies_far_from_the_advice_neglect_needs_more():
    plain, wide = (
        detection.detect(cases((100, 150, None), outside=share))["A4"].values[0, 0] for share in (0.3, 0.7)
    )
    assert plain == pytest.approx(OUT)  # the court is nearer than the worst honest judge: nobody is held to less
    one, either = steps(0.7 * RULES.a4.one_side, RULES.a4.shift)[0], steps(0.7, RULES.a4.either_shift)[0]
    assert wide == pytest.approx(max(one, either)) and wide < plain


@pytest.mark.parametrize(
    ("given", "counted", "reason"),
    [
        ({"lowest_up": 0.4, "highest_up": 0.6}, True, "who lean apart less than the definitions say are held to these"),
        ({"lowest_up": 0.1, "highest_up": 0.9}, True, "who lean apart more are held to their own court"),
        ({"lowest_up": 0.01, "highest_up": 0.9}, False, "where nearly all entries of an honest judge may lie below, nothing tells"),
    ],
)  # fmt: skip
def test_a_court_whose_judges_lean_apart_is_not_held_to_less_than_they_do(given, counted, reason):
    found = detection.detect(cases((20, 25, None), **given))["A2"]
    assert found.counts.all() == counted, reason
    if counted:
        low, high = min(0.3, given["lowest_up"]), max(0.7, given["highest_up"])
        assert found.values[0, 0] == pytest.approx(math.log1p((STRICT / high + (1 - STRICT) / low) / 2)), reason


def test_where_judges_lean_far_apart_neglect_of_one_side_needs_more():
    plain, wide = (detection.detect(cases((100, 150, None), far=far))["A4"].values[0, 0] for far in (0.2, 0.7))
    assert plain == pytest.approx(OUT)
    assert wide == pytest.approx(max(steps(0.7, RULES.a4.shift)[0], steps(0.7, RULES.a4.either_shift)[0])) and wide < plain


def test_the_guaranteed_chart_averages_its_alternatives():
    found = detection.detect(cases((20, 20, None)))["A1 guaranteed"]
    e = [math.exp(steps(0.6, shift)[0]) for shift in RULES.a1_guaranteed.shifts]
    assert found.values[0, 0] == pytest.approx(math.log1p(sum(e) / len(e)))
    assert found.threshold == pytest.approx(math.log(20_001))


def test_falling_spread_by_hand():
    rng = np.random.default_rng(1)
    entries = [100 * math.exp(r) for r in rng.normal(0, 0.3, 60)] + [110.0, 100.0]
    found = detection.detect(cases(*((100, entry, None) for entry in entries)))["A3"]
    # by the spread that fits the first sixty, found anew on a fine grid
    r = np.log(np.array(entries[:60]) / 100)
    limit = math.log(1.05)
    spread = float(min(
        np.geomspace(0.02, 1.5, 45),
        key=lambda sd: -sum(
            math.log(math.erf(limit / sd / math.sqrt(2))) if abs(x) <= limit
            else 0.5 * math.log(2 / math.pi) - math.log(sd) - 0.5 * (x / sd) ** 2
            for x in r
        ),
    ))  # fmt: skip
    first = -math.log(RULES.a3.ratio) - 0.5 * (math.log(1.1) / spread) ** 2 * (RULES.a3.ratio**-2 - 1)
    assert found.values[0, 60] == pytest.approx(max(0.0, first))
    assert found.values[0, 61] > found.values[0, 60]  # an entry at the advice speaks for a narrower spread


def test_cases_needed_by_hand():
    made = cases(*[(20, 20, None)] * 20)
    found = detection.detect(made)["A1"]
    sought = RULES.sought["reliant"]
    drift = sought * UP + (1 - sought) * DOWN
    noise = math.sqrt(sought * (1 - sought)) * (UP - DOWN)
    needed = detection.cases_needed(found, made.shown)[0]
    margin = [n * drift - 1.645 * math.sqrt(n) * noise - RULES.a1.threshold for n in (needed, needed - 1)]
    assert margin[0] >= -0.01
    assert margin[1] < 0


def test_cases_that_do_not_count_make_more_of_them_needed():
    dense, thin = cases(*[(20, 20, None)] * 20), cases(*[(20, 20, None), (20, 20, None)] * 10)
    thin.p0[:, ::2] = math.nan
    few, many = (detection.cases_needed(detection.detect(made)["A1"], made.shown)[0] for made in (dense, thin))
    assert 1.8 < many / few < 2.3
    none = cases(*[(20, 20, None)] * 20, p0=math.nan)
    assert np.isinf(detection.cases_needed(detection.detect(none)["A1"], none.shown)[0])
