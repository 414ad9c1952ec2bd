"""DVC stage extract: documents → factor table, evidence table."""

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.factors.extract import extract
from sentencing_ml.settings import load_settings


def main() -> None:
    """Run the stage on the project's own files."""
    settings = load_settings()
    with tracking.stage("extract", settings) as log:
        log.add_metrics(
            extract(documents=layout.DOCUMENTS, factors=layout.FACTORS, evidence=layout.EVIDENCE, settings=settings)
        )


if __name__ == "__main__":
    run(main)
