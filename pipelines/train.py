"""Stage ``train``: the liability model."""

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.judgments.collect import read_inputs
from sentencing_ml.liability.exclusion import Excluded
from sentencing_ml.liability.train import train
from sentencing_ml.settings import load_settings


def main() -> None:
    """Run the stage with the paths of the project."""
    settings = load_settings()
    with tracking.stage("train", settings) as log:
        files = read_inputs(layout.EXCLUDED)
        metrics = train(
            factors=layout.FACTORS,
            split=layout.SPLIT,
            model=layout.MODEL,
            settings=settings,
            documents=layout.DOCUMENTS,
            excluded=Excluded(files=files, documents=layout.DOCUMENTS) if files else None,
        )
        log.add_metrics(metrics)
        log.artefacts.append(layout.MODEL / "manifest.json")


if __name__ == "__main__":
    run(main)
