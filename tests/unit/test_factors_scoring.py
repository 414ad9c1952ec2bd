"""Extraction scored against annotations: what counts, what changed, and that the golden set does not get worse."""

import copy
import gzip
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from sentencing_ml.errors import InputError
from sentencing_ml.factors import report
from sentencing_ml.factors.annotation import annotate
from sentencing_ml.factors.extraction import extract
from sentencing_ml.factors.scoring import change, compare, evidence_share, headline, tallies, wrong
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.reading import read_documents
from sentencing_ml.settings import load_settings
from sentencing_ml.storage import read_json, read_jsonl, write_jsonl

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = report.golden_set(ROOT / "tests" / "golden")
SHARED = ROOT.parent / "shared"
SETTINGS = load_settings(ROOT / "params.yaml")
needs_tool = pytest.mark.skipif(not (SHARED / "tools" / "score_extraction.py").is_file(), reason="no annotated real judgments beside the checkout")


def person(name="甲", liability=None, prevention=None, **more):
    row = {
        "name": name,
        "gender": "男",
        "counts": [{"charge": "盗窃罪", "penalty": "拘役", "term_months": 3, "fine_yuan": 1000}],
        "final": {"penalty": "拘役", "term_months": 3, "probation_months": 0, "fine_yuan": 1000},
        "liability": {"stage": "既遂", **(liability or {})},
        "prevention": prevention or {},
        "evidence": {},
    }
    return {**row, **more}


def document(*people, ident="d", **more):
    return {"id": ident, "court": "甲县人民法院", "recommendation": {"present": False}, "defendants": list(people), **more}


def outcomes(gold, found, *, field):
    return [cell.outcome for cell in compare([gold], [found]) if cell.field == field]


ONE = [
    ({"prevention": {"surrender": True}}, {"prevention": {"surrender": True}}, "prevention.surrender", ["right"], "both say yes"),
    ({"prevention": {"surrender": True}}, {}, "prevention.surrender", ["missed"], "only the annotators say yes"),
    ({}, {"prevention": {"surrender": True}}, "prevention.surrender", ["extra"], "only the extraction says yes"),
    ({}, {"prevention": {"surrender": False}}, "prevention.surrender", [], "nobody says yes: nothing is compared"),
    ({"liability": {"stage": "未遂"}}, {"liability": {"stage": "未遂"}}, "liability.stage", ["right"], "the level is found"),
    ({"liability": {"stage": "未遂"}}, {"liability": {"stage": "中止"}}, "liability.stage", ["other"], "another level is wrong on both sides"),
    ({}, {"liability": {"stage": "未遂"}}, "liability.stage", ["extra"], "既遂 is what silence says"),
    ({}, {"liability": {"stage": None}}, "liability.stage", [], "unknown counts as 既遂"),
    ({"liability": {"amount_yuan": 1000}}, {"liability": {"amount_yuan": 1009.0}}, "values.amount_yuan", ["right"], "within one per cent"),
    ({"liability": {"amount_yuan": 1000}}, {"liability": {"amount_yuan": 1011}}, "values.amount_yuan", ["other"], "beyond one per cent"),
    ({"liability": {"deaths": 0}}, {"liability": {"deaths": 0}}, "values.deaths", [], "no death on either side"),
    ({"liability": {"drug_grams": 0.3}}, {}, "values.drug_grams", ["missed"], "a quantity not found"),
    ({"gender": None}, {}, "header.gender", [], "what the annotators do not know is not compared"),
    ({"gender": "女"}, {}, "header.gender", ["other"], "another particular"),
    ({"final": {"penalty": "拘役", "term_months": 3, "probation_months": 6, "fine_yuan": 1000}}, {}, "final", ["other"], "probation belongs to the sentence"),
    ({"counts": [{"charge": "盗窃", "penalty": "拘役", "term_months": 3.04}]}, {}, "counts", ["right"], "罪 and fractions of a tenth do not count"),
]  # fmt: skip


@pytest.mark.parametrize(("gold", "found", "field", "expected", "reason"), ONE, ids=[row[4] for row in ONE])
def test_a_value_is_compared_as_the_guide_says(gold, found, field, expected, reason):
    assert outcomes(document(person(**gold)), document(person(**found)), field=field) == expected, reason


def test_defendants_pair_by_name_then_by_order():
    gold = document(person("甲"), person("乙", {"group": True}), person("丙"))
    found = document(person("乙", {"group": True}), person("丁"), person("戊"), person("己"))
    cells = compare([gold], [found])
    assert [(cell.defendant, cell.outcome) for cell in cells if cell.field == "defendant"] == [(0, "right"), (1, "right"), (2, "right"), (-4, "extra")]
    assert [cell.outcome for cell in cells if cell.field == "liability.group"] == ["right"]


def test_a_document_that_was_not_read_is_wrong_in_all_that_is_known():
    cells = compare([document(person(prevention={"merit": True}))], [])
    assert {cell.field for cell in cells if not cell.right} >= {"header.court", "defendant", "final", "counts", "prevention.merit"}
    assert headline(cells)["defendants"] == 0


