"""Reading is linear in the length of a text, whatever the text: by structure and by counted operations, not by time."""

import re
from re import _parser as parser

import pytest
from hostile import HOSTILE, operations, risky
from hypothesis import given
from hypothesis import strategies as st

from sentencing_ml.judgments import duplicates, formats, masking, numerals, parties, reading, sections, view
from sentencing_ml.judgments.masking import mask
from sentencing_ml.judgments.numerals import fold
from sentencing_ml.judgments.parties import find_defendants
from sentencing_ml.judgments.sections import recognise, split_sections, without_statutes
from sentencing_ml.judgments.view import bare_page_numbers

MODULES = (duplicates, formats, masking, numerals, parties, reading, sections, view)


def patterns():
    for module in MODULES:
        for name, value in sorted(vars(module).items()):
            values = value if isinstance(value, (tuple, list)) else vars(value).values() if hasattr(value, "reach") else [value]
            for pattern in values:
                if isinstance(pattern, re.Pattern):
                    yield pytest.param(pattern, id=f"{module.__name__.rpartition('.')[2]}.{name}")


@pytest.mark.parametrize("pattern", list(patterns()))
def test_no_pattern_can_go_back_over_a_run_without_bound(pattern):
    assert list(risky(parser.parse(pattern.pattern, pattern.flags))) == []


@pytest.mark.parametrize("pattern", [r"\d+元", r"(?:ab)*", r"(?:\d{1,3},)+x", r"(?=.*终结)"])
def test_the_check_of_patterns_finds_what_it_looks_for(pattern):
    assert list(risky(parser.parse(pattern)))


HEAD = "某县人民法院 刑事判决书 （2020）某刑初1号 公诉机关某县人民检察院。 被告人甄有为，男，1990年1月2日出生。 "
CASE = "某县人民检察院以某检〔2020〕1号起诉书指控被告人甄有为犯盗窃罪，提起公诉。现已审理终结。 经审理查明，"
END = " 上述事实，有证言证实。 本院认为，被告人甄有为构成盗窃罪。判决如下： 被告人甄有为犯盗窃罪，判处拘役四个月。 审判员乙"
NAMES = tuple(f"{'赵钱孙李'[i % 4]}{chr(0x4E00 + i)}{chr(0x5000 + i)}" for i in range(320))


def read(text):
    kind = recognise(text)
    if kind in ("judgment", "indictment"):
        text, parts = without_statutes(text, split_sections(text, kind))
    else:
        parts = ()
    found = find_defendants(text, parts)
    bare_page_numbers(text)
    return mask(text, keep=[defendant.name for defendant in found])


@pytest.mark.parametrize("place", ["alone", "header", "facts", "fact record"])
@pytest.mark.parametrize("name", HOSTILE)
def test_twice_the_text_takes_at_most_twice_the_operations(name, place):
    def text(length):
        filler = HOSTILE[name](length)
        if place == "header":
            return HEAD + filler + CASE + END
        return HEAD + CASE + filler + END if place == "facts" else filler

    work = (lambda text: find_defendants(text, ())) if place == "fact record" else read
    once, twice = (operations(work, text(length)) for length in (3000, 6000))
    assert twice <= 2.2 * once + 300


@given(st.text(alphabet="被１Ａ．％○　，：～＊a1 ", max_size=40), st.text(alphabet="被１Ａ．％○　，：～＊a1 ", max_size=40))
def test_folding_looks_at_each_character_alone(one, two):
    assert fold(one + two) == "".join(fold(character) for character in one + two)
    assert len(fold(one)) == len(one)


@given(st.text(alphabet="判决第页共 \n\t0１－3。，、】", max_size=80))
def test_marks_of_the_squeezed_copy_lead_back_to_their_characters(text):
    copy = sections._squeeze(text)
    folded = fold(text)
    assert [folded[copy.original(place)] for place in range(len(copy.text))] == list(copy.text)
    assert list(copy.heads) == sorted(copy.heads)
    assert all(0 <= head <= len(copy.text) for head in copy.heads)


def test_accused_of_many_names_are_all_found():
    text = "".join(f"被告人{name}到场。{name}离开。" for name in NAMES)
    assert len(NAMES) > 300
    assert [defendant.name for defendant in find_defendants(text, ())] == list(NAMES)


def test_a_number_on_a_character_that_returns_is_no_page_however_often_it_returns():
    page = "天" * 300
    text = f"某1不{page}从重2处罚{page}即3如{page}" + "某1不" * 50
    assert [text[start:end] for start, end in bare_page_numbers(text)] == ["2", "3"]
