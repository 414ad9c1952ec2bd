"""Files at the edge: hashes, and writes that are either whole or absent.

A reader never sees half a file: every writer goes through :func:`atomic_path`, which writes a temporary file in
the same folder, flushes it to the disk and renames it.
"""

import contextlib
import gzip
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

_CHUNK = 1 << 20


def sha256_bytes(data: bytes) -> str:
    """Return the SHA-256 of ``data`` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of the file at ``path`` in hexadecimal, reading it in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@contextlib.contextmanager
def atomic_path(path: Path, *, mode: int = 0o644) -> Iterator[Path]:
    """Yield a temporary path in the folder of ``path``; on success it replaces ``path``, on error it is removed.

    ``mode`` is the permissions of the file; until it is whole nobody but its owner may read it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.tmp-", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8, atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_bytes(path: Path, data: bytes) -> None:
    """Write ``data``, atomically."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` as indented JSON with sorted keys, atomically.

    ASCII-only: DVC takes a metrics file whose first 512 bytes are mostly non-ASCII for a binary one.
    """
    write_text(path, json.dumps(value, ensure_ascii=True, indent=1, sort_keys=True, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def write_jsonl(path: Path, rows: Iterable[dict]) -> int:
    """Write one JSON object a line, atomically, gzip when the name ends in ``.gz``; return the number of lines.

    The gzip header carries no time and no name, so equal rows give equal bytes.
    """
    count = 0
    with atomic_path(path) as temporary, temporary.open("wb") as raw:
        packed = path.suffix == ".gz"
        file = gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=6, mtime=0) if packed else raw
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False).encode("utf-8") + b"\n")
            count += 1
        if packed:
            file.close()
    return count


def read_jsonl(path: Path) -> Iterator[dict]:
    """Yield the objects of a trusted JSONL file written by :func:`write_jsonl`."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def write_table(path: Path, frame: pd.DataFrame) -> None:
    """Write a table as Parquet, atomically, with bytes that depend on its content alone."""
    with atomic_path(path) as temporary:
        frame.to_parquet(temporary, index=False, engine="pyarrow", compression="zstd")


def read_table(path: Path, *, columns: list[str] | None = None, where: Any = None) -> pd.DataFrame:
    """Read a Parquet table with the nullable types it was written with.

    ``where`` keeps some rows: pyarrow's filters, such as ``[("doc_id", "in", names)]``.
    """
    return pd.read_parquet(path, columns=columns, filters=where, engine="pyarrow")


def read_table_parts(path: Path, *, rows: int) -> Iterator[pd.DataFrame]:
    """Yield a Parquet table in parts of at most ``rows`` rows, so that memory does not grow with the table."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=rows):
            yield pa.Table.from_batches([batch]).to_pandas()


@contextlib.contextmanager
def table_writer(path: Path, *, empty: pd.DataFrame) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Yield a function that appends frames of the columns of ``empty`` to one Parquet table, written atomically."""
    schema = pa.Table.from_pandas(empty, preserve_index=False).schema
    with atomic_path(path) as temporary, pq.ParquetWriter(temporary, schema, compression="zstd") as file:
        yield lambda frame: file.write_table(pa.Table.from_pandas(frame, schema=schema, preserve_index=False))