def test_the_figures_of_a_field_count_its_cells():
    gold = [document(person(prevention={"merit": given}), ident=str(n)) for n, given in enumerate([True, True, True, False, False])]
    found = [document(person(prevention={"merit": given}), ident=str(n)) for n, given in enumerate([True, True, False, True, False])]
    tally = tallies(compare(gold, found))["prevention.merit"]
    assert (tally.right, tally.missed, tally.extra, tally.annotated) == (2, 1, 1, 3)
    assert tally.precision == tally.recall == tally.f1 == 2 / 3


def test_evidence_must_stand_in_the_text():
    rows = [document(person(evidence={"merit": "立功", "final": "拘役"}))]
    assert evidence_share([document(person())], rows, {"d": "判处拘役"}) == 0.5


def test_a_change_names_what_became_right_and_what_became_wrong():
    gold = [document(person(prevention={"merit": True, "surrender": True}))]
    before = compare(gold, [document(person(prevention={"merit": True}))])
    after = compare(gold, [document(person(prevention={"surrender": True}, rules={"surrender": "s.named"}))])
    moved = change(after, wrong(before))
    assert moved.newly_right == (("d", "0.prevention.surrender"),)
    assert [(cell.key, cell.outcome) for cell in moved.newly_wrong] == [(("d", "0.prevention.merit"), "missed")]
    assert change(before, wrong(before)) == change([], wrong(before)) == change([], {})


# ---------------------------------------------------------------- the golden set


@pytest.fixture(scope="module")
def golden():
    return list(read_jsonl(GOLDEN.texts)), list(read_jsonl(GOLDEN.annotations))


def test_the_golden_set_is_whole_and_every_evidence_stands_in_its_text(golden):
    texts, rows = golden
    assert [text["id"] for text in texts] == [row["id"] for row in rows]
    assert len({row["id"] for row in rows}) == len(rows) >= 40
    by_id = {text["id"]: text["text"] for text in texts}
    assert all(600 <= len(text) <= 1800 for text in by_id.values())
    assert evidence_share(rows, rows, by_id) == 1
    keys = {name for row in rows for defendant in row["defendants"] for name in defendant["liability"] | defendant["prevention"]}
    sample = annotate(extract(next(iter(read_documents([GOLDEN.texts], settings=SETTINGS, mask=False)))))["defendants"][0]
    assert keys == set(sample["liability"]) | set(sample["prevention"])


def test_the_golden_set_is_varied(golden):
    _, rows = golden
    people = [defendant for row in rows for defendant in row["defendants"]]
    counts = [count for defendant in people for count in defendant["counts"]]
    assert len({count["charge"] for count in counts}) >= 25
    assert {count["penalty"] for count in counts} == {"有期徒刑", "拘役", "管制", "无期徒刑", "死刑", "单处罚金", "免予刑事处罚", "无罪"}
    assert sum(len(row["defendants"]) > 1 for row in rows) >= 8 and sum(len(d["counts"]) > 1 for d in people) >= 4
    assert sum(not d["counts"] for d in people) == 2  # the indictments
    said = {name for d in people for side in ("liability", "prevention") for name, value in d[side].items() if value is True}
    assert len(said) >= 26


def test_no_headline_figure_of_the_golden_set_falls_below_its_record():
    result = report.measure(GOLDEN, settings=SETTINGS)
    assert result["same_annotations"], "the golden set changed: run `make extraction-record`"
    assert report.dropped(result) == [], report.tell(result)


# ---------------------------------------------------------------- the report


@pytest.fixture
def copied(tmp_path, golden):
    """A folder of annotated judgments as a user would keep it: two sets, one of them held out."""
    texts, rows = golden
    for name, part in (("dev", slice(0, 4)), ("held", slice(4, 8))):
        write_jsonl(tmp_path / f"{name}.texts.jsonl", texts[part])
        write_jsonl(tmp_path / f"{name}.annotations.jsonl", rows[part])
    return tmp_path


def test_sets_that_are_absent_or_not_asked_for_are_told(copied):
    found, notes = report.real_sets(gold=copied / "nowhere", annotations=copied, names=["dev", "other"], records=copied / "records")
    assert [item.name for item in found] == ["dev"]
    assert notes[0].startswith("gold: absent (") and notes[1].startswith("other: absent (")
    assert notes[2] == "not asked for, unread: held"


