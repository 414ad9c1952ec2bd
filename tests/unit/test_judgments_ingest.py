import json
from pathlib import Path

import pandas as pd
import pytest

from sentencing_ml.errors import InputError, QuarantineError
from sentencing_ml.judgments.collect import collect, read_inputs, resolve
from sentencing_ml.judgments.document import Defendant, Document, Label, Section
from sentencing_ml.judgments.ingest import QUARANTINE_COLUMNS, ingest
from sentencing_ml.judgments.table import COLUMNS, documents_from_frame, documents_to_frame
from sentencing_ml.settings import load_settings
from sentencing_ml.storage import read_json, read_table, sha256_file

SETTINGS = load_settings(Path(__file__).parents[2] / "params.yaml")
NAMES = "documents.parquet", "quarantine.parquet", "report.json"


def judgment(name="甄有为", thing="电动车", verdict=True, more=""):
    return (
        f"某县人民法院 刑事判决书 （2020）沪9901刑初77号 公诉机关某县人民检察院。 被告人{name}，男，"
        f"1990年生，住中山路12号。 "
        f"某县人民检察院以某检〔2020〕9号起诉书指控被告人{name}犯盗窃罪，提起公诉。现已审理终结。 "
        f"经审理查明，被告人{name}在夜间独自走进商场，取走{thing}一辆，骑行至城外出售，得款若干。"
        f"{more} 上述事实，有被害人张小明的陈述证实。 "
        f"本院认为，被告人{name}构成盗窃罪。 "
        + (f"判决如下： 被告人{name}犯盗窃罪，判处拘役四个月。 " if verdict else "")
        + "如不服本判决，可上诉。 审判员乙 二〇二〇年五月六日 书记员丙 "
        + "附：法律条文 《刑法》第二百六十四条 窃取财物的，处刑。"
    )


INDICTMENT = (
    "某县人民检察院 起诉书 被告人钱某，男。经依法审查查明：钱某取走手机。 本院认为，钱某构成盗窃罪。"
    " 此致 某县人民法院"
)


@pytest.fixture
def run(tmp_path):
    def call(*values, settings=SETTINGS, folder="out"):
        source = tmp_path / "in.jsonl"
        source.write_text("".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values), encoding="utf-8")
        out = tmp_path / folder
        collect(patterns=[str(source)], inputs=out / "inputs.json")
        documents, quarantine, report = (out / name for name in NAMES)
        try:
            return ingest(
                inputs=out / "inputs.json", documents=documents, quarantine=quarantine, report=report, settings=settings
            )
        finally:
            call.documents, call.quarantine = read_table(documents), read_table(quarantine)
            call.report, call.folder = read_json(report), out

    return call


def test_every_record_is_either_kept_or_set_aside_with_its_reason(run):
    long = "他沿着河边走了很久，又回到原处，把东西藏进树丛。" * 20
    counts = run(
        {"id": "whole", "text": judgment(more=long)},
        {"id": "again", "text": judgment(more=long) + "\n\n"},
        {"id": "near", "text": judgment(more=long, thing="自行车")},
        {"id": "cut", "text": judgment("赵某某", verdict=False)},
        {"id": "company", "text": judgment().replace("被告人甄有为", "被告单位某公司")},
        {"id": "nobody", "text": judgment().replace("被告人甄有为", "被告人")},
        {"id": "before", "text": INDICTMENT},
        {"id": "fact", "fact": "被告人孙某取走自行车。", "charges": ["盗窃"], "term_months": 6},
        {"id": "unlabelled", "fact": "被告人李某取走自行车。"},
        {"id": "whole", "text": judgment("周某某")},
        {"id": "civil", "text": "民事判决书 原告甲，判决如下：还款。"},
    )
    assert list(run.documents["id"]) == ["whole", "company", "before", "fact"]
    assert list(run.documents["kind"]) == ["judgment", "judgment", "indictment", "fact_record"]
    aside = {(row.detail, row.reason, row.duplicate_of) for row in run.quarantine.fillna("").itertuples()}
    assert aside == {
        ("again", "exact_duplicate", "whole"),
        ("near", "near_duplicate", "whole"),
        ("cut", "no_verdict", ""),
        ("nobody", "no_defendant", ""),
        ("unlabelled", "no_charge", ""),
        ("whole", "duplicate_id", ""),
        ("civil", "not_criminal", ""),
    }
    assert run.report == {
        "read": 11, "kept": 4, "kept_by_kind": {"fact_record": 1, "indictment": 1, "judgment": 2}, "clusters": 4,
        "defendants": 4,
        "exact_duplicates": 1, "near_duplicates": 1, "quarantined": 5,
        "quarantined_by_reason": {
            "duplicate_id": 1, "no_charge": 1, "no_defendant": 1, "no_verdict": 1, "not_criminal": 1,
        },
    }  # fmt: skip
    assert counts["kept"] == 4
    assert counts["quarantined_by_reason.no_verdict"] == 1


