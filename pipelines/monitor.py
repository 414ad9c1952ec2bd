"""Stage ``monitor``: the ledger of the bundled run, filled by simulated judges, and the report of their corrections."""

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.monitor.monitor import monitor
from sentencing_ml.settings import load_settings
from sentencing_ml.simulation.judges import simulate_entries


def main() -> None:
    """Run the stage with the paths of the project."""
    settings = load_settings()
    with tracking.stage("monitor", settings) as log:
        metrics = monitor(
            factors=layout.FACTORS,
            split=layout.SPLIT,
            model=layout.MODEL,
            ledger=layout.LEDGER,
            report=layout.MONITOR_REPORT,
            settings=settings,
            make_entries=lambda advice: simulate_entries(advice=advice, settings=settings.monitor),
        )
        log.add_metrics(metrics)
        log.artefacts += [layout.MONITOR_REPORT, layout.MONITOR_REPORT.with_suffix(".html")]


if __name__ == "__main__":
    run(main)
