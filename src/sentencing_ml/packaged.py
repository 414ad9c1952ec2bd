"""Data that ships with the package: law, rules, wording, as YAML beside the code that reads it."""

from importlib.resources import files
from typing import Any

import yaml

# LibYAML reads the law six times as fast as the loader in Python; both give the same objects and build no others.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(package: str, name: str) -> Any:
    """Return the content of the YAML file ``name`` of ``package``, such as ``("law", "data/charges.yaml")``."""
    return yaml.load((files("sentencing_ml") / package / name).read_text(encoding="utf-8"), Loader=_LOADER)
