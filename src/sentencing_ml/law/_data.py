"""The YAML files of ``law/data`` and the error of one that cannot be used."""

from typing import Any

from sentencing_ml.errors import UserError, raise_all
from sentencing_ml.packaged import read_yaml

__all__ = ["LawDataError", "load", "raise_all", "source_problems"]


class LawDataError(UserError):
    """A file of law data is inconsistent; the message lists every fault."""

    exit_code = 17


def load(name: str) -> Any:
    """Read ``law/data/<name>``."""
    return read_yaml("law", f"data/{name}")


def source_problems(where: str, entry: dict, known: set[str]) -> list[str]:
    """Return what is wrong with the sources of an entry: none named, or keys that ``sources.yaml`` does not have."""
    if not entry.get("source"):
        return [f"{where}: names no source"]
    return [f"{where}: unknown source {key}" for key in entry["source"] if key not in known]
