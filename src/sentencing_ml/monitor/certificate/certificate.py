"""The certificate of the monitor: how often it speaks without cause, how soon with cause, and what it cannot see.

Simulated judges of known behaviour (:mod:`monitor.certificate.populations`) are watched by the very charts that watch
real ones, and by the rules that a court would think of first. Judges stand in courts of 100; each court has a reference
of its own, drawn from honest judges, and holds it against the entries of its honest judges every month, as in use.

The certificate is a dict. A *rate* is ``{"value", "low", "high", "k", "judge_years"}``, alarms per 100 judge-years;
a *share* ``{"share", "low", "high", "k", "n"}``; intervals are of 95 %. With nothing seen a rate is bounded by the rule
of three.

- ``version``, ``status`` ("measured"), ``why`` (null), ``configuration`` (see :func:`configuration`), ``definitions``;
- ``conditions``: ``judges`` (of each population), ``cases``, ``horizon`` (cases after a change), ``cases_per_year``,
  ``cases_per_month``, ``court``, ``reference_cases``, ``blind_first``, ``seed``;
- ``populations``: ``[{"id", "zh", "role", "worst", "judges", "judge_years", "coincidence"}]``; ``coincidence`` is the
  share of entries at the advice, of those who change after the change;
- ``rules``: ours first, then the plain ones: ``[{"name", "zh", "kind", "target_population": {"id", "zh"},
  "false_alarms": rate of the honest population, "worst": {"population", "zh", …rate}, "within_30", "within_60",
  "median", "mean", "populations": [{"id", "zh", "role", "false_alarms": rate or null, "detection": or null}]}]``;
  ``kind`` is A1, A1 guaranteed, A2, A3, A4, G, G interval or plain; a *detection* is ``{"n", "within_30", "within_60",
  "found" (shares), "median" ({"value", "low", "high"} in cases, null beyond the horizon), "mean"}`` after the change;
- ``stage_two``: ``[{"population", "zh", "n", "after_alert" (false: as if an alert had come), "reliant", "agreeing",
  "undecided"}]``, shares of completed stages;
- ``expert``: judges whose view is the advice: ``single_stage`` (alerted within 60 cases) and ``asked`` (asked for a
  reason within 60), shares; ``single_stage_all`` and ``asked_all`` within all cases;
- ``notes``: ``[{"population", "zh", …rate}]``, reasons asked of judges who give no cause;
- ``guaranteed``: ``proven_judge_years``, ``run_length`` (``{"value" (null: no alarm seen), "low"}`` judge-years of the
  honest population), ``at_bound`` (``{"value", "low", "high"}``: judge-years where every case coincides exactly as
  often as the reference allows);
- ``court_list``: ``judges``, ``over_reliant``, ``courts``, ``months``; ``fdr`` (``{"share", "low", "high", "worst"}``:
  mean of the false share over courts and months, and of the worst month), ``power``: ``[{"month", …share}]``;
  ``plain``: the same of Benjamini and Hochberg on the share of adoption;
- ``reference``: ``[{"zh", "cases", "shift" (logit), "self_check", "false_alarms": rate, "detection"}]``;
- ``whole_court``: detection where all judges of a court rely on the advice, so that its own check is misled;
- ``gaming``: ``[{"indicator", "zh", "gaming": detection, "honest": rate}]``;
- ``weight_of_advice``: ``[{"population", "zh", "cases", "true", "mean", "sd"}]`` by number of blind-first cases;
- ``error_catch``: ``[{"population", "zh", "caught": share}]``, gross errors of the advice that did not pass;
- ``cost``: ``standing`` (blind-first cases a judge-year of the random sample) and ``after_alerts`` (``[{"population",
  "zh", "cases"}]`` a judge-year);
- ``undetectable``: sentences on what the entries cannot show;
- ``pseudo_corrections``: what judgments say of the spread (:mod:`monitor.certificate.real_spread`), or null;
- ``figures``: flat numbers, see :func:`figures`.
"""

