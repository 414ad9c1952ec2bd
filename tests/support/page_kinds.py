"""Every kind of page, for tests that look at pages: those of a small run, and those that are written on request."""

import contextlib
import runpy
import shutil
from pathlib import Path

import example_indicators
import example_monitor
import numpy as np
import pandas as pd
import pytest
import yaml
from example_audit import example as audited
from example_audit import silent as audited_without_figures
from typer.testing import CliRunner

from sentencing_ml import layout, tracking
from sentencing_ml.cli import app
from sentencing_ml.explanation.case_list import read_list
from sentencing_ml.factors.extraction import extract
from sentencing_ml.factors.page import page as extraction_page
from sentencing_ml.factors.report import golden_set, measure, write_report
from sentencing_ml.fairness.report.page import page as audit_page
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.parties import find_defendants
from sentencing_ml.judgments.sections import split_sections
from sentencing_ml.monitor.indicators.page import page as indicators_page
from sentencing_ml.monitor.report.page import court_page, judge_page
from sentencing_ml.release.comparison_page import page as comparison_page
from sentencing_ml.release.paired import MEASURES, compare_rows
from sentencing_ml.settings import load_settings
from sentencing_ml.storage import write_json, write_jsonl

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = load_settings(ROOT / "params.yaml")
RAN = "document.documentElement.dataset.run"
# Text that would like to run, to load, to hide, to break out, to be computed, and to be read backwards.
HOSTILE = (
    f"<script>{RAN}='1'</script><img src=x onerror=\"{RAN}='2'\"><svg onload=\"{RAN}='3'\"></svg>"
    "<img src='http://127.0.0.1:9/beacon.png'><link rel=stylesheet href='http://127.0.0.1:9/x.css'>"
    f"<a href=\"javascript:{RAN}='4'\">javascript:{RAN}='5'</a><style>main{{display:none}}</style>"
    "]]>--></textarea></title></script>{{7*7}}${7*7}&lt;b&gt;\u202e倒\u202c\u200b\u2060␀\u2028"
)
# Two defendants, two counts, a passage that belongs to several rows.
JUDGMENT = (
    "青溪县人民法院\n刑事判决书\n（2019）浙0199刑初17号\n被告人林小舟，男，1990年1月2日出生，汉族，初中文化，务工。\n"
    "被告人何大川，男，1985年7月9日出生，汉族，小学文化，无业。曾因犯盗窃罪于2016年被判处有期徒刑八个月。\n"
    "青溪县人民检察院指控二被告人犯盗窃罪、何大川犯危险驾驶罪，向本院提起公诉。\n"
    "经审理查明，2019年2月3日夜间，林小舟、何大川结伙入户，窃得现金3600元。{extra}\n"
    "同月20日，何大川饮酒后无证驾驶轿车，其血液中乙醇含量为156.3mg/100ml。\n"
    "本院认为，林小舟、何大川结伙入户盗窃，均已构成盗窃罪，何大川又构成危险驾驶罪。林小舟系自首，何大川系累犯。判决如下：\n"
    "一、林小舟犯盗窃罪，判处有期徒刑七个月，罚金二千元；\n二、何大川犯盗窃罪，判处有期徒刑十个月，罚金三千元；犯危险驾驶罪，"
    "判处拘役二个月，罚金二千元；决定执行有期徒刑十个月，罚金五千元。\n审判员　苏明\n二〇一九年五月六日\n"
)
RARE = (
    "青溪县人民法院\n刑事判决书\n（2019）浙0199刑初18号\n被告人林小舟，男，1990年1月2日出生，汉族，初中文化，务工。\n"
    "青溪县人民检察院指控被告人林小舟犯破坏生产经营罪，向本院提起公诉。\n"
    "经审理查明，2019年2月3日，林小舟出于泄愤，毁坏他人机器设备，造成损失价值8600元。{extra}\n"
    "本院认为，林小舟的行为已构成破坏生产经营罪。判决如下：\n林小舟犯破坏生产经营罪，判处有期徒刑七个月。\n"
    "审判员　苏明\n二〇一九年五月六日\n"
)


