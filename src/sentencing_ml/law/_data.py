"""The YAML files of ``law/data`` and the error of one that cannot be used."""

from importlib.resources import files
from typing import Any

import yaml

from sentencing_ml.errors import UserError, raise_all

__all__ = ["LawDataError", "load", "raise_all"]


class LawDataError(UserError):
    """A file of law data is inconsistent; the message lists every fault."""

    exit_code = 17


def load(name: str) -> Any:
    """Read ``law/data/<name>``."""
    return yaml.safe_load((files("sentencing_ml.law") / "data" / name).read_text(encoding="utf-8"))
