"""A small declared search of hyper-parameters: cross-fitted on the training part, so that no test row chooses them.

Each trial fits the whole design, labels and student, without a fold and compares the expected term with what was
declared in it. The expected term is what can be observed; that the liability term is right is for the simulated truth
to say, so a trial that merely fits declared terms better is no reason to leave a design that recovers the truth.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.model_selection import ParameterGrid

from sentencing_ml.liability.boosting import group_folds
from sentencing_ml.liability.liability_term import liability_regressor
from sentencing_ml.liability.train import Training
from sentencing_ml.settings import Settings, TrainSettings


def trials(training: Training, *, settings: Settings) -> Iterator[dict[str, Any]]:
    """Yield for every point of ``settings.search.grid`` its parameters and its figures, the settings' own point first.

    The figures are of rows whose charge has ``train.similar_min`` cases: ``mean_log_distance`` (mean absolute
    difference of ln(1 + months)), its standard error by fold, ``r2_log`` and ``mae_months``.
    """
    own = {name: getattr(settings.train, name) for name in settings.search.grid}
    points = [point for point in ParameterGrid(dict(settings.search.grid)) if point != own]
    for point in (own, *points):
        options = TrainSettings.model_validate({**settings.train.model_dump(), **point})
        yield {"params": point, **_measured(training, options, settings=settings)}


def _measured(training: Training, options: TrainSettings, *, settings: Settings) -> dict[str, float]:
    expected = np.empty(len(training.months))
    folds = group_folds(training.fold)
    for others, inside in folds:
        model = liability_regressor(options, threads=settings.runtime.threads)
        model.fit(
            training.rows.take(others),
            training.months[others],
            groups=training.fold[others],
            sample_weight=training.weight[others],
        )
        expected[inside] = model.predict_expected(training.rows.take(inside))
    charge = training.rows.charge
    shown = (charge.map(charge.value_counts()) >= options.similar_min).fillna(False).to_numpy(dtype=bool)
    observed = np.log1p(training.months)
    distance = np.log1p(expected) - observed
    by_fold = [float(np.abs(distance[inside][shown[inside]]).mean()) for _, inside in folds]
    spread = float(((observed[shown] - observed[shown].mean()) ** 2).sum())
    return {
        "mean_log_distance": float(np.abs(distance[shown]).mean()),
        "standard_error": float(np.std(by_fold, ddof=1) / math.sqrt(len(by_fold))) if len(by_fold) > 1 else math.nan,
        "r2_log": 1 - float((distance[shown] ** 2).sum()) / spread,
        "mae_months": float(np.abs(expected - training.months)[shown].mean()),
    }
