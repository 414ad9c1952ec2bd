"""The comparison from files to report and page: which rows are compared, what is known of the models, what goes wrong."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.cli import main
from sentencing_ml.errors import InputError
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.liability.bundle import write_manifest
from sentencing_ml.liability.split import split
from sentencing_ml.liability.train import train
from sentencing_ml.release import comparison
from sentencing_ml.release.comparison import examine, flat_metrics, provenance
from sentencing_ml.release.comparison_page import page
from sentencing_ml.release.paired import MEASURES, Advice
from sentencing_ml.settings import load_settings
from sentencing_ml.simulation.simulate import simulate
from sentencing_ml.storage import read_json, read_table, sha256_file, write_json, write_table, write_text

ROOT = Path(__file__).resolve().parents[2]
PARAMS = str(ROOT / "params.yaml")
PLAIN = load_settings(Path(PARAMS))
OPTIONS = PLAIN.model_copy(
    update={
        "audit": PLAIN.audit.model_copy(update={"attributes": ("gender", "year"), "bootstrap": 60}),
        "runtime": PLAIN.runtime.model_copy(update={"threads": 1}),
    }
)
HOSTILE = "<script>alert(1)</script>罪"
CHARGES = ["盗窃罪"] * 220 + ["诈骗罪"] * 60 + [HOSTILE] * 40 + ["抢夺罪"] * 4


def rows():
    return factor_frame(
        [
            {
                "row_id": f"d{place:04d}/0/0",
                "doc_id": f"d{place:04d}",
                "cluster": f"d{place:04d}",
                "doc_kind": "judgment",
                "source": "/home/somebody/cases.jsonl" if place % 2 else "/srv/more.jsonl",
                "charge_group": charge,
                "status": "found",
                "penalty": "有期徒刑",
                "term_months": float(6 + place % 30),
                "court": f"甲{place % 40}县人民法院",
                "judgment_date": f"{2018 + place % 3}-05-01",
                "gender": "男" if place % 4 else "女",
            }
            for place, charge in enumerate(CHARGES)
        ]
    )


def told(frame, *, off, advised=None, seed=0):
    """What a model would say that misses the declared term by about ``off`` months."""
    declared = frame["term_months"].to_numpy(dtype="float64", na_value=np.nan)
    noise = np.random.default_rng(seed).normal(0, off, size=len(frame))
    advised = np.ones(len(frame), dtype=bool) if advised is None else advised
    shown = np.where(advised, np.maximum(declared + noise, 0.1), np.nan)
    return Advice(advised=advised, expected=shown, liability=shown, low=shown * 0, high=shown + 100, neutral=declared, level=0.9)


@pytest.fixture
def models(monkeypatch):
    """Let ``examine`` take advice for a model."""
    monkeypatch.setattr(comparison, "advice", lambda model, rows, declared, *, threads: model)


def dimension(content, name):
    return next(found["groups"] for found in content["dimensions"] if found["name"] == name)


def test_every_row_is_accounted_for_and_only_rows_of_both_are_compared(models):
    frame = rows()
    first, second = np.arange(len(frame)) % 8 != 0, np.arange(len(frame)) < 300
    content = examine(frame, told(frame, off=4, advised=first), told(frame, off=1, advised=second, seed=1), settings=OPTIONS)
    counts = content["rows"]
    assert (counts["given"], counts["with_term"]) == (324, 324)
    assert counts["both"] == (first & second).sum()
    assert counts["only_champion"] == (first & ~second).sum()
    assert counts["only_challenger"] == (second & ~first).sum()
    assert counts["neither"] == (~first & ~second).sum()
    assert sum(cell["n"] or 0 for cell in dimension(content, "gender")) == counts["both"]
    # 20 of the hostile charge and 4 of 抢夺罪 are advised by the champion alone: the four are withheld, and so are the others
    assert {row["n"] for row in counts["only_by_charge"]["champion"]} == {None}
    assert content["overall"]["expected_months"]["verdict"] == "better"


def test_groups_come_by_charge_severity_source_year_and_the_audits_attributes(models):
    frame = rows()
    content = examine(frame, told(frame, off=4), told(frame, off=1, seed=1), settings=OPTIONS)
    assert [found["name"] for found in content["dimensions"]] == ["charge", "severity", "source", "year", "gender"]
    assert content["single"] == [{"name": "doc_kind", "zh": "文书种类", "group": "判决书"}]
    assert [cell["group"] for cell in dimension(content, "year")] == ["2018", "2019", "2020"]
    assert {cell["group"] for cell in dimension(content, "source")} == {"cases.jsonl", "more.jsonl"}, "no folder of anybody"
    assert [cell["group"][:4] for cell in dimension(content, "severity")] == ["1 最轻", "2 较轻", "3 中等", "4 较重", "5 最重"]
    assert [(cell["group"], cell["n"], cell["status"]) for cell in dimension(content, "charge")] == [
        ("盗窃罪", 220, "shown"),
        ("诈骗罪", 60, "no_verdict"),
        (HOSTILE, None, "suppressed"),
        ("抢夺罪", None, "suppressed"),
    ]
    json.dumps(content, allow_nan=False)


def test_flat_figures_are_numbers_that_gates_can_name(models):
    frame = rows()
    content = examine(frame, told(frame, off=4), told(frame, off=1, seed=1), settings=OPTIONS)
    flat = flat_metrics(content)
    assert all(type(value) is float for value in flat.values())
    for name in MEASURES:
        assert {f"{name}_{key}" for key in ("champion", "challenger", "difference", "low", "high")} <= set(flat)
    assert flat["expected_months_high"] < 0
    assert flat["expected_r2_log_difference"] > 0
    assert flat["groups_better"] > 0 == flat["groups_worse"]
    assert (flat["n_both"], flat["n_neither"]) == (324.0, 0.0)


def test_the_page_tells_the_verdict_escapes_names_and_shows_no_case(models):
    frame = rows()
    content = examine(frame, told(frame, off=4), told(frame, off=1, seed=1), settings=OPTIONS)
    # a withheld group keeps its name, so that a reader sees that it is there
    known = {"version": "abc", "data": None, "learned": "unknown", "zh": "无法知道。"}
    html = page({**content, "model": "def", "champion": known, "challenger": {**known, "version": "def"}})
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;罪" in html
    assert html.count("<dt>怎么办</dt>") == html.count("<figure") == 6
    assert "无法知道现用模型和候选模型是否用比较的案件训练过" in html
    assert "不公布" in html
    assert "d0001" not in html
    assert "是同一个模型" not in html


def test_the_page_warns_of_a_model_that_saw_the_cases_and_of_one_model_given_twice(models):
    frame = rows()
    same = told(frame, off=2)
    content = examine(frame, same, same, settings=OPTIONS)
    seen = {"version": "abc", "data": "1", "learned": "yes", "zh": "见过。"}
    html = page({**content, "model": "abc", "champion": seen, "challenger": {**seen, "learned": "no"}})
    assert "现用模型用比较的案件训练过，它的误差偏小" in html
    assert "候选模型用比较的案件训练过" not in html
    assert "无法知道" not in html
    assert "两个文件夹里是同一个模型" in html
    assert "变好。" not in html


def test_rows_without_an_own_term_and_models_that_never_meet_are_told(models):
    frame = rows()
    with pytest.raises(InputError) as caught:
        examine(frame.assign(term_months=pd.array([pd.NA] * len(frame), dtype="Float64")), None, None, settings=OPTIONS)
    assert str(caught.value) == (
        "no row to compare states a term of months for one charge, so there is nothing to compare with. Name a factor "
        "table of decided cases."
    )
    first = np.arange(len(frame)) < 100
    with pytest.raises(InputError) as caught:
        examine(frame, told(frame, off=1, advised=first), told(frame, off=1, advised=~first), settings=OPTIONS)
    assert str(caught.value) == (
        "of 324 row(s) with a term the champion advises 100 and the challenger 224, none of them both, so there is "
        "nothing to compare."
    )


# ---- what is known of the rows a model learned from


def folder(tmp_path, release=None):
    write_text(tmp_path / "model.txt", "tree")
    names = ["model.txt"]
    if release is not None:
        write_json(tmp_path / "release.json", {"data": release})
        names.append("release.json")
    write_manifest(tmp_path, names)
    return tmp_path


DATA = "f00d" * 16
KNOWN = [
    (None, True, "unknown", None, "a model folder names no data"),
    ("beef" * 4, False, "unknown", "beef" * 4, "another table may hold the same cases"),
    ("f00d" * 4, True, "no", "f00d" * 4, "the same table, its test part alone"),
    ("f00d" * 4, False, "yes", "f00d" * 4, "the same table, all of it"),
]


@pytest.mark.parametrize(("release", "parted", "learned", "data", "why"), KNOWN, ids=[row[4] for row in KNOWN])
def test_what_a_bundle_states_decides_whether_it_saw_the_rows(tmp_path, release, parted, learned, data, why):
    found = provenance(folder(tmp_path, release), data=DATA, parted=parted)
    assert (found.learned, found.data) == (learned, data), why


# ---- the command


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Factors, split and two models of a small synthetic corpus; the second with many more trees."""
    where = tmp_path_factory.mktemp("compared")
    settings = OPTIONS.model_copy(update={"simulation": PLAIN.simulation.model_copy(update={"judgments": 260})})
    write_table(where / "factors.parquet", simulate(settings=settings.simulation).factors)
    split(factors=where / "factors.parquet", split=where / "split.parquet", settings=settings)
    for name, trees in (("small", 5), ("large", 60)):
        options = settings.train.model_copy(update={"n_estimators": trees, "similar_min": 8, "interval_min_group": 20})
        train(
            factors=where / "factors.parquet",
            split=where / "split.parquet",
            model=where / name,
            settings=settings.model_copy(update={"train": options}),
        )
    return where