def test_a_report_of_real_judgments_shows_no_name_value_or_text(copied, golden):
    (real,), _ = report.real_sets(gold=copied / "nowhere", annotations=copied, names=["dev"], records=copied / "records")
    first = report.measure(real, settings=SETTINGS)
    assert first["recorded"] is None and "no record yet" in report.tell(first)
    report.write_record(real, first)
    # the record says that all was right, so that every error is new
    record = read_json(real.record)
    real.record.write_text(json.dumps({**record, "wrong": {}, "headline": {**record["headline"], "sentence": 2}}), encoding="utf-8")
    result = report.measure(real, settings=SETTINGS)
    assert result["newly_wrong"] and report.dropped(result) == ["sentence"]
    report.write_report([result], ["a note"], report=copied / "out.json")
    shown = report.tell(result) + (copied / "out.json").read_text("utf-8") + (copied / "out.html").read_text("utf-8") + real.record.read_text("utf-8")
    hidden = [text for row in golden[1][:4] for d in row["defendants"] for text in (d["name"], d["occupation"], *d["evidence"].values()) if text and len(text) > 1]
    assert not [text for text in hidden if text in json.loads(json.dumps(shown))]
    assert "a note" in shown and "newly wrong" in shown


def test_a_text_that_is_missing_is_an_error(copied):
    (copied / "dev.texts.jsonl").write_text("", encoding="utf-8")
    (copied / "dev.texts.jsonl").write_text((copied / "held.texts.jsonl").read_text("utf-8"), encoding="utf-8")
    (real,), _ = report.real_sets(gold=copied / "nowhere", annotations=copied, names=["dev"], records=copied / "records")
    with pytest.raises(InputError, match="no text for 4 annotated"):
        report.measure(real, settings=SETTINGS)


# ---------------------------------------------------------------- agreement with the annotators' own tool


def damaged(rows, seed):
    """Return predictions as annotations with faults: facts turned, values changed, defendants lost, added or renamed."""
    rng, rows = random.Random(seed), copy.deepcopy(rows)
    for row in rows:
        people = row["defendants"]
        if rng.random() < 0.2:
            people.pop(rng.randrange(len(people)))
        if rng.random() < 0.1:
            people.append(copy.deepcopy(rng.choice([d for other in rows for d in other["defendants"]])))
        if rng.random() < 0.2:
            rng.shuffle(people)
        row["court"] = rng.choice([row["court"], None, "乙县人民法院"])
        for d in people:
            for side in ("liability", "prevention"):
                for name, value in list(d.get(side, {}).items()):
                    if rng.random() < 0.1:
                        d[side][name] = (not value) if isinstance(value, bool) else rng.choice([None, value, "从犯" if name == "role" else "未遂" if name == "stage" else 7])
            if rng.random() < 0.1:
                d["name"] = "另一个"
            if rng.random() < 0.1:
                d["final"] = {**d["final"], "term_months": 99}
            if rng.random() < 0.1:
                d["counts"] = d["counts"][:-1]
    return [row for row in rows if rng.random() > 0.05]


def tool(gold, predicted, texts, tmp_path):
    for name, rows in (("gold", gold), ("predicted", predicted), ("texts", texts)):
        write_jsonl(tmp_path / f"{name}.jsonl", rows)
    command = [sys.executable, SHARED / "tools" / "score_extraction.py", tmp_path / "gold.jsonl", tmp_path / "predicted.jsonl", "--texts", tmp_path / "texts.jsonl", "--json"]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def agree(gold, predicted, texts, tmp_path):
    ours = {**headline(compare(gold, predicted)), "evidence": evidence_share(gold, predicted, {row["id"]: row["text"] for row in texts})}
    theirs = tool(gold, predicted, texts, tmp_path)
    assert theirs.pop("documents") == len(gold)
    assert ours == pytest.approx(theirs, abs=1e-12)


@pytest.mark.real
@needs_tool
@pytest.mark.parametrize("seed", range(5))
def test_the_figures_agree_with_the_annotators_tool_on_damaged_annotations(golden, tmp_path, seed):
    texts, rows = golden
    agree(rows, damaged(rows, seed), texts, tmp_path)


@pytest.mark.real
@needs_tool
def test_the_figures_agree_with_the_annotators_tool_on_the_gold_judgments(tmp_path):
    texts, rows = (list(read_jsonl(SHARED / "gold" / f"{name}.jsonl")) for name in ("texts", "annotations"))
    documents = read_documents([SHARED / "gold" / "texts.jsonl"], settings=SETTINGS, mask=False)
    agree(rows, [annotate(extract(item)) for item in documents if isinstance(item, Document)], texts, tmp_path)


@pytest.mark.real
@pytest.mark.skipif(not (SHARED / "corpora").is_dir(), reason="no real corpora beside the checkout")
def test_no_passage_of_the_golden_set_stands_in_a_real_text(golden):
    size = 24
    passages = {text[at : at + size] for row in golden[0] for text in (row["text"].replace("\n", ""),) for at in range(len(text) - size + 1)}
    for name in ("corpora/judgments.jsonl.gz", "corpora/facts_train.jsonl.gz", "corpora/facts_dev.jsonl.gz"):
        with gzip.open(SHARED / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                text = str(row.get("text") or row.get("fact") or "").replace("\n", "")
                assert passages.isdisjoint(text[at : at + size] for at in range(len(text) - size + 1)), name
