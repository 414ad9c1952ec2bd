"""``sentencing ledger``: import, record, verify, root and export, for those who run a court's systems.

Heavy libraries are imported inside the commands. A ledger is a file or a database's URL, also from the environment, so
that no password stands in a shell's history; messages never show it.
"""

import datetime
import sys
from pathlib import Path
from typing import Annotated

import typer

from sentencing_ml import layout
from sentencing_ml.errors import DataContractError, InputError

app = typer.Typer(
    no_args_is_help=True, help="Ledger of advice and judges' entries: import, record, verify, root, export."
)

_DEFAULT = str(layout.JUDGES_LEDGER)
Place = Annotated[
    str, typer.Option("--ledger", envvar="SENTENCING_LEDGER", help="Ledger: a file, or the URL of a database.")
]
Judge = Annotated[
    str,
    typer.Option(envvar="SENTENCING_JUDGE", help="Name of the judge, stored as a pseudonym; - reads standard input."),
]
At = Annotated[
    str | None, typer.Option(help="Time, such as 2026-03-02T09:30+08:00; default: now.", show_default="now")
]


@app.command(
    "import",
    epilog="Example: sentencing ledger import march.csv --judges roster.csv --problems problems.csv. "
    "docs/ledger.md lists the columns. Exit code 11: the file or a row cannot be taken, and none was; 14: the ledger "
    "is broken.",
)
def import_(
    file: Annotated[Path, typer.Argument(help="Table of advice and entries: .csv .jsonl (also .gz) .parquet .xlsx.")],
    ledger: Place = _DEFAULT,
    judges: Annotated[
        Path | None, typer.Option(help="Table with a column judge (法官): other names are unknown.")
    ] = None,
    problems: Annotated[Path | None, typer.Option(help="CSV file for every problem, however many.")] = None,
    late: Annotated[
        bool, typer.Option("--late", help="Take advice earlier than what the ledger holds of its judge.")
    ] = False,
) -> None:
    """Take a table of advice and entries into the ledger, whole or not at all; the ledger is verified first."""
    from sentencing_ml.monitor.bookkeeping.importing import import_file

    done = import_file(file, ledger=ledger, now=_now(), roster=judges, problems=problems, late=late)
    typer.echo(f"{done.rows:,} row(s) of {done.judges:,} judge(s): {done.advice:,} advice, {done.entries:,} entries.")
    typer.echo(f"{done.unknown:,} of the judges are new to this ledger.")
    if done.answered:
        typer.echo(f"{done.answered:,} of the entries answer advice that was in the ledger already.")


@app.command(
    epilog="Example: sentencing ledger record --judge - --case 案件/0/0 --entry 14 --reason '…'; "
    "sentencing ledger record --judge - --advice prediction.jsonl. "
    "Exit code 11: nothing can be recorded so; 14: the ledger refused it."
)
def record(
    judge: Judge,
    case: Annotated[str | None, typer.Option(help="Case or count, as on the sheet. With --entry.")] = None,
    entry: Annotated[str | None, typer.Option(help="The term that the judge enters, in months.")] = None,
    reason: Annotated[
        str | None, typer.Option(help="Why, in the judge's words; - reads standard input. With --entry.")
    ] = None,
    advice: Annotated[
        str | None, typer.Option(help="Prediction (JSON) that another system has shown; - reads standard input.")
    ] = None,
    court: Annotated[str | None, typer.Option(help="Court. With --advice.")] = None,
    plea: Annotated[
        bool | None, typer.Option("--plea/--no-plea", help="认罪认罚 or not; default: unknown. With --advice.")
    ] = None,
    recommendation: Annotated[
        str | None, typer.Option(help="The prosecution's single term, in months. With --advice.")
    ] = None,
    own_estimate: Annotated[
        str | None, typer.Option(help="The judge's estimate before the advice was shown, in months. With --advice.")
    ] = None,
    shadow: Annotated[bool, typer.Option("--shadow", help="The advice was not shown. With --advice.")] = False,
    judges: Annotated[
        Path | None, typer.Option(help="Table with a column judge (法官): another name is unknown.")
    ] = None,
    at: At = None,
    ledger: Place = _DEFAULT,
) -> None:
    """Record an entry to the last unanswered advice of a judge for a case, or advice that another system has shown."""
    from sentencing_ml.monitor.bookkeeping.importing import read_roster
    from sentencing_ml.monitor.bookkeeping.naming import judge_name
    from sentencing_ml.monitor.bookkeeping.recording import record_advice, record_entry

    of_advice = (court, plea, recommendation, own_estimate) != (None,) * 4 or shadow
    if (entry is None) == (advice is None):
        raise InputError("Record either --entry MONTHS with --case, or --advice FILE.")
    if entry is not None and (case is None or of_advice):
        raise InputError("--entry goes with --case and --reason alone; the other options are of --advice.")
    if advice is not None and (case, reason) != (None, None):
        raise InputError("--case and --reason are an entry's; the prediction of --advice names its case.")
    if judge == "-" and advice == "-":
        raise InputError("--judge and --advice cannot both be read from standard input. Set SENTENCING_JUDGE.")
    name, time = judge_name(judge), _time(at)
    if judges is not None and name not in read_roster(judges):
        raise InputError(f"--judge: is not on the roster {judges}. A name in another writing becomes another judge.")
    if entry is not None and case is not None:
        words = sys.stdin.read() if reason == "-" else reason
        done = record_entry(ledger=ledger, judge=name, case=case, months=entry, reason=words, at=time)
        answered = f"the advice of {done.shown_at[:16]} at position {done.advice_position}"
        said = f"entry at position {done.position}, to {answered}"
        typer.echo(said + (f"; it revises {done.revises} earlier, which stay, and counts." if done.revises else "."))
        return
    made = record_advice(
        _text(str(advice)), ledger=ledger, judge=name, at=time, court=court, plea=plea, recommendation=recommendation,
        own_estimate=own_estimate, shadow=shadow,
    )  # fmt: skip
    left = f"; {made.without} count(s) have no empirical figure and no advice" if made.without else ""
    typer.echo(f"advice at position {', '.join(map(str, made.positions))}{left}.")


