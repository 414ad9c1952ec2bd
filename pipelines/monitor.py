"""Stage ``monitor``: the ledger of the bundled run, filled by simulated judges, and reports of their corrections."""

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.monitor.monitor import monitor
from sentencing_ml.settings import load_settings
from sentencing_ml.simulation.judges import answers, simulate_records


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
            judge_pages=layout.JUDGE_PAGES,
            certificate=layout.MONITOR_CERTIFICATE,
            settings=settings,
            make_records=lambda advice: simulate_records(advice=advice, settings=settings.monitor),
            answer=lambda alerts, names: answers(alerts, names=names, settings=settings.monitor),
        )
        log.add_metrics(metrics)
        # not the judges' own pages: they are for each judge alone
        log.artefacts += [layout.MONITOR_REPORT, layout.MONITOR_REPORT.with_suffix(".html")]


if __name__ == "__main__":
    run(main)
