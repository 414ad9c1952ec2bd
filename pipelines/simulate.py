"""Write the synthetic corpus with known truth to data/sample."""

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.settings import load_settings
from sentencing_ml.simulation.simulate import simulate_corpus


def main() -> None:
    """Run the stage with the settings of params.yaml."""
    settings = load_settings()
    tracking.begin_pipeline_run(inputs_follow=True)
    with tracking.stage("simulate", settings) as log:
        log.add_metrics(simulate_corpus(folder=layout.SAMPLE, settings=settings.simulation))


if __name__ == "__main__":
    run(main)
