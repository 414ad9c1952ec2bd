"""Try every point of ``search.grid`` on the training part: a table on the terminal, a run a point in MLflow.

No stage of the pipeline: the chosen point is written to ``params.yaml`` by hand, with the reason.
"""

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.liability.search import trials
from sentencing_ml.liability.train import training_rows, with_parts
from sentencing_ml.settings import load_settings
from sentencing_ml.storage import read_table


def main() -> None:
    """Run the search with the paths of the project."""
    settings = load_settings()
    with tracking.stage("search", settings):
        import mlflow

        frame = with_parts(read_table(layout.FACTORS), read_table(layout.SPLIT))
        for trial in trials(training_rows(frame, settings=settings), settings=settings):
            figures = {name: value for name, value in trial.items() if name != "params"}
            with mlflow.start_run(run_name="trial", nested=True):
                mlflow.log_params(trial["params"])
                mlflow.log_metrics({name: value for name, value in figures.items() if value == value})
            point = " ".join(f"{name}={value}" for name, value in trial["params"].items())
            print(f"{point}  " + "  ".join(f"{name} {value:.4f}" for name, value in figures.items()), flush=True)


if __name__ == "__main__":
    run(main)
