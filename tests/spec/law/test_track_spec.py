"""The rule track against cases computed by hand from the text of the guideline; every row gives its calculation."""

from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from sentencing_ml.law.arithmetic import Found
from sentencing_ml.law.circumstances import circumstances
from sentencing_ml.law.statutes import statutes
from sentencing_ml.law.track import rule_track

TABLE = yaml.safe_load(Path(__file__).with_name("track.yaml").read_text(encoding="utf-8"))
ROWS = TABLE["cases"]
INTERVALS = ("starting", "base", "liability", "declared", "adjusted")
LISTS = ("kinds", "mitigates", "exempts", "unquantified")


def cases():
    for row in ROWS:
        marks = [pytest.mark.xfail(reason=row["xfail"], strict=True)] if "xfail" in row else []
        yield pytest.param(row, id=row["name"], marks=marks)


def track_of(row):
    return rule_track(
        row["charge"],
        TABLE["nothing_else"] | row["facts"],
        found=[found(entry) for entry in row.get("circumstances", ())],
        offence_date=str(row.get("offence_date", TABLE["offence_date"])),
        trial_date=row.get("trial_date", TABLE["trial_date"]),
        province=row.get("province"),
        first_stage=row.get("first_stage", "multiply"),
    )


def found(entry):
    if isinstance(entry, str):
        return Found(entry)
    ((name, factor),) = entry.items()
    return Found(name, factor)


def told(result):
    """Return the figures of a tier, or of the hull over the tiers in play, by the keys of a row."""
    figures = {name: getattr(result, name, None) for name in (*INTERVALS[1:], *LISTS)}
    if hasattr(result, "steps"):
        figures["starting"] = result.steps[0].after
    return figures


@pytest.mark.parametrize("row", list(cases()))
def test_track(row):
    assert row["why"] and row["source"]
    track = track_of(row)
    assert [problem.id for problem in track.problems] == row.get("problems", [])
    if track.problems:
        assert track.tiers == () and all(problem.article for problem in track.problems)
        return
    if "in_play" in row:
        assert [entry.tier.id for entry in track.tiers] == row["in_play"]
    found_tier = {entry.tier.id: entry for entry in track.tiers}[row["tier"]] if "tier" in row else track
    figures = told(found_tier)
    expected = {name: tuple(Fraction(str(bound)) for bound in row[name]) for name in INTERVALS if name in row}
    expected |= {name: tuple(row[name]) for name in LISTS if name in row}
    assert {name: figures[name] for name in expected} == expected


def test_every_row_has_a_name_of_its_own():
    names = [row["name"] for row in ROWS]
    assert len(names) >= 90 and len(set(names)) == len(names)


def test_every_charge_of_the_guidelines_has_a_starting_point_and_a_circumstance():
    weighed = {row["charge"] for row in ROWS if "starting" in row and row.get("circumstances")}
    guided = {name for name, law in statutes().charges.items() if law.guideline}
    assert len(guided) == 30
    assert guided - weighed == set()


def test_every_circumstance_stands_alone_in_a_row_or_among_those_without_a_ratio():
    alone = {found(row["circumstances"][0]).id for row in ROWS if len(row.get("circumstances", ())) == 1}
    silent = {
        name for row in ROWS if "unquantified" in row for name in (found(entry).id for entry in row["circumstances"])
    }
    assert set(circumstances().entries) - alone - silent == set()
