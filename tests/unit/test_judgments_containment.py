import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentencing_ml.judgments.containment import contaminated
from sentencing_ml.judgments.document import Document, Section
from sentencing_ml.judgments.table import documents_to_frame

CHARACTERS = [chr(code) for code in range(0x4E00, 0x5200)]


def text(seed, length=200):
    return "".join(random.Random(seed).choices(CHARACTERS, k=length))


def record(identity, content):
    return Document(id=identity, source="", kind="fact_record", text=content)


def judgment(identity, *, before, facts, after):
    sections = (
        Section(name="header", start=0, end=len(before)),
        Section(name="findings", start=len(before), end=len(before + facts)),
        Section(name="opinion", start=len(before + facts), end=len(before + facts + after)),
    )
    return Document(id=identity, source="", kind="judgment", text=before + facts + after, sections=sections)


def table(documents, clusters=None):
    return documents_to_frame(documents, clusters=clusters or [document.id for document in documents])


def found(documents, excluded, clusters=None):
    return contaminated(table(documents, clusters), excluded)


A, B = text(1), text(2)
# A text of n letters has n − 11 shingles, and two that share their first k letters share k − 11 of them: of the 189
# shingles of 200 letters, 95 are more than half.
PAIRS = [
    (A, A, True, "the same text"),
    (A, B, False, "nothing in common"),
    (A[:106] + B[:94], A, True, "95 of 189 shingles: more than half"),
    (A[:105] + B[:95], A, False, "94 of 189 shingles: less than half"),
    (A[:31] + B[:31], A[:31] + text(3, 40), False, "20 of 51: less than half of the shorter"),
    (A[:51], B + A[:60] + text(3, 3000), True, "a record that is a part of a judgment"),
    (B + A + text(3, 3000), A, True, "a judgment that holds the record"),
    (A[:100], "，".join(A[:100]), True, "commas between all characters"),
    (" \n".join(A), A, True, "blanks and line ends"),
    ("在２０１９年３月４日夜间窃取", "在2019年3月4日夜间窃取", True, "full-width digits"),
    ("短文", "短文", True, "a text shorter than a shingle is one shingle"),
    ("短文", "短文二", False, "two short texts that begin alike"),
    ("短文", "短文" + A, False, "a short text is no shingle of a longer one"),
    ("", "", False, "no text is no duplicate of no text"),
    ("。", "", False, "neither has a letter"),
    (A[5:15] + "。" * 9, B[5:15] + "。" * 9, False, "signs alone in common are less than half"),
]


@pytest.mark.parametrize(("one", "other", "shared", "why"), PAIRS, ids=[row[3] for row in PAIRS])
def test_more_than_half_of_the_shorter_is_a_near_duplicate(one, other, shared, why):
    assert bool(found([record("a", one)], [record("b", other)]).ids) is shared, why
    assert bool(found([record("b", other)], [record("a", one)]).ids) is shared, f"{why}, the other way round"


def test_exactly_half_is_not_more_than_half():
    # 30 letters are 19 shingles, 31 are 20; two texts of 20 shingles that share 10 share their first 21 letters
    assert not found([record("a", A[:21] + B[:10])], [record("b", A[:31])]).ids
    assert found([record("a", A[:22] + B[:9])], [record("b", A[:31])]).ids == {"a"}


def test_two_judgments_on_one_event_share_the_facts_alone():
    one = judgment("a", before=text(3, 400), facts=A, after=text(4, 900))
    other = judgment("b", before=text(5, 300), facts=A, after=text(6, 700))
    assert found([one], [other]).shared == {"a"}


def test_an_equal_frame_around_other_facts_is_no_duplicate():
    one = judgment("a", before=text(3, 60), facts=A, after=text(4, 60))
    other = judgment("b", before=text(3, 60), facts=B, after=text(4, 60))
    assert not found([one], [other]).ids


def test_the_whole_cluster_goes_and_no_other():
    documents = [record("a", A), record("b", text(7)), record("c", text(8)), record("d", B)]
    result = found(documents, [record("x", A)], clusters=["k", "k", "k", "d"])
    assert (result.shared, result.clustered) == ({"a"}, {"b", "c"})
    assert result.ids == {"a", "b", "c"}


def test_one_document_may_meet_several_and_several_one():
    documents = [record("a", A), record("b", A[:150]), record("c", B), record("d", text(9))]
    result = found(documents, [record("x", A), record("y", A), record("z", B + A)])
    assert result.shared == {"a", "b", "c"}


def test_halves_taken_from_two_records_are_near_duplicates_of_neither():
    """Each excluded record counts for itself: a text of four quarters is no duplicate of any of its sources."""
    sources = [text(seed) for seed in range(20, 24)]
    mixed = "".join(source[:50] for source in sources)
    assert not found([record("a", mixed)], [record(str(place), source) for place, source in enumerate(sources)]).ids


def test_nothing_excluded_leaves_all_and_no_document_is_no_error():
    assert not found([record("a", A)], []).ids
    assert not contaminated(table([record("a", A)]).iloc[:0], [record("b", A)]).ids


def test_the_id_of_a_record_does_not_matter():
    assert not found([record("same", A)], [record("same", B)]).ids


def test_a_text_of_unpaired_surrogates_is_compared_like_any_other():
    broken = A[:50] + "\ud800" + A[50:]
    assert found([record("a", A)], [record("b", broken)]).ids == {"a"}


few_letters = st.text(alphabet="甲乙，", min_size=0, max_size=40)


@given(st.lists(few_letters, min_size=1, max_size=5), st.lists(few_letters, min_size=1, max_size=5))
def test_the_index_finds_what_comparing_every_pair_finds(texts, others):
    """Few letters, so that shingles repeat within a text and between texts."""

    def share(one, other):
        sets = [{part[at : at + 12] for at in range(max(1, len(part) - 11))} if part else set() for part in (one, other)]
        return len(sets[0] & sets[1]) / min(map(len, sets)) if all(sets) else 0.0

    expected = {
        str(place)
        for place, one in enumerate(texts)
        if any(max(share(one, other), share(one.replace("，", ""), other.replace("，", ""))) > 0.5 for other in others)
    }
    documents = [record(str(place), one) for place, one in enumerate(texts)]
    assert found(documents, [record("x", other) for other in others]).shared == expected


def test_rows_may_come_in_any_order_and_number():
    documents = [record(str(seed), text(seed, 60)) for seed in range(600)]
    excluded = [record(str(seed), text(seed, 60)) for seed in range(590, 610)]
    expected = {str(seed) for seed in range(590, 600)}
    frame = table(documents)
    assert contaminated(frame, excluded).shared == expected
    assert contaminated(frame.sample(frac=1, random_state=1), excluded[::-1]).shared == expected
