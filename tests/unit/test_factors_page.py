"""The page on which a reader checks an extraction: every fact beside its passage, nothing of the text lost or run."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sentencing_ml.cli import app
from sentencing_ml.factors.extraction import extract
from sentencing_ml.factors.page import page
from sentencing_ml.judgments.reading import read_documents
from sentencing_ml.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
PARAMS = str(ROOT / "params.yaml")
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
JUDGMENT = """青溪县人民法院
刑事判决书
（2019）浙0199刑初17号
公诉机关青溪县人民检察院。
被告人林小舟，男，1990年1月2日出生，汉族，初中文化，务工。因本案于2019年3月1日被取保候审。
被告人何大川，男，1985年7月9日出生，汉族，小学文化，无业。曾因犯盗窃罪于2016年被判处有期徒刑八个月。现羁押于青溪县看守所。
青溪县人民检察院指控被告人林小舟、何大川犯盗窃罪，被告人何大川犯危险驾驶罪，向本院提起公诉。本院适用简易程序审理了本案。
经审理查明：1.2019年2月3日夜间，两名被告人结伙入户，在钱某家中窃得现金3600元。HOSTILE
2.2019年2月20日，被告人何大川饮酒后无证驾驶轿车，被民警查获。经检验，其血液中乙醇含量为156.3mg/100ml。
本院认为，被告人林小舟、何大川结伙入户盗窃，数额较大，均已构成盗窃罪；被告人何大川醉酒驾驶机动车，又构成危险驾驶罪。被告人林小舟系自首。被告人何大川系累犯。依照刑法规定，判决如下：
一、被告人林小舟犯盗窃罪，判处有期徒刑七个月，缓刑一年，罚金二千元；
二、被告人何大川犯盗窃罪，判处有期徒刑十个月，并处罚金三千元；犯危险驾驶罪，判处拘役二个月，并处罚金二千元；决定执行有期徒刑十个月，并处罚金五千元。
审判员　　苏明
二〇一九年五月六日
""".replace("HOSTILE", HOSTILE)
INDICTMENT = """青溪县人民检察院
起诉书
青检刑诉〔2020〕8号
被告人林小舟，男，1990年1月2日出生，汉族，初中文化，务工。
经依法审查查明：2020年1月5日，被告人林小舟在车站扒窃旅客现金900元。
本院认为，被告人林小舟扒窃他人财物，其行为触犯了刑法第二百六十四条，应当以盗窃罪追究其刑事责任。
此致
青溪县人民法院
"""


class Reader(HTMLParser):
    """Collects ids, links, marks with their text, and scripts."""

    def __init__(self):
        super().__init__()
        self.ids, self.links, self.marks, self.scripts, self.handlers, self.loads = [], [], [], 0, [], []
        self.text, self._mark, self._script = "", None, False

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.handlers += [name for name in given if name.startswith("on")]
        self.loads += [given[name] for name in ("src", "srcset", "data") if name in given]
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        if tag == "script":
            self.scripts += 1
        if tag == "a" and "mark" in given.get("class", ""):
            self._mark = {**given, "text": ""}

    def handle_data(self, data):
        if self._mark is not None:
            self._mark["text"] += data

    def handle_endtag(self, tag):
        if tag == "a" and self._mark is not None:
            self.marks.append(self._mark)
            self._mark = None


def extraction_of(tmp_path, text, name="case"):
    path = tmp_path / f"{name}.txt"
    path.write_text(text, encoding="utf-8")
    (document,) = read_documents([path], settings=load_settings(ROOT / "params.yaml"), mask=False)
    return extract(document)


@pytest.fixture
def whole(tmp_path):
    return page([extraction_of(tmp_path, JUDGMENT)], name="case.txt")


def read(html):
    reader = Reader()
    reader.feed(html)
    return reader


def rows(html):
    """Return the cells of every row of the tables as plain text, by id of the row."""
    found = {}
    for ident, body in re.findall(r'<tr class="fact" id="([^"]+)">(.*?)</tr>', html, re.S):
        found[ident] = [unescape(re.sub(r"<[^>]+>", " ", cell)).split() for cell in re.findall(r"<t[hd].*?</t[hd]>", body, re.S)]
    return found


def test_every_link_has_its_target_and_no_id_comes_twice(whole):
    reader = read(whole)
    assert len(reader.ids) == len(set(reader.ids))
    assert {link for link in reader.links if not link.startswith("#")} == set()
    assert {link[1:] for link in reader.links} <= set(reader.ids)
    assert {ident for mark in reader.marks for ident in mark["data-rows"].split()} <= set(reader.ids)


def test_the_page_runs_nothing_and_loads_nothing_that_the_text_brings(whole):
    reader = read(whole)
    assert reader.scripts == 1 and reader.handlers == [] and reader.loads == []
    assert HOSTILE not in whole and "&lt;script&gt;" in whole
    assert "script-src 'sha256-" in whole


def test_the_text_stands_whole_and_in_order(whole):
    body = whole[whole.index('<div class="document"') : whole.index('<div class="tables"')]
    shown = "".join(unescape(re.sub(r"<[^>]+>", "", line)) for line in re.findall(r"<p>(.*?)</p>", body, re.S))
    assert shown.replace("\n", "") == JUDGMENT.replace("\n", "")


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (("自首", "预防刑", "有", "surrender", "认定", "本院认为", "法院"), "a ground of the offender, with section, speaker and rule"),
        (("血液酒精含量", "责任刑", "156.30", "mg/100ml", "alcohol"), "a quantity with its unit"),
        (("宣告刑：危险驾驶罪", "结果", "拘役", "2"), "the penalty of a count"),
        (("决定执行", "结果", "有期徒刑", "10"), "what is executed of several counts"),
        (("性别", "受保护", "男", "首部"), "a protected particular, marked as such"),
        (("案号", "标识"), "what names the case"),
        (("审理程序", "程序", "简易"), "procedure"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_row_says_what_a_reader_must_check(whole, parts, reason):
    lines = [" ".join(word for cell in cells for word in cell) for cells in rows(whole).values()]
    assert any(all(part in line for part in parts) for line in lines), reason


def test_unknown_is_told_from_not_found(whole):
    unknown = re.findall(r"<dt>未知.*?</dt><dd>(.*?)</dd>", whole)
    absent = re.findall(r"<summary>未认定.*?</summary>(.*?)</details>", whole, re.S)
    assert any("共同犯罪中的地位" in names for names in unknown)
    assert any("立功" in names for names in absent) and not any("立功" in names for names in unknown)


def test_facts_of_each_count_stand_apart(whole):
    titles = re.findall(r'<h3 id="[^"]+">(.*?)</h3>', whole)
    assert [re.sub(r"<[^>]+>", "", title).split()[0] for title in titles] == [
        "被告人林小舟", "被告人何大川", "被告人何大川：盗窃罪", "被告人何大川：危险驾驶罪", "案件",
    ]  # fmt: skip


def test_overlapping_facts_share_a_piece_and_lead_to_all_their_rows(whole):
    marks = read(whole).marks
    shared = [mark for mark in marks if len(mark["data-rows"].split()) > 1]
    assert shared
    # both defendants entered together: the passage belongs to a row of each
    together = next(mark for mark in shared if mark["text"] in "结伙入户")
    assert len({ident.split("-")[1] for ident in together["data-rows"].split()}) >= 2


def test_an_indictment_is_marked_as_alleged(tmp_path):
    html = page([extraction_of(tmp_path, INDICTMENT)], name="x")
    assert "事实为指控，未经查明" in html
    tables = html[html.index('<div class="tables"') :]
    assert "认定 ·" not in tables and 'tag-alert">指控' in tables


def test_several_documents_have_a_contents_and_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr("sentencing_ml.factors.files.LIMIT", 2)
    lines = [json.dumps({"id": f"d{n}", "text": JUDGMENT.replace("17号", f"{n}号").replace("3600", f"36{n}0")}) for n in range(3)]
    (tmp_path / "all.jsonl").write_text("\n".join(lines), encoding="utf-8")
    out = tmp_path / "out.html"
    result = CliRunner().invoke(app, ["extract", str(tmp_path / "all.jsonl"), "--html", str(out), "--params", PARAMS])
    assert result.exit_code == 0, result.output
    assert "shows the first 2 documents; name another with --case ID" in result.output
    html = out.read_text(encoding="utf-8")
    assert html.count('<article class="judgment"') == 2 and "另有 1 份未列" in html
    result = CliRunner().invoke(app, ["extract", str(tmp_path / "all.jsonl"), "--case", "d2", "--html", str(out), "--params", PARAMS])
    assert result.exit_code == 0, result.output
    html = out.read_text(encoding="utf-8")
    assert html.count('<article class="judgment"') == 1 and "编号 d2" in html


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Name what to write"),
        (["--html", "out.html", "--case", "none"], "No readable document has the id none"),
        (["-o", "out.jsonl", "--as", "csv"], "choose annotation or table"),
    ],
)
def test_a_wrong_call_says_what_to_do(tmp_path, monkeypatch, arguments, message):
    (tmp_path / "case.txt").write_text(JUDGMENT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["extract", "case.txt", *arguments, "--params", PARAMS])
    assert result.exit_code != 0
    assert message in str(result.exception)
    assert not (tmp_path / "out.html").exists() and not (tmp_path / "out.jsonl").exists()