def test_the_tables_hold_the_contracts_columns(run):
    run({"id": "a", "text": judgment()})
    assert tuple(run.documents.columns) == COLUMNS
    assert tuple(run.quarantine.columns) == QUARANTINE_COLUMNS


def test_a_table_tells_units_from_persons_and_one_that_does_not_is_read_as_persons(run):
    run({"id": "a", "text": judgment().replace("被告人甄有为", "被告单位某公司")})
    (document,) = documents_from_frame(run.documents)
    assert [(d.name, d.entity) for d in document.defendants] == [("某公司", True)]
    older = run.documents.copy()
    entries = [{key: value for key, value in d.items() if key != "entity"} for d in json.loads(older["defendants"].iloc[0])]
    older["defendants"] = pd.array([json.dumps(entries, ensure_ascii=False)], dtype="string")
    (document,) = documents_from_frame(older)
    assert [(d.name, d.entity) for d in document.defendants] == [("某公司", False)]


def test_statutes_are_cut_and_third_parties_masked_and_spans_hold(run):
    run({"id": "a", "text": judgment()})
    (document,) = documents_from_frame(run.documents)
    assert document.text.endswith("书记员丙 ")
    assert "张小明" not in document.text
    assert "中山路**号" in document.text
    verdict = document.section("verdict")
    assert document.text[verdict.start : verdict.end].startswith("判决如下")
    (defendant,) = document.defendants
    assert document.text[defendant.start : defendant.end].startswith("被告人甄有为，男")


def test_masking_can_be_switched_off(run):
    settings = SETTINGS.model_copy(update={"ingest": SETTINGS.ingest.model_copy(update={"mask_third_parties": False})})
    run({"id": "a", "text": judgment()}, settings=settings)
    assert "张小明" in run.documents["text"][0]


def test_equal_facts_with_different_outcomes_are_both_kept_in_one_cluster(run):
    fact = "被告人孙某与另一人取走自行车。" * 5
    run(
        {"id": "a", "fact": fact, "charges": ["盗窃"], "term_months": 6},
        {"id": "b", "fact": fact, "charges": ["盗窃"], "term_months": 9},
        {"id": "c", "fact": fact, "charges": ["盗窃"], "term_months": 6},
    )
    assert list(run.documents["id"]) == ["a", "b"]
    assert list(run.documents["cluster"]) == ["a", "a"]


def test_a_fact_records_opinion_is_a_section(run):
    run({"id": "a", "fact": "公诉机关指控，被告人孙某取走自行车。", "opinion": "本院认为应罚。", "charges": ["盗窃"]})
    (document,) = documents_from_frame(run.documents)
    assert [(section.name, document.text[section.start : section.end]) for section in document.sections] == [
        ("charges", "公诉机关指控，被告人孙某取走自行车。\n"),
        ("opinion", "本院认为应罚。"),
    ]


