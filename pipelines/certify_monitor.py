"""Stage ``certify_monitor``: what the monitor finds, and what it flags falsely, in judges whose behaviour is known."""

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.monitor.certificate.certify import certify_monitor
from sentencing_ml.settings import load_settings


def main() -> None:
    """Run the stage with the paths of the project."""
    settings = load_settings()
    with tracking.stage("certify_monitor", settings) as log:
        metrics = certify_monitor(report=layout.MONITOR_CERTIFICATE, settings=settings)
        log.add_metrics(metrics)
        log.artefacts.append(layout.MONITOR_CERTIFICATE)


if __name__ == "__main__":
    run(main)
