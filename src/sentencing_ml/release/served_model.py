"""The released model as MLflow loads it, from code: no object is unpickled.

Input: ``charge`` and the columns of :func:`served_columns.inputs` of each count; what is missing is unknown. Output:
:data:`served_columns.OUTPUT`, the same figures as ``sentencing predict --level count`` gives for the same facts.
"""

from pathlib import Path

import mlflow
import pandas as pd
from mlflow.pyfunc.model import PythonModel

from sentencing_ml.factors.registry import Factor
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.law.charges import canonical
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.release.served_columns import FIGURES, OUTPUT, inputs


class ServedModel(PythonModel):
    """Predicts counts with a bundle whose hashes were verified at loading."""

    def load_context(self, context):
        """Verify and load the bundle of the logged model."""
        self._model = LiabilityModel.load(Path(context.artifacts["bundle"]))

    def predict(self, context, model_input: pd.DataFrame, params=None) -> pd.DataFrame:
        """Return one row of :data:`served_columns.OUTPUT` for each row of ``model_input``."""
        factors = {name: factor for name, factor in inputs().items() if name in model_input.columns}
        rows = []
        for place, row in enumerate(model_input.to_dict("records")):
            values = {name: _value(factor, row[name]) for name, factor in factors.items()}
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
        predicted = self._model.predict(factor_frame(rows))[list(OUTPUT)]
        values = predicted.astype(dict.fromkeys(FIGURES, "float64")).astype("object")
        return values.where(values.notna(), None)  # the server would write NaN, which is no JSON


def _value(factor: Factor, value: object) -> object:
    if value is None or value != value or value == "":
        return None
    return bool(value) if factor.type == "boolean" else int(value) if factor.type == "count" else value


mlflow.models.set_model(ServedModel())
