"""Stage ingest: read, cut, split, mask and deduplicate the inputs."""

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.judgments.ingest import ingest
from sentencing_ml.settings import load_settings


def main() -> None:
    """Run the stage with the settings and paths of the project."""
    settings = load_settings()
    with tracking.stage("ingest", settings) as log:
        counts = ingest(
            inputs=layout.INPUTS,
            documents=layout.DOCUMENTS,
            quarantine=layout.QUARANTINE,
            report=layout.INGEST_REPORT,
            settings=settings,
        )
        log.add_metrics(counts)
        log.artefacts.append(layout.INGEST_REPORT)


if __name__ == "__main__":
    run(main)
