"""DVC stage validate: contract and quality of the factor table."""

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.factors.validate import validate
from sentencing_ml.settings import load_settings


def main() -> None:
    """Run the stage on the project's own files."""
    settings = load_settings()
    with tracking.stage("validate", settings) as log:
        log.add_metrics(
            validate(
                factors=layout.FACTORS,
                evidence=layout.EVIDENCE,
                report=layout.VALIDATION_REPORT,
                rows=layout.QUALITY,
                settings=settings,
            )
        )
        log.artefacts += [layout.VALIDATION_REPORT, layout.VALIDATION_REPORT.with_suffix(".html")]


if __name__ == "__main__":
    run(main)
