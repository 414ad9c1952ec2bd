"""Corrected facts: what a file may say, what is refused with its place, and what becomes of rows and evidence."""

import json

import pandas as pd
import pytest

from sentencing_ml.errors import InputError
from sentencing_ml.explanation import edited_facts
from sentencing_ml.explanation.edited_facts import facts_of, read, text_sha256, write
from sentencing_ml.factors.table import evidence_frame, factor_frame
from sentencing_ml.judgments.document import Document, Section

AT = "2026-03-01T09:00:00+08:00"
TEXT = "某县人民法院刑事判决书。经审理查明，被告人甲某窃得财物价值8600元，后又殴打他人，致一人轻伤。"
VERDICT = "判决如下：被告人甲某犯盗窃罪，判处有期徒刑九个月。"
BEFORE = Section(name="findings", start=0, end=len(TEXT))


def document(text=TEXT, verdict=VERDICT):
    sections = (BEFORE, Section(name="verdict", start=len(text), end=len(text + verdict))) if verdict else (BEFORE,)
    return Document(id="样本", source="x.jsonl", kind="judgment", text=text + verdict, sections=sections)


def rows():
    shared = {"doc_id": "样本", "defendant": "甲某", "source": "x.jsonl", "surrender": False, "gender": "男"}
    return factor_frame(
        [
            {**shared, "row_id": "样本/0/0", "defendant_index": 0, "count_index": 0, "charge": "盗窃罪", "charge_group": "盗窃罪",
             "charge_source": "verdict", "amount_yuan": 8600.0, "weapon": False, "stage": "既遂", "group": False,
             "offence_date": "2019-03-04", "province": "安徽省"},
            {**shared, "row_id": "样本/0/1", "defendant_index": 0, "count_index": 1, "charge": "故意伤害罪",
             "charge_group": "故意伤害罪", "charge_source": "verdict", "injury_grade": "轻伤二级", "minor_injuries": 1,
             "serious_injuries": 0, "deaths": 0, "slight_injuries": 0},
            {**shared, "row_id": "样本/1/0", "defendant_index": 1, "count_index": 0, "defendant": "乙某", "charge": "盗窃罪",
             "charge_group": "盗窃罪", "charge_source": "verdict", "amount_yuan": 8600.0},
        ]
    )  # fmt: skip


def evidence():
    start = TEXT.index("价值8600元")
    span = {"factor": "amount_yuan", "start": start, "end": start + 7, "rule": "amount.taken", "section": "findings", "speaker": "court"}
    grade = {"factor": "injury_grade", "start": TEXT.index("轻伤"), "end": TEXT.index("轻伤") + 2, "rule": "harm.level",
             "section": "findings", "speaker": "court"}  # fmt: skip
    return evidence_frame([{"row_id": "样本/0/0", **span}, {"row_id": "样本/1/0", **span}, {"row_id": "样本/0/1", **grade}])


def file_of(path, change=lambda content: None):
    content = facts_of(rows(), evidence(), document=document())
    content["edited_by"] = "书记员丙"
    change(content)
    write(path, content)
    return path


def edits_of(path, change):
    return read(file_of(path, change), document=document(), rows=rows(), at=AT)


def value(name, new, *, count=0, why=None):
    def change(content):
        content["counts"][count]["facts"].setdefault(name, {}).update({"value": new, "why": why})

    return change


def several(*changes):
    def change(content):
        for each in changes:
            each(content)

    return change


@pytest.fixture
def path(tmp_path):
    return tmp_path / "facts.json"


def test_an_unchanged_file_changes_nothing_and_needs_no_name(path):
    edits = edits_of(path, lambda content: content.update(edited_by=None))
    assert edits.changes == ()
    changed, shown = edits.apply(rows())
    pd.testing.assert_frame_equal(changed, rows())
    assert shown == {}
    assert len(edits.evidence(evidence())) == 3


