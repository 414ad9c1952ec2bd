"""Files to records: formats, encodings and limits, nothing of the law.

A file that cannot be read, or a record in it, becomes one :class:`Quarantined` with its reason, and the rest goes on.
Line-by-line formats are streamed: memory stays flat however large the file is.
"""

import codecs
import contextlib
import gzip
import io
import json
import math
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sentencing_ml.judgments.cells import (
    Header,
    Line,
    Row,
    TableError,
    Tells,
    csv_cells,
    csv_rows,
    parquet_cells,
    parquet_rows,
    workbook_cells,
    workbook_rows,
)
from sentencing_ml.judgments.document import Label, Quarantined
from sentencing_ml.settings import IngestSettings

_PACKED = (".parquet", ".xlsx")
SUFFIXES = (".jsonl", ".json", ".csv", ".txt", ".html", ".htm", ".docx", *_PACKED)
"""Formats that are read; each may also end in ``.gz``, but for Parquet and workbooks, which are packed already."""

TABLES = (".csv", *_PACKED)
"""Formats with a row a record under a header."""

_CHUNK = 1 << 20
_HELD = 1 << 25  # bytes: a file that unpacks to no more is unpacked once, a longer one once for each pass
_BOMS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The characters that carry legal Chinese. Big5 or Latin-1 bytes read as GB18030 give rare characters instead.
_COMMON = frozenset(
    "的一在人不了有是年和中大为上个国时要以会用们对于下出分成后多本院被告民法罪月日事案公判决刑定行其书证第条款及之二三四五六七八九十"
    "依据实处审检察机关犯供述自期有徒并罚金元给害盗窃诉讼提起认经查明应当受理由与等从将到地县市省区名向所持"
)
_MIN_COMMON = 0.2
_LAST_OF_FIRST_LEVEL, _MIN_EVERYDAY = 0xD7, 0.7
_SAMPLE = 200_000
_UNKNOWN = frozenset({"", "未知", "不详", "无"})
# Control characters other than white space; private use and replacement characters.
_STRANGE = re.compile("[\x00-\x08\x0e-\x1f\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")


@dataclass(frozen=True, kw_only=True)
class RawRecord:
    """A record as the file holds it: its text, where it stood, and for a fact record what is known of the outcome.

    ``origin`` is what the record itself says of its source: two collections may number their records alike.
    ``opinion_start`` is the offset at which the court's opinion begins in the text of a fact record that has one.
    """

    source: str
    record: str
    id: str
    text: str
    origin: str | None = None
    is_fact: bool = False
    opinion_start: int | None = None
    label: Label | None = None


class _Unreadable(Exception):
    """A reason code of ``quarantine.yaml``; never leaves this module."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


def format_of(path: Path) -> str | None:
    """Return the suffix that decides the format (``.jsonl`` for ``a.jsonl.gz``), or None when it is not read."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = suffixes[-1:] == [".gz"]
    if packed:
        suffixes.pop()
    kind = suffixes[-1] if suffixes else None
    return kind if kind in SUFFIXES and not (packed and kind in _PACKED) else None


def read_file(path: Path, *, limits: IngestSettings, source: str | None = None) -> Iterator[RawRecord | Quarantined]:
    """Yield the records of a file in its order; what cannot be read comes as :class:`Quarantined`.

    ``source`` is the name under which the file is reported, its path by default. Encodings are decided once a file:
    byte order mark, strict UTF-8, strict GB18030.
    """
    name = source if source is not None else path.as_posix()
    try:
        kind = format_of(path)
        if kind is None:
            raise _Unreadable("unsupported_format", path.suffix)
        if kind == ".jsonl":
            yield from _lines(path, name, limits)
        elif kind in TABLES:
            yield from _table(path, name, kind, limits)
        else:
            yield from _whole(path, name, kind, limits)
    except _Unreadable as problem:
        yield Quarantined(source=name, record="", reason=problem.reason, detail=problem.detail)


