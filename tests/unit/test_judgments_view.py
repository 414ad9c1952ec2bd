from hypothesis import given
from hypothesis import strategies as st

from sentencing_ml.judgments.view import bare_page_numbers, view


def test_line_ends_spaces_and_ruled_page_numbers_are_left_out():
    text = "判处有期徒\n刑一年，－3－缓刑 二年"
    copy = view(text)
    assert copy.text == "判处有期徒刑一年，缓刑二年"
    position = copy.text.index("缓刑二年")
    start, end = copy.span(position, position + 4)
    assert text[start:end] == "缓刑 二年"


def test_bare_page_numbers_count_up_a_page_apart():
    page = "某" * 300
    text = f"本院认定{page}从重2处罚{page}即3如不服{page}书4记员"
    assert [text[a:b] for a, b in bare_page_numbers(text)] == ["2", "3", "4"]


def test_numbered_names_are_no_page_numbers():
    text = "被告人张1与王2发生争执，" + "某" * 300 + "被告人张1与王2"
    assert bare_page_numbers(text) == ()


def test_a_span_taken_out_leaves_every_other_offset_as_it_was():
    text = "建议 判处有期徒\n刑三年，并处罚金"
    copy = view(text)
    position = copy.text.index("三年")
    shorter = copy.without([(position, position + 2)])
    assert shorter.text == "建议判处有期徒刑，并处罚金"
    start, end = shorter.span(shorter.text.index("罚金"), len(shorter.text))
    assert text[start:end] == "罚金"


@given(st.text(alphabet="被告人犯 \n\t０1－", max_size=60))
def test_every_character_of_the_copy_leads_back_to_its_own(text):
    from sentencing_ml.judgments.numerals import fold

    copy = view(text)
    folded = fold(text)
    assert all(folded[copy.offset(i)] == char for i, char in enumerate(copy.text))
