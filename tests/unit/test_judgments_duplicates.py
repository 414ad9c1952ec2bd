import random

import pytest

from sentencing_ml.judgments.duplicates import Match, find_duplicates, fingerprint

CHARACTERS = [chr(code) for code in range(0x4E00, 0x5200)]


def text(seed, length=600):
    return "".join(random.Random(seed).choices(CHARACTERS, k=length))


def changed(original, places):
    characters = list(original)
    for place in places:
        characters[place] = "〇"
    return "".join(characters)


def compare(texts, ids=None, *, workers=1):
    ids = ids or [str(number) for number in range(len(texts))]
    return find_duplicates(ids, texts, similarity=0.85, workers=workers)


@pytest.mark.parametrize(
    ("one", "other", "equal", "why"),
    [
        ("甲，乙。", "甲乙", True, "punctuation does not count"),
        ("甲 乙\n", "甲乙", True, "blanks do not count"),
        ("２０１７年Ａ", "2017年A", True, "full-width forms are folded"),
        ("盗窃100元", "盗窃200元", False, "another amount is another case"),
        ("甲某", "乙某", False, "another name is another case"),
    ],
)
def test_fingerprint(one, other, equal, why):
    assert (fingerprint(one) == fingerprint(other)) is equal, why


def test_exact_near_and_different_texts():
    base = text(1)
    found = compare([base, text(2), base + "。", changed(base, [50])])
    assert found[0] == Match(cluster="0")
    assert found[1] == Match(cluster="1")
    assert found[2] == Match(cluster="0", exact="0")
    assert found[3] == Match(cluster="0", near="0")


def test_texts_that_share_half_their_words_are_different():
    first, second = text(1), text(2)
    found = compare([first, first[:300] + second[:300]])
    assert [match.cluster for match in found] == ["0", "1"]


def test_near_duplicates_are_joined_through_a_third():
    base = text(1, 2000)
    steps = [base, changed(base, range(100, 1000, 200)), changed(base, range(100, 2000, 200))]
    assert {match.cluster for match in compare(steps)} == {"0"}


def test_documents_of_one_judgment_share_a_cluster():
    found = compare([text(1), text(2), text(3)], ["a#1", "b", "a#2"])
    assert [match.cluster for match in found] == ["a#1", "b", "a#1"]
    assert all(match.exact is None and match.near is None for match in found)


def test_short_and_empty_texts_are_compared_too():
    assert [match.exact for match in compare(["", "甲", "。", "甲"])] == [None, None, "0", "1"]


def test_the_result_depends_on_the_texts_alone(monkeypatch):
    texts = [text(seed) for seed in range(20)]
    texts += [changed(texts[3], [10]), texts[5]]
    alone = compare(texts)
    monkeypatch.setattr("sentencing_ml.judgments.duplicates._POOL_FROM", 0)
    assert compare(texts, workers=2) == alone