def table_lines(path: Path, *, tells: Tells, largest: int) -> Iterator[Line]:
    """Yield the headers and rows of a table that holds no judgments: one of :data:`TABLES`, or ``.jsonl``.

    An object of JSONL is a row under its keys; a header comes whenever they are others than before.

    Parameters
    ----------
    tells : whether names make a header of this table.
    largest : bytes of a line, and of what a small workbook unpacks to.

    Raises
    ------
    TableError
        The file cannot be read as such a table, with the reason.
    """
    kind = format_of(path)
    try:
        if kind in (".csv", ".jsonl"):
            unpacked = _opener(path)
            encoding = _encoding(unpacked, plausible=_everyday)
            with unpacked() as raw, io.TextIOWrapper(raw, encoding=encoding, errors="strict", newline="") as file:
                yield from (csv_cells if kind == ".csv" else _object_cells)(file, longest=largest, tells=tells)
        elif kind == ".parquet":
            yield from parquet_cells(path, tells=tells)
        elif kind == ".xlsx":
            yield from workbook_cells(path, largest=largest, tells=tells)
        else:
            raise TableError("unsupported_format")
    except _Unreadable as problem:
        raise TableError(problem.reason) from problem


def _object_cells(file: IO[str], *, longest: int, tells: Tells) -> Iterator[Line]:
    names: tuple[str, ...] | None = None
    number = 0
    while line := file.readline(longest + 1):
        number += 1
        place = str(number)
        if len(line) > longest:
            while line and not line.endswith("\n"):
                line = file.readline(longest)
            yield place, "too_large"
            continue
        if not line.strip():
            continue
        try:
            value = json.loads(line, object_pairs_hook=list)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, list) or not all(isinstance(item, tuple) for item in value):
            yield place, "not_json"
            continue
        keys = tuple(key for key, _ in value)
        if keys != names:
            if names is None and not tells(keys):
                raise TableError("no_text_column")
            names = keys
            yield Header(place=place, names=keys)
        yield place, [cell for _, cell in value]


def _everyday(text: str) -> str | None:
    """Return a reason when the Chinese of a table of names, numbers and dates is none that is written today.

    Such a table has too few words for :func:`implausible`. Nearly all of today's characters are in the first level of
    GB2312; of Big5 bytes read as GB18030 about half are.
    """
    chinese = [char.encode("gb2312", "ignore") for char in text if "\u4e00" <= char <= "\u9fff"]
    everyday = sum(1 for char in chinese if char and char[0] <= _LAST_OF_FIRST_LEVEL)
    return "wrong_encoding" if everyday < _MIN_EVERYDAY * len(chinese) else implausible(text)


