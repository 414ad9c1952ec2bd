"""Stage ``index``: one page that leads every reader to what concerns them."""

from pathlib import Path

from sentencing_ml.errors import run
from sentencing_ml.overview import overview


def main() -> None:
    """Write the page from the reports of the project."""
    overview(root=Path())


if __name__ == "__main__":
    run(main)
