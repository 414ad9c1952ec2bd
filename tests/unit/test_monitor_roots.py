"""Roots and the witness file: what each adversary does with the database alone, and what verification says of it."""

import json
import shutil
import sqlite3
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sentencing_ml.errors import DataContractError, InputError
from sentencing_ml.monitor.bookkeeping.chain import GENESIS, Head, canonical, linked
from sentencing_ml.monitor.bookkeeping.roots import (
    KEY_VARIABLE,
    Due,
    is_due,
    is_signed,
    read_witness,
    root_of,
    signed,
    signing_key,
)
from sentencing_ml.monitor.ledger import Advice, Ledger
from sentencing_ml.signing_keys import public_key, public_keys

KEY = b"a key of the tests, no secret"
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PUBLIC = (SIGNER.public_key(),)


def advice(number, months=12.0):
    return Advice(
        case_id=f"c{number}",
        judge="法官甲",
        charge_group="盗窃罪",
        advice_months=months,
        model_version="v1",
        shown_at="2026-03-01T09:00:00+08:00",
    )


def day(number):
    return f"2026-03-{number:02}T12:00:00+08:00"


@pytest.fixture
def court(tmp_path):
    """A ledger of 12 records with roots at 4, 8 and 10, and its witness file."""
    ledger, witness = tmp_path / "ledger.sqlite", tmp_path / "elsewhere" / "witness.jsonl"
    with Ledger(ledger, key=KEY) as opened:
        for number, until in enumerate((4, 8, 10), 1):
            opened.extend(advice(case) for case in range(opened.head().position, until))
            opened.sign_root(key=SIGNER, witness=witness, at=day(number))
        opened.extend([advice(10), advice(11)])
    return ledger, witness


def verified(court, **options):
    ledger, witness = court
    with Ledger(ledger, create=False) as opened:
        return opened.verify(**{"public": PUBLIC, "witness": witness, **options})


def found(court, **options):
    return [(one.position, one.kind) for one in verified(court, **options).breaks]


def rewrite(ledger, *statements, roots=()):
    """Change the database as one would who has all of it and knows how hashes are computed, but has no signing key."""
    connection = sqlite3.connect(ledger)
    for table in ("ledger", "ledger_roots"):
        for trigger in ("no_UPDATE", "no_DELETE", "behind"):
            connection.execute(f"DROP TRIGGER {table}_{trigger}")
    for statement in statements:
        connection.execute(statement)
    rows = connection.execute("SELECT kind, subject, body FROM ledger ORDER BY position").fetchall()
    connection.execute("DELETE FROM ledger")
    head = Head(position=0, hash=GENESIS)
    for kind, subject, body in rows:
        row = linked(kind, subject, body, after=head)
        values = (row.position, row.kind, row.subject, row.body, row.previous, row.hash)
        connection.execute("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?)", values)
        head = Head(position=row.position, hash=row.hash)
    for statement in roots:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_an_untouched_ledger_holds_and_says_what_is_not_witnessed(court):
    result = verified(court)
    assert result.breaks == ()
    assert (result.records, result.roots, result.witnessed) == (12, 3, 3)
    assert (result.unwitnessed, result.unwitnessed_since) == (2, day(3))


