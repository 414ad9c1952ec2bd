"""Pages as a browser shows them: from a file, without network, without foreign script, on paper.

Needs Chromium (on Debian: ``apt-get install -y chromium fonts-noto-cjk``); skipped without it.
"""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.explanation.attribution import walk
from sentencing_ml.explanation.explain import write_sheets
from sentencing_ml.explanation.sheet import Basis, Case, sheet
from sentencing_ml.factors.extraction import extract
from sentencing_ml.factors.page import page as extraction_page
from sentencing_ml.judgments.document import Document, Section
from sentencing_ml.judgments.parties import find_defendants
from sentencing_ml.judgments.sections import split_sections
from sentencing_ml.law.report import track_data
from sentencing_ml.law.track import rule_track
from sentencing_ml.overview import overview
from sentencing_ml.release.comparison_page import page as comparison_page
from sentencing_ml.release.paired import MEASURES, compare_rows
from sentencing_ml.settings import load_settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install -y chromium"),
]
HOSTILE = (
    "<script>document.documentElement.dataset.run='1'</script>"
    "<img src=x onerror=\"document.documentElement.dataset.run='2'\">"
    "<svg onload=\"document.documentElement.dataset.run='3'\"></svg>"
    "<img src='http://127.0.0.1:9/beacon.png'><link rel=stylesheet href='http://127.0.0.1:9/x.css'>"
)
# Two defendants, two counts, a passage that belongs to several rows, and text that would like to run.
JUDGMENT = (
    "青溪县人民法院\n刑事判决书\n（2019）浙0199刑初17号\n被告人林小舟，男，1990年1月2日出生，汉族，初中文化，务工。\n"
    "被告人何大川，男，1985年7月9日出生，汉族，小学文化，无业。曾因犯盗窃罪于2016年被判处有期徒刑八个月。\n"
    "青溪县人民检察院指控二被告人犯盗窃罪、何大川犯危险驾驶罪，向本院提起公诉。\n"
    "经审理查明，2019年2月3日夜间，林小舟、何大川结伙入户，窃得现金3600元。" + HOSTILE + "\n"
    "同月20日，何大川饮酒后无证驾驶轿车，其血液中乙醇含量为156.3mg/100ml。\n"
    "本院认为，林小舟、何大川结伙入户盗窃，均已构成盗窃罪，何大川又构成危险驾驶罪。林小舟系自首，何大川系累犯。判决如下：\n"
    "一、林小舟犯盗窃罪，判处有期徒刑七个月，罚金二千元；\n二、何大川犯盗窃罪，判处有期徒刑十个月，罚金三千元；犯危险驾驶罪，"
    "判处拘役二个月，罚金二千元；决定执行有期徒刑十个月，罚金五千元。\n审判员　苏明\n二〇一九年五月六日\n"
)

SETTINGS = load_settings(Path(__file__).resolve().parents[2] / "params.yaml")
RULES = track_data(rule_track("盗窃罪", {"amount_yuan": 8000.0}, province="安徽省", liability_only=True))


