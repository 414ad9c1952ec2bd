"""Stage ``split``: training and test part of the factor table."""

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.liability.split import split
from sentencing_ml.settings import load_settings


def main() -> None:
    """Run the stage with the paths of the project."""
    settings = load_settings()
    with tracking.stage("split", settings) as log:
        log.add_metrics(split(factors=layout.FACTORS, split=layout.SPLIT, settings=settings))


if __name__ == "__main__":
    run(main)