def test_without_any_root_nothing_is_witnessed(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite", key=KEY) as opened:
        opened.append(advice(1))
        result = opened.verify(public=PUBLIC)
    assert (result.unwitnessed, result.unwitnessed_since, result.witnessed) == (1, None, None)


EDIT = "UPDATE ledger SET body = replace(body, '12.0', '24.0') WHERE position = {}"
FORGED = [
    (EDIT.format(1), [(4, "record")], "an edit before the first root"),
    (EDIT.format(6), [(8, "record")], "an edit between two roots"),
    ("DELETE FROM ledger WHERE position = 5", [(8, "record")], "a deletion"),
    (
        "INSERT INTO ledger SELECT 99, kind, subject, body, previous, hash FROM ledger WHERE position = 2",
        [],
        "an insertion after the last root: not witnessed",
    ),
    ("DELETE FROM ledger WHERE position > 7", [(8, "head")], "a cut before the last two roots"),
    ("DELETE FROM ledger WHERE position > 10", [], "a cut after the last root: not witnessed"),
]


@pytest.mark.parametrize(("statement", "expected", "reason"), FORGED, ids=[row[2] for row in FORGED])
def test_what_is_done_with_all_hashes_computed_anew_is_found_at_the_next_root(court, statement, expected, reason):
    rewrite(court[0], statement)
    assert found(court) == expected, reason


def test_an_insertion_in_the_middle_moves_what_follows(court):
    rewrite(
        court[0],
        "UPDATE ledger SET position = -position WHERE position > 5",
        "UPDATE ledger SET position = 1 - position WHERE position < 0",
        "INSERT INTO ledger SELECT 6, kind, subject, body, previous, hash FROM ledger WHERE position = 2",
    )
    assert found(court) == [(8, "record")]


def test_two_records_that_change_places_with_all_hashes_computed_anew(court):
    rewrite(
        court[0],
        "UPDATE ledger SET position = 99 WHERE position = 2",
        "UPDATE ledger SET position = 2 WHERE position = 3",
        "UPDATE ledger SET position = 3 WHERE position = 99",
    )
    assert found(court) == [(4, "record")]


def test_an_older_copy_with_its_roots_is_found_by_the_witness_file_alone(court, tmp_path):
    ledger, witness = court
    older, file = tmp_path / "older.sqlite", tmp_path / "older.jsonl"
    with Ledger(older, key=KEY) as opened:
        opened.extend(advice(case) for case in range(4))
        opened.sign_root(key=SIGNER, witness=file, at=day(1))
        opened.extend(advice(case) for case in range(4, 7))
    assert found((older, file)) == []
    assert found((older, witness)) == [(8, "root"), (10, "root"), (8, "head")]
    with Ledger(older, create=False) as opened:
        assert opened.verify(public=PUBLIC).breaks == ()
        assert opened.verify(public=PUBLIC, witness=witness).unwitnessed == 3


def test_an_older_copy_that_was_continued_is_a_fork(court, tmp_path):
    ledger, witness = court
    older, file = tmp_path / "older.sqlite", tmp_path / "older.jsonl"
    with Ledger(older, key=KEY) as opened:
        opened.extend(advice(case) for case in range(4))
        opened.sign_root(key=SIGNER, witness=file, at=day(1))
        opened.extend(advice(case, months=9.0) for case in range(4, 20))
        assert found((older, witness)) == [(8, "root"), (10, "root"), (8, "record")]
        with pytest.raises(DataContractError, match=r"not signed\. At position 8: the witnessed root 2 is missing"):
            opened.sign_root(key=SIGNER, witness=witness, at=day(9))
        # signed all the same, by one who keeps a second witness file: the two files tell on each other
        opened.sign_root(key=SIGNER, witness=file, at=day(2))
    assert found((older, file)) == []
    both = tmp_path / "both.jsonl"
    both.write_bytes(witness.read_bytes() + file.read_bytes())
    assert any("continued twice (fork)" in one.problem or "does not follow" in one.problem for one in verified((ledger, both)).breaks)
    both.write_bytes(witness.read_bytes() * 2)
    assert found((ledger, both)) == []


def test_roots_that_were_taken_from_the_database_are_missed(court):
    rewrite(court[0], roots=["DELETE FROM ledger_roots WHERE number = 3"])
    assert found(court) == [(10, "root")]
    rewritten = verified(court, witness=None)
    assert (rewritten.breaks, rewritten.unwitnessed) == ((), 4)


def test_a_root_of_another_key_is_named_and_covers_nothing(court):
    ledger, witness = court
    with Ledger(ledger, create=False) as opened:
        last, head = opened.roots()[-1], opened.head()
    forged = signed(head, at=day(4), last=last, key=STRANGER)
    as_ours = replace(forged, key=last.key)
    for root in (forged, as_ours):
        assert not is_signed(root, PUBLIC)
        rewritten = shutil.copy(ledger, ledger.with_name("forged.sqlite"))
        connection = sqlite3.connect(rewritten)
        connection.execute("INSERT INTO ledger_roots VALUES (4, ?)", (root.line,))
        connection.commit()
        connection.close()
        court = (rewritten, witness)
        result = verified(court)
        assert [(one.position, one.kind) for one in result.breaks] == [(12, "root")]
        assert (result.unwitnessed, verified(court, witness=None).unwitnessed) == (2, 2)


def test_a_row_that_is_no_root_is_named(court):
    rewrite(court[0], roots=["UPDATE ledger_roots SET body = 'x' WHERE number = 2"])
    assert [one.problem for one in verified(court).breaks][0] == "row 2 of the roots is none"
    with Ledger(court[0], key=KEY) as opened, pytest.raises(DataContractError, match="not signed"):
        opened.sign_root(key=SIGNER, witness=court[1], at=day(9))


def test_the_witness_file_is_only_appended_to(court):
    ledger, witness = court
    before = witness.read_bytes()
    with Ledger(ledger, key=KEY) as opened:
        root = opened.sign_root(key=SIGNER, witness=witness, at=day(4))
        assert opened.sign_root(key=SIGNER, witness=witness, at=day(5)) == root  # nothing new to sign
    assert witness.read_bytes() == before + f"{root.line}\n".encode()
    assert [line["number"] for line in map(json.loads, witness.read_text().splitlines())] == [1, 2, 3, 4]
    assert root_of(root.line) == root


@pytest.mark.parametrize("kept", [0, 1, 40])
def test_a_line_that_was_not_written_whole_is_completed(court, kept):
    """The root stands in the database before it is witnessed: a stop in between loses nothing."""
    ledger, witness = court
    lines = witness.read_text(encoding="utf-8").splitlines(keepends=True)
    witness.write_text("".join(lines[:2]) + lines[2][:kept], encoding="utf-8")
    torn = verified(court)
    assert (torn.breaks, torn.witnessed, torn.unwitnessed, torn.unwitnessed_since) == ((), 2, 4, day(2))
    with Ledger(ledger, key=KEY) as opened:
        opened.sign_root(key=SIGNER, witness=witness, at=day(4))
    assert witness.read_text(encoding="utf-8").startswith("".join(lines))
    assert (verified(court).breaks, verified(court).unwitnessed) == ((), 0)


WITNESSES = [
    (lambda lines: lines[1:], "does not follow the beginning", "the first line is missing"),
    (lambda lines: [lines[0], lines[2]], "root 3 does not follow root 1", "a line between is missing"),
    (lambda lines: [lines[1], lines[0], lines[2]], "root 2 does not follow the beginning", "lines changed places"),
    (lambda lines: [*lines, "{}\n"], "line 4 is no root", "something else"),
    (lambda lines: [*lines, "{"], "begins no root of the database", "the beginning of something else"),
    (lambda lines: [line.replace('"hash":"', '"hash":"0') for line in lines], "is not signed", "altered hashes"),
    (lambda lines: [line.replace(" ", "").replace(":1,", ": 1,") for line in lines], "is no root", "other JSON"),
]


@pytest.mark.parametrize(("change", "problem", "reason"), WITNESSES, ids=[row[2] for row in WITNESSES])
def test_an_altered_witness_file_is_named_and_signs_nothing(court, change, problem, reason):
    ledger, witness = court
    witness.write_text("".join(change(witness.read_text().splitlines(keepends=True))))
    assert any(problem in one.problem for one in verified(court).breaks if one.kind == "witness"), reason
    before = witness.read_bytes()
    with Ledger(ledger, key=KEY) as opened:
        with pytest.raises(DataContractError, match="not signed"):
            opened.sign_root(key=SIGNER, witness=witness, at=day(9))
        assert len(opened.roots()) == 3
    assert witness.read_bytes() == before


def test_a_new_witness_file_receives_every_root(court, tmp_path):
    with Ledger(court[0], key=KEY) as opened:
        opened.sign_root(key=SIGNER, witness=tmp_path / "second.jsonl", at=day(4))
    assert len(read_witness(tmp_path / "second.jsonl").roots) == 4
    assert found(court) == []  # the first one is behind by a root and holds


def test_nothing_is_signed_over_a_chain_that_does_not_hold(court):
    ledger, witness = court
    connection = sqlite3.connect(ledger)
    connection.execute("DROP TRIGGER ledger_no_UPDATE")
    connection.execute(EDIT.format(11))
    connection.commit()
    connection.close()
    with Ledger(ledger, key=KEY) as opened, pytest.raises(DataContractError, match="At position 11: was altered"):
        opened.sign_root(key=SIGNER, witness=witness, at=day(9))


TIMES = [("2026-03-03T11:59:59+08:00", "a clock ran back"), ("yesterday", "is none")]


@pytest.mark.parametrize(("at", "problem"), TIMES)
def test_a_root_needs_a_time_after_the_last(court, at, problem):
    with Ledger(court[0], key=KEY) as opened:
        with pytest.raises(InputError, match=problem):
            opened.sign_root(key=SIGNER, witness=court[1], at=at)
        assert len(opened.roots()) == 3


def test_the_key_may_change(court, tmp_path):
    ledger, witness = court
    both = tmp_path / "keys.pem"
    both.write_bytes(b"".join(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) for key in (STRANGER, SIGNER)))
    keys = public_keys(both, error=InputError)
    with Ledger(ledger, key=KEY) as opened:
        with pytest.raises(DataContractError, match="root 1 is not signed by a key that was given"):
            opened.sign_root(key=STRANGER, witness=witness, at=day(4))
        opened.sign_root(key=STRANGER, witness=witness, at=day(4), earlier=keys[1:])
    assert found(court, public=keys) == []
    assert verified(court, public=keys).unwitnessed == 0
    assert found(court, public=keys[1:]) == [(12, "witness"), (12, "root")]
    assert verified(court, public=keys[1:]).unwitnessed == 2
    assert public_key(both, error=InputError) == keys[0]


