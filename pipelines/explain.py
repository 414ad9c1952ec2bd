"""Stage ``explain``: case sheets of a sample of test cases; they hold cases, so nothing of them is logged."""

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.explanation.explain import explain
from sentencing_ml.settings import load_settings


def main() -> None:
    """Run the stage with the paths of the project."""
    settings = load_settings()
    with tracking.stage("explain", settings) as log:
        metrics = explain(
            factors=layout.FACTORS,
            evidence=layout.EVIDENCE,
            documents=layout.DOCUMENTS,
            split=layout.SPLIT,
            model=layout.MODEL,
            archive=layout.ARCHIVE,
            folder=layout.CASES,
            settings=settings,
        )
        log.add_metrics(metrics)


if __name__ == "__main__":
    run(main)
