"""Processes that append to one ledger; a module of its own, so that each imports the ledger and nothing else."""

import multiprocessing
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import event

from sentencing_ml.monitor.ledger import Advice, Entry, InCall, Ledger

KEY = b"a key of the tests, no secret"
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def answered(case, judge="法官甲", months=11.0, at=1):
    """Advice and the entry that answers it, the ``at``-th and the next record of a call."""
    return [
        Advice(
            case_id=case, judge=judge, court="甲县人民法院", charge_group="盗窃罪", plea=True, advice_months=12.0,
            model_version="v1", shown_at="2026-03-01T09:00:00+08:00",
        ),
        Entry(advice_position=InCall(at), judge=judge, entry_months=months, entered_at="2026-03-01T10:00:00+08:00"),
    ]  # fmt: skip


def processes():
    """Return what starts processes that are forked from one that has all libraries."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["sentencing_ml.monitor.ledger", "psycopg"])
    return context


def write(place, number, calls, ready, positions):
    """Append as many calls as told when all are ready, and tell where each stands."""
    ready.wait()
    with Ledger(place, key=KEY) as ledger:
        for call in range(calls):
            positions.put((number, call, ledger.extend(answered(f"p{number}-{call}", judge=f"法官{number}"))))


def stall(place, inserted):
    """Append and fall asleep in the transaction, when the rows are in and not yet accepted."""
    with Ledger(place, key=KEY) as ledger:

        def sleep(_, __, statement, *___):
            if statement.startswith("INSERT"):
                inserted.set()
                time.sleep(60)

        event.listen(ledger._engine, "after_cursor_execute", sleep)
        ledger.extend(answered("killed"))


def sign(place, witness, rounds, ready):
    """Append and sign in turns with others who do, as many times as told."""
    ready.wait()
    with Ledger(place, key=KEY) as ledger:
        for number in range(rounds):
            ledger.extend(answered(f"signed {number}"))
            ledger.sign_root(key=SIGNER, witness=witness, at="2026-03-04T09:00:00+08:00")
