"""The liability model as one object: fitted, predicting, saved as text and loaded after verification.

The months of a count are exp(prior + trees) − 1: the typical term of such facts. The mean of months would lie above it
by what courts and unrecorded facts spread; ``mean_over_typical`` of the training metrics says by how much, for whoever
adds terms up.
"""

import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sentencing_ml.errors import BundleError
from sentencing_ml.liability.abstention import Support, decide
from sentencing_ml.liability.boosting import TermRegressor, to_text
from sentencing_ml.liability.bundle import verify_manifest, write_manifest
from sentencing_ml.liability.charge_inference import FILES as CHARGE_FILES
from sentencing_ml.liability.design import design_columns
from sentencing_ml.liability.fines import COLUMNS as FINE_COLUMNS
from sentencing_ml.liability.fines import Fines
from sentencing_ml.liability.intervals import Intervals
from sentencing_ml.liability.liability_term import LiabilityRegressor
from sentencing_ml.liability.neutral import NeutralLabel
from sentencing_ml.liability.rows import Rows, prepare
from sentencing_ml.liability.sanction import FINE_ALONE, SanctionKinds
from sentencing_ml.storage import sha256_bytes, write_json, write_table, write_text

COUNT_COLUMNS = (
    "row_id", "charge", "charge_group", "charge_source", "charge_probability", "liability_months", "interval_low",
    "interval_high", "expected_months", "sanction_kinds", "fine_low", "fine_high", "n_fine", "rule_low", "rule_high",
    "statute_low", "statute_high", "tier", "status", "reason", "n_similar",
)  # fmt: skip
"""What a prediction says of a count."""

EMPIRICAL = ("liability_months", "interval_low", "interval_high", "expected_months", *FINE_COLUMNS)

