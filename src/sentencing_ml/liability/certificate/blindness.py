"""Nothing that is kept from the model can move it: what it is built of, and what happens when such columns are turned.

T2 turns the columns of the factor table. T1, which turns the words of the judgments that the columns are read from, is
in :mod:`wordings`.
"""

import numpy as np
import pandas as pd

from sentencing_ml.factors.registry import Factor, registry
from sentencing_ml.liability.certificate.result import Result, not_measured
from sentencing_ml.liability.certificate.subject import Subject
from sentencing_ml.liability.design import design_columns
from sentencing_ml.liability.model import COUNT_COLUMNS

_EXPECTED = "expected_months"  # the one figure that speaks of the offender, by intent
FIGURES = tuple(name for name in COUNT_COLUMNS if name not in (_EXPECTED, "row_id"))
"""What may not change."""


def kept_columns() -> tuple[Factor, ...]:
    """Return the factors whose columns no figure of the liability may follow.

    All but the model's own, the place and day that the law asks for, and whether the accused is a company, which no
    term is imposed on. Among them are outcomes, which lie in the future of any case that is predicted.
    """
    read = {factor.name for factor in (*registry().model_inputs(), *registry().law_inputs())} | {"legal_entity"}
    return tuple(factor for name, factor in registry().factors.items() if name not in read)


def flipped_columns(subject: Subject) -> Result:
    """T2: how many predictions change when a single column of the offender, the procedure or the person is turned.

    ``detail`` names the columns that changed any, and the columns of the booster that derive from a factor the
    registry keeps from it: there can be none.
    """
    frame = subject.frame[subject.frame["part"] == "test"]
    frame = frame[frame["charge_group"].notna()].reset_index(drop=True)
    foreign = foreign_features(subject)
    if frame.empty:
        return not_measured("T2", "few_tested", n=0)
    columns = [factor for factor in kept_columns() if factor.name in frame]
    each = min(len(frame), -(-subject.options.flips // len(columns)))
    generator = np.random.default_rng(subject.options.seed)
    before = _figures(subject, frame)
    parts, places = [], []
    for factor in columns:
        chosen = np.sort(generator.choice(len(frame), size=each, replace=False))
        part = frame.iloc[chosen]
        parts.append(part.assign(**{factor.name: flipped(part[factor.name], factor)}))
        places.append(chosen)
    after = _figures(subject, pd.concat(parts, ignore_index=True))
    changed = (after != before[np.concatenate(places)]).any(axis=1).reshape(len(columns), each)
    by_column = {factor.name: int(row.sum()) for factor, row in zip(columns, changed, strict=True) if row.any()}
    total = int(changed.sum())
    return Result(
        id="T2",
        figure=float(total),
        n=changed.size,
        holds=total == 0 and not foreign,
        detail={"columns": len(columns), "changed_by_column": by_column, "foreign_features": foreign},
    )


def foreign_features(subject: Subject) -> list[str]:
    """Return the features of the booster that do not derive from a factor which the model may read, or from the law."""
    allowed = {
        column.name
        for column in design_columns()
        if column.factor is None or registry().factors[column.factor].factor_class.model_input
    }
    return sorted(set(subject.model.student.booster_.feature_name()) - allowed)


def flipped(values: pd.Series, factor: Factor) -> pd.Series:
    """Return a column with every value turned into another one of its type."""
    if factor.type == "boolean":
        return ~values.fillna(False).astype("boolean")
    if factor.type in ("count", "number"):
        return (values.fillna(0) + 7).astype(values.dtype)
    if factor.type == "category":
        levels = [level.name for level in factor.levels]
        following = dict(zip(levels, [*levels[1:], levels[0]], strict=True))
        return values.map(following).fillna(levels[0]).astype(values.dtype)
    other = "1999-09-09" if factor.type == "date" else "另一个值"
    return pd.Series(other, index=values.index).astype(values.dtype)


def _figures(subject: Subject, frame: pd.DataFrame) -> np.ndarray:
    """Return :data:`FIGURES` as comparable objects of shape (rows, figures): null is None, a mapping its items."""
    table = subject.model.predict(frame, threads=subject.threads)[list(FIGURES)].astype(object)
    kinds = [repr(sorted(shares.items())) if isinstance(shares, dict) else None for shares in table["sanction_kinds"]]
    table["sanction_kinds"] = pd.Series(kinds, index=table.index, dtype=object)
    return table.where(table.notna(), None).to_numpy()
