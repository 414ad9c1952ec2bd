"""A few trials of every kind of tampering; ``tests/benchmark/ledger.py`` has a thousand of each."""

import pytest
from ledger_adversary import KEY, KINDS, SIGNER, is_located, make, put, put_on_server, trial
from postgres import database, postgres  # noqa: F401 - fixtures

from sentencing_ml.monitor.ledger import Ledger

PUBLIC = [SIGNER.public_key()]
TRIALS = 20


@pytest.fixture(scope="module")
def court(tmp_path_factory):
    """An empty ledger, what stands in one of 60 records with four roots, and its witness file."""
    folder = tmp_path_factory.mktemp("court")
    Ledger(folder / "empty.sqlite", key=KEY).close()
    state = make(folder / "ledger.sqlite", folder / "witness.jsonl", roots=(9, 24, 25, 52), last=60)
    return folder, state


def verified(place, folder):
    with Ledger(place, create=False) as opened:
        return opened.verify(public=PUBLIC, witness=folder / "witness.jsonl")


@pytest.mark.parametrize("kind", KINDS)
def test_every_trial_is_found_and_located(court, kind, tmp_path):
    folder, state = court
    for number in range(TRIALS):
        result = trial(kind, number, state)
        put(result, empty=folder / "empty.sqlite", place=tmp_path / "ledger.sqlite")
        breaks = verified(tmp_path / "ledger.sqlite", folder).breaks
        assert breaks, f"trial {number} was not found"
        assert is_located(state, result, breaks), f"trial {number} was not located"


def test_a_ledger_that_was_only_copied_holds(court, tmp_path):
    folder, state = court
    put(state, empty=folder / "empty.sqlite", place=tmp_path / "ledger.sqlite")
    result = verified(tmp_path / "ledger.sqlite", folder)
    assert (result.breaks, result.records, result.unwitnessed) == ((), 60, 8)


@pytest.mark.xdist_group("postgres")
def test_trials_on_postgresql_are_found_too(court, database, postgres):  # noqa: F811
    folder, state = court
    Ledger(database, key=KEY).close()
    with postgres.connect(database.split("/")[3].split("?")[0]) as connection:
        put_on_server(state, connection=connection)
        assert verified(database, folder).breaks == ()
        for kind in KINDS:
            result = trial(kind, 0, state)
            put_on_server(result, connection=connection)
            assert is_located(state, result, verified(database, folder).breaks), kind
