"""Whatever stands in a table of advice and entries: it is taken whole, or refused with a message that quotes none of it."""

import tempfile
from pathlib import Path

from entry_tables import COLUMNS, NOW, row, write_csv
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sentencing_ml.errors import InputError
from sentencing_ml.monitor.bookkeeping.entry_file import Problem, Row, read_rows, rules
from sentencing_ml.monitor.bookkeeping.importing import import_file
from sentencing_ml.monitor.ledger import Ledger

ODD = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["=1+1", "-0", "1e400", "NaN", "1_000", "１２", "٣", "0x1F", "\ufeff12", "'12", '"', "12\r\n", "2026-03-01T24:00", "9999-12-31 23:59",
                     "2026-03-01 09:00+99:99", "0001-01-01 00:00", "true", "否", "盗窃", "\x00", "\ud7ff", "😀", "训练", "J-0123456789ab"]),
    st.floats().map(str),
    st.integers(-(10**30), 10**30).map(str),
)  # fmt: skip


@st.composite
def tables(draw):
    table = [row(case_id=f"案{n}", shown_at=f"2026-03-0{n} 09:00", entered_at=f"2026-03-0{n} 10:00") for n in range(1, draw(st.integers(1, 3)) + 1)]
    for _ in range(draw(st.integers(0, 4))):
        draw(st.sampled_from(table))[draw(st.sampled_from(COLUMNS))] = draw(ODD)
    return table


@settings(max_examples=80, deadline=None)
@given(tables())
def test_a_table_is_taken_whole_or_refused_with_its_rows(table):
    with tempfile.TemporaryDirectory() as folder:
        path = write_csv(Path(folder) / "t.csv", table, encoding="utf-8")
        ledger = Path(folder) / "l.sqlite"
        try:
            done = import_file(path, ledger=ledger, now=NOW)
        except InputError as error:
            assert not ledger.exists()
            text = str(error)
            for kind in rules()["problems"].values():
                for words in kind.values():
                    text = text.replace(words, "")
            cells = {cell.strip() for line in table for cell in line.values()}
            quoted = [cell for cell in cells if len(cell) > 4 and not cell.isascii() and cell in text]
            assert quoted == []
            return
        with Ledger(ledger) as opened:
            assert opened.verify().breaks == ()
            assert len(opened.advice()) == done.advice == len(table)
            assert len(opened.entries()) == done.entries == sum(line["entered_at"].strip() != "" for line in table)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_bytes_that_are_no_table_are_refused(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(",".join(COLUMNS).encode() + b"\n" + content)
        try:
            import_file(path, ledger=Path(folder) / "l.sqlite", now=NOW)
        except InputError:
            assert not (Path(folder) / "l.sqlite").exists()
            return
        raise AssertionError("random bytes are no advice")


@settings(max_examples=60, deadline=None)
@given(tables())
def test_a_row_without_problems_holds_all_that_advice_needs(table):
    with tempfile.TemporaryDirectory() as folder:
        path = write_csv(Path(folder) / "t.csv", table)
        assume(b"\0" not in path.read_bytes())  # such a file is no text
        for item in read_rows(path, now=NOW):
            assert isinstance(item, (Row, Problem))
            if isinstance(item, Row) and not item.problems:
                assert all(item.values[name] is not None for name in ("case_id", "judge", "charge_group", "advice_months", "model_version", "shown_at", "mode"))
                assert (item.values["entry_months"] is None) == (item.values["entered_at"] is None)