def build(folder: Path) -> dict[str, Path]:
    """Write the pages under ``folder`` and return each kind's page."""
    run(folder)
    reports = folder / layout.REPORTS
    cases = {entry["status"] == "advised": entry["file"] for entry in reversed(read_list(folder / layout.CASES)[0])}
    hostile = explained(folder, {"id": HOSTILE, "text": JUDGMENT.format(extra=HOSTILE)}, {"id": f"rare {HOSTILE}", "text": RARE.format(extra=HOSTILE)})
    pages = {
        "sheet": folder / layout.CASES / f"{cases[True]}.html",
        "hostile": hostile[True],
        "abstaining": hostile[False],
        "cases": hostile[True].parent / "index.html",
        "index": folder / layout.INDEX,
        "extraction": reports / "extracted.html",
        "scores": reports / "extraction.html",
        "comparison": reports / "comparison.html",
        "audit_full": reports / "audit_full.html",
        "audit_silent": reports / "audit_silent.html",
        **{name: reports / f"{name}.html" for name in ("audit", "certificate", "evaluation", "monitor", "validation")},
    }
    monitored = {
        "monitor_full": court_page(example_monitor.court(HOSTILE)),
        "monitor_empty": court_page(example_monitor.empty_court()),
        "monitor_broken": court_page(example_monitor.broken()),
        "monitor_judge": judge_page(example_monitor.judge(HOSTILE)),
        "monitor_judge_calm": judge_page(example_monitor.calm_judge()),
        "monitor_judge_new": judge_page(example_monitor.new_judge()),
        "indicators_full": indicators_page(example_indicators.example(HOSTILE)),
        "indicators_empty": indicators_page(example_indicators.empty()),
    }
    for name, html in monitored.items():
        pages[name] = reports / f"{name}.html"
        pages[name].write_text(html, encoding="utf-8")
    pages["extraction"].write_text(extraction_page([extract(_document())], name=HOSTILE), encoding="utf-8")
    pages["audit_full"].write_text(audit_page(audited(HOSTILE)), encoding="utf-8")
    pages["audit_silent"].write_text(audit_page(audited_without_figures()), encoding="utf-8")
    pages["comparison"].write_text(comparison_page(compared()), encoding="utf-8")
    write_report([measure(golden_set(ROOT / "tests" / "golden"), settings=SETTINGS)], ["not asked for: b"], report=reports / "extraction.json")
    return pages


def run(folder: Path) -> None:
    """Run the stages but the release in ``folder``, small and without MLflow."""
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params["simulation"]["judgments"] = 240
    params["extract"]["workers"] = 1
    params["train"] |= {"n_estimators": 20, "similar_min": 8, "interval_min_group": 20}
    params["evaluate"] |= {"bootstrap": 20, "curve": [0.5, 1]}
    params["certify"] |= {"edits": 10, "flips": 20, "rows": 200, "n": 500, "held_out": 200, "bootstrap": 20, "seeds": []}
    params["explain"] |= {"sample": 6, "background": 30}
    params["audit"] |= {"bootstrap": 40, "attributes": ["gender", "region"], "permutations": 19, "swaps": 2,
                        "certificate": {"sizes": [200], "repeats": 1, "effect": 0.1}}  # fmt: skip
    params["monitor"] |= {"judges": 4, "entries": 12, "certificate": {"judges": 20, "cases": 100, "seed": 1}}
    params["runtime"]["threads"] = 1
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "params.yaml").write_text(yaml.safe_dump(params, allow_unicode=True), encoding="utf-8")
    shutil.copy(ROOT / "dvc.yaml", folder / "dvc.yaml")
    version = {"model": "0" * 12, "law": "2026-11-21", "registry": 3}
    gate = {"metric": "evaluation.interval_coverage", "value": 0.9, "bound": "≥ 0.85", "holds": True}
    write_json(folder / layout.RELEASE_REPORT, {"version": version, "gates": [gate]})
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(tracking, "stage", lambda *_, **__: contextlib.nullcontext(tracking.StageLog()))
        patch.setattr(tracking, "begin_pipeline_run", lambda **_: None)
        for stage in yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]:
            if stage != "release":
                runpy.run_path(str(ROOT / "pipelines" / f"{stage}.py"), run_name="__main__")


def explained(folder: Path, *records: dict, options: tuple[str, ...] = ()) -> dict[bool, Path]:
    """Explain records by the command line with the model of the run; return a page with advice and one without."""
    out = folder / "sheets"
    write_jsonl(folder / "records.jsonl", records)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        made = CliRunner().invoke(app, ["explain", "records.jsonl", "--out", "sheets", *options], catch_exceptions=False)
    assert made.exit_code == 0, made.output
    return {entry["status"] == "advised": out / f"{entry['file']}.html" for entry in read_list(out)[0]}


def _document() -> Document:
    text = JUDGMENT.format(extra=HOSTILE)
    sections = split_sections(text, "judgment")
    return Document(id=HOSTILE, source="", kind="judgment", text=text, sections=sections, defendants=find_defendants(text, sections))


def compared() -> dict:
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