import ast
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml.monitor.certificate import plain_rules, run_length
from sentencing_ml.monitor.certificate.population_runs import (
    REFERENCE_CASES,
    Courts,
    Seen,
    detection,
    gives_no_cause,
    joined,
    rate,
    some,
    watched,
    watched_by_a1,
)
from sentencing_ml.monitor.certificate.populations import plan, populations, simulate
from sentencing_ml.monitor.certificate.simulated_courts import bench, coincides, listing, misled, watch
from sentencing_ml.monitor.detection import charts, court_list, e_detectors
from sentencing_ml.monitor.detection.corrections import case_figures, weight_of_advice
from sentencing_ml.monitor.detection.definitions import definitions, digest
from sentencing_ml.monitor.report.error_catch import caught
from sentencing_ml.settings import MonitorCertificateSettings
from sentencing_ml.storage import read_json, sha256_bytes

VERSION = 1

REFERENCE_SIZES = (1000, 3000, 5000)
MISJUDGED = (-0.5, 0.5)
"""Logits by which a reference is misjudged: below, every judge seems to follow; above, nobody does."""

OVER_RELIANT, MONTHS = 5, 24
"""Judges of a court of 100 who rely on the advice from the first case on, and monthly looks at its list."""

WEIGHTS = {"honest": 0.3, "leaning": 0.6}
"""True weights of the advice in the runs that measure how well blind-first cases tell it."""

BLIND_CASES = (10, 20, 40)
MOST_WEIGHED = 200
"""Judges whose weight of advice is estimated: the estimate is the report's own, one judge at a time."""

AT_BOUND = (0.6, 5_000, 800)
"""Share, cases and most records of the run in which every case coincides exactly as often as the reference allows."""

_DATA = ("detection/definitions.yaml", "certificate/populations.yaml")
_LIBRARIES = ("numpy", "scipy", "pandas")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A chart or rule that is certified; ``target`` is the population that it should find first."""

    name: str
    zh: str
    kind: str
    target: str


CHARTS = (
    Rule(name="A1", zh="A1 长期趋零：按轻重调整的累积和", kind="A1", target="reliant_97"),
    Rule(name="A1 guaranteed", zh="A1 保证误报间隔的e检测", kind="A1 guaranteed", target="reliant_97"),
    Rule(name="A2", zh="A2 单向同化：e检测", kind="A2", target="one_way_strict"),
    Rule(name="A3", zh="A3 收敛同化：离散度累积和", kind="A3", target="gaming"),
    Rule(name="A4", zh="A4 从不采纳：累积和", kind="A4", target="neglect_above"),
    Rule(name="G", zh="G 掩饰：先估后看案件的累积和", kind="G", target="gaming"),
    Rule(name="G interval", zh="G 掩饰：区间内指标的累积和", kind="G interval", target="gaming"),
)
PLAIN = (
    Rule(name="literal_size", zh="字面规则：30件平均|r|<5%", kind="plain", target="reliant_97"),
    Rule(name="literal_mean", zh="字面规则：30件|平均r|<2%", kind="plain", target="reliant_97"),
    Rule(name="p_chart", zh="休哈特p图：30件一组，3倍标准误", kind="plain", target="reliant_97"),
    Rule(name="ewma_0.1", zh="EWMA（权重0.1），不调整", kind="plain", target="reliant_97"),
    Rule(name="ewma_0.2", zh="EWMA（权重0.2），不调整", kind="plain", target="reliant_97"),
    Rule(name="unadjusted_cusum", zh="伯努利累积和h=5，不调整", kind="plain", target="reliant_97"),
    Rule(name="adoption", zh="采纳率门槛：30件中95%", kind="plain", target="reliant_97"),
    Rule(name="sign_test", zh="每月符号检验5%", kind="plain", target="one_way_strict"),
    Rule(name="wilcoxon", zh="每月Wilcoxon符号秩检验5%", kind="plain", target="one_way_strict"),
)

UNDETECTABLE = (
    "只凭录入不能区分依赖与一致：两者只有在看到建议之前写下的意见中才分得开。",
    "本就约95%采纳的认罪认罚案件，照录与否看不出：不可评估，只能先估后看。全部为短刑期案件的法官，照录的发现慢得多。",
    "自身意见系统偏轻20%一类的轻微偏向，多数不会被发现。",
    "不看建议、意见离散度很大但不偏向一侧的法官，与意见离散的独立法官相近，A4要到百件左右才多数发现。",
    "只对一类被告人照录建议的法官，多数不会被发现，须看按被告人组别的修正差异（审计）；只照录较轻建议的，主要由A2发现，且慢。",
    "加减一个月的掩饰，录入本身与区间内指标都看不出（模型的区间宽）；靠先估后看与离散度，往往要近一年才发现。",
    "本院法官之间的差异若大到已公开判决所示的上限，A2、A4按本院的差异放宽：偏向一侧的法官要长得多的时间才发现。",
    "全院多数法官同时照录时，基准自检会抬高基准，发现变慢。",
    "先估后看的案件若也照抄建议（事先得知建议），第二阶段会判为一致。",
)


def certify(
    *, settings: MonitorCertificateSettings, pseudo_corrections: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Simulate every population and return the certificate."""
    courts = Courts(settings=settings)
    seen = {name: watched(population, courts) for name, population in populations().items()}
    content = {
        "version": VERSION,
        "status": "measured",
        "why": None,
        "configuration": configuration(settings),
        "definitions": digest(),
        "conditions": _conditions(settings),
        "populations": [_population(each) for each in seen.values()],
        "rules": [_rule(rule, seen) for rule in (*CHARTS, *PLAIN)],
        "stage_two": [entry for each in seen.values() for entry in _stage_two(each)],
        "expert": _expert(seen["expert"]),
        "notes": [_notes(each) for each in seen.values() if gives_no_cause(each.population)],
        "guaranteed": _guaranteed(seen["honest"], courts),
        "court_list": _court_list(courts),
        "reference": _references(courts),
        "whole_court": _whole_court(courts),
        "gaming": _gaming(seen),
        "weight_of_advice": _weights(courts),
        "error_catch": _error_catch(courts),
        "cost": _cost(seen),
        "undetectable": list(UNDETECTABLE),
        "pseudo_corrections": None if pseudo_corrections is None else dict(pseudo_corrections),
    }
    return {**content, "figures": figures(content)}


