"""Stage ``audit``: assess disparity between groups on the test part."""

from pathlib import Path

from sentencing_ml import layout, tracking
from sentencing_ml.fairness.audit import audit
from sentencing_ml.settings import load_settings


def main(root: Path = Path()) -> None:
    """Audit the trained model and write ``reports/audit.json`` and ``reports/audit.html``."""
    settings = load_settings(root / "params.yaml")
    with tracking.stage("audit", settings) as log:
        report = root / layout.AUDIT_REPORT
        metrics = audit(
            factors=root / layout.FACTORS,
            split=root / layout.SPLIT,
            model=root / layout.MODEL,
            report=report,
            settings=settings,
        )
        log.add_metrics(metrics)
        log.artefacts += [report, report.with_suffix(".html")]


if __name__ == "__main__":
    main()
