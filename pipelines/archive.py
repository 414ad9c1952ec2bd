"""Stage ``archive``: the past cases that a sheet may cite, with their index."""

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.explanation.archive import build
from sentencing_ml.settings import load_settings


def main() -> None:
    """Run the stage with the paths of the project; the archive holds rows of cases, so nothing of it is logged."""
    settings = load_settings()
    with tracking.stage("archive", settings) as log:
        log.add_metrics(
            build(
                factors=layout.FACTORS,
                documents=layout.DOCUMENTS,
                split=layout.SPLIT,
                model=layout.MODEL,
                folder=layout.ARCHIVE,
                settings=settings,
            )
        )


if __name__ == "__main__":
    run(main)
