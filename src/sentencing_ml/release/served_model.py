"""The released model as MLflow loads it, from code: no object is unpickled.

Input: the liability factors and ``charge`` of each count, a column each; what is missing is unknown. Output: the
figures of a prediction of a count.
"""

from pathlib import Path

import mlflow
import pandas as pd
from mlflow.pyfunc.model import PythonModel

from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.law.charges import canonical
from sentencing_ml.liability.model import LiabilityModel

FIGURES = ("liability_months", "interval_low", "interval_high", "statute_low", "statute_high")
OUTPUT = ["charge_group", *FIGURES, "status", "reason"]


class ServedModel(PythonModel):
    """Predicts counts with a bundle whose hashes were verified at loading."""

    def load_context(self, context):
        """Verify and load the bundle of the logged model."""
        self._model = LiabilityModel.load(Path(context.artifacts["bundle"]))

    def predict(self, context, model_input: pd.DataFrame, params=None) -> pd.DataFrame:
        """Return one row of :data:`OUTPUT` for each row of ``model_input``."""
        names = [factor.name for factor in registry().model_inputs() if factor.name in model_input.columns]
        rows = []
        for place, row in enumerate(model_input.to_dict("records")):
            values = {name: _value(name, row[name]) for name in names}
            charge = row.get("charge")
            rows.append(
                {
                    **values,
                    "row_id": str(place),
                    "charge": charge,
                    "charge_group": canonical(charge) if charge else None,
                    "status": "alleged",
                }
            )
        predicted = self._model.predict(factor_frame(rows))
        kinds = dict.fromkeys(OUTPUT, "object") | dict.fromkeys(FIGURES, "float64")
        return predicted[OUTPUT].astype(kinds)


def _value(name: str, value: object) -> object:
    if value is None or value != value or value == "":
        return None
    kind = registry().factors[name].type
    return bool(value) if kind == "boolean" else int(value) if kind == "count" else value


mlflow.models.set_model(ServedModel())