def _conditions(settings: MonitorCertificateSettings) -> dict[str, Any]:
    content = plan()
    return {
        "judges": settings.judges,
        "cases": settings.cases,
        "horizon": content["horizon"],
        "cases_per_year": content["year"],
        "cases_per_month": content["month"],
        "court": content["court"],
        "reference_cases": REFERENCE_CASES,
        "blind_first": content["blind_first"],
        "seed": settings.seed,
    }


def _population(seen: Seen) -> dict[str, Any]:
    population = seen.population
    coincided = joined(seen.coincided)
    judges = len(joined(seen.units))
    return {
        "id": population.name,
        "zh": population.zh,
        "role": population.role,
        "worst": population.worst,
        "judges": judges,
        "judge_years": judges * seen.cases / plan()["year"],
        "coincidence": float(coincided.mean()),
    }


def _rule(rule: Rule, seen: Mapping[str, Seen]) -> dict[str, Any]:
    rows = []
    for name, each in seen.items():
        no_cause = gives_no_cause(each.population)
        rows.append(
            {
                "id": name,
                "zh": each.population.zh,
                "role": each.population.role,
                "false_alarms": rate(each, joined(each.counts[rule.name])) if no_cause else None,
                "detection": None if no_cause else detection(each, rule.name),
            }
        )
    worst = max(
        (row for row in rows if seen[row["id"]].population.worst), key=lambda row: row["false_alarms"]["value"]
    )
    target = next(row for row in rows if row["id"] == rule.target)
    found = target["detection"]
    return {
        "name": rule.name,
        "zh": rule.zh,
        "kind": rule.kind,
        "target_population": {"id": rule.target, "zh": target["zh"]},
        "false_alarms": next(row for row in rows if row["id"] == "honest")["false_alarms"],
        "worst": {"population": worst["id"], "zh": worst["zh"], **worst["false_alarms"]},
        "within_30": found["within_30"],
        "within_60": found["within_60"],
        "median": found["median"]["value"],
        "mean": found["mean"],
        "populations": rows,
    }


