"""What holds of every edit of the swap test, on synthetic judgments drawn at random."""

import re
from functools import lru_cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sentencing_ml.fairness.swaps.edits import edited, edits, reread
from sentencing_ml.judgments.document import Document
from sentencing_ml.settings import load_settings
from sentencing_ml.simulation.simulate import simulate

PLAIN = load_settings(Path(__file__).parents[2] / "params.yaml")
DRAWN = 40
PAIRS = [(edit, value) for edit in edits() for value in edit.values]
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
MONEY = re.compile(r"[\d.,]+(?=余?(?:元|万元|克|毫克|mg))|[一二三四五六七八九十百千万]+(?=余?元)")


@lru_cache(maxsize=1)
def judgments():
    drawn = simulate(settings=PLAIN.simulation.model_copy(update={"judgments": DRAWN, "seed": 77}))
    return [
        reread(Document(id=entry["id"], source="s", kind="judgment", text=entry["text"]), entry["text"])
        for entry in drawn.judgments
    ]


@given(st.integers(0, DRAWN - 1), st.sampled_from(PAIRS))
def test_an_edit_touches_no_number_and_no_amount(place, pair):
    edit, value = pair
    document = judgments()[place]
    new = edited(document, edit, value)
    if new is None:
        return
    assert new.text != document.text
    assert MONEY.findall(new.text) == MONEY.findall(document.text)
    if edit.name != "date_shift":
        assert NUMBER.findall(new.text) == NUMBER.findall(document.text)


@given(st.integers(0, DRAWN - 1), st.sampled_from(PAIRS))
def test_the_sections_and_defendants_of_an_edited_text_are_those_before(place, pair):
    edit, value = pair
    document = judgments()[place]
    new = edited(document, edit, value)
    if new is None:
        return
    assert [section.name for section in new.sections] == [section.name for section in document.sections]
    assert new.sections[0].start == 0 and new.sections[-1].end == len(new.text)
    assert len(new.defendants) == len(document.defendants)
    for defendant in new.defendants:
        assert defendant.name in new.text[defendant.start : defendant.end]


@given(st.integers(0, DRAWN - 1), st.sampled_from(["向后", "向前"]))
def test_shifted_dates_keep_their_order_and_their_distance(place, value):
    shift = next(edit for edit in edits() if edit.name == "date_shift")
    document = judgments()[place]
    new = edited(document, shift, value)
    if new is None:
        return
    whole = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
    pairs = list(zip(whole.findall(document.text), whole.findall(new.text), strict=True))
    assert {(one[0], one[1]) == (other[0], other[1]) for one, other in pairs} == {True}
    assert len({int(other[2]) - int(one[2]) for one, other in pairs}) == 1


@given(st.integers(0, DRAWN - 1), st.sampled_from(PAIRS))
def test_the_same_edit_twice_gives_the_same_text(place, pair):
    edit, value = pair
    document = judgments()[place]
    one, other = edited(document, edit, value), edited(document, edit, value)
    assert one == other