_FILES = (
    "model.txt", "encoder.json", "support.json", "intervals.json", "neutral.txt", "neutral.json", "kind.txt",
    "kind.json", "fines.json", "reference.parquet",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LiabilityModel:
    """Everything a prediction needs.

    The student of ``term`` has never seen a factor of the offender; what makes the labels serves the expected term
    alone. ``position`` is where courts end between the bounds of several terms (:mod:`combine`). ``reference`` holds
    design rows of training cases (columns of the design, charge_group, offset), the background of explanations.
    """

    term: LiabilityRegressor
    intervals: Intervals
    kinds: SanctionKinds
    fines: Fines
    support: Support
    position: float
    reference: pd.DataFrame

    @property
    def student(self) -> TermRegressor:
        """The blind model."""
        return self.term.student_

    @property
    def neutral(self) -> NeutralLabel:
        """What made the labels, and makes the expected term."""
        return self.term.neutral_

    def design(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return what the booster reads of each count of a factor table, index of ``frame``."""
        rows = prepare(frame)
        return self.student.encoder_.transform(rows.facts, rows.track, rows.charge)

    def offset(self, frame: pd.DataFrame) -> np.ndarray:
        """Return what is added to the booster's raw value: ln(1 + liability term) = offset + raw."""
        return self.student.encoder_.prior(prepare(frame).track)

    def predict(self, frame: pd.DataFrame, *, threads: int = 1, dated: bool = False) -> pd.DataFrame:
        """Return :data:`COUNT_COLUMNS` for every count of a factor table, index of ``frame``.

        A prediction is for a trial today; ``dated`` predicts past cases as tried on their day, to compare with what was
        imposed then. Where the status is not ``advised``, the empirical figures are null and the reason says why. A
        unit (被告单位) has no statutory range of months either.
        """
        rows = prepare(frame, dated=dated)
        return self.predict_rows(frame, rows, threads=threads)

    def predict_rows(self, frame: pd.DataFrame, rows: Rows, *, threads: int = 1) -> pd.DataFrame:
        """Return :data:`COUNT_COLUMNS` of the counts of a factor table that were prepared before."""
        # no court may go beyond the law's maximum, so neither the term nor its interval does
        highest = rows.track["statute_high"].to_numpy(dtype="float64", na_value=np.inf)
        log_term = np.minimum(self.term.predict_log(rows, threads=threads), np.log1p(highest))
        low, high = self.intervals.bounds(rows.charge, log_term)
        high = np.minimum(high, highest)
        decision = decide(frame, self.support)
        advised = (decision["status"] == "advised").to_numpy(dtype=bool)
        design = self.student.encoder_.transform(rows.facts, rows.track, rows.charge)
        shares = self.kinds.probabilities(design, threads=threads)
        figures = {
            "liability_months": np.expm1(log_term),
            "interval_low": low,
            "interval_high": high,
            "expected_months": np.maximum(np.expm1(self.neutral.expected_log(rows, log_term, threads=threads)), 0.0),
            **self.fines.bounds(rows.charge, log_term, rows.track, alone=_likeliest(shares, FINE_ALONE)),
        }
        person = ~frame["legal_entity"].fillna(False).astype(bool)
        table = pd.DataFrame(
            {
                **{name: frame[name] for name in ("row_id", "charge", "charge_group", "charge_source")},
                "charge_probability": pd.array([pd.NA] * len(frame), dtype="Float64"),  # the frame states its charges
                **{name: pd.Series(value, index=frame.index).where(advised) for name, value in figures.items()},
                "sanction_kinds": _named(shares, advised),
                **{
                    name: rows.track[name].where(person)
                    for name in ("rule_low", "rule_high", "statute_low", "statute_high", "tier")
                },
                **{name: decision[name] for name in ("status", "reason", "n_similar")},
            },
            index=frame.index,
        )
        return table[list(COUNT_COLUMNS)]

    def save(self, folder: Path) -> None:
        """Write the model as text files and one Parquet table, the manifest last."""
        write_text(folder / "model.txt", to_text(self.student.booster_))
        write_json(
            folder / "encoder.json",
            {**self.student.as_dict(), "position": self.position},
        )
        write_json(folder / "support.json", self.support.as_dict())
        write_json(folder / "intervals.json", self.intervals.as_dict())
        write_text(folder / "neutral.txt", self.neutral.text())
        write_json(folder / "neutral.json", self.neutral.as_dict())
        write_text(folder / "kind.txt", self.kinds.text())
        write_json(folder / "kind.json", self.kinds.as_dict())
        write_json(folder / "fines.json", self.fines.as_dict())
        write_table(folder / "reference.parquet", self.reference)
        write_manifest(folder, list(_FILES))

    @classmethod
    def load(cls, folder: Path) -> "LiabilityModel":
        """Verify the manifest of ``folder``, then read the model.

        Raises
        ------
        BundleError
            A file is missing or altered, or the model belongs to another version of the factors.
        """
        contents = verify_manifest(folder)
        missing = [name for name in _FILES if name not in contents]
        if missing:
            raise BundleError(f"{folder}: the manifest lacks {', '.join(missing)}. Fetch or train the model again.")
        text = {name: contents[name].decode("utf-8") for name in _FILES if name.endswith(".txt")}
        data = {name: json.loads(contents[name]) for name in _FILES if name.endswith(".json")}
        term = LiabilityRegressor()
        term.student_ = TermRegressor.from_parts(data["encoder.json"], text["model.txt"])
        term.neutral_ = NeutralLabel.from_parts(data["neutral.json"], text["neutral.txt"])
        return cls(
            term=term,
            position=data["encoder.json"]["position"],
            intervals=Intervals.from_dict(data["intervals.json"]),
            kinds=SanctionKinds.from_parts(data["kind.json"], text["kind.txt"]),
            fines=Fines.from_dict(data["fines.json"]),
            support=Support.from_dict(data["support.json"]),
            reference=pd.read_parquet(io.BytesIO(contents["reference.parquet"])),
        )


def _likeliest(shares: pd.DataFrame, kind: str) -> np.ndarray:
    values = shares.to_numpy()
    place = shares.columns.get_indexer([kind])[0]
    return np.zeros(len(shares), dtype=bool) if place < 0 else values.argmax(axis=1) == place


def _named(shares: pd.DataFrame, advised: np.ndarray) -> pd.Series:
    """Return the probabilities by name of each row, None where nothing is advised."""
    names = list(shares.columns)
    named = [
        dict(zip(names, row, strict=True)) if known else None
        for row, known in zip(shares.to_numpy().tolist(), advised.tolist(), strict=True)
    ]
    return pd.Series(named, index=shares.index, dtype="object")


def model_version(folder: Path) -> str:
    """Return the version of a trained or released model: the start of a hash over its own files.

    Raises
    ------
    BundleError
        The folder fails its manifest.
    """
    contents = verify_manifest(folder)
    own = sorted({*_FILES, *CHARGE_FILES} & set(contents))
    known = "".join(f"{name} {sha256_bytes(contents[name])}\n" for name in own)
    return sha256_bytes(known.encode())[:12]


def reference_rows(
    design: pd.DataFrame, charge: pd.Series, offset: np.ndarray, *, each: int, seed: int
) -> pd.DataFrame:
    """Draw up to ``each`` training rows of every charge: design columns, charge_group and offset, by charge."""
    whole = design.assign(charge_group=charge.astype("string"), offset=offset)
    generator = np.random.default_rng(seed)
    drawn = []
    for _, group in whole.groupby("charge_group", sort=True):
        places = np.sort(generator.choice(len(group), size=min(each, len(group)), replace=False))
        drawn.append(group.iloc[places])
    table = pd.concat(drawn, ignore_index=True)
    return table[[*(column.name for column in design_columns()), "charge_group", "offset"]]