def _stage_two(seen: Seen) -> list[dict[str, Any]]:
    """Return the verdicts on one population, after alerts and as if an alert had come."""
    found = []
    for after_alert, parts in ((True, seen.verdicts), (False, seen.supposed)):
        verdict = joined(parts)
        verdict = verdict[verdict != ""]
        found.append(
            {
                "population": seen.population.name,
                "zh": seen.population.zh,
                "n": len(verdict),
                "after_alert": after_alert,
                **{
                    name: run_length.share(int((verdict == zh).sum()), len(verdict))
                    for name, zh in (("reliant", "依赖"), ("agreeing", "一致"), ("undecided", "未定"))
                },
            }
        )
    return found


def _expert(seen: Seen) -> dict[str, Any]:
    alerted, asked = joined(seen.delays["A1"]), joined(seen.note_delays)
    n = len(alerted)
    return {
        "single_stage": run_length.share(int((alerted <= 60).sum()), n),
        "single_stage_all": run_length.share(int(np.isfinite(alerted).sum()), n),
        "asked": run_length.share(int((asked <= 60).sum()), n),
        "asked_all": run_length.share(int(np.isfinite(asked).sum()), n),
    }


def _notes(seen: Seen) -> dict[str, Any]:
    return {"population": seen.population.name, "zh": seen.population.zh, **rate(seen, joined(seen.notes))}


def _guaranteed(seen: Seen, courts: Courts) -> dict[str, Any]:
    year = plan()["year"]
    found = rate(seen, joined(seen.counts["A1 guaranteed"]))
    rules = definitions().detectors.a1_guaranteed
    return {
        "proven_judge_years": rules.arl_cases / year,
        "run_length": {
            "value": found["judge_years"] / found["k"] if found["k"] else None,
            "low": run_length.PER_JUDGE_YEARS / found["high"],
        },
        "at_bound": _at_bound(courts),
    }


def _at_bound(courts: Courts) -> dict[str, float | None]:
    """Return the run length of the guaranteed chart where each case coincides exactly as often as p0 says."""
    p0, cases, most = AT_BOUND
    rules = definitions().detectors.a1_guaranteed
    z = courts.rng("bound").random((min(courts.settings.judges, most), cases)) < p0
    log_e = np.stack([charts.coincidence_increments(z, np.full(z.shape, p0), shift=shift) for shift in rules.shifts])
    threshold = e_detectors.arl_threshold(rules.arl_cases)
    paths = e_detectors.shiryaev_roberts(log_e, threshold=threshold)
    spoken = charts.crossings(paths, threshold).sum(axis=1)
    found = run_length.false_alarms(spoken, cases=cases, year=plan()["year"])
    per = run_length.PER_JUDGE_YEARS
    return {
        "value": per / found["value"] if found["k"] else None,
        "low": per / found["high"],
        "high": per / found["low"] if found["low"] else None,
    }


def _court_list(courts: Courts) -> dict[str, Any]:
    """Return the monthly lists of courts in which a few judges rely on the advice from their first case on."""
    size, month = plan()["court"], plan()["month"]
    cases = month * MONTHS
    first, _ = courts.of(populations()["honest"])
    honest = replace(populations()["honest"], driving=populations()["reliant_97"].driving)
    own, plain = [], []
    for court in range(courts.number):
        rng = courts.rng("list", court)
        options = {"cases": cases, "rng": rng, "changed": True}
        parts = (
            simulate(populations()["reliant_97"], judges=OVER_RELIANT, **options),
            simulate(honest, judges=size - OVER_RELIANT, **options),
        )
        bench_ = some(first, slice(court, court + 1))
        log_e = np.concatenate([listing(part, bench_) for part in parts])
        own.append(np.stack([court_list.e_bh(each, definitions().court_list_rate) for each in log_e.T]))
        z = np.concatenate([coincides(part) for part in parts])
        looks = [z[:, : month * (number + 1)] for number in range(MONTHS)]
        plain.append(np.stack([plain_rules.adoption_list(each, mean=float(each.mean())) for each in looks]))
    guilty = np.arange(size) < OVER_RELIANT
    return {
        "judges": size,
        "over_reliant": OVER_RELIANT,
        "courts": courts.number,
        "months": MONTHS,
        **_discoveries(np.stack(own), guilty),
        "plain": _discoveries(np.stack(plain), guilty),
    }


