import gzip
import io
import json

import docx
import pytest

from sentencing_ml.judgments.document import Label
from sentencing_ml.judgments.formats import RawRecord, format_of, implausible, read_file
from sentencing_ml.settings import IngestSettings

LIMITS = IngestSettings(
    max_megabytes=1, max_characters=100_000, mask_third_parties=True, near_duplicate_similarity=0.85
)
TEXT = "某县人民法院刑事判决书，被告人甄有为犯盗窃罪，判处拘役四个月。"


def read(path):
    return list(read_file(path, limits=LIMITS))


def jsonl(*values):
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values).encode()


def word(*paragraphs, table=()):
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table:
        grid = document.add_table(rows=1, cols=len(table))
        for cell, text in zip(grid.rows[0].cells, table, strict=True):
            cell.text = text
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "text", "why"),
    [
        ("a.txt", TEXT.encode(), TEXT, "plain text"),
        ("a.txt", TEXT.encode("utf-8-sig"), TEXT, "a byte order mark"),
        ("a.txt", TEXT.encode("utf-16"), TEXT, "UTF-16 with its mark"),
        ("a.txt", TEXT.encode("utf-32"), TEXT, "UTF-32 with its mark"),
        ("a.txt", TEXT.encode("gb18030"), TEXT, "GB18030"),
        (
            "a.txt",
            (TEXT + "证人㐂㐄、𠮷某").encode("gb18030"),
            TEXT + "证人㐂㐄、𠮷某",
            "GB18030 with names of four bytes",
        ),
        ("a.txt", b"\xe7\x94\xb2\r\n\xe4\xb9\x99", "甲\n乙", "Windows lines"),
        ("a.html", f"<p>{TEXT}</p><p>第二段</p>".encode(), f"{TEXT}\n第二段", "a line a paragraph"),
        (
            "a.docx",
            word(TEXT, "第二段", table=("左", "右")),
            f"{TEXT}\n第二段\n左\t右",
            "paragraphs and tables in order",
        ),
        ("a.json", json.dumps({"text": TEXT}).encode(), TEXT, "one object, escaped"),
    ],
)
def test_one_text_a_file(tmp_path, name, data, text, why):
    path = tmp_path / name
    path.write_bytes(data)
    packed = tmp_path / f"{name}.gz"
    packed.write_bytes(gzip.compress(data))
    for file in (path, packed):
        (record,) = read(file)
        assert (record.id, record.text) == ("a", text), why


def test_a_page_shows_what_a_reader_sees(tmp_path):
    path = tmp_path / "a.html"
    path.write_text(
        "<html><head><title>标题</title><meta charset=gbk></head><body>"
        "<script>var 偷 = 1;</script><style>p{color:red}</style>"
        "<!-- 注释 --><div>被告人<b>甄有为</b></div><p>判决<br>如下&amp;</p></body></html>",
        encoding="utf-8",
    )
    (record,) = read(path)
    assert record.text == "被告人甄有为\n判决\n如下&"


