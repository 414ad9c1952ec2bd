"""Designs of a liability model side by side, where the true liability term is known.

Every design learns from the same simulated counts and names months for the same others, of the same courts. What they
are held against is the *expected* liability term: the mean over all cases with the same facts, in the courts there are.
The ratios that a case drew for itself, and its luck, are nothing that a model of the facts could know.

- ``omission``: a model of declared terms that never sees the offender's factors. It learns what offenders with the
  usual mitigation get, and passes every test for leaks.
- ``inclusion``: a model of declared terms that sees them, predicting each case as it is.
- ``formula``: declared terms backed out with the middles of the guideline's bands, Y · (1 + A) ÷ (1 + A + P), then a
  model that is blind to the offender.
- ``neutral``: the model of declared terms asked for an offender without any factor (g-computation).
- ``shipped``: the package's own training.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold

from sentencing_ml.errors import TrainingError
from sentencing_ml.liability.boosting import TermRegressor, term_regressor
from sentencing_ml.liability.evaluate import against_truth
from sentencing_ml.liability.liability_term import liability_regressor
from sentencing_ml.liability.rows import Rows, prepare
from sentencing_ml.liability.rules import caps
from sentencing_ml.liability.train import Training, has_term, training_rows
from sentencing_ml.settings import Settings
from sentencing_ml.simulation.model import assumptions
from sentencing_ml.simulation.simulate import simulate_table


@dataclass(frozen=True, kw_only=True)
class Held:
    """What a design is asked about: counts that it has not seen."""

    frame: pd.DataFrame
    rows: Rows


Design = Callable[[Training, Held, Settings], np.ndarray]
"""Returns the liability term of each held-out row in months, NaN where the design gives none."""


def omission(training: Training, held: Held, settings: Settings) -> np.ndarray:
    """Learn declared terms from the facts of the offence."""
    return _learned(training, training.months, settings, offender=False).predict(held.rows)


def formula(training: Training, held: Held, settings: Settings) -> np.ndarray:
    """Back the declared terms out with the guideline's middles, then learn from the facts of the offence."""
    neutral_months = training.months * np.exp(-caps().clip(training.rows.formula.to_numpy()))
    return _learned(training, neutral_months, settings, offender=False).predict(held.rows)


def inclusion(training: Training, held: Held, settings: Settings) -> np.ndarray:
    """Learn declared terms from the facts of offence and offender, and predict the offender as he is."""
    return _learned(training, training.months, settings, offender=True).predict(held.rows)


def neutral(training: Training, held: Held, settings: Settings) -> np.ndarray:
    """Ask the full model of declared terms for each offence with no factor of the offender."""
    return _learned(training, training.months, settings, offender=True).predict(held.rows.at_reference())


def shipped(training: Training, held: Held, settings: Settings) -> np.ndarray:
    """Train the package's own model."""
    model = liability_regressor(settings.train, threads=settings.runtime.threads)
    model.fit(training.rows, training.months, groups=training.fold, sample_weight=training.weight)
    return model.predict(held.rows)


DESIGNS: dict[str, Design] = {
    "omission": omission,
    "inclusion": inclusion,
    "formula": formula,
    "neutral": neutral,
    "shipped": shipped,
}


def compare_on_draw(
    *,
    n: int,
    seed: int,
    confounding: float,
    missed: float,
    settings: Settings,
    charge: str | None = None,
    held_out: int = 5000,
    designs: tuple[str, ...] = tuple(DESIGNS),
) -> dict:
    """Draw counts and compare designs that learn from ``n`` of them; see :func:`compare_designs`."""
    table, truth = simulate_table(
        n=n + held_out, seed=seed, confounding=confounding, missed=missed, charge=charge
    )
    return compare_designs(table, truth, held_out=held_out, settings=settings, designs=designs)


