"""The review queue: each correction once, whole lines under several writers, and annotations of what was corrected."""

import json
import multiprocessing

import pytest

from sentencing_ml.errors import InputError
from sentencing_ml.explanation import review
from sentencing_ml.explanation.edited_facts import Change, Edits, text_sha256
from sentencing_ml.factors.rows import rows_of
from sentencing_ml.factors.table import evidence_frame, factor_frame
from sentencing_ml.judgments.reading import read_documents
from sentencing_ml.liability.predict import blind
from sentencing_ml.settings import load_settings

SETTINGS = load_settings()
TEXT = (
    "甲县人民法院刑事判决书（2019）浙0101刑初1号。公诉机关甲县人民检察院。被告人张三，男，1990年1月2日出生，汉族。甲县人民检察院指控被告人张三犯盗窃罪。"
    "经审理查明，被告人张三窃得被害人王小五的现金3000元。本院认为，被告人张三的行为已构成盗窃罪，系自首。判决如下：被告人张三犯盗窃罪，判处拘役三个月。如不服本判决，可以上诉。"
)
AT = "2026-03-01T09:00:00+08:00"


def edits(*changes, by="书记员丙", text="a" * 64, document="样本"):
    return Edits(document_id=document, text_sha256=text, by=by, at=AT, note=None, changes=changes)


def change(factor="amount_yuan", was=3000.0, now=5000.0, row="样本/0/0", why=None):
    return Change(row_id=row, factor=factor, was=was, now=now, why=why)


SPANS = evidence_frame(
    [
        {"row_id": "样本/0/0", "factor": "amount_yuan", "start": start, "end": start + 6, "rule": "amount.taken", "section": "findings", "speaker": "court"}
        for start in (90, 40)
    ]
)


def lines(*given, **options):
    return review.corrections(edits(*given, **options), evidence=SPANS, source="x.jsonl", versions={"模型": "m1"})


def test_a_line_tells_who_corrected_what_and_which_rule_had_found_it():
    (line,) = lines(change(why="见价格认定"))
    assert line == {
        "at": AT, "by": "书记员丙", "document": "样本", "source": "x.jsonl", "text_sha256": "a" * 64, "row_id": "样本/0/0",
        "factor": "amount_yuan", "was": 3000.0, "now": 5000.0, "why": "见价格认定", "rules": ["amount.taken"],
        "spans": [[40, 46], [90, 96]], "versions": {"模型": "m1"},
    }  # fmt: skip


APPENDED = [
    ([lines(change()), lines(change())], 1, "the same correction again"),
    ([lines(change(), by="甲"), lines(change(), by="乙")], 2, "the same by somebody else"),
    ([lines(change()), lines(change(now=None))], 2, "another value"),
    ([lines(change()), lines(change(now=4000.0)), lines(change())], 3, "back to the first value"),
    ([lines(change()), lines(change(), text="b" * 64)], 2, "another text"),
    ([lines(change()), lines(change(), change("surrender", False, True))], 2, "one more fact in the same file"),
    ([[]], 0, "nothing"),
]


@pytest.mark.parametrize(("batches", "expected", "reason"), APPENDED, ids=[row[2] for row in APPENDED])
def test_a_correction_stands_once(tmp_path, batches, expected, reason):
    queue = tmp_path / "review" / "queue.jsonl"
    added = [review.append(queue, batch) for batch in batches]
    assert sum(added) == expected, reason
    if expected:
        assert len(review.read(queue)) == expected


def test_the_queue_only_grows_and_a_line_half_written_is_dropped(tmp_path):
    queue = tmp_path / "queue.jsonl"
    review.append(queue, lines(change()))
    first = queue.read_bytes()
    queue.write_bytes(first + b'{"at": "2026')
    assert len(review.read(queue)) == 1
    review.append(queue, lines(change("surrender", False, True)))
    assert queue.read_bytes().startswith(first)
    assert [line["factor"] for line in review.read(queue)] == ["amount_yuan", "surrender"]