def test_equal_inputs_give_equal_bytes(run):
    values = [{"id": str(number), "text": judgment(thing=f"第{number}件")} for number in range(5)]
    run(*values, folder="one")
    run(*values, folder="two")
    first, second = ([sha256_file(run.folder.parent / folder / name) for name in NAMES] for folder in ("one", "two"))
    assert first == second


def test_a_strict_run_writes_everything_and_then_fails(run):
    strict = SETTINGS.model_copy(update={"corpus": SETTINGS.corpus.model_copy(update={"strict": True})})
    with pytest.raises(QuarantineError) as caught:
        run({"id": "a", "text": judgment()}, {"id": "b", "text": "机密内容"}, {"id": "c"}, settings=strict)
    assert list(run.documents["id"]) == ["a"]
    assert len(run.quarantine) == 2
    assert str(caught.value) == (
        "2 record(s) were quarantined and corpus.strict asks that none be:\n"
        "  - 1 × no_text: The record has no text (\"text\" or \"fact\" is missing or empty). "
        "Add the field text (a whole judgment) or fact.\n"
        "  - 1 × not_criminal: The text is no criminal judgment and no indictment. "
        "Take it out of the inputs; if it is criminal, check that the text is whole."
    )


def test_a_strict_run_does_not_mind_duplicates(run):
    strict = SETTINGS.model_copy(update={"corpus": SETTINGS.corpus.model_copy(update={"strict": True})})
    counts = run({"id": "a", "text": judgment()}, {"id": "b", "text": judgment()}, settings=strict)
    assert counts["exact_duplicates"] == 1


def test_an_empty_corpus_gives_empty_tables(run):
    counts = run()
    assert counts["kept"] == 0
    assert run.report["quarantined_by_reason"] == {"empty_file": 1}
    assert tuple(run.documents.columns) == COLUMNS


def test_documents_survive_the_table():
    document = Document(
        id="a", source="s.jsonl", kind="fact_record", text="事实", sections=(Section(name="findings", start=0, end=2),),
        defendants=(Defendant(index=0, name="甲", aliases=("乙",), start=0, end=1),),
        label=Label(charges=("盗窃罪",), articles=("264",), term_months=4.5, life=False),
    )  # fmt: skip
    bare = Document(id="b", source="s.jsonl", kind="indictment", text="文")
    assert documents_from_frame(documents_to_frame([document, bare], clusters=["a", "b"])) == [document, bare]


def test_inputs_are_files_folders_and_patterns_each_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a/b/one.txt", "a/two.jsonl.gz", "a/skip.pdf", "a/.hidden/no.txt", "three.json", "odd.bin"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(name, encoding="utf-8")
    found = resolve(["a", "*.json", "a/b/one.txt", "odd.bin"])
    assert [path.as_posix() for path in found] == ["a/b/one.txt", "a/two.jsonl.gz", "odd.bin", "three.json"]


def test_all_unusable_inputs_are_told_at_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    with pytest.raises(InputError) as caught:
        collect(patterns=["missing.txt", "empty", "*.jsonl"], inputs=tmp_path / "inputs.json")
    assert str(caught.value) == (
        "corpus.inputs: some inputs cannot be used:\n"
        "  - missing.txt: not found; check the path, or put the files there\n"
        "  - empty: no file in it is read: .jsonl, .json, .csv, .txt, .html, .htm, .docx, .parquet, .xlsx; text formats may be .gz\n"
        f"  - *.jsonl: matches no file; check the pattern, it is relative to {tmp_path.name}/"
    )
    assert not (tmp_path / "inputs.json").exists()


def test_an_input_that_changed_or_went_after_collecting_is_told(tmp_path):
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    for path in (one, two):
        path.write_text("甲", encoding="utf-8")
    collect(patterns=[str(tmp_path / "*.txt")], inputs=tmp_path / "inputs.json")
    assert read_inputs(tmp_path / "inputs.json") == (one, two)
    one.write_text("乙", encoding="utf-8")
    two.unlink()
    with pytest.raises(InputError, match="(?s)one.txt: changed since.*two.txt: not found"):
        read_inputs(tmp_path / "inputs.json")
