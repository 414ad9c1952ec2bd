"""Stage ``certify_audit``: what the audit finds, and what it flags falsely, in data with a known difference."""

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.fairness.certify import certify_audit
from sentencing_ml.settings import load_settings


def main() -> None:
    """Run the stage with the paths of the project."""
    settings = load_settings()
    with tracking.stage("certify_audit", settings) as log:
        metrics = certify_audit(
            factors=layout.FACTORS,
            split=layout.SPLIT,
            model=layout.MODEL,
            documents=layout.DOCUMENTS,
            report=layout.AUDIT_CERTIFICATE,
            settings=settings,
        )
        log.add_metrics(metrics)
        log.artefacts.append(layout.AUDIT_CERTIFICATE)


if __name__ == "__main__":
    run(main)
