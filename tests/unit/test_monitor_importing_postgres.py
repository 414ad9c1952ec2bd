"""An import into PostgreSQL: the same records as in a file, and nothing of a file when the server goes away."""

import signal

import pytest
from entry_tables import NOW, rows, write_csv
from postgres import database, postgres  # noqa: F401 - fixtures

from sentencing_ml.errors import InputError
from sentencing_ml.monitor.bookkeeping import importing
from sentencing_ml.monitor.bookkeeping.entry_problems import RefusedRowsError
from sentencing_ml.monitor.bookkeeping.importing import import_file
from sentencing_ml.monitor.ledger import KEY_VARIABLE, Ledger

pytestmark = pytest.mark.xdist_group("postgres")


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, "a key of the tests, no secret")


@pytest.fixture
def restored(postgres):  # noqa: F811
    """The server, which runs again afterwards."""
    yield postgres
    if postgres.is_stopped():
        postgres.start()


def test_a_url_and_a_file_hold_the_same_chain(tmp_path, database):  # noqa: F811
    path = write_csv(tmp_path / "t.csv", rows(9))
    for place in (database, tmp_path / "l.sqlite"):
        assert import_file(path, ledger=place, now=NOW).entries == 9
        with pytest.raises(RefusedRowsError):
            import_file(path, ledger=place, now=NOW)
    with Ledger(database) as one, Ledger(tmp_path / "l.sqlite") as other:
        assert one.head() == other.head() and one.head().position == 18


def test_a_server_that_goes_away_in_the_middle_keeps_nothing_and_the_file_can_be_imported_again(
    tmp_path, database, restored, monkeypatch  # noqa: F811
):
    monkeypatch.setattr("sentencing_ml.monitor.ledger._WRITTEN_AT_ONCE", 4)  # much of it is written by then
    first = write_csv(tmp_path / "first.csv", rows(2))
    import_file(first, ledger=database, now=NOW)
    more = [{**line, "case_id": f"乙{n}", "shown_at": f"2026-04-{n:02} 09:00", "entered_at": f"2026-04-{n:02} 10:00"} for n, line in enumerate(rows(9), 1)]
    path = write_csv(tmp_path / "t.csv", more)
    made, seen = importing._advice, []

    def then_gone(values):
        seen.append(values)
        if len(seen) == 7:
            restored.stop(signal.SIGQUIT)
        return made(values)

    monkeypatch.setattr(importing, "_advice", then_gone)
    with pytest.raises(InputError, match="Nothing of the call was accepted") as caught:
        import_file(path, ledger=database, now=NOW)
    assert "乙" not in str(caught.value) and len(seen) >= 7
    restored.start()
    monkeypatch.setattr(importing, "_advice", made)
    with Ledger(database) as opened:
        assert opened.head().position == 4
    assert import_file(path, ledger=database, now=NOW).advice == 9
