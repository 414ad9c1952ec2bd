from pathlib import Path

import numpy as np
import pandas as pd

from sentencing_ml.fairness import tables
from sentencing_ml.fairness.contrasts import defendants, grouping
from sentencing_ml.settings import load_settings

SETTINGS = load_settings(Path(__file__).parents[2] / "params.yaml").audit


def table_of(counsel, person, charge="盗窃罪"):
    return pd.DataFrame(
        {
            "counsel": pd.array(counsel, dtype="string"),
            "charge_group": pd.array([charge] * len(counsel) if isinstance(charge, str) else charge, dtype="string"),
            "doc_id": pd.array([None if who is None else f"d{who}" for who in person], dtype="string"),
            "defendant_index": pd.array([0] * len(person), dtype="Int64"),
        }
    )


def test_a_group_is_small_by_its_defendants():
    # twelve counts of three defendants, beside fifty and eighty of as many
    counsel = ["值班律师"] * 12 + ["委托"] * 50 + ["无"] * 80
    many = table_of(counsel, [n % 3 for n in range(12)] + list(range(100, 230)))
    assert grouping(many, "counsel", settings=SETTINGS).hidden == {"值班律师", "委托"}
    each = table_of(counsel, range(142))
    assert not grouping(each, "counsel", settings=SETTINGS).hidden
    nameless = table_of(counsel, [None] * 142)
    assert not grouping(nameless, "counsel", settings=SETTINGS).hidden
    assert not grouping(many.drop(columns="doc_id"), "counsel", settings=SETTINGS).hidden


def test_a_cell_is_small_by_its_defendants():
    table = table_of(["无"] * 30 + ["委托"] * 40, [n % 4 for n in range(20)] + list(range(10, 60)), ["甲"] * 20 + ["乙"] * 50)
    found = defendants(
        table, [table["charge_group"], table["counsel"]], np.array([[20, 0], [10, 40]]), [["甲", "乙"], ["无", "委托"]],
        inside=np.ones(len(table), dtype=bool), below=10,
    )  # fmt: skip
    assert found.tolist() == [[4, 0], [10, 40]]


def test_rows_outside_and_labels_that_are_not_listed_are_not_counted():
    table = table_of(["无"] * 12 + ["委托"] * 12, range(24))
    inside = np.arange(24) % 2 == 0
    found = defendants(table, [table["counsel"]], np.array([12]), [["无"]], inside=inside, below=5)
    assert found.tolist() == [6]


def test_the_published_counts_of_an_attribute_are_of_one_population():
    rng = np.random.default_rng(1)
    n = 400
    table = table_of(rng.choice(["无", "委托", "值班律师"], n, p=[0.6, 0.37, 0.03]), range(n), rng.choice(["甲", "乙", "丙"], n))
    figures = pd.DataFrame({name: rng.random(n) for name in ("bias", "error", "ape", "heavy", "light")})
    figures = figures.assign(band=rng.integers(0, 2, n))
    found = grouping(table, "counsel", settings=SETTINGS)
    tenth = pd.Series(rng.choice(["01", "02"], n), dtype="string")
    listed, log, published = tables.linked(table, figures, found, tenth, settings=SETTINGS)
    assert [line["table"] for line in log] == [table.name for table in published]
    assert {table.population for table in published} == {""}
    shown = [cell["n"] for row in listed["charges"] for cell in row["cells"]]
    assert [n is None for n in shown] == published[0].hidden.ravel().tolist()