def _discoveries(named: np.ndarray, guilty: np.ndarray) -> dict[str, Any]:
    """Return false discovery and power of lists, (courts, months, judges) bool; courts are the unit of the interval."""
    total = named.sum(axis=2)
    false = (named & ~guilty).sum(axis=2) / np.maximum(total, 1)
    by_court = false.mean(axis=1)
    half = 0.0 if len(by_court) < 2 else 1.96 * float(by_court.std(ddof=1)) / math.sqrt(len(by_court))
    found = named[:, :, guilty].sum(axis=2)
    return {
        "fdr": {
            "share": float(by_court.mean()),
            "low": max(0.0, float(by_court.mean()) - half),
            "high": min(1.0, float(by_court.mean()) + half),
            "worst": float(false.mean(axis=0).max()),
        },
        "power": [
            {"month": month + 1, **run_length.share(int(found[:, month].sum()), len(found) * int(guilty.sum()))}
            for month in range(named.shape[1])
        ],
    }


def _references(courts: Courts) -> list[dict[str, Any]]:
    """Return what a reference costs that comes from few cases, or is misjudged."""
    runs = [
        *((f"基准来自{cases}件", cases, 0.0, True) for cases in REFERENCE_SIZES),
        *((f"基准误估{shift:+g}（logit）", REFERENCE_CASES, shift, True) for shift in MISJUDGED),
        *((f"基准误估{shift:+g}（logit），不自检", REFERENCE_CASES, shift, False) for shift in MISJUDGED),
    ]
    found = []
    for number, (zh, cases, shift, check) in enumerate(runs):
        made = bench(
            courts=courts.number,
            cases=courts.settings.cases + plan()["horizon"],
            reference_cases=cases,
            rng=courts.rng("reference", number),
            shift=shift,
            self_check=check,
        )
        seen = {name: watched_by_a1(name, made, courts) for name in ("honest", "reliant_97")}
        found.append(
            {
                "zh": zh,
                "cases": cases,
                "shift": shift,
                "self_check": check,
                "false_alarms": rate(seen["honest"], joined(seen["honest"].counts["A1"])),
                "detection": detection(seen["reliant_97"], "A1"),
            }
        )
    return found


def _whole_court(courts: Courts) -> dict[str, Any]:
    """Return the detection of judges whose whole court comes to rely on the advice, each at a time of its own."""
    population = populations()["reliant_97"]
    first, _ = courts.of(population)
    found = []
    for here, judges in courts.chunks(population.name, population):
        spoken = watch(judges, misled(some(first, here), judges), kinds=["A1"])["A1"]
        found.append(run_length.delays(spoken, judges.change))
    return run_length.detection(joined(found), horizon=plan()["horizon"])


def _gaming(seen: Mapping[str, Seen]) -> list[dict[str, Any]]:
    return [
        {
            "indicator": rule.name,
            "zh": rule.zh,
            "gaming": detection(seen["gaming"], rule.name),
            "honest": rate(seen["honest"], joined(seen["honest"].counts[rule.name])),
        }
        for rule in CHARTS
    ]


