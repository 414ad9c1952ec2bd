"""The structured filter and the nearness of wording, on a handful of invented cases."""

import pytest
from past_cases import write_archive

from sentencing_ml.explanation import similar
from sentencing_ml.factors.registry import registry

OWN = {
    "row_id": "q/0/0", "doc_id": "q", "cluster": "q", "charge_group": "盗窃罪", "amount_yuan": 5000.0, "burglary": True,
    "court": "甲县人民法院", "case_number": "（2023）甲刑初1号", "judgment_date": "2023-05-01",
}  # fmt: skip
WORDS = ["翻窗", "入室", "窃得", "现金", "首饰"]


@pytest.fixture
def opened(tmp_path):
    """Return a function that archives cases: name, words, and what differs from a burglary of 5,000 yuan elsewhere."""
    base = {"charge_group": "盗窃罪", "amount_yuan": 5000.0, "burglary": True, "court": "乙县人民法院",
            "judgment_date": "2010-05-01", "penalty": "有期徒刑", "term_months": 9.0, "counts": 1}  # fmt: skip

    def make(*cases):
        rows = [({**base, "row_id": f"{name}/0/0", "doc_id": name, "cluster": name, **other}, words) for name, words, other in cases]
        return write_archive(tmp_path / "archive", rows)

    return make


def found(archive, *, k=3, row=OWN, tier=None, words=WORDS):
    return [(match["doc_id"], match["step"]) for match in archive.similar(row=row, tier=tier, tokens=words, k=k)]


def test_wording_ranks_within_a_step_and_the_filter_goes_before_wording(opened):
    archive = opened(
        ("a", ["翻窗", "入室", "其他"], {}),
        ("b", WORDS, {}),
        ("c", WORDS, {"burglary": False}),
        ("d", ["其他"], {"amount_yuan": 19999.0}),
        ("e", WORDS, {"amount_yuan": 20000.0}),
        ("f", ["其他"], {"amount_yuan": 0.0}),
        ("g", ["其他"], {"burglary": False, "weapon": True}),
        ("h", WORDS, {"amount_yuan": 90000.0, "burglary": False, "weapon": True}),
        ("i", WORDS, {"tier": "t2"}),
    )
    order = [("b", 0), ("a", 0), ("c", 1), ("d", 1), ("e", 2), ("f", 2), ("g", 2), ("h", 3), ("i", 4)]
    assert found(archive, k=9) == order
    assert found(archive, k=1, tier="t2") == [("i", 0)]
    assert found(archive, k=9, tier="t9")[0] == ("b", 4), "a tier that no past case has"


def test_within_a_step_fewer_differing_factors_go_before_nearer_wording(opened):
    far = {"amount_yuan": 90000.0, "weapon": True}
    archive = opened(("a", WORDS, {**far, "repeated": True, "group": True}), ("b", ["其他"], {**far, "repeated": True}))
    assert found(archive) == [("b", 3), ("a", 3)]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"doc_id": "q"}, "the case's own document"),
        ({"cluster": "q"}, "a near-duplicate of it"),
        ({"court": "甲县人民法院", "case_number": "（2023）甲刑初1号"}, "the same case under another id"),
        ({"charge_group": "诈骗罪"}, "another charge"),
        ({"legal_entity": True}, "a unit"),
    ],
)
def test_never_comes_back(opened, other, reason):
    archive = opened(("a", WORDS, other), ("b", WORDS, {}))
    assert [name for name, _ in found(archive)] == ["b"], reason


def test_the_number_of_another_court_is_another_case(opened):
    assert found(opened(("a", WORDS, {"case_number": OWN["case_number"]}))) == [("a", 0)]


def test_units_are_compared_with_units(opened):
    archive = opened(("a", WORDS, {"legal_entity": True}), ("b", WORDS, {}))
    assert found(archive, row={**OWN, "legal_entity": True}) == [("a", 0)]


def test_one_cluster_comes_back_once(opened):
    archive = opened(("a", WORDS, {"cluster": "x"}), ("b", WORDS, {"cluster": "x", "weapon": True}), ("c", WORDS, {"weapon": True}))
    assert found(archive) == [("a", 0), ("c", 1)]


