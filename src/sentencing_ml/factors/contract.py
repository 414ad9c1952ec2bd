"""The contract of the factor table, checked at the border between extraction and everything that learns from it."""

import pandas as pd
import pandera.pandas as pa

from sentencing_ml.errors import DataContractError
from sentencing_ml.factors.registry import Factor, registry
from sentencing_ml.factors.table import KEYS

_NEVER_NULL = ("row_id", "doc_id", "defendant_index", "count_index", "doc_kind", "cluster", "status")


def schema() -> pa.DataFrameSchema:
    """Return the schema: every column, its type, its levels, and that no quantity is negative."""
    keys = {
        name: pa.Column(dtype, nullable=name not in _NEVER_NULL, unique=name == "row_id")
        for name, dtype in KEYS.items()
    }
    factors = {
        factor.name: pa.Column(factor.dtype, _checks(factor), nullable=True) for factor in registry().factors.values()
    }
    return pa.DataFrameSchema({**keys, **factors}, strict=True)


def _checks(factor: Factor) -> list[pa.Check]:
    if factor.type in ("number", "count"):
        return [pa.Check.ge(0)]
    if factor.type == "category":
        return [pa.Check.isin([level.name for level in factor.levels])]
    return []


def check_contract(frame: pd.DataFrame) -> None:
    """Check a factor table.

    Raises
    ------
    DataContractError
        The table breaks its contract; columns, checks and counts are listed, never a row or a value.
    """
    try:
        schema().validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        counts = cases.groupby(["column", "check"], dropna=False).size().sort_index()
        lines = [f"  - {column}: {check} fails {count} time(s)" for (column, check), count in counts.items()]
    else:
        return
    raise DataContractError("\n".join(["The factor table breaks its contract; extract it again:", *lines]))