def chromium(profile, *options, timeout=60):
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
               "--disable-background-networking", f"--user-data-dir={profile}", *options]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the sheet of an invented case whose text is hostile, an abstention, their index, the overview, the
    page of an extraction, and that of a comparison of two models."""
    root = tmp_path_factory.mktemp("pages")
    findings = "经审理查明，甲某翻窗进入他人住宅，窃得财物价值8600元。" + HOSTILE + "甲某后主动投案。\n" + "另查明无其他事实。\n" * 40
    text = findings + "判决如下：有期徒刑九个月。\n"
    sections = (Section(name="findings", start=0, end=len(findings)), Section(name="verdict", start=len(findings), end=len(text)))
    document = Document(id=HOSTILE, source="", kind="judgment", text=text, sections=sections)
    row = {"row_id": "case/0/0", "doc_id": HOSTILE, "charge": "盗窃罪", "charge_group": "盗窃罪", "defendant": HOSTILE,
           "status": "found", "amount_yuan": 8600.0, "surrender": True, "plea_leniency": True}  # fmt: skip
    start = text.index("8600元")
    evidence = [{"factor": "amount_yuan", "start": start, "end": start + 5, "rule": "r", "section": "findings", "speaker": "court"}]
    prediction = {"charge": "盗窃罪", "charge_group": "盗窃罪", "status": "advised", "liability_months": 11.6, "interval_low": 6.1,
                  "interval_high": 19.4, "rule_low": 1.0, "rule_high": 12.0, "statute_low": 1.0, "statute_high": 180.0,
                  "sanction_kinds": {"有期徒刑": 1.0}, "n_similar": 300}  # fmt: skip
    told = walk(np.log1p(9.0), {"amount_yuan": float(np.log1p(11.6) - np.log1p(9.0))}, shown=11.6)
    reference = {"charge_group": "盗窃罪", "size": 200, "sha256": "0" * 64}
    common = {"history": {}, "similar": (), "probation": None,
              "basis": Basis(versions={"模型": "abc"}, data_cut=None, training_rows=900, level=0.9)}  # fmt: skip
    case = Case(row=row, document=document, evidence=evidence)
    silent = Case(row={**row, "row_id": "case/1/0", "charge": "罕见罪"}, document=document, evidence=evidence)
    write_sheets(
        [
            sheet(case, prediction=prediction, rules=RULES, walk=told, reference=reference, **common),
            sheet(silent, prediction={**prediction, "charge": "罕见罪", "status": "thin_data", "reason": HOSTILE}, rules=RULES, walk=None,
                  reference=None, **common),
        ],
        folder=root,
    )  # fmt: skip
    overview(root=root)
    (root / "reports" / "index.html").rename(root / "overview.html")
    sections = split_sections(JUDGMENT, "judgment")
    read = Document(id=HOSTILE, source="", kind="judgment", text=JUDGMENT, sections=sections, defendants=find_defendants(JUDGMENT, sections))
    (root / "extraction.html").write_text(extraction_page([extract(read)], name=HOSTILE), encoding="utf-8")
    (root / "comparison.html").write_text(comparison_page(compared()), encoding="utf-8")
    return root


def compared():
    """The content of a comparison: a gain, a loss, a group too small to be shown, and one whose name is hostile."""
    generator = np.random.default_rng(1)
    group = pd.Series([f"掩饰、隐瞒犯罪所得、犯罪所得收益罪{HOSTILE}"] * 300 + ["盗窃罪"] * 200 + ["抢夺罪"] * 50 + ["抢劫罪"] * 12 + ["诈骗罪"] * 4)
    first = pd.DataFrame({name: generator.gamma(2, 4, size=len(group)) for name in MEASURES})
    second = first + generator.normal(0, 1, size=first.shape) + np.where(group == "盗窃罪", 9.0, -2.0)[:, None]
    overall, cells = compare_rows(first, second, {"charge": group}, np.arange(len(group)), nominal=0.9, settings=SETTINGS.audit)
    model = {"version": "0" * 12, "data": "1" * 16, "learned": "unknown", "zh": "发行包写明的训练数据是另一份因子表，无法知道其中是否含有比较的案件。"}
    only = [{"charge": HOSTILE, "n": 12}, {"charge": "诈骗罪", "n": None}]
    return {
        "version": 1,
        "settings": SETTINGS.audit.model_dump(mode="json"),
        "model": "1" * 12,
        "champion": model,
        "challenger": {**model, "version": "1" * 12, "learned": "yes"},
        "rows": {"given": 900, "with_term": 800, "both": 566, "only_champion": 16, "only_challenger": 0, "neither": 218,
                 "only_by_charge": {"champion": only, "challenger": []}},
        "overall": overall,
        "fit": {"expected_r2_log": {"champion": 0.6, "challenger": 0.7}, "liability_r2_log": {"champion": 0.5, "challenger": None}},
        "moved": {"beyond": 0.1, "share": 0.4, "q05": -0.1, "median": 0.0, "q95": 0.2},
        "clusters": 566,
        "nominal": {"champion": 0.9, "challenger": 0.9},
        "dimensions": [{"name": "charge", "zh": "罪名", "groups": cells["charge"]}],
        "single": [{"name": "source", "zh": "来源", "group": HOSTILE}],
        "family": {"tests": 16, "rate": 0.05},
    }  # fmt: skip


def pages(folder):
    return sorted(folder.glob("*.html"))


def test_pages_open_from_a_file_without_error_request_or_foreign_script(folder, tmp_path):
    assert len(pages(folder)) == 6
    for page in pages(folder):
        shown = chromium(tmp_path, "--enable-logging=stderr", "--v=0", "--dump-dom", page.as_uri())
        assert "</html>" in shown.stdout, page.name
        assert not re.search(r"<html[^>]*data-run", shown.stdout), page.name
        console = [line for line in shown.stderr.splitlines() if "CONSOLE" in line]
        assert console == [], page.name


def test_the_search_of_the_index_runs_under_its_policy(folder, tmp_path):
    shown = chromium(tmp_path, "--dump-dom", (folder / "index.html").as_uri())
    form = re.search(r'<form[^>]*id="search"[^>]*>', shown.stdout)[0]
    assert "hidden" not in form  # the script has taken the attribute away


def test_a_page_written_with_a_foreign_script_does_not_run_it(folder, tmp_path):
    """The policy holds even where escaping would fail."""
    whole = next(page for page in pages(folder) if page.name.startswith("case-0"))
    broken = tmp_path / "broken.html"
    broken.write_text(whole.read_text(encoding="utf-8").replace("</main>", HOSTILE + "</main>"), encoding="utf-8")
    shown = chromium(tmp_path / "profile", "--enable-logging=stderr", "--v=0", "--dump-dom", broken.as_uri())
    assert "beacon.png" in shown.stdout and not re.search(r"<html[^>]*data-run", shown.stdout)
    refused = [line for line in shown.stderr.splitlines() if "CONSOLE" in line and "Content Security Policy" in line]
    assert any("beacon.png" in line for line in refused) and any("script" in line for line in refused)


def test_a_sheet_prints_on_a_few_pages_of_a4(folder, tmp_path):
    for page in pages(folder):
        target = tmp_path / f"{page.stem}.pdf"
        chromium(tmp_path / "profile", f"--print-to-pdf={target}", page.as_uri())
        content = target.read_bytes()
        assert 1 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= 5, page.name
        assert re.search(rb"/MediaBox\s*\[0 0 59[45](?:\.\d+)? 84[12](?:\.\d+)?\]", content), page.name


@pytest.mark.parametrize("width", [360, 1000])
def test_nothing_is_wider_than_the_screen(folder, tmp_path, width):
    """A probe page frames each page at a width and reports how wide its content wants to be."""
    frames = "".join(f'<iframe src="{page.as_uri()}" style="width:{width}px;height:900px;border:0"></iframe>' for page in pages(folder))
    probe = tmp_path / "probe.html"
    probe.write_text(
        f"<body>{frames}<script>onload=()=>{{document.title=[...document.querySelectorAll('iframe')]"
        ".map(f=>f.contentDocument.documentElement.scrollWidth).join(',')}</script>",
        encoding="utf-8",
    )
    shown = chromium(tmp_path / "profile", "--allow-file-access-from-files", "--dump-dom", probe.as_uri())
    widths = [int(value) for value in re.search(r"<title>([\d,]+)</title>", shown.stdout)[1].split(",")]
    assert len(widths) == 6 and max(widths) <= width


def test_a_row_leads_to_its_passages_and_a_passage_to_its_rows(folder, tmp_path):
    """By the script; without it the links do the same for the first passage and the first row."""
    probe = tmp_path / "probe.html"
    probe.write_text(
        f"""<body><iframe src="{(folder / "extraction.html").as_uri()}" style="width:1300px;height:900px"></iframe><script>
        onload = () => {{
          const page = document.querySelector("iframe").contentDocument, told = [];
          const row = [...page.querySelectorAll("tr.fact")].find((item) => item.textContent.includes("surrender"));
          row.querySelector("a.quote").click();
          told.push([...page.querySelectorAll("a.mark.on")].map((item) => item.textContent).join("|"), row.matches(".on"), page.activeElement.matches("a.mark"));
          const shared = [...page.querySelectorAll("a.mark")].find((item) => item.dataset.rows.includes(" "));
          shared.click();
          told.push(page.querySelectorAll("tr.on").length === shared.dataset.rows.split(" ").length, page.activeElement.matches("tr.on a"), row.matches(".on"));
          document.title = told.join(",");
        }}
        </script>""",
        encoding="utf-8",
    )
    shown = chromium(tmp_path / "profile", "--allow-file-access-from-files", "--dump-dom", probe.as_uri())
    assert re.search(r"<title>(.*?)</title>", shown.stdout)[1] == "自首,true,true,true,true,false"


def test_the_marks_of_an_extraction_are_readable(folder, tmp_path):
    """Contrast of text on each of the eight classes of mark is at least 4.5 to 1."""
    probe = tmp_path / "probe.html"
    probe.write_text(
        f"""<body><iframe src="{(folder / "extraction.html").as_uri()}"></iframe><script>
        onload = () => {{
          const page = document.querySelector("iframe").contentDocument;
          const light = (colour) => colour.match(/\\d+/g).slice(0, 3).map((part) => part / 255)
            .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4).reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
          const contrast = (item) => {{
            const style = item.ownerDocument.defaultView.getComputedStyle(item);
            const [low, high] = [light(style.color), light(style.backgroundColor)].sort((a, b) => a - b);
            return (high + 0.05) / (low + 0.05);
          }};
          document.title = [...page.querySelectorAll(".swatch")].map((item) => contrast(item).toFixed(1)).join(",");
        }}
        </script>""",
        encoding="utf-8",
    )
    shown = chromium(tmp_path / "profile", "--allow-file-access-from-files", "--dump-dom", probe.as_uri())
    ratios = [float(value) for value in re.search(r"<title>([\d.,]+)</title>", shown.stdout)[1].split(",")]
    assert len(ratios) == 8 and min(ratios) >= 4.5
