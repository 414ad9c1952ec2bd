import json
import re
import sqlite3

import numpy as np
import pandas as pd
import pytest

from sentencing_ml.errors import DataContractError, InputError
from sentencing_ml.monitor.ledger import Advice, Ledger, pseudonym
from sentencing_ml.monitor.monitor import SIMULATION_KEY, describe, fill_simulated, observe
from sentencing_ml.monitor.page import page

RANKING = re.compile("排名|排行|名次|最佳|最差|优秀|落后|league|rank", re.IGNORECASE)


def shown(n):
    advice = np.exp(np.random.default_rng(1).normal(2.6, 0.6, n)) + 1
    return pd.DataFrame(
        {
            "row_id": [f"d{number}/0/0" for number in range(n)],
            "charge_group": "盗窃罪",
            "advice_months": advice,
            "interval_low": advice * 0.7,
            "interval_high": advice * 1.4,
            "recommendation_months": np.nan,
            "model_version": "0123456789abcdef",
        }
    )


def answered(advice, judges=5):
    rng = np.random.default_rng(2)
    n = len(advice)
    moment = pd.Timestamp("2024-03-01T09:00:00") + pd.to_timedelta(np.arange(n), unit="h")
    blind = rng.random(n) < 0.3
    return pd.DataFrame(
        {
            "row_id": advice["row_id"],
            "judge": [f"模拟法官{number % judges}" for number in range(n)],
            "shown_at": moment.astype(str),
            "entered_at": (moment + pd.Timedelta(hours=1)).astype(str),
            "entry_months": np.round(advice["advice_months"] * np.exp(rng.normal(0, 0.2, n))).clip(lower=1),
            "blind_first": blind,
            "own_estimate_months": np.where(blind, advice["advice_months"] * 1.3, np.nan),
            "reason": None,
        }
    )


@pytest.fixture
def run(tmp_path):
    """Fill and observe a ledger of 200 simulated entries of five judges."""
    advice = shown(200)
    fill_simulated(tmp_path / "ledger.sqlite", advice, answered(advice))
    metrics = observe(ledger=tmp_path / "ledger.sqlite", report=tmp_path / "monitor.json")
    return tmp_path, metrics


def test_the_report_counts_verifies_and_says_that_it_is_simulated(run):
    folder, metrics = run
    content = json.loads((folder / "monitor.json").read_text(encoding="utf-8"))
    assert (metrics["n_entries"], metrics["n_breaks"], metrics["n_judges"]) == (200, 0, 5)
    assert content["simulated"] is True
    assert content["ledger"]["head"]["position"] == 400
    html = (folder / "monitor.html").read_text(encoding="utf-8")
    assert "由程序模拟" in html
    assert "<svg" in html


def test_judges_stand_by_pseudonym_in_its_order(run):
    folder, _ = run
    content = json.loads((folder / "monitor.json").read_text(encoding="utf-8"))
    names = [judge["judge"] for judge in content["judges"]]
    assert names == sorted(pseudonym(f"模拟法官{number}", key=SIMULATION_KEY) for number in range(5))
    assert "模拟法官" not in (folder / "monitor.html").read_text(encoding="utf-8")


def test_the_page_ranks_nobody_and_loads_nothing(run):
    html = (run[0] / "monitor.html").read_text(encoding="utf-8")
    text = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    assert RANKING.search(text) is None
    assert not re.search(r"(src|href)=\"(?!#)", html)


def test_the_stage_gives_the_same_files_again(run, tmp_path):
    folder, _ = run
    before = {name: (folder / name).read_bytes() for name in ("ledger.sqlite", "monitor.json", "monitor.html")}
    advice = shown(200)
    fill_simulated(folder / "ledger.sqlite", advice, answered(advice))
    observe(ledger=folder / "ledger.sqlite", report=folder / "monitor.json")
    assert {name: (folder / name).read_bytes() for name in before} == before


def test_real_entries_are_never_replaced_by_simulated_ones(tmp_path):
    path = tmp_path / "ledger.sqlite"
    with Ledger(path, key=b"key of a real court") as ledger:
        ledger.append(
            Advice(
                case_id="c", judge="法官甲", charge_group="盗窃罪", advice_months=10.0, model_version="v", shown_at="2024-03-01"
            )
        )
    with pytest.raises(InputError, match="1 pieces of advice shown to real judges"):
        fill_simulated(path, shown(3), answered(shown(3)))
    with Ledger(path) as ledger:
        assert ledger.head().position == 1


def test_a_broken_chain_is_shown_before_any_figure(run):
    folder, _ = run
    connection = sqlite3.connect(folder / "ledger.sqlite")
    connection.execute("DROP TRIGGER ledger_no_UPDATE")
    connection.execute("UPDATE ledger SET kind = 'advice' WHERE position = 10")
    connection.commit()
    connection.close()
    assert observe(ledger=folder / "ledger.sqlite", report=folder / "monitor.json")["n_breaks"] == 1
    html = (folder / "monitor.html").read_text(encoding="utf-8")
    assert html.index("账本不完整") < html.index("量的含义")


def test_entries_to_advice_that_was_not_given_are_refused(tmp_path):
    advice = shown(5)
    entries = answered(advice).assign(row_id=["x", *advice["row_id"][1:]])
    with pytest.raises(DataContractError, match="1 of 5 answer advice that was not given"):
        fill_simulated(tmp_path / "ledger.sqlite", advice, entries)
    with pytest.raises(DataContractError, match="no column reason"):
        fill_simulated(tmp_path / "ledger.sqlite", advice, answered(advice).drop(columns="reason"))


def test_a_judge_with_few_entries_has_a_count_and_nothing_else():
    n = 100
    rows = pd.DataFrame(
        {
            "judge": pd.Series(["J-a"] * 45 + ["J-b"] * 46 + ["J-c"] * 9, dtype="string"),
            "advice_months": 20.0,
            "entry_months": np.where(np.arange(n) % 2, 24.0, 18.0),
            "interval_low": 15.0,
            "interval_high": 30.0,
            "blind_first": False,
            "own_estimate_months": np.nan,
        }
    )
    few = describe(rows)["judges"][2]
    assert few == {"judge": "J-c", "n": 9, "status": "不可评估", "needed": 21, "pattern": None, "bands": []}


def test_an_empty_ledger_has_a_page(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite"):
        pass
    metrics = observe(ledger=tmp_path / "ledger.sqlite", report=tmp_path / "monitor.json")
    assert metrics["n_entries"] == 0
    html = (tmp_path / "monitor.html").read_text(encoding="utf-8")
    assert "画不出界限" in html
    assert "由程序模拟" not in html


def test_names_are_escaped_on_the_page():
    content = {
        **describe(_one_judge("<b>x</b>")),
        "version": 1,
        "simulated": False,
        "definitions": {"coincidence_months": 0.5, "coincidence_share": 0.05, "informative_share": 0.1,
                        "minimum_cases": 30, "minimum_departures": 20, "minimum_blind": 10},
        "ledger": {"advice": 12, "entries": 12, "unanswered": 0, "breaks": [],
                   "head": {"position": 24, "hash": "0" * 64}},
        "limits": [],
    }  # fmt: skip
    assert "<b>x</b>" not in page(content)


def _one_judge(name):
    return pd.DataFrame(
        {
            "judge": pd.Series([name] * 12, dtype="string"),
            "advice_months": 20.0,
            "entry_months": 24.0,
            "interval_low": np.nan,
            "interval_high": np.nan,
            "blind_first": False,
            "own_estimate_months": np.nan,
        }
    )
