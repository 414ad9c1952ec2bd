"""The indicators: what counts, among whom, what is withheld, and what no report says of anybody."""

import datetime
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from example_indicators import case, many, table
from typer.testing import CliRunner

from sentencing_ml.cli import app
from sentencing_ml.errors import DataContractError, InputError
from sentencing_ml.monitor.indicators.figures import effective, published, quantiles, rows_needed, share, wilson
from sentencing_ml.monitor.indicators.indicators import content, indicators, read_factors
from sentencing_ml.monitor.indicators.page import page
from sentencing_ml.monitor.indicators.rows import AXES, definitions, told
from sentencing_ml.monitor.ledger import pseudonym
from sentencing_ml.settings import load_settings
from sentencing_ml.storage import write_table

TODAY = datetime.date(2024, 6, 30)
PARAMS = Path(__file__).resolve().parents[2] / "params.yaml"
KEY = b"0123456789abcdef0123456789abcdef"
RANKING = re.compile("名次|排行|最佳|最差|优秀|落后|league|ranking", re.IGNORECASE)


def of(*cases, below=1, axes=()):
    return content(
        table(*cases), pseudonym=lambda name: pseudonym(name, key=KEY), today=TODAY, below=below, level=0.95, axes=axes
    )


def shares(done):
    return {entry["id"]: entry["share"] for entry in done["overall"]}


def counts(found, name):
    return found[name]["yes"], found[name]["n"], found[name]["unknown"]


# ---------------------------------------------------------------- who counts


def test_before_the_law_nobody_can_plead_under_it_and_the_trial_is_counted_apart():
    found = of(
        *many(40), *many(5, 100, judgment_date="2018-10-25"), *many(3, 200, judgment_date="2015-01-01"),
        *many(2, 300, judgment_date="2017-05-01", plea_leniency=False),
    )  # fmt: skip
    assert counts(shares(found), "plea") == (40, 40, 0)
    assert (found["data"]["judged"], found["data"]["before"], found["data"]["trial"]) == (40, 10, 5)


def test_the_day_the_law_came_into_force_counts():
    assert of(*many(30, judgment_date="2018-10-26"))["data"]["judged"] == 30


def test_defendants_and_cases_have_denominators_of_their_own():
    found = shares(of(*[case(number, defendants=3) for number in range(20)]))
    assert found["plea"]["n"] == 60 and found["recommended"]["n"] == 20


def test_several_counts_of_one_defendant_are_one_defendant():
    rows = [*case(1), {**case(1)[0], "row_id": "d1/0/1", "count_index": 1}]
    done = of(rows)
    assert (done["data"]["cases"], done["data"]["defendants"]) == (1, 1)


def test_unknown_is_neither_yes_nor_no():
    found = shares(of(*many(40), *many(7, 100, plea_leniency=None), *many(5, 200, plea_leniency=False, plea_affidavit=True)))
    assert counts(found, "plea") == (45, 45, 7)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"judgment_date": None}, "undated"),
        ({"judgment_date": "2024-07-01"}, "future"),
        ({"judgment_date": "2019-02-31"}, "undated"),
        ({"instance": "二审"}, "other_instances"),
        ({"instance": None}, "instance_unknown"),
        ({"doc_kind": "fact_record"}, "not_judgments"),
    ],
)
def test_what_is_left_out_is_counted(values, field):
    found = of(*many(30), *many(4, 100, **values))
    assert found["data"][field] == 4 and found["data"]["judged"] == 30


# ---------------------------------------------------------------- recommendation and sentence

