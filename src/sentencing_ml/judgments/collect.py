"""The inputs of a run: files, folders and patterns resolved to a list of files with their hashes."""

import glob
from collections.abc import Sequence
from pathlib import Path

from sentencing_ml.errors import InputError, raise_all
from sentencing_ml.judgments.formats import SUFFIXES, format_of
from sentencing_ml.storage import read_json, sha256_file, write_json


def resolve(patterns: Sequence[str], *, named: str = "corpus.inputs") -> tuple[Path, ...]:
    """Return the files that ``patterns`` name, sorted, each once.

    A folder stands for the readable files in it and in its folders; a named file is taken whatever its suffix.
    ``named`` is the setting or option that gave the patterns.

    Raises
    ------
    InputError
        A file or folder is missing, a pattern matches nothing, or a folder holds nothing readable; all are listed.
    """
    found: set[Path] = set()
    problems = []
    for pattern in patterns:
        path = Path(pattern)
        if path.is_file():
            found.add(path)
        elif path.is_dir():
            files = (file for file in path.rglob("*") if file.is_file() and not _hidden(file, path))
            inside = {file for file in files if format_of(file)}
            found |= inside
            if not inside:
                problems.append(f"{pattern}: no file in it is read: {', '.join(SUFFIXES)}; text formats may be .gz")
        elif glob.has_magic(pattern):
            # Path.glob refuses an absolute pattern.
            names = glob.glob(pattern, recursive=True)  # noqa: PTH207
            matched = {Path(name) for name in names if Path(name).is_file()}
            found |= matched
            if not matched:
                problems.append(f"{pattern}: matches no file; check the pattern, it is relative to {Path.cwd().name}/")
        else:
            problems.append(f"{pattern}: not found; check the path, or put the files there")
    raise_all(problems, error=InputError, heading=f"{named}: some inputs cannot be used:")
    return tuple(sorted(found, key=lambda path: path.as_posix()))


def _hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def collect(*, patterns: Sequence[str], inputs: Path, named: str = "corpus.inputs") -> dict[str, int]:
    """Resolve ``patterns``, given by ``named``; write the files' paths, sizes and hashes to ``inputs``; return counts."""
    files = resolve(patterns, named=named)
    entries = [{"path": path.as_posix(), "bytes": path.stat().st_size, "sha256": sha256_file(path)} for path in files]
    write_json(inputs, entries)
    return {"files": len(entries), "bytes": sum(entry["bytes"] for entry in entries)}


def read_inputs(inputs: Path) -> tuple[Path, ...]:
    """Return the files that :func:`collect` listed.

    Raises
    ------
    InputError
        A listed file is gone, or is no longer the one that was listed; all are named.
    """
    problems = []
    files = []
    for entry in read_json(inputs):
        path = Path(entry["path"])
        if not path.is_file():
            problems.append(f"{entry['path']}: not found; it was there when the inputs were collected")
        elif path.stat().st_size != entry["bytes"] or sha256_file(path) != entry["sha256"]:
            problems.append(f"{entry['path']}: changed since the inputs were collected; run the first stage again")
        files.append(path)
    raise_all(problems, error=InputError, heading=f"{inputs}: some inputs cannot be used:")
    return tuple(files)