def test_the_file_names_each_fact_with_its_span_and_leaves_out_those_of_other_charges_and_protected_ones(path):
    content = json.loads(file_of(path).read_text(encoding="utf-8"))
    theft, injury, _ = (count["facts"] for count in content["counts"])
    assert theft["amount_yuan"]["value"] == 8600.0
    assert theft["amount_yuan"]["spans"][0]["text"] == "价值8600元"
    assert theft["amount_yuan"]["unit"] == "元"
    assert theft["stage"]["choices"] == ["既遂", "未遂", "中止", "预备"]
    assert theft["surrender"] | {"spans": []} == {"value": False, "why": None, "zh": "自首", "class": "预防刑", "type": "boolean", "spans": []}
    assert theft["charge"]["value"] == "盗窃罪" and theft["offence_date"]["value"] == "2019-03-04"
    assert "drug_grams" not in theft and "amount_yuan" not in injury
    assert not {"gender", "term_months", "court", "procedure", "tier_amount"} & set(theft)
    assert VERDICT[:4] not in path.read_text(encoding="utf-8")


def test_a_changed_fact_moves_the_row_alone_and_loses_its_evidence(path):
    edits = edits_of(path, value("amount_yuan", 5000, why="见价格认定"))
    changed, shown = edits.apply(rows())
    assert changed["amount_yuan"].tolist() == [5000.0, pd.NA, 8600.0]
    assert changed.dtypes.equals(rows().dtypes)
    assert shown == {
        "样本/0/0": [
            {"factor": "amount_yuan", "zh": "犯罪数额", "was": 8600.0, "now": 5000.0, "was_text": "8,600 元", "now_text": "5,000 元",
             "by": "书记员丙", "at": AT, "why": "见价格认定"}
        ]
    }  # fmt: skip
    left = edits.evidence(evidence())
    assert list(zip(left["row_id"], left["factor"], strict=True)) == [("样本/1/0", "amount_yuan"), ("样本/0/1", "injury_grade")]


def test_null_makes_a_fact_unknown_and_a_fact_may_be_added_by_name(path):
    edits = edits_of(path, several(value("weapon", None), lambda content: content["counts"][1]["facts"].update(amount_yuan={"value": 100})))
    changed, shown = edits.apply(rows())
    assert changed["weapon"].isna().tolist() == [True, True, True]
    assert changed["amount_yuan"].tolist() == [8600.0, 100.0, 8600.0]
    assert [edit["now_text"] for edit in shown["样本/0/0"]] == ["未记载"]


def test_what_speaks_of_the_offender_holds_for_all_counts_of_the_defendant(path):
    changed, shown = edits_of(path, value("surrender", True)).apply(rows())
    assert changed["surrender"].tolist() == [True, True, False]
    assert sorted(shown) == ["样本/0/0", "样本/0/1"]


def test_another_charge_comes_with_its_group_and_has_no_source_in_the_text(path):
    changed, shown = edits_of(path, value("charge", "诈骗")).apply(rows())
    assert changed.loc[0, ["charge", "charge_group"]].tolist() == ["诈骗罪", "诈骗罪"]
    assert changed["charge_source"].isna().tolist() == [True, False, False]
    assert shown["样本/0/0"][0]["zh"] == "罪名" and shown["样本/0/0"][0]["was_text"] == "盗窃罪"


def test_day_and_place_of_the_offence_may_be_corrected_for_the_law_reads_them(path):
    changed, _ = edits_of(path, several(value("offence_date", "2020-05"), value("province", "四川"))).apply(rows())
    assert changed.loc[0, ["offence_date", "province"]].tolist() == ["2020-05", "四川省"]


def test_what_changes_with_a_fact_is_asked_for_and_not_written_in_the_users_name(path):
    with pytest.raises(InputError, match=r"样本/0/1: injury_grade cannot be corrected alone; write .*serious_injuries \(重伤人数\)"):
        edits_of(path, value("injury_grade", "重伤二级", count=1))
    edits = edits_of(path, several(*(value(name, new, count=1) for name, new in (("injury_grade", "重伤二级"), ("serious_injuries", 1), ("minor_injuries", 0)))))
    assert len(edits.changes) == 3