PLACES = [
    ({}, "equal", "equal to a single term"),
    ({"term_months": 11.0}, "above", "above a single term"),
    ({"term_months": 9.0}, "below", "below a single term"),
    ({"recommendation_min_months": 8.0, "recommendation_max_months": 12.0}, "within", "within a range"),
    ({"recommendation_min_months": 8.0, "recommendation_max_months": 10.0}, "within", "at the end of a range"),
    ({"recommendation_min_months": None, "recommendation_max_months": 36.0}, "within", "an upper bound alone"),
    ({"recommendation_min_months": 12.0, "recommendation_max_months": None}, "below", "a lower bound alone"),
    ({"penalty": "拘役"}, "other kind", "as many months of another kind"),
    ({"penalty": "拘役", "recommendation_penalty": None}, "equal", "a recommended kind that is not told"),
    ({"penalty": "拘役", "recommendation_penalty": "拘役或有期徒刑"}, "equal", "one of two recommended kinds"),
    ({"penalty": "单处罚金", "term_months": None}, "other kind", "a fine instead of a term"),
    ({"penalty": "无罪", "term_months": None}, "other kind", "an acquittal"),
]


@pytest.mark.parametrize(("values", "place", "reason"), PLACES, ids=[row[2] for row in PLACES])
def test_where_a_sentence_stands_beside_the_recommendation(values, place, reason):
    cases = told(table(case(1, **values)), pseudonym=str, today=TODAY).cases
    assert cases["place"].tolist() == [place], reason


NOT_COMPARED = [
    ({"recommendation_min_months": None, "recommendation_max_months": None}, "no_term_recommended"),
    ({"defendants": 2}, "several_defendants"),
    ({"counts": 2}, "several_counts"),
    ({"joined_sentence": True}, "joined"),
    ({"penalty": None, "term_months": None}, "no_sentence"),
    ({"term_months": None}, "no_sentence"),
]


@pytest.mark.parametrize(("values", "why"), NOT_COMPARED)
def test_what_cannot_be_compared_says_why(values, why):
    cases = told(table(case(1, **values)), pseudonym=str, today=TODAY).cases
    assert cases["place"].isna().all() and cases["why_not"].tolist() == [why]


def test_adoption_as_said_and_as_computed_are_told_apart():
    found = of(
        *many(40), *many(12, 100, term_months=8.0), *many(11, 200, term_months=7.0, recommendation_adopted=None),
        *many(10, 300, recommendation_adopted=False, recommendation_refusal="偏重", term_months=6.0),
    )  # fmt: skip
    assert counts(shares(found), "adopted_said") == (52, 62, 11)
    assert counts(shares(found), "adopted_term") == (40, 73, 0)
    answers = {cell["label"]: cell["n"] for cell in found["departures"]["plea"]["answers"]["cells"]}
    assert answers == {"refused": 10, "adopted": 12, "silent": 11}


def test_a_recommendation_without_a_plea_counts_for_all_and_not_for_pleas():
    found = shares(of(*many(30), *many(15, 100, plea_leniency=False), *many(14, 200, judgment_date="2014-05-06")))
    assert found["adopted_said"]["n"] == 30 and found["adopted_said_all"]["n"] == 59


def test_refusals_by_reason_and_those_without_one():
    found = of(
        *many(12, recommendation_adopted=False, recommendation_refusal="偏重"),
        *many(3, 100, recommendation_adopted=False, recommendation_refusal="建议后出现新情节"),
        *many(2, 200, recommendation_adopted=False), *many(5, 300),
    )  # fmt: skip
    cells = {cell["label"]: cell["n"] for cell in found["reasons"]["cells"] if cell["n"]}
    assert cells == {"偏重": 12, "建议后出现新情节": 3, "未说明理由": 2}
    assert (found["reasons"]["total"], shares(found)["reasoned"]["n"]) == (17, 17)


def test_distance_is_signed_and_has_its_median():
    found = of(*many(20), *many(20, 100, term_months=12.0), *many(1, 200, term_months=5.0))["distance"]["fixed"]
    assert (found["months"]["median"], found["months"]["q25"], found["months"]["q75"], found["months"]["n"]) == (0, 0, 2, 41)
    assert found["ratio"]["median"] == 1.0 and found["ratio"]["q75"] == pytest.approx(1.2)


