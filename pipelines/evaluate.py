"""Stage ``evaluate``: the liability model on the test part, and on the simulated truth of the bundled corpus."""

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.judgments.collect import read_inputs
from sentencing_ml.liability.evaluate import evaluate
from sentencing_ml.liability.exclusion import Excluded
from sentencing_ml.settings import load_settings


def main() -> None:
    """Run the stage with the paths of the project."""
    settings = load_settings()
    with tracking.stage("evaluate", settings) as log:
        files = read_inputs(layout.EXCLUDED)
        metrics = evaluate(
            factors=layout.FACTORS,
            split=layout.SPLIT,
            model=layout.MODEL,
            documents=layout.DOCUMENTS,
            excluded=Excluded(files=files, documents=layout.DOCUMENTS) if files else None,
            truth=layout.SAMPLE_TRUTH,
            report=layout.EVALUATION_REPORT,
            settings=settings,
        )
        log.add_metrics(metrics)
        log.artefacts += [layout.EVALUATION_REPORT, layout.EVALUATION_REPORT.with_suffix(".html")]


if __name__ == "__main__":
    run(main)