def test_a_page_expands_no_entities_and_opens_no_file(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("秘密", encoding="utf-8")
    path = tmp_path / "a.html"
    bomb = "".join(f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};">' for n in range(1, 30))
    path.write_text(
        f'<!DOCTYPE x [<!ENTITY a0 "甲">{bomb}<!ENTITY f SYSTEM "{secret}">]><p>开始&a29;&f;结束</p>', encoding="utf-8"
    )
    (record,) = read(path)
    assert "秘密" not in record.text
    assert len(record.text) < 3000


def test_lines_are_records_and_a_bad_one_does_not_stop_the_rest(tmp_path):
    path = tmp_path / "c.jsonl"
    good = jsonl({"id": 7, "text": TEXT}, {"text": TEXT})
    path.write_bytes(jsonl({"id": "x", "text": TEXT}) + b"{broken\n\n[1]\n" + good)
    records = read(path)
    assert [getattr(record, "id", None) or (record.record, record.reason) for record in records] == [
        "x", ("2", "not_json"), ("4", "not_json"), "7", "c:6",
    ]  # fmt: skip


def test_a_json_array_holds_records(tmp_path):
    path = tmp_path / "c.json"
    path.write_text(json.dumps([{"text": TEXT}, {"fact": ""}]), encoding="utf-8")
    good, bad = read(path)
    assert good == RawRecord(source=path.as_posix(), record="1", id="c:1", text=TEXT)
    assert (bad.record, bad.reason) == ("2", "no_text")


def test_a_fact_record_keeps_its_label_and_joins_its_opinion(tmp_path):
    path = tmp_path / "c.jsonl"
    value = {
        "id": "f", "source": "库", "fact": "事实。", "opinion": "本院认为。",
        "charges": ["盗窃", "诈骗罪"], "articles": [264],
        "term_months": 6, "fine_yuan": 0, "life": False, "death": None, "province": "未知",
    }  # fmt: skip
    path.write_bytes(jsonl(value))
    (record,) = read(path)
    assert record.text == "事实。\n本院认为。"
    assert record.text[record.opinion_start :] == "本院认为。"
    assert record.origin == "库"
    assert record.label == Label(
        charges=("盗窃罪", "诈骗罪"), articles=("264",), term_months=6.0, fine_yuan=0.0, life=False
    )


@pytest.mark.parametrize(
    ("value", "field", "expected", "why"),
    [
        ({"term_months": 0}, "term_months", None, "zero stands for no recorded term"),
        ({"term_months": -1}, "term_months", None, "negative codes are no term"),
        ({"term_months": True}, "term_months", None, "a truth value is no number"),
        ({"term_months": "12"}, "term_months", None, "a text is no number"),
        ({"term_months": 4.5}, "term_months", 4.5, "half a month"),
        ({"fine_yuan": None}, "fine_yuan", None, "null is unknown"),
        ({"life": "no"}, "life", None, "a text is no truth value"),
        ({"province": "江苏省"}, "province", "江苏省", "a known province"),
        ({"charges": "盗窃"}, "charges", ("盗窃罪",), "one charge without a list"),
        (
            {"charges": ["[走私、贩卖]毒品", "盗窃", "盗窃罪"]},
            "charges",
            ("走私、贩卖毒品罪", "盗窃罪"),
            "brackets and repeats go",
        ),
    ],
)
def test_label_fields(tmp_path, value, field, expected, why):
    path = tmp_path / "c.jsonl"
    path.write_bytes(jsonl({"fact": "事实。", **value}))
    (record,) = read(path)
    assert getattr(record.label, field) == expected, why


def test_the_form_of_cail2018(tmp_path):
    path = tmp_path / "c.jsonl"
    meta = {
        "accusation": ["盗窃"], "relevant_articles": [264], "punish_of_money": 1000, "criminals": ["甲"],
        "term_of_imprisonment": {"death_penalty": False, "life_imprisonment": True, "imprisonment": 0},
    }  # fmt: skip
    path.write_bytes(jsonl({"fact": "事实。", "meta": meta}))
    (record,) = read(path)
    assert record.is_fact
    assert record.label == Label(
        charges=("盗窃罪",), articles=("264",), fine_yuan=1000.0, life=True, death=False
    )


@pytest.mark.parametrize("opinion", ["", "未知", None, " "])
def test_an_unknown_opinion_is_none(tmp_path, opinion):
    path = tmp_path / "c.jsonl"
    path.write_bytes(jsonl({"fact": "事实。", "opinion": opinion}))
    (record,) = read(path)
    assert (record.text, record.opinion_start) == ("事实。", None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.jsonl.gz", ".jsonl"), ("a.JSON", ".json"), ("a.b.txt", ".txt"), ("a.pdf", None), ("a", None), ("a.gz", None)],
)
def test_format_of(tmp_path, name, expected):
    assert format_of(tmp_path / name) == expected


@pytest.mark.parametrize(
    ("text", "guessed", "expected", "why"),
    [
        (TEXT, True, None, "legal Chinese"),
        ("", False, None, "nothing is not implausible"),
        ("乂亖亝亯亱亴亶亷亸亹仈", True, "wrong_encoding", "rare characters alone, from a guessed encoding"),
        ("乂亖亝亯亱亴亶亷亸亹仈", False, None, "the same in a sure encoding may be a list of names"),
        ("\ue000\ue001甲", False, "wrong_encoding", "private-use characters"),
        ("\x01\x02\x03甲", False, "binary_file", "control characters"),
        (TEXT + "\ufffd", False, None, "one lost character in a long text"),
    ],
)
def test_implausible(text, guessed, expected, why):
    assert implausible(text, guessed=guessed) == expected, why


def test_a_file_too_long_to_be_held_in_memory_reads_the_same(tmp_path, monkeypatch):
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress("".join(f'{{"id": "{n}", "text": "甲乙丙"}}\n' for n in range(50)).encode()))
    held = list(read_file(path, limits=LIMITS))
    monkeypatch.setattr("sentencing_ml.judgments.formats._HELD", 10)
    assert list(read_file(path, limits=LIMITS)) == held
    assert len(held) == 50
