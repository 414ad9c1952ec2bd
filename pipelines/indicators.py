"""Stage ``indicators``: pleas, recommendations, counsel and procedure as judgments tell them."""

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.monitor.indicators.indicators import indicators
from sentencing_ml.settings import load_settings


def main() -> None:
    """Run the stage with the paths of the project."""
    settings = load_settings()
    with tracking.stage("indicators", settings) as log:
        metrics = indicators(factors=layout.FACTORS, report=layout.INDICATORS_REPORT, settings=settings)
        log.add_metrics(metrics)
        log.artefacts += [layout.INDICATORS_REPORT, layout.INDICATORS_REPORT.with_suffix(".html")]


if __name__ == "__main__":
    run(main)