@pytest.mark.parametrize("damage", [b"{}\n", b"nothing\n", b"\xff\n", b"3\n"])
def test_a_damaged_queue_is_told_by_its_line_and_not_written_to(tmp_path, damage):
    queue = tmp_path / "queue.jsonl"
    review.append(queue, lines(change()))
    queue.write_bytes(queue.read_bytes() + damage)
    before = queue.read_bytes()
    for act in (lambda: review.read(queue), lambda: review.append(queue, lines(change(now=1.0)))):
        with pytest.raises(InputError, match="line 2 is no correction"):
            act()
    assert queue.read_bytes() == before


def _write(queue, worker):
    for number in range(20):
        review.append(queue, lines(change(now=float(number)), change("surrender", False, True), by=f"w{worker}"))


def test_several_processes_write_whole_lines_and_lose_none(tmp_path):
    queue = tmp_path / "queue.jsonl"
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_write, args=(queue, worker)) for worker in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    found = review.read(queue)
    assert len(found) == 3 * (20 + 1)  # the amount changes each time, the surrender once
    for worker in range(3):
        assert [line["now"] for line in found if line["by"] == f"w{worker}" and line["factor"] == "amount_yuan"] == list(range(20))


def test_the_summary_counts_facts_by_factor_and_rule_and_names_nobody():
    given = [
        *lines(change()), *lines(change(now=4000.0), by="书记员丁"),  # one fact, corrected twice
        *lines(change("surrender", False, True), change("surrender", False, True, row="样本/0/1")),  # one defendant's
        *lines(change("weapon", True, False), document="另案"), *lines(change("weapon", None, True, row="样本/0/1")),
    ]  # fmt: skip
    counts = review.summary(given)
    assert counts["corrections"] == 4 and counts["documents"] == 2
    assert counts["factors"] == [
        {"factor": "weapon", "zh": "持械、携带凶器", "n": 2, "missed": 1, "refuted": 1, "wrong": 0},
        {"factor": "amount_yuan", "zh": "犯罪数额", "n": 1, "missed": 0, "refuted": 0, "wrong": 1},
        {"factor": "surrender", "zh": "自首", "n": 1, "missed": 1, "refuted": 0, "wrong": 0},
    ]
    assert {(row["factor"], row["rule"], row["n"]) for row in counts["rules"]} == {
        ("weapon", review.NO_RULE, 2), ("amount_yuan", "amount.taken", 1), ("surrender", review.NO_RULE, 1),
    }  # fmt: skip
    told = review.report(counts) + json.dumps(counts, ensure_ascii=False)
    assert not any(word in told for word in ("书记员", "样本", "另案"))
    assert "amount_yuan (犯罪数额): wrong 1" in told


def test_what_its_author_leaves_out_later_is_taken_back_and_nothing_else(tmp_path):
    queue = tmp_path / "queue.jsonl"
    rows = factor_frame([{"row_id": "样本/0/0", "amount_yuan": 3000.0, "surrender": False, "weapon": True}])
    told = {"rows": rows, "evidence": SPANS, "source": "x.jsonl", "versions": {}}
    assert review.record(queue, edits(change(), change("surrender", False, True), change("weapon", False, True)), **told) == 3
    review.append(queue, [*lines(change(), by="书记员丁"), *lines(change(), text="b" * 64), *lines(change(row="样本/9/9"))])
    before = len(review.read(queue))
    # weapon: extracted by now as it was corrected, so there is nothing to take back
    for new in (1, 0):
        assert review.record(queue, edits(change("surrender", False, True)), **told) == new
    (line,) = review.read(queue)[before:]
    assert (line["factor"], line["was"], line["now"], line["by"], line["row_id"]) == ("amount_yuan", 3000.0, 3000.0, "书记员丙", "样本/0/0")
    assert review.record(queue, edits(by=None), **told) == 0
    kept = review.summary([line for line in review.read(queue) if line["by"] == "书记员丙" and line["text_sha256"] == "a" * 64])
    assert [(row["factor"], row["n"]) for row in kept["factors"]] == [("amount_yuan", 1), ("surrender", 1), ("weapon", 1)]  # of 样本/9/9


