"""Set corpus.inputs of params.yaml to the given files, folders and globs, and leave the rest of the file as it is."""

import re
import sys
from pathlib import Path

from sentencing_ml.errors import SettingsError, run
from sentencing_ml.judgments.collect import resolve
from sentencing_ml.settings import load_settings
from sentencing_ml.storage import write_text

PARAMS = Path("params.yaml")


def main() -> None:
    """Check that every pattern finds something before the settings are changed."""
    patterns = sys.argv[1:]
    resolve(patterns)
    load_settings(PARAMS)
    quoted = ", ".join('"' + pattern.replace("\\", "\\\\").replace('"', '\\"') + '"' for pattern in patterns)
    text = PARAMS.read_text(encoding="utf-8")
    changed, count = re.subn(r"(?m)^(  inputs: )\[.*\]$", lambda match: f"{match[1]}[{quoted}]", text)
    if count != 1:
        raise SettingsError(
            f"{PARAMS}: corpus.inputs must be one line of the form `  inputs: [a, b]`; restore it from the repository."
        )
    write_text(PARAMS, changed)


if __name__ == "__main__":
    run(main)