def _weights(courts: Courts) -> list[dict[str, Any]]:
    """Return how well blind-first cases tell the weight of the advice, by the estimate of the reports."""
    found = []
    most = max(BLIND_CASES)
    for name, weight in WEIGHTS.items():
        population = replace(
            populations()["honest"], weight=(weight, weight), adopts=(0.0, 0.0), leaning_sd=0.0, driving=(0.0,)
        )
        judges = simulate(
            population, judges=min(courts.settings.judges, MOST_WEIGHED), cases=most, rng=courts.rng("weight", name)
        )
        rows = pd.DataFrame(
            {
                "judge": np.repeat(np.arange(judges.judges).astype(str), most),
                "advice_months": judges.advice.ravel(),
                "interval_low": judges.low.ravel(),
                "interval_high": judges.high.ravel(),
                "entry_months": judges.entry.ravel(),
                "own_estimate_months": judges.own.ravel(),
                "mode": "blind_first",
            }
        )
        cases = [part for _, part in case_figures(rows).groupby("judge", sort=False)]
        for number in BLIND_CASES:
            values = [weight_of_advice(part.iloc[:number], minimum=definitions().minimum_blind).value for part in cases]
            known = np.array([value for value in values if value is not None])
            found.append(
                {
                    "population": name,
                    "zh": f"权重{weight:g}",
                    "cases": number,
                    "true": weight,
                    "mean": float(known.mean()) if len(known) else None,
                    "sd": float(known.std(ddof=1)) if len(known) > 1 else None,
                }
            )
    return found


def _error_catch(courts: Courts) -> list[dict[str, Any]]:
    """Return how many gross errors of the advice do not pass, by kind of judge."""
    found = []
    for name, population in populations().items():
        right = total = 0
        for _, judges in courts.chunks(f"errors/{name}", population, errors=True, changed=True):
            wrong = judges.advice != judges.unaltered
            columns = {
                "shown": judges.advice, "right": judges.unaltered, "entry": judges.entry
            }  # fmt: skip
            right += int(caught(**{key: pd.Series(value[wrong]) for key, value in columns.items()}).sum())
            total += int(wrong.sum())
        found.append({"population": name, "zh": population.zh, "caught": run_length.share(right, total)})
    return found


def _cost(seen: Mapping[str, Seen]) -> dict[str, Any]:
    year, rules = plan()["year"], definitions().stage_two
    after = []
    for each in seen.values():
        if gives_no_cause(each.population):
            years = len(joined(each.units)) * each.cases / year
            cases = float(joined(each.openings).sum()) * rules.cases / years
            after.append({"population": each.population.name, "zh": each.population.zh, "cases": cases})
    return {"standing": plan()["blind_first"] * year, "after_alerts": after}