def test_a_slip_of_the_extraction_that_nobody_could_write_may_stay(path):
    odd = rows().assign(amount_yuan=pd.array([1e15, None, 8600.0], dtype="Float64"))
    content = facts_of(odd, evidence(), document=document()) | {"edited_by": "书记员丙"}
    content["counts"][0]["facts"]["weapon"]["value"] = True
    write(path, content)
    (change,) = read(path, document=document(), rows=odd, at=AT).changes
    assert change.factor == "weapon"


REFUSED = [
    (value("amount_yuan", "8600"), "$.counts[0].facts.amount_yuan.value: 犯罪数额 is to be a number of 元", "a number as text"),
    (value("amount_yuan", True), "$.counts[0].facts.amount_yuan.value", "a truth for a number"),
    (value("amount_yuan", -1), "$.counts[0].facts.amount_yuan.value", "a negative amount"),
    (value("amount_yuan", 10**400), "$.counts[0].facts.amount_yuan.value", "a number beyond all bounds"),
    (value("land_mu", 1e300), "$.counts[0].facts.land_mu.value", "an absurd number of a fact without a bound in law"),
    (value("deaths", 1.5), "$.counts[0].facts.deaths.value: 死亡人数 is to be a whole number", "half a person"),
    (value("weapon", "false"), "$.counts[0].facts.weapon.value: 持械、携带凶器 is to be true, false or null", "a truth as text"),
    (value("weapon", 0), "$.counts[0].facts.weapon.value", "a number for a truth"),
    (value("stage", "未随"), "$.counts[0].facts.stage.value: 犯罪停止形态 is to be one of 既遂, 未遂, 中止, 预备", "a level that does not exist"),
    (value("stage", ["既遂"]), "$.counts[0].facts.stage.value", "a list for a level"),
    (value("offence_date", "2019-02-30"), "$.counts[0].facts.offence_date.value", "a day that does not exist"),
    (value("offence_date", "2026-03-02"), "$.counts[0].facts.offence_date.value", "a day to come"),
    (value("province", "火星"), "$.counts[0].facts.province.value", "no province"),
    (value("charge", "盗切罪"), "$.counts[0].facts.charge.value: 罪名 is no charge of the law data; the nearest are 盗窃罪", "no charge"),
    (value("gender", "女"), "$.counts[0].facts.gender: 性别 (受保护) may not be edited", "a protected attribute"),
    (value("term_months", 3), "$.counts[0].facts.term_months", "the outcome"),
    (value("amount_yaun", 3), "$.counts[0].facts.amount_yaun: is no factor; the nearest are amount_yuan", "a slip in a name"),
    (value("犯罪数额", 3), "the nearest are amount_yuan", "the Chinese name"),
    (value("weapon", True, why=3), "$.counts[0].facts.weapon.why: is to be a text", "a reason that is no text"),
    (value("weapon", True, why="长" * 501), "$.counts[0].facts.weapon.why: is to be a text of at most 500", "a reason without end"),
    (lambda content: content["counts"][0]["facts"].update(weapon=True), "$.counts[0].facts.weapon: is no object with a value", "a bare value"),
    (lambda content: content["counts"][0]["facts"]["weapon"].update(valeu=True), "$.counts[0].facts.weapon.valeu: is no key of a fact", "a slip in a key"),
    (lambda content: content["counts"][0].update(row_id="x/0/0"), "$.counts[0].row_id: no such count in this case; it has 样本/0/0", "an unknown count"),
    (lambda content: content["counts"].append(content["counts"][0]), "$.counts[3].row_id: 样本/0/0 stands twice", "a count twice"),
    (lambda content: content["counts"].append(3), "$.counts[3]: is no object", "a number for a count"),
    (lambda content: content.update(counts={}), "$.counts: is missing or no list", "no list of counts"),
    (lambda content: content.update(schema="x"), "$.schema: is to be sentencing-ml/facts/1", "another form"),
    (lambda content: content.update(editor="x"), "$.editor: is no key of a facts file", "an unknown key"),
    (lambda content: content["document"].update(id="other"), "$.document.id: names another document", "another document"),
    (lambda content: content["document"].update(sha256="0" * 64), "$.document.sha256: the text of the case is another one", "another text"),
    (lambda content: content["document"].update(extracted_sha256="0" * 64), "$.document.extracted_sha256", "another extraction"),
    (several(value("weapon", True), lambda content: content.update(edited_by=None)), "$.edited_by: is missing", "nobody corrected it"),
    (several(value("weapon", True), lambda content: content.update(edited_by=" ")), "$.edited_by: is missing", "a blank name"),
    (lambda content: content.update(edited_by=3), "$.edited_by: is to be a text", "a number for a name"),
    (several(value("surrender", True), value("confession", True), value("confession", True, count=1), value("surrender", None, count=1)),
     "surrender (自首) of 样本/0/0 and of 样本/0/1 differ", "two values for one defendant"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message", "reason"), REFUSED, ids=[row[2] for row in REFUSED])
def test_what_no_fact_can_be_is_refused_with_its_place(path, change, message, reason):
    with pytest.raises(InputError) as caught:
        edits_of(path, change)
    assert message in str(caught.value), reason
    assert str(path) in str(caught.value)


def test_all_problems_are_told_at_once_and_no_value_is_repeated(path):
    with pytest.raises(InputError) as caught:
        edits_of(path, several(value("amount_yuan", "甲某的秘密"), value("deaths", "甲某的秘密"), value("stage", "甲某的秘密", count=1)))
    assert str(caught.value).count("\n  - ") == 3
    assert "秘密" not in str(caught.value)


def test_a_flood_of_problems_is_cut(path):
    with pytest.raises(InputError, match="and 61 more"):
        edits_of(path, lambda content: content["counts"][0]["facts"].update({f"x{n}": {} for n in range(101)}))


BROKEN = [
    (b"{", "is not JSON: line 1, column 2", "a file cut off"),
    ("{“schema”: 1}".encode(), "is not JSON", "typographic quotation marks"),
    ('{"a": "甲"}'.encode("gb18030"), "is not UTF-8 (byte 7)", "another encoding"),
    (b'{"a": NaN}', "NaN is no number; write null", "no number"),
    (b'{"a": 1, "a": 2}', "a stands twice", "a key twice"),
    (b"[" * 200_000, "nested too deeply", "a deep nest"),
    (b"3", "$: is no object", "a number"),
    (b'{"a": ' + b"1" * 5000 + b"}", "is not JSON", "a number of 5,000 digits"),
    (b" " * (edited_facts.LARGEST + 1), "too many for a facts file", "a file too large"),
]


@pytest.mark.parametrize(("content", "message", "reason"), BROKEN, ids=[row[2] for row in BROKEN])
def test_a_file_that_is_none_is_refused(path, content, message, reason):
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read(path, document=document(), rows=rows(), at=AT)
    assert message in str(caught.value), reason


def test_a_missing_file_is_told(path):
    with pytest.raises(InputError, match="not found; write it with --write-facts"):
        read(path, document=document(), rows=rows(), at=AT)


def test_a_byte_order_mark_is_no_obstacle(path):
    file_of(path, value("weapon", True))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read(path, document=document(), rows=rows(), at=AT).changes) == 1


def test_the_hash_is_of_what_stands_before_the_verdict():
    assert text_sha256(document()) == text_sha256(document(verdict=""))
    assert text_sha256(document()) != text_sha256(document(text=TEXT + "另查明"))
