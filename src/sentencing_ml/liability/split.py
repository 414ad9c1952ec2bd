"""Which rows train and which test: by cluster, the newest dated judgments in the test.

Nothing is set aside to calibrate intervals and probabilities: they are fitted to what models of the other folds say.

A cluster (a judgment with all of its defendants, or near-duplicates of it) is never in two parts: its rows share facts
and a court, so a model that had seen one of them would be tested on its own memory.
"""

import hashlib
from pathlib import Path

import pandas as pd

from sentencing_ml.errors import DataContractError, TrainingError
from sentencing_ml.settings import Settings, SplitSettings
from sentencing_ml.storage import read_table, write_table

PARTS = ("train", "test")
OUT = "out"
"""The part of counts that no model learns from: those of an instance that the settings leave out, and records whose one
term holds the rest of an earlier sentence."""
READ = ("row_id", "doc_id", "doc_kind", "cluster", "court", "judgment_date", "instance", "joined_sentence")
"""What the split reads of a factor table."""
COLUMNS = {"row_id": "string", "cluster": "string", "part": "string", "fold": "Int64"}


def split(*, factors: Path, split: Path, settings: Settings) -> dict[str, float]:
    """Write the part and the fold of every row of the factor table; return the counts of rows and clusters.

    Raises
    ------
    DataContractError
        A row id stands twice.
    TrainingError
        A part would be empty.
    """
    frame = read_table(factors, columns=list(READ))
    parts = assign(frame, settings=settings.split)
    write_table(split, parts)
    metrics = {f"n_{part}": float((parts["part"] == part).sum()) for part in PARTS}
    return {**metrics, "n_clusters": float(parts["cluster"].nunique())}


def with_parts(frame: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Join part, fold and cluster of the split to the factor table, sorted by row so that no result depends on order.

    Raises
    ------
    TrainingError
        The split is of another factor table.
    """
    if set(frame["row_id"]) != set(parts["row_id"]):
        raise TrainingError("split and factor table name different rows. Run the split stage again.")
    columns = ["row_id", "cluster", "part", "fold"]
    joined = frame.drop(columns="cluster").merge(parts[columns], on="row_id", how="left", validate="one_to_one")
    return joined.sort_values("row_id", kind="stable").reset_index(drop=True)


def assign(frame: pd.DataFrame, *, settings: SplitSettings) -> pd.DataFrame:
    """Return row_id, cluster, part and fold (−1 outside the training part) of every row, in the order of the frame.

    A row of an instance that the settings do not name is ``OUT``; one whose instance is unknown is kept. So is a fact
    record that tells of an earlier sentence joined to this one: its term is not that of its facts.
    """
    if frame["row_id"].duplicated().any():
        raise DataContractError(
            f"factor table: {int(frame['row_id'].duplicated().sum())} row id(s) stand twice. Extract the factors again."
        )
    cluster = frame["cluster"].fillna(frame["doc_id"]).fillna(frame["row_id"]).astype("string")
    part = cluster.map(_parts(cluster, frame["judgment_date"], settings=settings)).astype("string")
    part = part.mask(frame["instance"].notna() & ~frame["instance"].isin(settings.instances), OUT)
    joined = (frame["doc_kind"] == "fact_record").fillna(False) & frame["joined_sentence"].fillna(False)
    part = part.mask(joined.astype(bool), OUT)
    missing = [name for name in PARTS if not (part == name).any()]
    if missing:
        raise TrainingError(
            f"the corpus has {cluster.nunique()} cluster(s) of judgments, too few for a split: no row is left for "
            f"{', '.join(missing)}. Add judgments or change split.test_share."
        )
    training = part == "train"
    folds = _folds(cluster[training], frame.loc[training, "court"], settings=settings)
    fold = cluster.map(folds).where(training, -1).astype("Int64")
    table = pd.DataFrame({"row_id": frame["row_id"], "cluster": cluster, "part": part, "fold": fold})
    return table.astype(COLUMNS).reset_index(drop=True)


def _parts(cluster: pd.Series, dates: pd.Series, *, settings: SplitSettings) -> dict[str, str]:
    # The date of a cluster is its newest: an old near-duplicate does not pull a new judgment out of the test.
    newest = dates.astype("string").groupby(cluster).max()
    dated = newest.dropna().sort_index(kind="stable").sort_values(kind="stable", ascending=False)
    tested = set(dated.index[: round(len(dated) * settings.test_share)])
    parts = {}
    for name in sorted(set(cluster)):
        undated = name not in dated.index and _uniform(name, seed=settings.seed) < settings.test_share
        parts[name] = "test" if name in tested or undated else "train"
    return parts


def _folds(cluster: pd.Series, court: pd.Series, *, settings: SplitSettings) -> dict[str, int]:
    # A fold holds whole courts, so that the effect of a prevention factor is never learned from the court it is applied
    # to; a court with more rows than a fold should hold is divided by cluster, else one fold would be most of the data.
    sizes = cluster.value_counts()
    courts = court.astype("string").groupby(cluster).first()
    rows_of_court = sizes.groupby(courts).sum()
    small = set(rows_of_court.index[rows_of_court <= len(cluster) / settings.folds])
    group = {name: f"court {courts[name]}" if courts[name] in small else f"cluster {name}" for name in sizes.index}
    weight = sizes.groupby(pd.Series(group)).sum()
    order = sorted(weight.index, key=lambda name: (-weight[name], _uniform(name, seed=settings.seed)))
    load = [0] * settings.folds
    fold_of = {}
    for name in order:
        fold_of[name] = min(range(settings.folds), key=lambda fold: (load[fold], fold))
        load[fold_of[name]] += int(weight[name])
    return {name: fold_of[group[name]] for name in sizes.index}


def _uniform(name: str, *, seed: int) -> float:
    # A hash, not a random generator: adding a judgment moves no other one into another part.
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
