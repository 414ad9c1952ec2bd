"""The certificate of the monitor: second stages and lists by hand, courts whose references are known, the stage itself."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sentencing_ml.errors import InputError
from sentencing_ml.monitor.certificate import certificate, population_runs, run_length
from sentencing_ml.monitor.certificate.certify import certify_monitor, summary
from sentencing_ml.monitor.certificate.populations import Simulated, populations, simulate
from sentencing_ml.monitor.certificate.simulated_courts import bench, coincides, misled, monthly_offsets, watch
from sentencing_ml.monitor.detection.definitions import definitions
from sentencing_ml.settings import MonitorCertificateSettings, load_settings
from sentencing_ml.storage import read_json, write_json

SMALL = MonitorCertificateSettings(judges=20, cases=100, seed=3)


def _judges(*, own: float, entry: float, advice: float = 20.0, judges: int = 1, cases: int = 40) -> Simulated:
    """Judges of one view and one entry beside one advice, in every case."""
    drawn = simulate(populations()["honest"], judges=judges, cases=cases, rng=np.random.default_rng(1))
    shape = drawn.advice.shape
    return replace(
        drawn, advice=np.full(shape, advice), own=np.full(shape, own), entry=np.full(shape, entry)
    )


def _at(found: Simulated, *cases: int) -> np.ndarray:
    alarms = np.zeros(found.advice.shape, dtype=bool)
    alarms[:, list(cases)] = True
    return alarms


@pytest.mark.parametrize(
    ("own", "entry", "verdict"),
    [
        (26, 20, "依赖"),    # another view, and the advice entered all the same
        (20, 20, "一致"),    # the view is the advice
        (26, 26, "未定"),    # another view, and it is entered
    ],
)
def test_the_second_stage_tells_following_from_agreeing(own: float, entry: float, verdict: str) -> None:
    judges = _judges(own=own, entry=entry)
    found = population_runs.stages_two(judges, {"A1": _at(judges, 4)})
    assert found.verdict.tolist() == [verdict]
    # the twelve cases after the alert
    assert found.end.tolist() == [4 + definitions().stage_two.cases]


def test_a_stage_whose_cases_run_out_has_no_verdict() -> None:
    judges = _judges(own=26, entry=20)
    assert population_runs.stages_two(judges, {"A1": _at(judges, 39)}).verdict.tolist() == [""]


def test_cases_too_short_to_tell_are_passed_over() -> None:
    judges = _judges(own=26, entry=20)
    advice = judges.advice.copy()
    advice[:, 10:20] = 2
    found = population_runs.stages_two(replace(judges, advice=advice), {"A1": _at(judges, 4)})
    assert found.end.tolist() == [4 + definitions().stage_two.cases + 10]


def test_no_stage_begins_within_another_or_in_the_rest_after_agreement() -> None:
    every = {"A1": np.ones((1, 40), dtype=bool)}
    needed = definitions().stage_two.cases
    assert len(population_runs.stages_two(_judges(own=20, entry=20), every).end) == 1
    assert population_runs.stages_two(_judges(own=26, entry=20), every).end.tolist() == [
        needed, 2 * needed + 1, 3 * needed + 2, 39
    ]  # fmt: skip


def test_discoveries_of_a_list_by_hand() -> None:
    # two courts, two months, four judges of whom the first two are to be found
    named = np.array(
        [
            [[1, 0, 0, 0], [1, 1, 1, 0]],
            [[0, 0, 0, 0], [1, 1, 0, 0]],
        ],
        dtype=bool,
    )
    found = certificate._discoveries(named, np.array([True, True, False, False]))
    assert found["fdr"]["share"] == pytest.approx((0 + 1 / 3 + 0 + 0) / 4)
    assert found["fdr"]["worst"] == pytest.approx(1 / 6)
    assert [month["share"] for month in found["power"]] == [0.25, 1.0]


def test_clusters_of_several_chunks_stay_apart() -> None:
    joined = population_runs.units([np.array([0, 0, 1]), np.array([0, 1])])
    assert joined.tolist() == [0, 0, 1, 2, 3]


@pytest.fixture(scope="module")
def court():
    return bench(courts=1, cases=200, reference_cases=3000, rng=np.random.default_rng(5))


def test_a_court_finds_who_follows_and_leaves_who_decides_alone(court) -> None:
    rng = np.random.default_rng(6)
    reliant = simulate(populations()["reliant_97"], judges=60, cases=200, rng=rng, changed=True)
    honest = simulate(populations()["honest_ordinary"], judges=100, cases=200, rng=rng)
    found = run_length.delays(watch(reliant, court)["A1"], reliant.change)
    assert (found <= 60).mean() > 0.95
    # one in a hundred judge-years is expected at most; three have a probability of 8 %
    assert watch(honest, court)["A1"].sum() < 3


def test_a_chart_alone_says_what_it_says_among_all(court) -> None:
    judges = simulate(populations()["gaming"], judges=20, cases=60, rng=np.random.default_rng(4), changed=True)
    everything = watch(judges, court)
    assert set(watch(judges, court, kinds=["A3"])) == {"A3"}
    assert (watch(judges, court, kinds=["A3"])["A3"] == everything["A3"]).all()


def test_neglect_is_told_from_a_wide_view(court) -> None:
    judges = _judges(own=20, entry=20, judges=2, cases=60)
    above = np.full(judges.entry.shape, 27.0)
    both = np.where(np.arange(60) % 2, 27.0, 14.0)
    wide = np.where(np.arange(60) % 4 < 2, both, 20.0)  # as far from the advice in every second case alone
    assert watch(replace(judges, entry=above), court, kinds=["A4"])["A4"].any(axis=1).all()
    assert watch(replace(judges, entry=27.0 - 13.0 * (above > 0)), court, kinds=["A4"])["A4"].any(axis=1).all()
    far, one = (watch(replace(judges, entry=entry), court, kinds=["A4"])["A4"][0].argmax() for entry in (both, above))
    assert far > one > 0  # to both sides in every case: found, and later
    assert not watch(replace(judges, entry=np.broadcast_to(wide, above.shape)), court, kinds=["A4"])["A4"].any()


def test_a_new_version_is_watched_anew_after_its_shadow_cases() -> None:
    population = populations()["honest_version"]
    first = bench(courts=1, cases=120, reference_cases=2000, rng=np.random.default_rng(2), self_check=False)
    second = bench(
        courts=1, cases=120, reference_cases=2000, rng=np.random.default_rng(3), like=population, self_check=False
    )
    judges = simulate(population, judges=100, cases=120, rng=np.random.default_rng(4))
    # followers from the first case on: every chart of coincidence speaks soon, and then again and again
    follows = replace(judges, entry=np.maximum(1.0, np.floor(judges.advice + 0.5)))
    spoken = np.flatnonzero(watch(follows, first, renewed=second, kinds=["A1"])["A1"].any(axis=0))
    start, shadow = 60, 20
    assert spoken.min() < start
    # 2,000 shadow cases of 100 judges
    assert not ((spoken >= start) & (spoken < start + shadow + 3)).any()
    assert spoken.max() > start + shadow


def test_a_misjudged_reference_is_raised_by_the_court_s_own_entries() -> None:
    found = {
        shift: bench(courts=1, cases=170, reference_cases=3000, rng=np.random.default_rng(7), shift=shift)
        for shift in (-0.4, 0.0, 0.4)
    }
    # the first month has no entries to look at
    assert all(each.offsets[0, 0] == 0 for each in found.values())
    last = {shift: each.offsets[0, -1] for shift, each in found.items()}
    assert last[-0.4] == pytest.approx(last[0.0] + 0.4, abs=0.12)
    assert last[0.4] < 0.05


def test_a_court_that_follows_as_a_whole_raises_its_own_reference(court) -> None:
    reliant = simulate(populations()["reliant_97"], judges=100, cases=60, rng=np.random.default_rng(8), changed=True)
    raised = misled(court, reliant).offsets
    assert raised.max() == definitions().reference.self_check["cap"]
    assert raised.shape[0] == 1


def test_the_check_sees_only_what_came_before() -> None:
    court = bench(courts=1, cases=50, reference_cases=3000, rng=np.random.default_rng(9))
    reliant = simulate(populations()["reliant_97"], judges=100, cases=51, rng=np.random.default_rng(9), changed=True)
    honest = simulate(populations()["honest"], judges=100, cases=51, rng=np.random.default_rng(9))
    # from the second month on the honest judges' cases are followed by others
    mixed = replace(reliant, entry=np.where(np.arange(51) < 17, honest.entry, reliant.entry))
    mixed = replace(mixed, advice=np.where(np.arange(51) < 17, honest.advice, reliant.advice))
    mixed = replace(mixed, driving=np.where(np.arange(51) < 17, honest.driving, reliant.driving))
    offsets = monthly_offsets(mixed, court.references[0])
    assert offsets[1] == monthly_offsets(honest, court.references[0])[1]
    assert offsets[2] > offsets[1]
    assert coincides(mixed)[:, 17:].mean() > 0.9


@pytest.fixture(scope="module")
def certified() -> dict:
    return certificate.certify(settings=SMALL)


def test_the_certificate_is_plain_json_with_every_rule_and_population(certified: dict) -> None:
    json.dumps(certified, allow_nan=False)
    names = list(populations())
    assert [each["id"] for each in certified["populations"]] == names
    assert [rule["name"] for rule in certified["rules"]] == [
        rule.name for rule in (*certificate.CHARTS, *certificate.PLAIN)
    ]
    for rule in certified["rules"]:
        assert [row["id"] for row in rule["populations"]] == names
        for row in rule["populations"]:
            assert (row["false_alarms"] is None) == (row["role"] not in ("honest", "expert"))
            assert (row["detection"] is None) == (row["role"] in ("honest", "expert"))


def test_the_flat_figures_are_those_of_the_sections(certified: dict) -> None:
    first = certified["rules"][0]
    figures = certified["figures"]
    assert first["name"] == "A1"
    assert figures["honest_false_alarms"] == first["false_alarms"]["value"]
    assert figures["reliant_within_30"] == first["within_30"]["share"]
    assert figures["worst_false_alarms"] == max(
        row["false_alarms"]["value"] for row in first["populations"] if populations()[row["id"]].worst
    )
    assert figures["guaranteed_proven"] == 100


def test_the_literal_rule_flags_honest_judges_and_the_charts_do_not(certified: dict) -> None:
    assert certified["figures"]["literal_false_alarms"] > 200
    # 10 judge-years
    assert certified["rules"][0]["false_alarms"]["k"] <= 1


def test_the_summary_has_a_line_a_rule(certified: dict) -> None:
    lines = summary(certified)
    assert all(any(line.startswith(rule["name"] + " ") for line in lines) for rule in certified["rules"])


def test_the_certificate_is_the_same_twice(certified: dict) -> None:
    again = population_runs.watched(populations()["gaming"], population_runs.Courts(settings=SMALL))
    row = next(each for each in certified["gaming"] if each["indicator"] == "A3")
    assert population_runs.detection(again, "A3") == row["gaming"]


def test_the_configuration_hangs_on_settings_and_on_what_is_certified() -> None:
    folder = Path(certificate.__file__).parents[1]
    files = certificate._files(folder)
    assert {
        "certificate/certificate.py", "detection/charts.py", "detection/definitions.yaml", "detection/detect.py",
        "certificate/plain_rules.py", "certificate/populations.yaml",
        "certificate/population_runs.py", "detection/reference.py", "certificate/simulated_courts.py",
    } <= set(files)  # fmt: skip
    assert not any(name.startswith("report/page") for name in files)
    assert certificate.configuration(SMALL) != certificate.configuration(SMALL.model_copy(update={"seed": 4}))


def test_a_certificate_is_read_back_with_whether_it_is_of_this_configuration(tmp_path: Path, certified: dict) -> None:
    path = tmp_path / "certificate.json"
    write_json(path, certified)
    assert certificate.read_certificate(path)["stale"] is False
    write_json(path, {**certified, "configuration": "of other definitions"})
    assert certificate.read_certificate(path)["stale"] is True


@pytest.mark.parametrize("written", ["", "[]", '{"version": 0}'])
def test_what_is_no_certificate_says_so(tmp_path: Path, written: str) -> None:
    path = tmp_path / "certificate.json"
    path.write_text(written, encoding="utf-8")
    found = certificate.read_certificate(path)
    assert found["status"] == "not_run"
    assert "--certify" in found["why"]


def test_the_stage_writes_what_it_measured(tmp_path: Path, certified: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentencing_ml.monitor.certificate.certify.certify", lambda **_: certified)
    report = tmp_path / "certificate.json"
    figures = certify_monitor(report=report, settings=load_settings(Path("params.yaml")))
    assert read_json(report)["figures"] == figures


def test_the_spread_of_judgments_needs_facts_and_model(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="factor table and the model"):
        certify_monitor(
            report=tmp_path / "c.json", settings=load_settings(Path("params.yaml")), factors=tmp_path / "f.parquet"
        )
