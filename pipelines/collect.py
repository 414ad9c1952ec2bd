"""Stage collect: resolve corpus.inputs and train.exclude to files with their hashes, and open a new run tree."""

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.judgments.collect import collect
from sentencing_ml.settings import load_settings


def main() -> None:
    """Run the stage with the settings and paths of the project."""
    settings = load_settings()
    tracking.begin_pipeline_run(inputs_follow=False)
    collect(patterns=settings.corpus.inputs, inputs=layout.INPUTS)
    collect(patterns=settings.train.exclude, inputs=layout.EXCLUDED, named="train.exclude")


if __name__ == "__main__":
    run(main)