@pytest.fixture
def texts(tmp_path):
    path = tmp_path / "texts.jsonl"
    path.write_text(json.dumps({"id": "样本", "text": TEXT}, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def queued(tmp_path, texts, *given, mask=False):
    (document,) = read_documents([texts], settings=SETTINGS, mask=mask)
    assert (document.text != TEXT) is mask
    read = blind(document)
    evidence = evidence_frame(rows_of(read, cluster="x")[1])
    queue = tmp_path / "queue.jsonl"
    made = edits(*given, text=text_sha256(read.document if not mask else document))
    review.append(queue, review.corrections(made, evidence=evidence, source=None, versions={}))
    return queue


def annotated(tmp_path, texts, queue):
    output = tmp_path / "annotations.jsonl"
    counts = review.write_annotations(queue, patterns=[str(texts)], output=output, settings=SETTINGS)
    return [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()], counts


@pytest.mark.parametrize("mask", [False, True], ids=["made on the file", "made on the masked text of a run"])
def test_annotations_carry_the_corrected_values_and_keep_the_rest(tmp_path, texts, mask):
    queue = queued(tmp_path, texts, change(), change("surrender", True, False), change("weapon", False, True), mask=mask)
    (record,), counts = annotated(tmp_path, texts, queue)
    assert counts == {"documents": 1, "corrections": 3, "outside_form": 0, "several_counts": 0, "unmatched": 0}
    (person,) = record["defendants"]
    assert (person["liability"]["amount_yuan"], person["liability"]["weapon"], person["prevention"]["surrender"]) == (5000.0, True, False)
    assert not {"amount_yuan", "surrender", "weapon"} & (set(person["evidence"]) | set(person["rules"]))
    assert person["final"]["penalty"] == "拘役" and person["gender"] == "男"
    assert [entry["factor"] for entry in record["corrections"]] == ["amount_yuan", "surrender", "weapon"]


def test_what_the_form_cannot_hold_stands_beside_it_and_is_counted(tmp_path, texts):
    queue = queued(tmp_path, texts, change("vehicle", None, "货车"), change("charge", "盗窃罪", "诈骗罪"), change("province", None, "四川省"))
    (record,), counts = annotated(tmp_path, texts, queue)
    assert counts["outside_form"] == 2
    assert record["province"] == "四川省"
    assert [entry["now"] for entry in record["corrections"]] == ["货车", "诈骗罪", "四川省"]


def test_the_last_correction_counts(tmp_path, texts):
    queue = queued(tmp_path, texts, change(now=1.0))
    queued(tmp_path, texts, change(now=2.0))
    (record,), _ = annotated(tmp_path, texts, queue)
    assert record["defendants"][0]["liability"]["amount_yuan"] == 2.0


def test_a_correction_taken_back_leaves_the_extracted_value_with_its_evidence(tmp_path, texts):
    queue = queued(tmp_path, texts, change())
    queued(tmp_path, texts, change(was=3000.0, now=3000.0))
    (record,), counts = annotated(tmp_path, texts, queue)
    person = record["defendants"][0]
    assert person["liability"]["amount_yuan"] == 3000.0 and "amount_yuan" in person["evidence"]
    assert counts["corrections"] == 0 and record["corrections"] == []


def test_corrections_of_other_texts_are_left_and_none_at_all_is_an_error(tmp_path, texts):
    queue = queued(tmp_path, texts, change())
    review.append(queue, lines(change(now=7.0)))  # another text under the same id
    (record,), counts = annotated(tmp_path, texts, queue)
    assert counts["unmatched"] == 1 and record["defendants"][0]["liability"]["amount_yuan"] == 5000.0
    queue.unlink()
    review.append(queue, lines(change(now=7.0)))
    with pytest.raises(InputError, match="none of its 1 corrections belongs to a text"):
        annotated(tmp_path, texts, queue)


def test_without_a_queue_the_way_to_one_is_told(tmp_path):
    with pytest.raises(InputError, match="no review queue there"):
        review.read(tmp_path / "queue.jsonl")
