"""Stage ``audit``: disparity of extraction, judgments, advice, error and correction by group, on the test part."""

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.fairness.audit import audit
from sentencing_ml.monitor.ledger import entries_table
from sentencing_ml.settings import load_settings
from sentencing_ml.storage import read_table


def main() -> None:
    """Run the stage with the paths of the project."""
    settings = load_settings()
    with tracking.stage("audit", settings) as log:
        metrics = audit(
            factors=layout.FACTORS,
            split=layout.SPLIT,
            model=layout.MODEL,
            documents=layout.DOCUMENTS,
            entries=entries_table(layout.LEDGER),
            truth=read_table(layout.SAMPLE_FACTORS),
            certificate=layout.AUDIT_CERTIFICATE,
            report=layout.AUDIT_REPORT,
            settings=settings,
        )
        log.add_metrics(metrics)
        log.artefacts += [layout.AUDIT_REPORT, layout.AUDIT_REPORT.with_suffix(".html")]


if __name__ == "__main__":
    run(main)
