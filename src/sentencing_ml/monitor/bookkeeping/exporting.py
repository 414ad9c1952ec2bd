"""What the ledger holds of advice and entries as a table: judges by their pseudonyms, a row an entry.

The columns are those of an import and three more, so that a reader knows them; but there are no names in it, so an
export cannot be imported. In spreadsheets nothing is computed: see :mod:`sentencing_ml.liability.prediction_files`.
"""

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from sentencing_ml.errors import InputError
from sentencing_ml.liability.prediction_files import write_rows
from sentencing_ml.monitor.bookkeeping.database import shown as shown_place
from sentencing_ml.monitor.bookkeeping.entry_file import instant
from sentencing_ml.monitor.bookkeeping.entry_problems import written
from sentencing_ml.monitor.ledger import Ledger

COLUMNS = (
    "case_id", "judge", "court", "charge_group", "plea", "advice_months", "interval_low", "interval_high",
    "model_version", "law_version", "shown_at", "mode", "simulated", "own_estimate_months", "recommendation_months",
    "unaltered_months", "entry_months", "entered_at", "reason", "advice_position", "entry_position", "counts",
)  # fmt: skip
"""``counts``: of several entries to one advice, the last; empty where there is none yet."""

_TYPES = {
    **{name: pa.float64() for name in COLUMNS if name.endswith("_months") or name.startswith("interval_")},
    **{name: pa.int64() for name in ("advice_position", "entry_position")},
    **{name: pa.bool_() for name in ("plea", "simulated", "counts")},
}
_ROWS = 10_000  # made at once
_OWNERS_ALONE = 0o600


def export(
    out: Path,
    *,
    ledger: Path | str,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
    judge: str | None = None,
) -> int:
    """Write the advice of a ledger with its entries to ``out``, readable by its owner alone, and return the rows.

    Advice without an entry has a row with no entry; of revised entries each has a row. The order is that of the
    advice in the ledger.

    Parameters
    ----------
    since, until : days on which the advice was shown, both included.
    judge : pseudonym; by default all.

    Raises
    ------
    InputError
        There is no ledger; the format is none that is written; nobody has this pseudonym.
    """
    with Ledger(ledger, create=False) as opened:
        rows = _rows(opened.advice(), opened.entries())
    if judge is not None:
        rows = rows[rows["judge"] == judge]
        if rows.empty:
            raise InputError(f"{shown_place(ledger)}: nothing of this pseudonym is there. Export all to see them.")
    if since is not None or until is not None:
        days = rows["shown_at"].map(lambda moment: instant(moment).date())
        rows = rows[(days >= (since or datetime.date.min)) & (days <= (until or datetime.date.max))]
    with written(out):
        write_rows(out, _lines(rows), columns=COLUMNS, types=_TYPES, sheet="ledger", mode=_OWNERS_ALONE)
    return len(rows)


def _rows(advice: pd.DataFrame, entries: pd.DataFrame) -> pd.DataFrame:
    last = ~entries["advice_position"].duplicated(keep="last")
    made = entries.assign(counts=last.astype("boolean")).rename(columns={"position": "entry_position"})
    joined = advice.rename(columns={"position": "advice_position"}).merge(
        made.drop(columns="judge"), on="advice_position", how="left"
    )
    joined["entry_position"] = joined["entry_position"].astype("Int64")
    return joined.sort_values(["advice_position", "entry_position"], ignore_index=True)[list(COLUMNS)]


def _lines(rows: pd.DataFrame) -> Iterator[bytes]:
    for begin in range(0, len(rows), _ROWS):
        part = rows.iloc[begin : begin + _ROWS].astype(object)
        for row in part.where(part.notna(), None).to_dict("records"):
            yield json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False).encode() + b"\n"


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
