"""What holds of combined sentences and of the days of a term, whatever the numbers."""

import datetime
from fractions import Fraction

from hypothesis import assume, example, given
from hypothesis import strategies as st

from sentencing_ml.law.combination import Sentence, combine, combine_kinds, combined, later_offence, unjudged_offence
from sentencing_ml.law.execution import execution, last_day, probation_period

BEFORE_CAP_25 = datetime.date(2010, 1, 1)
CEILINGS = {"有期徒刑": 300, "拘役": 12, "管制": 36}
kinds = st.sampled_from(sorted(CEILINGS))
fixed = st.integers(min_value=6, max_value=180)
days = st.dates(min_value=datetime.date(1998, 1, 1), max_value=datetime.date(2026, 1, 1))


@st.composite
def intervals(draw, terms=fixed):
    low, high = sorted((draw(terms), draw(terms)))
    return low, high


@st.composite
def counts(draw):
    kind = draw(kinds)
    longest = {"有期徒刑": 180, "拘役": 6, "管制": 24}[kind]
    return draw(intervals(st.integers(min_value=1, max_value=longest))), kind


lists = st.lists(counts(), min_size=1, max_size=8)


def split(several):
    return [list(part) for part in zip(*several, strict=True)]


@given(lists)
def test_nothing_is_below_the_highest_count_nor_above_the_sum_or_the_cap(several):
    for kind, (low, high) in combine_kinds(*split(several)).items():
        own = [span for span, its_kind in several if its_kind == kind]
        assert low == max(low for low, _ in own)
        assert max(high for _, high in own) <= high <= min(sum(high for _, high in own), CEILINGS[kind])
        assert low <= high


@given(lists, days)
def test_the_executed_bounds_lie_within_the_sum_of_all(several, day):
    low, high = combine(*split(several), on=day)
    assert 0 < low <= high <= sum(high for (_, high), _ in several)


@given(lists, st.randoms(use_true_random=False), days)
def test_the_order_of_counts_does_not_matter(several, random, day):
    other = list(several)
    random.shuffle(other)
    assert combine(*split(several), on=day) == combine(*split(other), on=day)


@given(lists, counts())
def test_another_count_of_a_kind_never_lowers_the_bounds_of_that_kind(several, more):
    """Across kinds it may: 拘役 of a year is gone once a 有期徒刑 of six months absorbs it (69(2))."""
    before, after = combine_kinds(*split(several)), combine_kinds(*split([*several, more]))
    for kind, (low, high) in before.items():
        assert low <= after[kind][0] and high <= after[kind][1]


@given(st.lists(intervals(), min_size=1, max_size=8), intervals())
def test_another_fixed_term_never_lowers_what_is_executed(several, more):
    one, two = (combine(terms, ["有期徒刑"] * len(terms)) for terms in (several, [*several, more]))
    assert one[0] <= two[0] and one[1] <= two[1]


@given(st.lists(intervals(), min_size=1, max_size=6), st.data())
def test_an_interval_holds_every_choice_within_it(several, data):
    chosen = [data.draw(st.integers(min_value=low, max_value=high)) for low, high in several]
    names = ["有期徒刑"] * len(several)
    (low, high), (own_low, own_high) = combine(several, names), combine(chosen, names)
    assert low <= own_low <= own_high <= high


@given(lists)
def test_a_wider_count_never_narrows_the_result(several):
    (low, high), (wide_low, wide_high) = (
        combine(*split(some)) for some in (several, [((max(1, a - 1), b + 1), kind) for (a, b), kind in several])
    )
    assert wide_low <= low and high <= wide_high


@given(st.lists(fixed, min_size=1, max_size=6), days)
def test_the_recorded_result_is_that_of_the_bounds(several, day):
    found = combined([Sentence("有期徒刑", term) for term in several], judged=day)
    assert found.months == combine(several, ["有期徒刑"] * len(several), on=day)
    assert not found.problems and len(found.steps) == (len(several) > 1)


earlier = st.integers(min_value=6, max_value=300)


def both_ways(term, share, others, day=None):
    """Return the same numbers as an unjudged and as a later offence; ``share`` of the earlier term was served."""
    served = term * share // 100
    found = [Sentence("有期徒刑", other) for other in others]
    first = unjudged_offence(Sentence("有期徒刑", term), found, served_months=served, judged=day)
    second = later_offence(Sentence("有期徒刑", term), found, served_months=served, judged=day)
    assert not first.problems and not second.problems
    return first, second, served


@given(earlier, st.integers(0, 100), st.lists(fixed, min_size=1, max_size=4))
def test_a_later_offence_never_leaves_a_lower_minimum_than_an_unjudged_one(term, share, others):
    first, second, _ = both_ways(term, share, others)
    assert second.remaining[0] >= first.remaining[0]


@given(st.integers(6, 240), st.integers(0, 100), st.lists(fixed, min_size=1, max_size=4))
def test_under_one_cap_a_later_offence_never_leaves_a_lower_maximum(term, share, others):
    first, second, _ = both_ways(term, share, others, BEFORE_CAP_25)
    assert second.remaining[1] >= first.remaining[1]


@given(earlier, st.integers(0, 100), st.lists(fixed, min_size=1, max_size=4))
def test_with_two_caps_it_does_so_unless_the_time_served_takes_the_sum_below_35_years(term, share, others):
    first, second, served = both_ways(term, share, others)
    whole = term + sum(others)
    assume(whole < 420 or whole - served >= 420)
    assert second.remaining[1] >= first.remaining[1]


def test_the_exception_is_real():
    # 20 and 15 years reach 35, so 25 is the cap; a year served leaves 34 in all, and then 20 is.
    first, second, served = both_ways(240, 5, [180])
    assert (served, first.remaining, second.remaining) == (12, (228, 288), (228, 240))


@given(earlier, st.integers(0, 100), st.lists(fixed, min_size=1, max_size=4))
def test_what_is_executed_in_all(term, share, others):
    first, second, served = both_ways(term, share, others)
    assert first.total == first.months and first.total[1] <= 300
    assert second.total == tuple(end + served for end in second.remaining)


@given(st.sampled_from(sorted(CEILINGS)), st.integers(2, 24), days, st.integers(0, 40), st.integers(0, 40))
def test_the_days_of_a_term_add_up(kind, halves, start, custody, residence):
    months = Fraction(halves, 2) + {"有期徒刑": 6, "拘役": 0, "管制": 3}[kind]
    found = execution(kind=kind, term_months=months, start=start, custody_days=custody, residence_days=residence)
    if found.problems:
        assert [problem.id for problem in found.problems] == ["custody_over_term"]
        return
    assert found.remaining_days + found.credited_days == found.term_days
    if found.remaining_days:
        assert (found.last_day - start).days + 1 == found.remaining_days
    else:
        assert found.last_day is None


@given(days, st.integers(1, 300))
@example(datetime.date(2024, 2, 29), 12)
@example(datetime.date(2023, 1, 31), 1)
def test_a_longer_term_ends_later(start, months):
    assert start <= last_day(start, Fraction(months)) < last_day(start, Fraction(months + 1))
    # A month that lacks the day, or ends with the first day of the term, shifts the end by three days at most.
    assert abs((last_day(start, Fraction(months)) - start).days + 1 - months * 365.2425 / 12) <= 5


@given(st.sampled_from(["有期徒刑", "拘役"]), st.integers(1, 36))
def test_the_period_of_probation_is_never_shorter_than_the_term(kind, months):
    assume(kind == "有期徒刑" or months <= 12)
    low, high = probation_period(kind, months)
    assert months <= low <= high
