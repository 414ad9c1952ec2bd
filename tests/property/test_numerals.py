from hypothesis import given
from hypothesis import strategies as st

from sentencing_ml.judgments.numerals import duration_at, fold, format_integer, parse_integer


@given(st.integers(min_value=0, max_value=10**12 - 1))
def test_a_number_survives_writing_and_reading(value):
    assert parse_integer(format_integer(value)) == value


@given(st.integers(min_value=0, max_value=25), st.integers(min_value=0, max_value=11))
def test_a_term_survives_writing_and_reading(years, months):
    text = (f"{format_integer(years)}年" if years else "") + (f"{format_integer(months)}个月" if months else "")
    found = duration_at(text, 0)
    assert (found.value if found else 0) == 12 * years + months


@given(st.text())
def test_folding_never_changes_the_length(text):
    assert len(fold(text)) == len(text)