@pytest.mark.parametrize(
    ("term", "low", "high", "slight"), [(12.0, 10, 10, True), (13.0, 10, 10, False), (8.0, 10, 14, True), (17.5, 10, 14, False), (12.0, 10, 14, None), (11.0, None, 10, True)]
)
def test_a_departure_by_a_fifth_of_the_bound_is_slight(term, low, high, slight):
    row = case(1, term_months=term, recommendation_min_months=low, recommendation_max_months=high)
    found = told(table(row), pseudonym=str, today=TODAY).cases["slight"][0]
    assert (None if pd.isna(found) else bool(found)) is slight
    counted = shares(of(row))["slight"]
    assert counted["n"] == (slight is not None)


def test_probation_is_compared_apart_from_the_term():
    found = of(
        *many(5, recommendation_probation=True, final_probation_months=12.0), *many(4, 100, recommendation_probation=True),
        *many(3, 200, recommendation_probation=False, final_probation_months=12.0), *many(2, 300, final_probation_months=12.0),
    )  # fmt: skip
    cells = [cell["n"] for cell in found["probation"]["cells"]]
    assert cells == [5, 4, 3, 0, 2, 0] and shares(found)["adopted_term"]["n"] == 14


COUNSEL = [
    ({"counsel": "委托"}, (True, "委托辩护人")),
    ({"counsel": "法律援助", "duty_counsel": True}, (True, "法律援助辩护人")),
    ({"counsel": "值班律师"}, (True, "只有值班律师")),
    ({"counsel": "无"}, (False, "没有律师")),
    ({"counsel": "无", "duty_counsel": True}, (True, "只有值班律师")),
    ({"counsel": None}, (None, "不明")),
    ({"counsel": None, "affidavit_counsel": "值班律师"}, (True, "只有值班律师")),
    ({"counsel": None, "affidavit_counsel": "辩护人"}, (True, "辩护人，种类不明")),
]


@pytest.mark.parametrize(("values", "expected"), COUNSEL)
def test_counsel_of_a_defendant(values, expected):
    row = told(table(case(1, **values)), pseudonym=str, today=TODAY).defendants.iloc[0]
    assert (None if pd.isna(row["counsel"]) else bool(row["counsel"]), row["counsel_kind"]) == expected


# ---------------------------------------------------------------- intervals


def test_wilson_against_a_published_value():
    # 81 of 263: 0.2553 … 0.3662 (Newcombe 1998, method 3)
    assert wilson(81 / 263, 263, level=0.95) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_rows_of_one_case_count_for_less_when_they_say_the_same():
    hits = np.repeat([1.0, 0.0] * 20, 5)
    assert effective(hits, np.repeat(np.arange(40), 5)) == pytest.approx(40, rel=0.05)
    alone = np.random.default_rng(1).random(200) < 0.5
    assert effective(alone.astype(float), np.arange(200)) == 200
    assert effective(np.ones(12), np.repeat(np.arange(4), 3)) == 4


def test_the_interval_covers_what_it_says_although_defendants_of_a_case_are_alike():
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(300):
        of_case = rng.random(80) < 0.6
        values = pd.Series(np.repeat(of_case, 3)).astype("boolean")
        found = share(values, pd.Series(np.repeat(np.arange(80), 3)), level=0.95)
        hits += found["low"] <= 0.6 <= found["high"]
    assert 0.91 <= hits / 300 <= 0.99


def test_too_few_say_how_many_are_wanting():
    found = share(pd.Series([True] * 12 + [None] * 3, dtype="boolean"), pd.Series(range(15)), level=0.95)
    assert (found["value"], found["n"], found["unknown"], found["needed"]) == (None, 12, 3, 18)
    assert quantiles(pd.Series(range(29)), below=1, level=0.95)["needed"] == 1


