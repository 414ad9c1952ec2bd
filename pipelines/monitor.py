"""Stage ``monitor``: the ledger of the bundled run, filled by simulated judges, and the report of their corrections."""

import pandas as pd

from sentencing_ml import layout, tracking
from sentencing_ml.monitor.monitor import monitor
from sentencing_ml.settings import Settings, load_settings
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
            make_entries=lambda advice: entries(advice, settings),
        )
        log.add_metrics(metrics)
        log.artefacts += [layout.MONITOR_REPORT, layout.MONITOR_REPORT.with_suffix(".html")]


def entries(advice: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Return what simulated judges enter for the liability term when they are shown the advice."""
    # The simulated judges answer the figure they are shown as the expected one; here that is the liability term itself.
    shown = advice.rename(columns={"advice_months": "liability_months"})
    shown = shown.assign(expected_months=shown["liability_months"])
    made = simulate_entries(advice=shown, settings=settings.monitor)
    return made.rename(columns={"judge_id": "judge", "own_estimate": "own_estimate_months"})


if __name__ == "__main__":
    main()
