"""DVC stage release: gates, bundle with manifest and signature, registered model."""

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.release.release import publish
from sentencing_ml.settings import load_settings
from sentencing_ml.storage import read_json

REPORTS = {"ingest": layout.INGEST_REPORT, "evaluation": layout.EVALUATION_REPORT, "audit": layout.AUDIT_REPORT}


def main() -> None:
    """Run the stage on the project's own files."""
    settings = load_settings()
    with tracking.stage("release", settings) as log:
        figures = publish(
            model=layout.MODEL,
            bundle=layout.BUNDLE,
            factors=layout.FACTORS,
            reports=REPORTS,
            report=layout.RELEASE_REPORT,
            settings=settings,
        )
        log.add_metrics(figures)
        log.artefacts += [layout.BUNDLE / "model_card.md", layout.BUNDLE / "data_sheet.md", layout.RELEASE_REPORT]
    for gate in read_json(layout.RELEASE_REPORT)["gates"]:
        if not gate["holds"]:
            found = f"{gate['metric']} = {gate['value']}, {gate['bound']} needed"
            print(f"gate not held: {found}; the alias stays where it was")


if __name__ == "__main__":
    run(main)
