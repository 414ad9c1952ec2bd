"""Tell where each user finds what the last run made."""

from sentencing_ml import layout
from sentencing_ml.errors import run

PLACES = (
    ("start here", layout.INDEX),
    ("judge: case sheets", layout.CASES / "index.html"),
    ("auditor: disparity audit", layout.AUDIT_REPORT.with_suffix(".html")),
    ("auditor: corrections of the advice", layout.MONITOR_REPORT.with_suffix(".html")),
    ("data scientist: evaluation", layout.EVALUATION_REPORT.with_suffix(".html")),
    ("data scientist: data quality", layout.VALIDATION_REPORT.with_suffix(".html")),
    ("data scientist: quarantined records", layout.QUARANTINE),
    ("court IT: model for `sentencing predict`", layout.BUNDLE),
)


def main() -> None:
    """Print the places that exist."""
    for label, path in PLACES:
        if path.exists():
            print(f"{label:42} {path}")
    print(f"{'runs, metrics, artefacts':42} make ui")


if __name__ == "__main__":
    run(main)