def test_the_interval_of_a_median_holds_it_as_often_as_it_says():
    rng = np.random.default_rng(5)
    found = [quantiles(pd.Series(rng.exponential(size=45)), below=1, level=0.95) for _ in range(300)]
    assert 0.92 <= np.mean([one["low"] <= np.log(2) <= one["high"] for one in found]) <= 0.995


def test_rows_needed_are_just_enough():
    n = rows_needed(0.95, level=0.95)
    assert wilson(1.0, n, level=0.95)[0] > 0.95 >= wilson(1.0, n - 1, level=0.95)[0]


# ---------------------------------------------------------------- units and persons


def two_units(n=40, **values):
    other = {"court": "白石市人民法院", "procuratorate": "白石市人民检察院", "judge": "苏明", "prosecutor": "周宁", **values}
    return [*many(n), *many(n, 1000, **other)]


def test_lines_stand_in_the_order_of_their_names_whatever_their_figures():
    done = of(*two_units(recommendation_adopted=False), axes=AXES)
    for table_of in done["by"].values():
        groups = [line["group"] for line in table_of["lines"]]
        assert groups == sorted(groups)
    assert [line["shares"]["adopted_said"]["value"] for line in done["by"]["court"]["lines"]] == [0.0, 1.0]


def test_persons_are_pseudonyms_of_the_ledger_and_namesakes_of_two_units_are_two():
    done = of(*two_units(), axes=AXES)
    own = pseudonym("苏明", key=KEY)
    assert [line["group"] for line in done["by"]["judge"]["lines"]] == [own, f"{own}/2"]
    everything = json.dumps(done, ensure_ascii=False) + page(done)
    assert not [name for name in ("苏明", "何清", "林远", "周宁") if name in everything]
    assert {line["group"] for line in done["by"]["prosecutor"]["lines"]} == {pseudonym(name, key=KEY) for name in ("何清", "周宁")}


def test_masked_names_are_nobody_in_particular():
    done = of(*many(40, court="**省**市人民法院", judge="王*甲", prosecutor="李某"), axes=AXES)
    assert all(done["by"][axis]["named"] == 0 and done["by"][axis]["unnamed"] == 40 for axis in ("court", "judge", "prosecutor"))
    assert done["by"]["court"]["lines"] == [] and done["by"]["court"]["others"]["cases"] == 40


def test_small_units_share_a_line_and_say_what_is_wanting():
    done = of(*many(40), *many(29, 100, court="白石市人民法院"), *many(3, 200, court="高坪县人民法院"), axes=["court"])
    found = done["by"]["court"]
    assert [line["group"] for line in found["lines"]] == ["青溪县人民法院"]
    assert (found["others"]["groups"], found["others"]["cases"], found["named"]) == (2, 32, 3)


def test_both_directions_are_shown_as_what_to_look_at_and_no_person_is():
    court = {"court": "白石市人民法院", "procuratorate": "白石市人民检察院"}
    done = of(
        *many(100), *many(40, 1000, recommendation_adopted=False, recommendation_refusal="偏重", **court), *many(20, 2000, **court),
        axes=AXES,
    )  # fmt: skip
    found = {name: {(one["axis"], one["group"]) for one in rule["found"]} for name, rule in done["look_at"].items()}
    assert ("court", "青溪县人民法院") in found["near_total"] and ("court", "白石市人民法院") in found["often_refused"]
    assert {axis for named in found.values() for axis, _ in named} == {"court", "procuratorate"}
    assert page(done).count("没有单位达到") == 0


def test_a_unit_that_adopts_all_of_too_few_is_not_pointed_out():
    done = of(*many(72), axes=["court"])
    assert done["look_at"]["near_total"]["found"] == [] and done["look_at"]["near_total"]["needed"] == 73
    assert of(*many(73), axes=["court"])["look_at"]["near_total"]["found"]


def test_only_the_axes_asked_for():
    assert list(of(*many(30), axes=["month"])["by"]) == ["month"]


# ---------------------------------------------------------------- what is withheld