def test_one_cluster_that_fills_all_that_is_scored_does_not_hide_the_others(opened, monkeypatch):
    monkeypatch.setattr(similar, "_SCORED", 2)
    same = [(name, WORDS, {"cluster": "x", "judgment_date": "2022-05-01"}) for name in "abcd"]
    assert [name for name, _ in found(opened(*same, ("e", ["其他"], {})))] == ["a", "e"]


def test_of_more_cases_than_are_scored_the_newest_are_compared(opened, monkeypatch):
    monkeypatch.setattr(similar, "_SCORED", 2)
    archive = opened(("a", WORDS, {"judgment_date": "2001-01-01"}), ("b", ["其他"], {}), ("c", ["其他"], {"judgment_date": "2011-01-01"}))
    assert [name for name, _ in found(archive, k=2)] == ["c", "b"]


def test_the_same_court_and_recent_years_come_first_among_the_nearest(opened):
    archive = opened(
        ("a", WORDS, {}),
        ("b", [*WORDS, "雨夜"], {"judgment_date": "2022-01-01"}),
        ("c", [*WORDS, "雨夜"], {"court": "甲县人民法院"}),
    )
    matches = archive.similar(row=OWN, tier=None, tokens=WORDS, k=3)
    assert [(match["doc_id"], match["same_court"], match["recent"]) for match in matches] == [
        ("c", True, False), ("b", False, True), ("a", False, False),
    ]  # fmt: skip


def test_at_equal_wording_the_newest_comes_first_and_then_the_row(opened):
    archive = opened(("b", WORDS, {}), ("a", WORDS, {}), ("d", WORDS, {"judgment_date": None}), ("c", WORDS, {"judgment_date": "2011-01-01"}))
    assert [name for name, _ in found(archive, k=4)] == ["c", "a", "b", "d"]


def test_only_chinese_words_of_two_characters_and_more_count(opened):
    archive = opened(("a", [*WORDS, "，", "某", "的", "5000", "iPhone"], {}))
    assert archive.similar(row=OWN, tier=None, tokens=WORDS, k=1)[0]["similarity"] == 1.0


@pytest.mark.parametrize("words", [[], ["没有", "相同"]])
def test_without_a_word_in_common_the_filter_alone_decides(opened, words):
    archive = opened(("a", WORDS, {"weapon": True}), ("b", [], {}))
    matches = archive.similar(row=OWN, tier=None, tokens=words, k=2)
    assert [(match["doc_id"], match["similarity"]) for match in matches] == [("b", 0.0), ("a", 0.0)]


@pytest.mark.parametrize("charge", ["诈骗罪", None])
def test_a_charge_without_cases_has_none(opened, charge):
    assert found(opened(("a", WORDS, {})), row={**OWN, "charge_group": charge}) == []


def test_a_row_of_which_nothing_is_known_finds_cases_of_which_nothing_is_known(opened):
    nothing = dict.fromkeys(("amount_yuan", "burglary", "court", "judgment_date"))
    archive = opened(("a", WORDS, nothing), ("b", WORDS, {}))
    assert found(archive, row={"charge_group": "盗窃罪"}, words=[]) == [("a", 0), ("b", 2)]


DIFFERENCES = [
    # factor, here, there, how much that differs, reason
    ("deaths", None, None, 0, "unknown in both"),
    ("deaths", None, 0, 0, "the unknown may be none"),
    ("deaths", 0, None, 0, "and none may be the unknown"),
    ("deaths", 0, 0, 0, "none in both"),
    ("deaths", None, 2, 1, "the unknown may be two, and may be none"),
    ("deaths", 2, None, 1, "from either side"),
    ("deaths", 0, 1, 2, "some against none"),
    ("deaths", 1, 0, 2, "from either side"),
    ("deaths", 2, 3, 0, "of a like size"),
    ("deaths", 2, 4, 1, "twice as many"),
    ("deaths", 4, 2, 1, "half as many"),
    ("deaths", 2, 7, 1, "not yet four times as many"),
    ("deaths", 2, 8, 2, "four times as many"),
    ("deaths", 8, 2, 2, "a quarter"),
    ("weapon", True, False, 1, "a circumstance that one case has"),
    ("injury_grade", "轻伤二级", "轻伤一级", 1, "grades that adjoin"),
    ("injury_grade", "轻伤二级", "重伤二级", 2, "grades that do not"),
    ("injury_grade", "死亡", "轻微伤", 2, "nor these"),
    ("injury_grade", "死亡", None, 1, "the unknown may adjoin"),
    ("injury_grade", None, "死亡", 1, "from either side"),
    ("drug_type", "海洛因", "吗啡", 1, "kinds of drugs have no order"),
    ("stage", "既遂", "预备", 2, "preparation is far from completion"),
]


