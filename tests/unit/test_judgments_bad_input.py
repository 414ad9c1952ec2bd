"""What users really hand in: every bad input is set aside with its reason, and the rest is read."""

import gzip
import io
import json
import random
import zipfile
from pathlib import Path

import pytest

import sentencing_ml.judgments
from sentencing_ml.judgments.document import Document, Quarantined
from sentencing_ml.judgments.quarantine import reasons
from sentencing_ml.judgments.reading import read_documents
from sentencing_ml.settings import load_settings

ROOT = Path(__file__).parents[2]
SETTINGS = load_settings(ROOT / "params.yaml")
JUDGMENT = (
    "某县人民法院 刑事判决书 （2020）沪9901刑初77号 公诉机关某县人民检察院。 被告人甄有为，男，1990年生。 "
    "某县人民检察院以某检〔2020〕9号起诉书指控被告人甄有为犯盗窃罪，提起公诉。现已审理终结。 "
    "经审理查明，被告人甄有为取走电动车一辆。 本院认为，被告人甄有为构成盗窃罪。"
    " 判决如下： 被告人甄有为犯盗窃罪，判处拘役四个月。 "
    "如不服本判决，可上诉。 审判员乙 二〇二〇年五月六日"
)


def read(*paths):
    return list(read_documents(paths, settings=SETTINGS, mask=True))


def only(path):
    (item,) = read(path)
    assert isinstance(item, Quarantined)
    return item


def garbage(length):
    characters = "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会"
    return "".join(random.Random(3).choices(characters, k=length))


def zipped(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "reason", "why"),
    [
        ("a.txt", b"", "empty_file", "no bytes"),
        ("a.jsonl", b"", "empty_file", "no bytes, line by line"),
        ("a.txt", b" \n\n", "empty_file", "blanks alone"),
        ("a.jsonl", b"\n\n", "empty_file", "no record"),
        ("a.jsonl.gz", gzip.compress(b"", mtime=0), "empty_file", "an archive of nothing"),
        ("a.txt", b"PK\x03\x04" + bytes(range(256)) * 8, "binary_file", "a binary file with NUL bytes"),
        ("a.jsonl", b'{"text": "' + b"\0" * 50 + b'"}', "binary_file", "NUL bytes in a line"),
        ("a.txt", JUDGMENT.encode("big5", "ignore"), "wrong_encoding", "Big5"),
        (
            "a.txt",
            "Tribunal p\xe9nal: le pr\xe9venu \xe9tait \xe0 c\xf4t\xe9.".encode("latin-1"),
            "wrong_encoding",
            "Latin-1",
        ),
        ("a.txt", b"\xff\xfe" + JUDGMENT.encode("utf-8")[:101], "wrong_encoding", "UTF-16 cut in a character"),
        (
            "a.txt",
            b"\xff\xfe" + JUDGMENT.encode("utf-8")[:102],
            "wrong_encoding",
            "UTF-16 that decodes to rare characters",
        ),
        ("a.pdf", b"%PDF-1.7", "unsupported_format", "a suffix that is not read"),
        ("a.jsonl.gz", gzip.compress(JUDGMENT.encode() * 50, mtime=0)[:-40], "damaged_file", "a truncated archive"),
        ("a.txt.gz", JUDGMENT.encode(), "damaged_file", "an archive by name alone"),
        ("a.docx", b"no archive at all", "damaged_file", "a Word file that is no zip"),
        ("a.docx", zipped(text="甲"), "damaged_file", "a zip that is no Word file"),
        ("a.docx", zipped(bomb=b"0" * (30 << 20)), "too_large", "a small archive of thirty megabytes"),
        ("a.txt.gz", gzip.compress(b"0" * (30 << 20), mtime=0), "too_large", "the same, gzip"),
        ("a.txt", b"a" * (50 << 20), "too_large", "fifty megabytes in one file"),
        ("a.jsonl", b'{"text": "' + b"a" * (50 << 20) + b'"}\n', "too_large", "fifty megabytes in one line"),
        ("a.jsonl", b'{"text": "' + b"a" * 500_000 + b'"}\n', "too_long", "a text above the limit of characters"),
        ("a.json", b"[1, 2", "not_json", "broken JSON"),
        ("a.jsonl", b"[" * 200_000, "not_json", "brackets nested beyond measure"),
        ("a.jsonl", b'{"id": "x"}\n', "no_text", "a record without a text"),
        ("a.jsonl", b'{"id": "x", "text": "", "fact": "  "}\n', "no_text", "a record with blank texts"),
        ("a.jsonl", b'{"id": "x", "text": 5}\n', "no_text", "a text that is a number"),
        ("a.html", "<script>判决如下</script>".encode(), "no_text", "a page of scripts alone"),
        ("a.txt", "原告甲与被告乙民事判决书，判决如下：被告乙还款。".encode(), "not_criminal", "a civil judgment"),
        ("a.txt", garbage(20_000).encode(), "not_criminal", "20,000 characters of garbage on one line"),
        ("a.txt", "某法院刑事裁定书 罪犯甲，准予减刑一年。".encode(), "reduction", "a ruling on a reduced sentence"),
        ("a.txt", "某法院刑事裁定书 上诉人（原审被告人）甲，裁定如下：驳回上诉。".encode(), "ruling", "a ruling on appeal"),
        ("a.txt", "某法院刑事裁定书 被告人甲，裁定如下：核准判处被告人甲死刑的判决。".encode(), "death_review", "a review"),
    ],
    # bytes in a test's name would differ from run to run
    ids=lambda value: value if isinstance(value, str) and len(value) < 60 else "",
)
def test_is_set_aside(tmp_path, name, data, reason, why):
    path = tmp_path / name
    path.write_bytes(data)
    item = only(path)
    assert item.reason == reason, why
    assert item.source == path.as_posix()


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.txt", JUDGMENT.replace(" ", "").encode(), "a judgment on one line"),
        (
            "a.txt",
            (JUDGMENT.replace(" ", "").replace("取走", "取走" + "某物、" * 7000)).encode(),
            "the line 20,000 characters long",
        ),
        (
            "a.txt",
            JUDGMENT.replace("甄有为", "甄𠮷㐂").encode("gb18030"),
            "GB18030 with a name of four-byte characters",
        ),
        ("a.txt", JUDGMENT.encode("utf-16"), "UTF-16"),
        ("a.jsonl", json.dumps({"text": JUDGMENT}).encode("utf-16"), "UTF-16, line by line"),
        ("a.html", f"<script>1 < 2</script><p>{JUDGMENT}</p>".encode(), "a page with a script"),
    ],
)
def test_is_read(tmp_path, name, data, why):
    path = tmp_path / name
    path.write_bytes(data)
    (item,) = read(path)
    assert isinstance(item, Document), why
    assert item.kind == "judgment"
    assert item.section("verdict") is not None
    assert len(item.defendants) == 1