def small(done, *, below):
    """Return every count of the report that is one to ``below`` − 1 and stands beside its whole."""
    found = []

    def walk(value, path):
        if isinstance(value, dict):
            if "status" in value and value["yes"] is not None:
                found.extend((path, n) for n in (value["yes"], value["n"] - value["yes"]) if 0 < n < below)
            if "cells" in value:
                found.extend((path, cell["n"]) for cell in value["cells"] if cell["n"] is not None and 0 < cell["n"] < below)
            for key, inner in value.items():
                walk(inner, f"{path}/{key}")
        elif isinstance(value, list):
            for place, inner in enumerate(value):
                walk(inner, f"{path}/{place}")

    walk({key: value for key, value in done.items() if key != "suppression"}, "")
    return found


def mixed(seed=1, n=500):
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(n):
        term = float(rng.choice([6, 8, 10, 12]))
        rows.append(case(
            number, defendants=int(rng.choice([1, 1, 1, 2])), court=f"{rng.choice(['青溪', '白石', '高坪', '松江'])}县人民法院", term_months=term,
            judge=str(rng.choice(["苏明", "周宁", "何清"])), procedure=str(rng.choice(["速裁", "简易", "普通"], p=[0.03, 0.47, 0.5])),
            recommendation_adopted=bool(rng.random() < 0.96), counsel=str(rng.choice(["委托", "无", "值班律师"], p=[0.6, 0.39, 0.01])),
            charge_group=str(rng.choice(["盗窃罪", "诈骗罪", "抢劫罪"])),
        ))  # fmt: skip
    return rows


def test_no_small_number_is_published():
    rows = mixed()
    done = of(*rows, below=10, axes=AXES)
    assert small(of(*rows, below=1, axes=AXES), below=10)
    assert small(done, below=10) == []
    assert all(line["recoverable"] == 0 for line in done["suppression"])


def test_few_have_neither_a_figure_nor_a_number():
    done = of(*many(40), *many(4, 100, term_months=6.0), *many(3, 200, judgment_date="2017-05-01", recommendation_present=False), below=10)
    outside = done["distance"]["outside"]["months"]
    assert (outside["n"], outside["needed"], outside["median"]) == (None, None, None)
    assert done["data"]["trial"] is None and "不足 10 名" in page(done)


def test_of_a_withheld_share_the_bounds_that_follow_are_told():
    found = published({"yes": 57, "n": 59, "unknown": 3, "value": 57 / 59, "low": 0.88, "high": 0.99, "needed": 0}, hidden=True, total=False, below=10)
    assert (found["status"], found["value"], found["low"], found["yes"]) == ("withheld", None, None, None)
    assert found["at_least"] == pytest.approx(50 / 59) and found["at_most"] == pytest.approx(58 / 59)


# ---------------------------------------------------------------- bad input, the page, the command


BAD = [
    (lambda frame: frame.drop(columns=["recommendation_refusal", "procuratorate"]), "recommendation_refusal"),
    (lambda frame: frame.assign(term_months="zehn"), "term_months"),
]


@pytest.mark.parametrize(("change", "named"), BAD)
def test_a_table_that_cannot_be_read_is_said_to_be_so(change, named, tmp_path):
    write_table(tmp_path / "f.parquet", change(table(*many(3))))
    with pytest.raises(DataContractError, match=named):
        read_factors(tmp_path / "f.parquet")


def test_what_is_no_table_is_said_to_be_none(tmp_path):
    (tmp_path / "f.parquet").write_text("PAR0", encoding="utf-8")
    with pytest.raises(DataContractError, match="no Parquet table"):
        read_factors(tmp_path / "f.parquet")