@app.command(
    epilog="Example: sentencing ledger verify --witness /mnt/auditor/witness.jsonl --trust court.pub.pem. "
    "Exit code 14: the ledger is broken, and every break is listed."
)
def verify(
    ledger: Place = _DEFAULT,
    witness: Annotated[
        Path | None, typer.Option(help="Witness file of the signed roots; without it a cut at the end is not seen.")
    ] = None,
    trust: Annotated[
        Path | None, typer.Option(help="Public keys (PEM), of which one must have signed each root.")
    ] = None,
) -> None:
    """Check every record of the ledger, and its roots against their witness file and key."""
    from sentencing_ml import signing_keys
    from sentencing_ml.monitor.bookkeeping.database import shown
    from sentencing_ml.monitor.ledger import Ledger

    public = () if trust is None else signing_keys.public_keys(trust, error=InputError)
    with Ledger(ledger, create=False) as opened:
        found = opened.verify(public=public, witness=witness)
    name = shown(ledger)
    if found.breaks:
        lines = [f"  - position {item.position}, {item.kind}: {item.problem}" for item in found.breaks]
        raise DataContractError("\n".join([f"{name}: broken in {len(lines)} place(s):", *lines]))
    typer.echo(f"{name}: {found.records:,} record(s), whole; head at {found.head.position}: {found.head.hash}")
    if found.unwitnessed_since is None:
        typer.echo("No signed root stands for these records; `sentencing ledger root` makes one.")
    else:
        last = f"the last of {found.roots if witness is None else found.witnessed} signed root(s), of"
        typer.echo(f"{found.unwitnessed:,} record(s) are not yet under {last} {found.unwitnessed_since[:16]}.")
    if witness is None:
        typer.echo("No witness file was given: an older copy, or a cut that took its roots along, would not be seen.")
    if trust is None:
        typer.echo("No key was given: who signed the roots was not checked.")


@app.command(
    epilog="Example: sentencing ledger root --witness /mnt/auditor/witness.jsonl, every evening. The key is the "
    "PEM file that SENTENCING_LEDGER_SIGNING_KEY names. Exit code 14: the ledger does not continue what was witnessed."
)
def root(
    witness: Annotated[Path, typer.Option(help="Witness file, kept where the ledger's keeper cannot write.")],
    ledger: Place = _DEFAULT,
    earlier: Annotated[
        Path | None, typer.Option(help="Public keys (PEM) that signed before this one, after a change of key.")
    ] = None,
    due: Annotated[bool, typer.Option("--due", help="Do nothing while no root is due by records and hours.")] = False,
) -> None:
    """Sign the head of the ledger, and append it to the witness file."""
    from sentencing_ml import signing_keys
    from sentencing_ml.monitor.bookkeeping.roots import signing_key
    from sentencing_ml.monitor.ledger import Ledger

    keys = () if earlier is None else signing_keys.public_keys(earlier, error=InputError)
    at = _now().isoformat(timespec="seconds")
    with Ledger(ledger, create=False) as opened:
        if due and not opened.due_root(now=at):
            typer.echo("no root is due yet.")
            return
        made = opened.sign_root(key=signing_key(), witness=witness, at=at, earlier=keys)
    typer.echo(f"root {made.number} of {made.at[:16]}: position {made.position}, {made.hash}; key {made.key}")


@app.command(
    epilog="Example: sentencing ledger export --out march.xlsx --from 2026-03-01 --to 2026-03-31. "
    "Judges stand there by their pseudonyms."
)
def export(
    out: Annotated[Path, typer.Option(help="Table: .csv .jsonl (also .gz) .parquet .xlsx, for its owner alone.")],
    ledger: Place = _DEFAULT,
    since: Annotated[
        datetime.datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of the advice.")
    ] = None,
    until: Annotated[
        datetime.datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day of the advice.")
    ] = None,
    judge: Annotated[str | None, typer.Option("--judge-pseudonym", help="Of this judge alone.")] = None,
) -> None:
    """Write the advice and entries of the ledger as a table, a row an entry."""
    from sentencing_ml.liability.prediction_files import kind_of
    from sentencing_ml.monitor.bookkeeping.exporting import export as run

    kind_of(out)
    if since and until and since > until:
        raise InputError("--from is after --to. Change them over.")
    days = {"since": since.date() if since else None, "until": until.date() if until else None}
    typer.echo(f"{run(out, ledger=ledger, judge=judge, **days):,} row(s) → {out}")


def _now() -> datetime.datetime:
    return datetime.datetime.now().astimezone()


def _time(at: str | None) -> datetime.datetime:
    from sentencing_ml.monitor.bookkeeping.entry_file import read_cell

    if at is None:
        return _now().replace(microsecond=0)
    time = read_cell(at, "entered_at", option="--at")
    if time is None or time > _now():
        raise InputError("--at: is no time that has come. Write such as 2026-03-02T09:30+08:00, or leave it out.")
    return time


def _text(name: str) -> str:
    """Return the words of a file, or of standard input."""
    try:
        return (sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()).decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({type(error).__name__}). Name the prediction's file.") from None
    except UnicodeDecodeError:
        raise InputError(f"{name}: is no UTF-8. Give the file that `sentencing predict` wrote.") from None
