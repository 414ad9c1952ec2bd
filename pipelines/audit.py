"""Stage ``audit``: disparity between groups, on the test part."""

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.fairness.audit import audit
from sentencing_ml.settings import load_settings


def main() -> None:
    """Run the stage with the paths of the project."""
    settings = load_settings()
    with tracking.stage("audit", settings) as log:
        metrics = audit(
            factors=layout.FACTORS,
            split=layout.SPLIT,
            model=layout.MODEL,
            report=layout.AUDIT_REPORT,
            settings=settings,
        )
        log.add_metrics(metrics)
        log.artefacts += [layout.AUDIT_REPORT, layout.AUDIT_REPORT.with_suffix(".html")]


if __name__ == "__main__":
    run(main)