def lines(path, *values):
    path.write_text("".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values), encoding="utf-8")
    return path


def test_a_repeated_id_is_set_aside_whatever_file_it_stands_in(tmp_path):
    other = JUDGMENT.replace("电动车", "自行车")
    first = lines(tmp_path / "a.jsonl", {"id": "1", "text": JUDGMENT}, {"id": "1", "text": other})
    second = lines(tmp_path / "b.jsonl", {"id": "1", "text": JUDGMENT})
    kept, clash, again = read(first, second)
    assert kept.id == "1"
    assert (clash.record, clash.reason) == ("2", "duplicate_id")
    assert (again.source, again.reason) == (second.as_posix(), "exact_duplicate")


def test_two_collections_that_number_alike_are_both_read(tmp_path):
    path = lines(
        tmp_path / "a.jsonl",
        {"id": "1", "source": "甲库", "text": JUDGMENT},
        {"id": "1", "source": "乙库", "text": JUDGMENT.replace("电动车", "自行车")},
        {"id": "1", "source": "乙库", "text": JUDGMENT.replace("电动车", "摩托车")},
    )
    first, second, third = read(path)
    assert (first.id, second.id) == ("1", "乙库:1")
    assert third.reason == "duplicate_id"


def test_a_file_of_a_thousand_lines_survives_each_kind_of_bad_line(tmp_path):
    good = [json.dumps({"id": str(number), "text": JUDGMENT}, ensure_ascii=False) for number in range(1000)]
    bad = ["{", "null", '"text"', "[]", '{"text": null}', '{"fact": 3}', "\ufeff", "NaN"]
    for position, line in enumerate(bad):
        good.insert(100 * position + 7, line)
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(good), encoding="utf-8")
    items = read(path)
    assert sum(isinstance(item, Document) for item in items) == 1000
    assert sum(isinstance(item, Quarantined) for item in items) == len(bad)


def test_what_is_set_aside_shows_none_of_its_text(tmp_path):
    civil, empty = {"text": "机密内容，原告甲的民事判决书"}, {"id": "x", "fact": None, "note": "机密内容"}
    path = lines(tmp_path / "a.jsonl", civil, empty)
    assert all("机密" not in repr(item) for item in read(path))


def test_every_reason_is_explained_and_none_is_idle():
    folder = Path(sentencing_ml.judgments.__file__).parent
    source = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    assert [code for code in reasons() if f'"{code}"' not in source] == []
    for reason in reasons().values():
        assert all((reason.zh, reason.en, reason.todo_zh, reason.todo_en))
