"""Parts and folds of the factor table: whole clusters, the newest judgments in the test, no dependence on order."""

import pandas as pd
import pytest

from sentencing_ml.errors import DataContractError, TrainingError
from sentencing_ml.liability.split import OUT, assign, split
from sentencing_ml.settings import SplitSettings, load_settings
from sentencing_ml.storage import read_table, write_table

OPTIONS = SplitSettings(test_share=0.2, folds=5, instances=("一审",), seed=7)


def table(n: int, *, dated: bool = True, courts: int = 20) -> pd.DataFrame:
    """Two counts a document, a cluster a document, dates that rise with the number."""
    rows = [
        {
            "row_id": f"d{doc:04d}/0/{count}",
            "doc_id": f"d{doc:04d}",
            "cluster": f"c{doc:04d}",
            "court": f"court {doc % courts}" if courts else None,
            "instance": None,
            "doc_kind": "judgment",
            "judgment_date": f"{2014 + doc * 10 // n}-01-{1 + doc % 28:02d}" if dated else None,
        }
        for doc in range(n)
        for count in range(2)
    ]
    return pd.DataFrame(rows, dtype="string").assign(joined_sentence=pd.array([None] * len(rows), dtype="boolean"))


def test_a_cluster_is_in_one_part_and_one_fold():
    parts = assign(table(300), settings=OPTIONS)
    assert (parts.groupby("cluster")[["part", "fold"]].nunique() == 1).all(axis=None)


def test_the_newest_dated_clusters_are_the_test():
    frame = table(300)
    parts = assign(frame, settings=OPTIONS)
    dates = frame["judgment_date"]
    assert (parts["part"] == "test").sum() == 120
    assert dates[parts["part"] == "test"].min() >= dates[parts["part"] != "test"].max()


def test_undated_clusters_are_drawn_in_the_shares_of_the_settings():
    shares = assign(table(2000, dated=False), settings=OPTIONS)["part"].value_counts(normalize=True)
    assert shares["test"] == pytest.approx(0.2, abs=0.03)


def test_a_court_is_in_one_fold_unless_it_holds_more_than_a_fold():
    frame = table(400, courts=20)
    parts = assign(frame, settings=OPTIONS)
    training = parts["part"] == "train"
    assert (parts[training].groupby(frame.loc[training, "court"])["fold"].nunique() == 1).all()
    one_court = assign(table(400, courts=1), settings=OPTIONS)
    assert one_court.loc[one_court["part"] == "train", "fold"].nunique() == 5


def test_folds_are_of_about_equal_size_and_others_have_none():
    parts = assign(table(400, courts=0), settings=OPTIONS)
    sizes = parts.loc[parts["part"] == "train", "fold"].value_counts()
    assert sizes.max() - sizes.min() <= 2
    assert set(parts.loc[parts["part"] != "train", "fold"]) == {-1}


def test_the_order_of_the_rows_decides_nothing():
    frame = table(300)
    shuffled = frame.sample(frac=1, random_state=3)
    one = assign(frame, settings=OPTIONS).sort_values("row_id", ignore_index=True)
    other = assign(shuffled, settings=OPTIONS).sort_values("row_id", ignore_index=True)
    pd.testing.assert_frame_equal(one, other)


def test_a_new_undated_judgment_moves_no_other_one():
    few = assign(table(300, dated=False), settings=OPTIONS).set_index("row_id")["part"]
    more = assign(table(330, dated=False), settings=OPTIONS).set_index("row_id")["part"]
    assert (more[few.index] == few).all()


def test_an_undated_row_of_a_dated_cluster_goes_with_it():
    frame = table(300)
    newest = frame["judgment_date"].idxmax()
    frame.loc[newest, "judgment_date"] = None
    parts = assign(frame, settings=OPTIONS)
    assert set(parts.loc[parts["cluster"] == frame.loc[newest, "cluster"], "part"]) == {"test"}


def test_a_row_without_cluster_is_grouped_by_its_document():
    frame = table(300)
    frame["cluster"] = pd.array([None] * len(frame), dtype="string")
    parts = assign(frame, settings=OPTIONS)
    assert (parts["cluster"] == frame["doc_id"]).all()


def test_rows_that_stand_twice_are_refused():
    frame = pd.concat([table(50), table(50)], ignore_index=True)
    with pytest.raises(DataContractError, match=r"100 row id\(s\) stand twice"):
        assign(frame, settings=OPTIONS)


def test_too_few_clusters_are_refused_with_the_missing_part():
    with pytest.raises(TrainingError, match=r"1 cluster\(s\) of judgments, too few for a split: no row is left for"):
        assign(table(1), settings=OPTIONS)


def test_the_stage_writes_the_table_and_counts_it(tmp_path):
    write_table(tmp_path / "factors.parquet", table(100))
    metrics = split(factors=tmp_path / "factors.parquet", split=tmp_path / "split.parquet", settings=load_settings())
    written = read_table(tmp_path / "split.parquet")
    assert list(written.columns) == ["row_id", "cluster", "part", "fold"]
    assert metrics["n_test"] + metrics["n_train"] == 200
    assert metrics["n_clusters"] == 100


def test_a_row_of_an_instance_that_is_left_out_is_in_no_part_and_an_unknown_instance_stays():
    frame = table(300)
    frame["instance"] = pd.array(["二审", "一审", pd.NA] * 200, dtype="string")
    parts = assign(frame, settings=OPTIONS)
    assert ((parts["part"] == "out") == (frame["instance"] == "二审").fillna(False)).all()
    assert (parts.loc[parts["part"] == "out", "fold"] == -1).all()
    everything = assign(frame, settings=OPTIONS.model_copy(update={"instances": ("一审", "二审")}))
    assert "out" not in set(everything["part"])


def test_a_record_whose_term_holds_an_earlier_sentence_teaches_nothing():
    frame = table(300)
    frame.loc[:9, "doc_kind"] = "fact_record"
    frame.loc[:19, "joined_sentence"] = True
    parts = assign(frame, settings=OPTIONS)["part"]
    assert (parts[:10] == OUT).all()
    # a judgment gives the term of the count apart from what is executed
    assert (parts[10:20] != OUT).all()