def test_how_much_each_factor_differs(opened):
    rows = [(f"{n}", WORDS, {"charge_group": f"第{n}罪", factor: there}) for n, (factor, _, there, _, _) in enumerate(DIFFERENCES)]
    archive = opened(*rows)
    for n, (factor, here, _, differences, reason) in enumerate(DIFFERENCES):
        assert found(archive, row={**OWN, "charge_group": f"第{n}罪", factor: here}) == [(f"{n}", differences)], reason


def test_matches_and_differences_are_said_in_words_of_the_registry(opened):
    archive = opened(("a", WORDS, {"amount_yuan": 8000.0, "burglary": None, "weapon": True, "deaths": 0, "surrender": True}))
    match = archive.similar(row=OWN, tier=None, tokens=WORDS, k=1)[0]
    assert match["matches"] == [{"factor": "犯罪数额", "here": "5,000 元", "there": "8,000 元"}]
    assert match["differs"] == [
        {"factor": "入户", "here": "有", "there": "未记载"},
        {"factor": "持械、携带凶器", "here": "未记载", "there": "有"},
    ]
    assert match["offender"] == ["自首"] and match["term_months"] == 9.0


LIKE = [
    # factor, here, there, alike, reason
    ("amount_yuan", 5000.0, 9999.0, True, "less than twice"),
    ("amount_yuan", 5000.0, 10000.0, False, "twice is another order"),
    ("amount_yuan", 10000.0, 5000.0, False, "and so is half"),
    ("amount_yuan", 0.1, 0.2, False, "twice, where neither has an exact binary form"),
    ("deaths", 1, 2, False, "two dead are not like one"),
    ("deaths", 2, 3, True, "three are less than twice two"),
    ("deaths", 0, 0, False, "none in either says nothing that matches"),
    ("amount_yuan", None, None, False, "nor does what neither mentions"),
    ("amount_yuan", 5000.0, None, False, "what one case lacks is no match"),
    ("injury_grade", "轻伤一级", "轻伤一级", True, "the same grade"),
    ("injury_grade", "轻伤一级", "轻伤二级", False, "grades are the same or not"),
    ("weapon", True, True, True, "the same circumstance"),
    ("weapon", False, False, False, "without it in both, nothing matches"),
    ("weapon", True, False, False, "one has it"),
]


@pytest.fixture(scope="module")
def a_charge_each(tmp_path_factory):
    """The case of every line of ``LIKE`` in a charge of its own."""
    rows = [{"row_id": f"{n}/0/0", "doc_id": str(n), "cluster": str(n), "charge_group": f"第{n}罪", factor: there}
            for n, (factor, _, there, _, _) in enumerate(LIKE)]  # fmt: skip
    return write_archive(tmp_path_factory.mktemp("like"), [(row, WORDS) for row in rows])


@pytest.mark.parametrize(("line", "factor", "here", "there", "same", "reason"), [(n, *line) for n, line in enumerate(LIKE)])
def test_what_counts_as_alike(a_charge_each, line, factor, here, there, same, reason):
    assert similar.alike(registry().factors[factor], here, there) is same, reason
    [(_, step)] = found(a_charge_each, row={"charge_group": f"第{line}罪", factor: here})
    both_lack = not here and not there
    assert (step == 0) is (same or both_lack), f"the filter: {reason}"


def test_rows_of_one_document_share_a_vector_within_a_charge(opened):
    archive = opened(
        ("a", WORDS, {"row_id": "a/0/0"}),
        ("a", WORDS, {"row_id": "a/1/0"}),
        ("a", WORDS, {"row_id": "a/0/1", "charge_group": "诈骗罪"}),
        ("b", WORDS, {}),
    )
    assert len(archive._store.indptr) - 1 == 3
    assert [match["similarity"] for match in archive.similar(row=OWN, tier=None, tokens=WORDS, k=3)] == [1.0, 1.0]