def figures(content: Mapping[str, Any]) -> dict[str, float]:
    """Return the flat figures of the certificate, for gates and reports.

    ``honest_false_alarms`` and ``worst_false_alarms`` of A1 (each with ``_low`` and ``_high``),
    ``extreme_false_alarms`` of the judges who correct least; ``reliant_within_30``, ``reliant_within_60`` and
    ``reliant_median`` of those who enter 97 % of the advice; ``guaranteed_run_length`` (judge-years, its lower bound),
    ``guaranteed_proven``, ``guaranteed_median``, ``guaranteed_within_60``; ``expert_asked``, ``expert_single_stage``;
    ``one_way_within_60``, ``one_way_false_alarms``; ``neglect_within_30``, ``neglect_false_alarms``; ``notes_false``
    (reasons asked of honest judges per 100 judge-years); ``court_list_fdr``, ``court_list_power_3``;
    ``misjudged_false_alarms`` (the larger of both); ``literal_false_alarms`` of the literal mean.
    A figure that could not be measured, such as a median beyond the horizon, is left out.
    """
    rules = {rule["name"]: rule for rule in content["rules"]}
    first, guaranteed = rules["A1"], rules["A1 guaranteed"]
    extreme = next(row for row in first["populations"] if row["id"] == "honest_close")["false_alarms"]
    misjudged = max(
        run["false_alarms"]["value"] for run in content["reference"] if run["shift"] and run["self_check"]
    )
    notes = next(row for row in content["notes"] if row["population"] == "honest")
    found: dict[str, float | None] = {
        **_bounded("honest_false_alarms", first["false_alarms"], "value"),
        **_bounded("worst_false_alarms", first["worst"], "value"),
        **_bounded("extreme_false_alarms", extreme, "value"),
        **_bounded("reliant_within_30", first["within_30"], "share"),
        **_bounded("reliant_within_60", first["within_60"], "share"),
        "reliant_median": first["median"],
        "guaranteed_run_length": content["guaranteed"]["run_length"]["low"],
        "guaranteed_proven": content["guaranteed"]["proven_judge_years"],
        "guaranteed_median": guaranteed["median"],
        **_bounded("guaranteed_within_60", guaranteed["within_60"], "share"),
        **_bounded("expert_asked", content["expert"]["asked"], "share"),
        "expert_asked_all": content["expert"]["asked_all"]["share"],
        "expert_single_stage": content["expert"]["single_stage"]["share"],
        **_bounded("one_way_within_60", rules["A2"]["within_60"], "share"),
        **_bounded("one_way_false_alarms", rules["A2"]["false_alarms"], "value"),
        **_bounded("neglect_within_30", rules["A4"]["within_30"], "share"),
        **_bounded("neglect_false_alarms", rules["A4"]["false_alarms"], "value"),
        **_bounded("notes_false", notes, "value"),
        **_bounded("court_list_fdr", content["court_list"]["fdr"], "share"),
        "court_list_power_3": content["court_list"]["power"][2]["share"],
        "misjudged_false_alarms": misjudged,
        "literal_false_alarms": rules["literal_mean"]["false_alarms"]["value"],
    }
    return {name: float(value) for name, value in found.items() if value is not None}


def _bounded(name: str, found: Mapping[str, Any], key: str) -> dict[str, float | None]:
    return {name: found[key], f"{name}_low": found["low"], f"{name}_high": found["high"]}


def configuration(settings: MonitorCertificateSettings) -> str:
    """Return the hash of all that the figures depend on: settings, definitions, populations, code and libraries."""
    folder = resources.files("sentencing_ml") / "monitor"
    parts = {
        "settings": settings.model_dump(mode="json"),
        "code": {name: sha256_bytes((folder / name).read_bytes()) for name in _files(folder)},
        "libraries": {name: metadata.version(name) for name in _LIBRARIES},
    }
    return sha256_bytes(json.dumps(parts, sort_keys=True, ensure_ascii=True).encode("ascii"))


def _files(folder: Any) -> list[str]:
    """Return the modules of this package that the certificate is made of, followed from this one, and their data."""
    found: set[str] = set()
    waiting = ["certificate/certificate.py"]
    while waiting:
        name = waiting.pop()
        if name not in found and (folder / name).is_file():
            found.add(name)
            waiting += _imported((folder / name).read_text(encoding="utf-8"))
    return sorted(found | set(_DATA))


def _imported(source: str) -> Iterator[str]:
    package = "sentencing_ml.monitor"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(package):
            here = node.module.removeprefix(package).removeprefix(".").replace(".", "/")
            yield f"{here}.py"
            yield from (f"{here}/{alias.name}.py" for alias in node.names)


def read_certificate(path: Path) -> dict[str, Any]:
    """Return the certificate at ``path`` with ``stale``: whether it is of other definitions, code or libraries.

    Judges, cases and seed are its own. What is no certificate of this version has the ``status`` not_run, with ``why``.
    """
    try:
        found = read_json(path)
    except ValueError:
        return _not_run("证书文件无法读取。运行 sentencing monitor --certify。")
    if not isinstance(found, dict) or found.get("version") != VERSION:
        return _not_run("证书属于另一版本。运行 sentencing monitor --certify。")
    made = {name: found["conditions"][name] for name in MonitorCertificateSettings.model_fields}
    return {**found, "stale": found["configuration"] != configuration(MonitorCertificateSettings(**made))}


def _not_run(why: str) -> dict[str, Any]:
    return {"version": VERSION, "status": "not_run", "stale": True, "why": why, "figures": {}}