def call(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["sentencing", "compare", *map(str, arguments), "--params", PARAMS])
    with pytest.raises(SystemExit) as caught:
        main()
    return caught.value.code or 0, *capsys.readouterr()


def test_a_better_model_is_found_to_be_better_and_nothing_else_is_written(trained, tmp_path, monkeypatch, capsys):
    tables = ("--factors", trained / "factors.parquet", "--split", trained / "split.parquet")
    code, out, _ = call(monkeypatch, capsys, trained / "small", trained / "large", *tables, "-o", tmp_path / "c.html")
    assert code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.html", "c.json"]
    report = read_json(tmp_path / "c.json")
    frame, parts = read_table(trained / "factors.parquet"), read_table(trained / "split.parquet")
    assert report["rows"]["given"] == (parts["part"] == "test").sum()
    assert report["overall"]["expected_log"]["verdict"] == "better"
    assert report["overall"]["liability_log"]["verdict"] == "better"
    assert report["model"] == report["challenger"]["version"] != report["champion"]["version"]
    assert "expected_log_difference" in out
    html = (tmp_path / "c.html").read_text(encoding="utf-8")
    content = html + json.dumps(report, ensure_ascii=False)
    names = {str(name) for name in frame["defendant"].dropna()} | set(frame["doc_id"])
    assert not [name for name in names if len(name) > 2 and name in content]

    again = tmp_path / "again" / "c.json"
    call(monkeypatch, capsys, trained / "small", trained / "large", *tables, "-o", again)
    assert again.read_bytes() == (tmp_path / "c.json").read_bytes()
    assert again.with_suffix(".html").read_text(encoding="utf-8") == html


