"""The swap test against predictors whose dependence is known, on synthetic judgments."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.fairness.swaps import swap
from sentencing_ml.fairness.swaps.edits import edits, reread
from sentencing_ml.fairness.swaps.swap import ADVICE, assess_swaps, compare, self_test, structured, summarise, swaps_of
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.table import documents_to_frame
from sentencing_ml.settings import load_settings
from sentencing_ml.simulation.simulate import simulate

PLAIN = load_settings(Path(__file__).parents[2] / "params.yaml")


def options(**audit):
    update = {"swaps": None, "bootstrap": 50, **audit}
    return PLAIN.model_copy(update={"audit": PLAIN.audit.model_copy(update=update)})


@pytest.fixture(scope="module", autouse=True)
def read_once():
    """Read each text once: the tests ask other questions of the same swaps."""
    known = {}

    def blind(document, read=swap.blind):
        if document.text not in known:
            known[document.text] = read(document)
        return known[document.text]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(swap, "blind", blind)
        yield


@pytest.fixture(scope="module")
def judgments():
    """Sixty synthetic judgments, and their factor table as a training part."""
    drawn = simulate(settings=PLAIN.simulation.model_copy(update={"judgments": 60}))
    read = []
    for entry in drawn.judgments:
        blank = Document(id=entry["id"], source="s", kind="judgment", text=entry["text"])
        read.append(reread(blank, blank.text))
    return read, drawn.factors.assign(part="train")


class Advice:
    """Months of the amount and the injuries alone, or of one column more."""

    def __init__(self, column=None, value=None, raised=1.2):
        self.column, self.value, self.raised = column, value, raised

    def predict(self, frame, *, threads):
        """Return what the test compares of every count."""
        amount = frame["amount_yuan"].astype("float64").fillna(0)
        months = 6 + np.log1p(amount) + 12 * frame["serious_injuries"].astype("float64").fillna(0)
        if self.column:
            months = months * np.where(frame[self.column].eq(self.value).fillna(False), self.raised, 1.0)
        table = pd.DataFrame(dict.fromkeys(ADVICE, months), index=frame.index)
        return table.assign(status="advised", tier=pd.array([1] * len(frame), dtype="Int64"))


def assessed(judgments, model, *, number=5, **audit):
    read, _ = judgments
    frame = documents_to_frame(read[:number], clusters=[document.id for document in read[:number]])
    return assess_swaps(frame, model, settings=options(**audit), threads=1)


def by_name(content):
    return {entry["name"]: entry for entry in content["edits"]}


def test_advice_on_facts_alone_does_not_move(judgments):
    content = assessed(judgments, Advice())
    assert content["status"] == "measured" and content["moved"] == 0 and content["by_rule"] == []
    assert content["swaps"] == sum(entry["swaps"] for entry in content["edits"]) > 100
    assert content["upper"] == pytest.approx(3 / content["swaps"], rel=0.01)  # the rule of three
    assert set(by_name(content)) == {edit.name for edit in edits()}
    for entry in content["edits"]:
        assert entry["change"] == {"estimate": 0.0, "low": None, "high": None}
        assert entry["read_otherwise"] == 0


def test_an_advice_that_reads_the_sex_moves_under_gender_words_alone(judgments):
    content = assessed(judgments, Advice("gender", "女"))
    found = by_name(content)
    assert found["gender"]["share"] > 0.9 and found["gender"]["upper"] is None
    # a man's months rise by a fifth, a woman's fall back
    assert 0.02 < abs(found["gender"]["change"]["estimate"]) < 0.2
    assert content["moved"] == found["gender"]["moved"] and content["placebo_share"] == 0
    assert {(entry["edit"], entry["factor"]) for entry in content["by_rule"]} == {("gender", "advice")}


@pytest.mark.parametrize(("column", "value", "edit"), [("ethnicity", "回族", "ethnicity"), ("counsel", "法律援助", "counsel")])
def test_a_dependence_is_found_under_its_own_edit(judgments, column, value, edit):
    content = assessed(judgments, Advice(column, value))
    assert {entry["name"] for entry in content["edits"] if entry["moved"]} == {edit}


def test_a_move_by_the_law_of_the_place_is_counted_apart(judgments):
    content = assessed(judgments, Advice("province", "上海市"))
    assert content["moved"] == 0 and content["norm"] > 0
    assert by_name(content)["province"]["change"]["estimate"] == 0.0
    assert [(entry["edit"], entry["factor"]) for entry in content["norm_moves"]] == [("province", "province")]


def test_the_law_of_the_place_excuses_no_other_edit(judgments):
    read, _ = judgments
    predict = structured(Advice("province", "上海市"), threads=1)
    swaps = [swap for swap in swaps_of(read[:3], rng=None) if swap.edit.name == "province" and swap.value == "上海"]
    surname = next(edit for edit in edits() if edit.name == "surname")
    disguised = [type(swap)(place=swap.place, edit=surname, value="x", document=swap.document) for swap in swaps]
    table = compare(predict(read[:3]), predict([swap.document for swap in swaps]), disguised)
    assert set(table["kind"]) == {"moved"}


def test_where_law_ties_sex_to_a_charge_the_move_is_told_with_its_article(judgments):
    read, _ = judgments
    swaps = [swap for swap in swaps_of(read[:3], rng=None) if swap.edit.name == "gender"]
    predict = structured(Advice("gender", "女"), threads=1)
    before, after = (
        predict(texts).assign(charge_group="强奸罪") for texts in (read[:3], [swap.document for swap in swaps])
    )
    table = compare(before, after, swaps).assign(cluster="c")
    content = summarise(table, Counter(), settings=options().audit)
    assert content["moved"] == 0 and content["relevant"] > 0
    assert by_name(content)["gender"]["relevant"][0]["article"] == "刑法236"


def test_other_defendants_read_are_a_move(judgments):
    read, _ = judgments
    predict = structured(Advice(), threads=1)
    swaps = [swap for swap in swaps_of(read[:2], rng=None) if swap.edit.name == "surname"]
    before, after = predict(read[:2]), predict([swap.document for swap in swaps])
    table = compare(before, after[after["count"] != "0/0"], swaps)
    assert set(table.loc[table["count"] == "0/0", "factors"]) == {("counts",)}
    assert table.loc[table["count"] == "0/0", "kind"].eq("moved").all()


def test_a_text_model_stands_beside_on_the_same_swaps(judgments):
    read, factors = judgments
    frame = documents_to_frame(read, clusters=[document.id for document in read])
    content = assess_swaps(frame, Advice(), settings=options(swaps=3), threads=1, frame=factors)
    assert content["every_value"] is False and content["texts"] == 3 and content["text_why"] is None
    assert all(entry["text_model"]["swaps"] == entry["swaps"] for entry in content["edits"])
    # a reader of words follows a sentence that says nothing
    assert any(entry["text_model"]["moved"] for entry in content["edits"] if entry["kind"] == "placebo")


def test_without_texts_to_learn_from_the_text_model_says_so(judgments):
    read, factors = judgments
    frame = documents_to_frame(read[:20], clusters=[document.id for document in read[:20]])
    for training in (None, factors):
        content = assess_swaps(frame, Advice(), settings=options(swaps=3), threads=1, frame=training)
        assert content["text_why"] and all(entry["text_model"] is None for entry in content["edits"])


def test_noise_shows_in_the_placebo_and_is_not_read_as_an_effect_of_a_group(judgments):
    class Noisy(Advice):
        def predict(self, frame, *, threads):
            table = super().predict(frame, threads=threads)
            return table.assign(liability_months=table["liability_months"] * (1 + 0.01 * np.arange(len(table)) / 7))

    content = assessed(judgments, Noisy(), number=4)
    assert content["placebo_share"] > 0.8 and "不稳定" in content["reading"]


def test_the_test_finds_every_planted_dependence(judgments):
    read, _ = judgments
    result = self_test(read[:8], structured(Advice(), threads=1), settings=options().audit)
    assert result["planted"] == result["found"] == 20 and result["missed"] == []
    assert result["noise_in_placebo"] == 1.0


@pytest.mark.parametrize("documents", [None, pd.DataFrame({"kind": ["fact_record"], "id": ["a"]})], ids=["none", "records"])
def test_without_whole_judgments_it_says_why_it_was_not_run(documents):
    content = assess_swaps(documents, Advice(), settings=options(), threads=1)
    assert content["status"] == "not_run" and content["why"]


def test_equal_seeds_draw_equal_texts_and_values(judgments):
    one, other = (assessed(judgments, Advice(), number=8, swaps=5) for _ in range(2))
    assert one == other and one["texts"] == 5
