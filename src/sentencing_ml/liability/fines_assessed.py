"""Do the intervals of fines hold what they promise, on counts that were fined."""

import numpy as np
import pandas as pd

from sentencing_ml.disclosure import COUNT_ONLY_BELOW
from sentencing_ml.liability.accuracy import court_clusters, drawn, means
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.liability.train import has_fine
from sentencing_ml.settings import EvaluateSettings


def assess_fines(
    frame: pd.DataFrame, predicted: pd.DataFrame, model: LiabilityModel, *, options: EvaluateSettings
) -> dict | None:
    """Hold the interval of each count against the fine that was imposed; None where fewer than 30 counts have both.

    ``frame`` and ``predicted`` are all evaluated counts and what the model says of them, the same rows.

    Returns
    -------
    ``nominal``, ``n_fined`` (counts with a fine), ``n`` (of these with an interval), ``coverage`` with its interval,
    ``below`` and ``above`` (shares of fines that miss on either side), ``median_low_yuan``, ``median_high_yuan``, and
    ``by_charge``: list of ``group``, ``n`` and the same figures, charges with 30 counts.
    """
    fined = has_fine(frame).to_numpy(dtype=bool)
    given = fined & predicted["fine_low"].notna().to_numpy(dtype=bool)
    if given.sum() < COUNT_ONLY_BELOW:
        return None
    rows = frame[given].reset_index(drop=True)
    yuan, low, high = (
        table[name].to_numpy(dtype="float64")
        for table, name in ((rows, "fine_yuan"), (predicted[given], "fine_low"), (predicted[given], "fine_high"))
    )
    covered = ((yuan >= low) & (yuan <= high)).astype("float64")
    code = court_clusters(rows["court"], rows["cluster"].fillna(rows["doc_id"]))
    clusters = drawn(code, draws=options.bootstrap, seed=options.seed)

    def figures(inside: np.ndarray) -> dict:
        held = means(covered, np.where(inside, 0, -1), clusters, groups=1)[0]
        return {
            "n": held.pop("n"),
            "coverage": held,
            "below": float((yuan < low)[inside].mean()),
            "above": float((yuan > high)[inside].mean()),
            "median_low_yuan": float(np.median(low[inside])),
            "median_high_yuan": float(np.median(high[inside])),
        }

    charge = rows["charge_group"].astype("string")
    counted = charge.value_counts()
    names = sorted(counted.index[counted >= COUNT_ONLY_BELOW], key=lambda name: (-counted[name], name))
    return {
        "nominal": model.fines.level,
        "n_fined": int(fined.sum()),
        **figures(np.ones(len(rows), dtype=bool)),
        "by_charge": [
            {"group": str(name), **figures((charge == name).to_numpy(dtype=bool))} for name in names
        ],
    }
