"""DVC stage release: gates, bundle with manifest and signature, registered model."""

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.release.release import gated_reports, publish, unmet
from sentencing_ml.settings import load_settings
from sentencing_ml.storage import read_json


def main() -> None:
    """Run the stage on the project's own files."""
    settings = load_settings()
    with tracking.stage("release", settings) as log:
        figures = publish(
            model=layout.MODEL,
            bundle=layout.BUNDLE,
            factors=layout.FACTORS,
            reports=gated_reports(settings),
            report=layout.RELEASE_REPORT,
            settings=settings,
        )
        log.add_metrics(figures)
        log.artefacts += [layout.BUNDLE / "model_card.md", layout.BUNDLE / "data_sheet.md", layout.RELEASE_REPORT]
    for problem in unmet(read_json(layout.RELEASE_REPORT)["gates"]):
        print(f"gate not held, the alias {settings.release.alias} stays where it was: {problem}")


if __name__ == "__main__":
    run(main)