END = b"-----END PUBLIC KEY-----"
NO_KEYS = [(b"", "nothing"), (END, "an end alone"), (b"key " + END, "no PEM")]


@pytest.mark.parametrize(("content", "reason"), NO_KEYS, ids=[row[1] for row in NO_KEYS])
def test_a_file_of_no_keys_is_named(tmp_path, content, reason):
    (tmp_path / "keys.pem").write_bytes(content)
    with pytest.raises(InputError, match="cannot be read as a public key"):
        public_keys(tmp_path / "keys.pem", error=InputError)


def test_an_empty_ledger_has_nothing_to_sign(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite", key=KEY) as opened, pytest.raises(InputError, match="nothing to sign"):
        opened.sign_root(key=SIGNER, witness=tmp_path / "witness.jsonl", at=day(1))


def test_a_witness_file_that_cannot_be_written_says_that_the_root_stands(court, tmp_path, monkeypatch):
    ledger, witness = court

    def full(_):
        raise OSError(28, "No space left on device")

    with Ledger(ledger, key=KEY) as opened:
        monkeypatch.setattr("sentencing_ml.monitor.bookkeeping.roots.os.fsync", full)
        with pytest.raises(InputError, match="The root stands in the database and is not witnessed"):
            opened.sign_root(key=SIGNER, witness=witness, at=day(4))
        monkeypatch.undo()
        assert len(opened.roots()) == 4
        shutil.rmtree(witness.parent)
        witness.parent.write_text("no folder")
        with pytest.raises(InputError, match="cannot be written as a witness file"):
            opened.sign_root(key=SIGNER, witness=witness, at=day(5))


def test_verification_needs_the_witness_file_that_it_is_told(court, tmp_path):
    with Ledger(court[0], create=False) as opened, pytest.raises(InputError, match="no witness file there"):
        opened.verify(public=PUBLIC, witness=tmp_path / "none.jsonl")


DUE = [
    (0, 0, day(1), False, "an empty ledger"),
    (0, 1, day(1), True, "records and no root"),
    (10, 10, day(20), False, "nothing new, however long ago"),
    (10, 11, "2026-03-02T11:59:59+08:00", False, "one record, less than a day"),
    (10, 11, day(2), True, "one record, a day"),
    (10, 109, day(1), False, "one less than the number"),
    (10, 110, day(1), True, "the number"),
]


@pytest.mark.parametrize(("last", "head", "now", "due", "reason"), DUE, ids=[row[4] for row in DUE])
def test_when_a_root_is_due(last, head, now, due, reason):
    made = signed(Head(position=last, hash="0" * 64), at=day(1), last=None, key=SIGNER) if last else None
    assert is_due(made, Head(position=head, hash="1" * 64), now=now, rule=Due(records=100, hours=24)) is due, reason


def test_the_ledger_asks_its_own_rule(court):
    with Ledger(court[0], create=False) as opened:
        assert not opened.due_root(now=day(3))
        assert opened.due_root(now=day(30))


def test_a_signature_on_something_else_is_no_root(court):
    with Ledger(court[0], create=False) as opened:
        root = opened.roots()[0]
    content = {name: value for name, value in json.loads(root.line).items() if name != "signature"}
    other = replace(root, signature=SIGNER.sign(canonical(content).encode()).hex())  # without saying what it is
    assert is_signed(root, PUBLIC)
    assert not is_signed(other, PUBLIC)
    assert not is_signed(replace(root, signature="no hexadecimal"), PUBLIC)


def test_the_signing_key_is_named_by_the_environment(monkeypatch, tmp_path):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    with pytest.raises(InputError, match=f"{KEY_VARIABLE} names no file"):
        signing_key()
    monkeypatch.setenv(KEY_VARIABLE, str(tmp_path / "none.pem"))
    with pytest.raises(InputError, match="cannot be read as a private key"):
        signing_key()
