"""The factor table (a row a count: defendant × charge) and the evidence table beside it.

Columns are the row's keys and every factor of the registry, in nullable types: ``null`` is unknown, never false.
"""

import pandas as pd

from sentencing_ml.factors.registry import registry

KEYS = {
    "row_id": "string",  # <doc_id>/<defendant>/<count>, unique
    "doc_id": "string",
    "defendant_index": "Int64",
    "count_index": "Int64",
    "defendant": "string",
    "doc_kind": "string",  # judgment | indictment | fact_record
    "source": "string",  # the input file
    "cluster": "string",  # judgment or near-duplicate cluster: the unit of every split
    "charge": "string",  # as written, with 罪
    "charge_group": "string",  # canonical name of the charge in law/data, the model's unit
    "charge_source": "string",  # verdict | opinion | indictment | record
    "status": "string",  # found | alleged: whether a court found the facts
    "not_observable": "string",  # factors that this form of record cannot tell, apart by semicolons: why they are null
    "withheld": "string",  # factor:reason;… – null although the text says something of it (withheld.yaml)
    "counts": "Int64",  # counts of this defendant in this document
}

EVIDENCE = {
    "row_id": "string",
    "factor": "string",
    "start": "Int64",  # span in the stored text
    "end": "Int64",
    "rule": "string",
    "section": "string",
    "speaker": "string",  # court | prosecution | defence | record
}


def columns() -> dict[str, str]:
    """Return every column of the factor table with its nullable pandas type."""
    return {**KEYS, **{name: factor.dtype for name, factor in registry().factors.items()}}


def factor_frame(rows: list[dict]) -> pd.DataFrame:
    """Build a factor table from rows that name a subset of the columns; what a row leaves out is unknown.

    Raises
    ------
    KeyError
        A row names a column that the registry does not have.
    """
    types = columns()
    unknown = {name for row in rows for name in row} - set(types)
    if unknown:
        raise KeyError(f"not in the registry: {', '.join(sorted(unknown))}")
    return pd.DataFrame({name: pd.array([row.get(name) for row in rows], dtype=dtype) for name, dtype in types.items()})


def evidence_frame(rows: list[dict]) -> pd.DataFrame:
    """Build an evidence table from rows with all of its columns."""
    return pd.DataFrame({name: pd.array([row[name] for row in rows], dtype=dtype) for name, dtype in EVIDENCE.items()})