def test_without_a_split_every_row_is_compared_and_the_order_of_models_turns_the_sign(trained, tmp_path, monkeypatch, capsys):
    factors = ("--factors", trained / "factors.parquet")
    call(monkeypatch, capsys, trained / "small", trained / "large", *factors, "-o", tmp_path / "one.json")
    call(monkeypatch, capsys, trained / "large", trained / "small", *factors, "-o", tmp_path / "other.json")
    one, other = read_json(tmp_path / "one.json"), read_json(tmp_path / "other.json")
    assert one["rows"]["given"] == len(read_table(trained / "factors.parquet"))
    for name in MEASURES:
        assert one["overall"][name]["difference"] == pytest.approx(-other["overall"][name]["difference"])
        assert one["overall"][name]["low"] == pytest.approx(-other["overall"][name]["high"])
    assert other["overall"]["expected_log"]["verdict"] == "worse"


def test_every_missing_input_is_named(trained, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code, _, message = call(monkeypatch, capsys, "a", "b", "--factors", "c.parquet", "--split", "d.parquet")
    assert code == 11
    assert message == (
        "sentencing: Inputs are missing; name them, or run `make run` first:\n"
        "  - a: not found\n  - b: not found\n  - c.parquet: not found\n  - d.parquet: not found\n"
    )


def test_another_form_of_report_is_refused_before_any_work(trained, tmp_path, monkeypatch, capsys):
    code, _, message = call(monkeypatch, capsys, trained / "small", trained / "large", "-o", "report.pdf")
    assert (code, message) == (11, "sentencing: report.pdf: write .html or .json; the other is written beside it.\n")


def test_an_altered_model_is_told_by_its_role(trained, tmp_path, monkeypatch, capsys):
    for path in (trained / "large").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    write_text(tmp_path / "model.txt", "tree")
    code, _, message = call(monkeypatch, capsys, trained / "small", tmp_path, "--factors", trained / "factors.parquet")
    assert code == 13
    assert message == (
        f"sentencing: challenger: {tmp_path}: the model cannot be trusted; fetch or train it again:\n"
        "  - model.txt: differs from its hash in the manifest\n"
    )


def test_a_table_that_breaks_its_contract_and_a_foreign_split_are_told(trained, tmp_path, monkeypatch, capsys):
    frame = read_table(trained / "factors.parquet")
    write_table(tmp_path / "short.parquet", frame.drop(columns=["term_months"]))
    write_table(tmp_path / "part.parquet", frame.head(40))
    models = (trained / "small", trained / "large")
    code, _, message = call(monkeypatch, capsys, *models, "--factors", tmp_path / "short.parquet")
    assert code == 14
    assert message.startswith("sentencing: The factor table breaks its contract; extract it again:\n")
    code, _, message = call(
        monkeypatch, capsys, *models, "--factors", tmp_path / "part.parquet", "--split", trained / "split.parquet"
    )
    assert code == 16
    assert message == "sentencing: split and factor table name different rows. Run the split stage again.\n"


def test_a_released_bundle_is_known_by_its_data(trained, tmp_path, monkeypatch, capsys):
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    for path in (trained / "large").iterdir():
        (bundle / path.name).write_bytes(path.read_bytes())
    write_json(bundle / "release.json", {"data": sha256_file(trained / "factors.parquet")[:16]})
    write_manifest(bundle, [path.name for path in bundle.iterdir() if path.name != "manifest.json"])
    tables = ("--factors", trained / "factors.parquet", "--split", trained / "split.parquet")
    call(monkeypatch, capsys, bundle, trained / "small", *tables, "-o", tmp_path / "c.json")
    report = read_json(tmp_path / "c.json")
    assert [report[role]["learned"] for role in ("champion", "challenger")] == ["no", "unknown"]