EMPTY = {
    "no row": [],
    "no judgment": many(5, doc_kind="fact_record"),
    "no plea": many(40, plea_leniency=False),
    "none since the law": many(40, judgment_date="2016-01-01"),
    "no recommendation": many(40, recommendation_present=False, recommendation_adopted=None, recommendation_min_months=None, recommendation_max_months=None),
    "nothing known": [
        [{name: value for name, value in row.items() if name in ("row_id", "doc_id", "cluster", "doc_kind", "instance", "defendant_index", "count_index", "status")}]
        for rows in many(40) for row in rows
    ],
    "one court": many(60),
    "no date": many(40, judgment_date=None),
    "all in the future": many(40, judgment_date="2031-01-01"),
}  # fmt: skip


@pytest.mark.parametrize("kind", EMPTY)
def test_empty_and_odd_corpora_are_reported_and_nothing_is_made_up(kind):
    done = of(*EMPTY[kind], below=10, axes=AXES)
    json.dumps(done, allow_nan=False)
    html = page(done)
    assert "认罪认罚与量刑建议指标" in html and not re.search(r"\bnan\b|None|NaN", html)
    if kind != "one court":
        assert shares(done)["adopted_said"]["value"] is None


def test_the_page_ranks_nobody_and_says_what_it_cannot():
    html = page(of(*two_units(), below=10, axes=AXES))
    assert "不作排名" in html and not RANKING.search(html.replace("不作排名", ""))
    for words in ("上诉率", "编入检察官绩效考核", "不适用", "只列单位，不列个人"):
        assert words in html


def test_every_indicator_says_what_it_counts_and_where_it_stands():
    given = definitions()
    for entry in given["indicators"]:
        assert {"id", "zh", "en", "unit", "among", "counts", "silence", "source", "reads"} <= set(entry), entry["id"]
        assert any(code in entry["source"] for code in given["sources"]), entry["id"]
    assert set(given["axes"]) == set(AXES) and set(given["by"]) | set(given["look_from"]) <= {entry["id"] for entry in given["indicators"]}


def test_a_run_writes_report_and_page_twice_the_same(tmp_path, monkeypatch):
    monkeypatch.setenv("SENTENCING_LEDGER_KEY", KEY.decode())
    write_table(tmp_path / "f.parquet", table(*two_units()))
    settings = load_settings(PARAMS)
    options = {"factors": tmp_path / "f.parquet", "settings": settings, "today": TODAY, "ledger": tmp_path / "l.sqlite"}
    first = indicators(report=tmp_path / "a.json", **options)
    indicators(report=tmp_path / "b.json", **options)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert first["plea"] == 1.0 and first["cases"] == 80
    with pytest.raises(InputError, match="county"):
        indicators(report=tmp_path / "c.json", axes=["county"], **options)


def test_invented_judgments_say_that_they_are(tmp_path):
    write_table(tmp_path / "f.parquet", table(*many(30, source="data/sample/judgments.jsonl.gz")))
    indicators(factors=tmp_path / "f.parquet", report=tmp_path / "a.json", settings=load_settings(PARAMS), ledger=tmp_path / "l.sqlite", today=TODAY)
    assert json.loads((tmp_path / "a.json").read_text())["simulated"] and "程序合成" in (tmp_path / "a.html").read_text()
    assert not (tmp_path / "l.sqlite.key").exists()


def test_the_command_shows_its_figures_and_no_name(tmp_path, monkeypatch):
    monkeypatch.setenv("SENTENCING_LEDGER_KEY", KEY.decode())
    monkeypatch.chdir(tmp_path)
    write_table(tmp_path / "f.parquet", table(*two_units()))
    given = ["indicators", "--factors", "f.parquet", "--report", "out/i.json", "--by", "judge", "--params", str(PARAMS)]
    done = CliRunner().invoke(app, given, catch_exceptions=False)
    assert done.exit_code == 0 and re.search(r"adopted_said\s+1\b", done.output) and "苏明" not in done.output
    assert list(json.loads((tmp_path / "out" / "i.json").read_text())["by"]) == ["judge"]
    assert "苏明" not in (tmp_path / "out" / "i.html").read_text()