@contextlib.contextmanager
def _open(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, unpacked; a damaged archive is told as such wherever the damage shows."""
    try:
        with path.open("rb") as raw:
            if path.suffix.lower() == ".gz":
                with gzip.GzipFile(fileobj=raw) as unpacked:
                    yield unpacked  # type: ignore[misc]
            else:
                yield raw
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _Unreadable("damaged_file") from error
    except OSError as error:
        raise _Unreadable("damaged_file", type(error).__name__) from error


def _stem(path: Path) -> str:
    name = path.name
    for suffix in (".gz", *SUFFIXES):
        if name.lower().endswith(suffix):
            name = name[: -len(suffix)]
    return name


_Opener = Callable[[], contextlib.AbstractContextManager[IO[bytes]]]


def _opener(path: Path) -> _Opener:
    """Return what opens a file, unpacked, for one pass after another; a short file is held in memory from the first."""
    with _open(path) as file:
        data = file.read(_HELD + 1)
    if len(data) > _HELD:
        return lambda: _open(path)
    return lambda: contextlib.nullcontext(io.BytesIO(data))


def _guessed(text: str) -> str | None:
    return implausible(text, guessed=True)


def _encoding(unpacked: _Opener, *, plausible: Callable[[str], str | None] = _guessed) -> str:
    """Decide the encoding of a whole file, pass by pass; ``plausible`` gives a reason against a sample."""
    with unpacked() as file:
        head = file.read(_CHUNK)
    if not head:
        raise _Unreadable("empty_file")
    marked = next((encoding for mark, encoding in _BOMS if head.startswith(mark)), None)
    if marked is None and b"\0" in head:
        raise _Unreadable("binary_file")
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            _check_decodes(unpacked, encoding, plausible)
            return encoding
    raise _Unreadable("wrong_encoding")


def _check_decodes(unpacked: _Opener, encoding: str, plausible: Callable[[str], str | None]) -> None:
    """Decode a file to its end, strictly; UTF-8 proves itself, of the others a sample must be plausible."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    sample = ""
    with unpacked() as file:
        while chunk := file.read(_CHUNK):
            piece = decoder.decode(chunk)
            if "\0" in piece:
                raise _Unreadable("binary_file")
            if len(sample) < _SAMPLE:
                sample += piece[: _SAMPLE - len(sample)]
        decoder.decode(b"", final=True)
    reason = plausible(sample) if encoding not in ("utf-8", "utf-8-sig") else None
    if reason:
        raise _Unreadable(reason)


def implausible(text: str, *, guessed: bool = False) -> str | None:
    """Return ``wrong_encoding`` or ``binary_file`` when ``text`` cannot be what was written, else None.

    Looks at control, private-use and replacement characters; and for a ``guessed`` encoding whether the Chinese
    characters are those that legal Chinese uses.
    """
    if not text:
        return None
    strange = _STRANGE.findall(text)
    control = sum(1 for char in strange if char < " ")
    if control * 50 > len(text):
        return "binary_file"
    if (len(strange) - control) * 10 > len(text):
        return "wrong_encoding"
    if guessed:
        chinese = [char for char in text if char >= "\u2e80"]
        if chinese and sum(1 for char in chinese if char in _COMMON) < _MIN_COMMON * len(chinese):
            return "wrong_encoding"
    return None


def _lines(path: Path, name: str, limits: IngestSettings) -> Iterator[RawRecord | Quarantined]:
    unpacked = _opener(path)
    encoding = _encoding(unpacked)
    longest = int(limits.max_megabytes * (1 << 20))
    stem = _stem(path)
    found = False
    with unpacked() as raw, io.TextIOWrapper(raw, encoding=encoding, errors="strict", newline="\n") as file:
        number = 0
        while line := file.readline(longest + 1):
            number += 1
            if len(line) > longest:
                while line and not line.endswith("\n"):
                    line = file.readline(longest)
                found = True
                yield Quarantined(source=name, record=str(number), reason="too_large")
                continue
            if not line.strip():
                continue
            found = True
            yield _record_of_json(line, name, str(number), f"{stem}:{number}")
    if not found:
        raise _Unreadable("empty_file")


def _table(path: Path, name: str, kind: str, limits: IngestSettings) -> Iterator[RawRecord | Quarantined]:
    largest = int(limits.max_megabytes * (1 << 20))
    stem = _stem(path)
    found = False
    try:
        for place, value in _rows(path, kind, largest):
            found = True
            if isinstance(value, str):
                yield Quarantined(source=name, record=place, reason=value)
            else:
                yield _record(value, name, place, f"{stem}:{place}")
    except TableError as error:
        raise _Unreadable(error.reason) from error
    if not found:
        raise _Unreadable("empty_file")


def _rows(path: Path, kind: str, largest: int) -> Iterator[Row]:
    if kind == ".csv":
        unpacked = _opener(path)
        encoding = _encoding(unpacked)
        with unpacked() as raw, io.TextIOWrapper(raw, encoding=encoding, errors="strict", newline="") as file:
            yield from csv_rows(file, longest=largest)
        return
    with _open(path) as file:
        if not file.read(1):
            raise _Unreadable("empty_file")
    yield from parquet_rows(path) if kind == ".parquet" else workbook_rows(path, largest=largest)


def _record_of_json(line: str, name: str, record: str, fallback: str) -> RawRecord | Quarantined:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return Quarantined(source=name, record=record, reason="not_json")
    return _record(value, name, record, fallback)


def _whole(path: Path, name: str, kind: str, limits: IngestSettings) -> Iterator[RawRecord | Quarantined]:
    largest = int(limits.max_megabytes * (1 << 20))
    with _open(path) as file:
        data = file.read(largest + 1)
    if not data:
        raise _Unreadable("empty_file")
    if len(data) > largest:
        raise _Unreadable("too_large")
    stem = _stem(path)
    if kind == ".docx":
        yield RawRecord(source=name, record="", id=stem, text=_docx_text(data, largest))
        return
    text = data.decode(_encoding(lambda: contextlib.nullcontext(io.BytesIO(data)))).replace("\r\n", "\n")
    if not text.strip("\ufeff \t\r\n"):
        raise _Unreadable("empty_file")
    if kind in (".html", ".htm"):
        text = _html_text(text)
    elif kind == ".json":
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            raise _Unreadable("not_json") from None
        items = value if isinstance(value, list) else [value]
        for number, item in enumerate(items, start=1):
            yield _record(item, name, str(number), stem if len(items) == 1 else f"{stem}:{number}")
        return
    yield RawRecord(source=name, record="", id=stem, text=text)


def _docx_text(data: bytes, largest: int) -> str:
    """Return the paragraphs and table cells of a Word file in their order."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml.etree import XMLSyntaxError

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            # The sizes of the directory bound what python-docx will unpack: a few kilobytes can hold gigabytes.
            if sum(member.file_size for member in archive.infolist()) > largest:
                raise _Unreadable("too_large")
        document = docx.Document(io.BytesIO(data))
        parts = []
        for block in document.iter_inner_content():
            if isinstance(block, docx.table.Table):
                parts.extend("\t".join(cell.text for cell in row.cells) for row in block.rows)
            else:
                parts.append(block.text)
    except (zipfile.BadZipFile, PackageNotFoundError, XMLSyntaxError, KeyError, ValueError, zlib.error):
        raise _Unreadable("damaged_file") from None
    return "\n".join(parts)


_DROPPED = ("script", "style", "noscript", "template", "head", "iframe", "object", "svg")
_BLOCKS = frozenset(
    [
        "p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "section", "article",
        "header", "footer", "pre", "blockquote", "dt", "dd", "hr",
    ]
)  # fmt: skip


def _html_text(page: str) -> str:
    """Return what a reader of the page would see, a line a block; nothing is fetched and no entity is expanded."""
    import lxml.etree
    import lxml.html

    parser = lxml.html.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        # As bytes: lxml refuses a string that declares an encoding of its own.
        root = lxml.html.document_fromstring(page.encode("utf-8", "surrogatepass"), parser=parser)
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, ValueError):
        raise _Unreadable("no_text") from None
    lxml.etree.strip_elements(root, *_DROPPED, with_tail=False)
    parts: list[str] = []
    for event, element in lxml.etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        if element.tag in _BLOCKS:
            parts.append("\n")
        if event == "start":
            parts.append(element.text or "")
        else:
            parts.append(element.tail or "")
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _record(value: Any, name: str, record: str, fallback: str) -> RawRecord | Quarantined:
    """Turn one JSON value into a record: a text, a fact record, or CAIL2018's own form."""
    if not isinstance(value, dict):
        return Quarantined(source=name, record=record, reason="not_json")
    given = value.get("id")
    named = isinstance(given, (str, int)) and not isinstance(given, bool) and str(given).strip()
    own = str(given) if named else fallback
    origin = _known(value.get("source"))
    text = value.get("text")
    if isinstance(text, str) and text.strip():
        return RawRecord(source=name, record=record, id=own, text=_clean(text), origin=origin)
    fact = value.get("fact")
    if not isinstance(fact, str) or not fact.strip():
        return Quarantined(source=name, record=record, reason="no_text", detail=own, id=own)
    opinion = _known(value.get("opinion"))
    fact = _clean(fact)
    whole = fact if opinion is None else f"{fact}\n{_clean(opinion)}"
    return RawRecord(
        source=name,
        record=record,
        id=own,
        text=whole,
        origin=origin,
        is_fact=True,
        opinion_start=None if opinion is None else len(fact) + 1,
        label=_label(value),
    )


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").strip("\ufeff")


def _known(value: Any) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() not in _UNKNOWN else None


def _label(value: dict) -> Label:
    meta = value.get("meta")
    if isinstance(meta, dict):
        imprisonment = meta.get("term_of_imprisonment")
        imprisonment = imprisonment if isinstance(imprisonment, dict) else {}
        value = {
            "charges": meta.get("accusation"),
            "articles": meta.get("relevant_articles"),
            "fine_yuan": meta.get("punish_of_money"),
            "term_months": imprisonment.get("imprisonment"),
            "life": imprisonment.get("life_imprisonment"),
            "death": imprisonment.get("death_penalty"),
            "province": value.get("province"),
        }
    term = _number(value.get("term_months"))
    return Label(
        charges=tuple(dict.fromkeys(_charge(charge) for charge in _strings(value.get("charges")))),
        articles=_strings(value.get("articles")),
        # CAIL writes 0 where the record states no term: fine only, exemption, life, death, or unknown.
        term_months=term if term is not None and term > 0 else None,
        fine_yuan=_number(value.get("fine_yuan")),
        life=_boolean(value.get("life")),
        death=_boolean(value.get("death")),
        province=_known(value.get("province")),
    )


def _strings(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    texts = (str(item).strip() for item in items if isinstance(item, (str, int)) and not isinstance(item, bool))
    return tuple(text for text in texts if text)


def _charge(name: str) -> str:
    """Return a charge's name with 罪, without the brackets that CAIL2018 puts around alternatives."""
    name = name.replace("[", "").replace("]", "")
    return name if name.endswith("罪") else f"{name}罪"


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 <= value < math.inf else None


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None