def compare_designs(
    table: pd.DataFrame,
    truth: pd.DataFrame,
    *,
    held_out: int,
    settings: Settings,
    designs: tuple[str, ...] = tuple(DESIGNS),
) -> dict:
    """Train each design on the first counts of a simulated table and measure it on the last.

    Parameters
    ----------
    table, truth
        What :func:`simulate_table` returned, in its order: the cases are independent draws from the same courts.
    held_out
        How many of the last rows are kept from training. A case that would stand on both sides is left out.

    Returns
    -------
    ``n_train``, ``n_test``, ``mean_true_months``, ``mean_declared_months`` and ``share_no_offender_factor`` of the
    held-out rows that state a term; ``leaning``, by how much the courts drawn lie above those assumed, in which the
    truth is held against the designs; and ``designs``: for each the figures of :func:`against_truth`, ``n``,
    ``share_abstained`` and ``by_charge`` with n, bias, mae_months and within_10.

    Raises
    ------
    TrainingError
        The table has too few rows for the parts.
    """
    frame = _with_parts(table, held_out=held_out, folds=settings.split.folds)
    known = has_term(frame)
    test = frame[(frame["part"] == "test") & known].reset_index(drop=True)
    training = training_rows(frame, settings=settings)
    held = Held(frame=test, rows=prepare(test, dated=True))
    leaning = mean_leaning(truth)
    true = leaning * truth.set_index("row_id").loc[test["row_id"], "liability_expected"].to_numpy(dtype="float64")
    return {
        "n_train": len(training.months),
        "n_test": len(test),
        "leaning": leaning - 1,
        "mean_true_months": float(true.mean()),
        "mean_declared_months": float(test["term_months"].mean()),
        "share_no_offender_factor": float((held.rows.offender.fillna(1.0) == 0).all(axis=1).mean()),
        "designs": {name: _measured(DESIGNS[name](training, held, settings), true, test) for name in designs},
    }


def mean_leaning(truth: pd.DataFrame) -> float:
    """Return the mean of what court, judge and chance multiplied the sentences of a table by.

    Some seventy courts are drawn, whose mean strays by one per cent from one draw to the next. No design could tell
    that from the law, so the truth is taken in the courts there are.
    """
    chance = assumptions()["noise"]["case_sd"]
    return float(np.exp(truth["leaning"].to_numpy(dtype="float64")).mean() * np.exp(chance**2 / 2))


def _with_parts(table: pd.DataFrame, *, held_out: int, folds: int) -> pd.DataFrame:
    n = len(table) - held_out
    if n < 1 or table["court"][:n].nunique() < folds:
        raise TrainingError(
            f"{len(table)} simulated row(s) leave {n} to train on, of too few courts for {folds} folds. Draw more, "
            "or hold fewer out."
        )
    part = pd.Series(np.repeat(["train", "test"], [n, held_out]), index=table.index)
    whole = part.groupby(table["cluster"]).transform("nunique") == 1
    frame = table.assign(part=part.astype("string"), fold=-1)[whole].reset_index(drop=True)
    inside = (frame["part"] == "train").to_numpy()
    court = frame.loc[inside, "court"].to_numpy(dtype=object)
    fold = np.full(len(frame), -1)
    for number, (_, chosen) in enumerate(GroupKFold(folds).split(court, groups=court)):
        fold[np.flatnonzero(inside)[chosen]] = number
    return frame.assign(fold=fold)


def _learned(training: Training, months: np.ndarray, settings: Settings, *, offender: bool) -> TermRegressor:
    model = term_regressor(settings.train, offender=offender, threads=settings.runtime.threads)
    return model.fit(training.rows, months, sample_weight=training.weight)


def _measured(months: np.ndarray, true: np.ndarray, test: pd.DataFrame) -> dict:
    given = ~np.isnan(months)
    charge = test["charge_group"].to_numpy(dtype=object)
    return {
        "n": int(given.sum()),
        "share_abstained": float(1 - given.mean()),
        **against_truth(months[given], true[given]),
        "by_charge": {
            str(name): {"n": int(inside.sum()), **_short(months[inside], true[inside])}
            for name in sorted(set(charge))
            if (inside := given & (charge == name)).any()
        },
    }


def _short(months: np.ndarray, true: np.ndarray) -> dict:
    figures = against_truth(months, true)
    return {name: figures[name] for name in ("bias", "mae_months", "within_10")}
