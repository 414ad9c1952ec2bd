"""``sentencing alerts``: raise alerts, let a judge read and answer them, and list for the court what it may see.

Heavy libraries are imported inside the commands. ``show``, ``answer`` and ``object`` act in the name of the judge who
is named; who may name whom is for court IT to arrange, as with ``explain --judge``.
"""

import contextlib
import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sentencing_ml import layout
from sentencing_ml.errors import InputError
from sentencing_ml.monitor.bookkeeping.commands import Judge, Place

if TYPE_CHECKING:
    import pandas as pd

    from sentencing_ml.monitor.alerts.alerts import AlertState, Records
    from sentencing_ml.monitor.alerts.reason_note import Check
    from sentencing_ml.monitor.ledger import Ledger

app = typer.Typer(no_args_is_help=True, help="Alerts of the monitor: raise, read, answer, object, list.")

Number = Annotated[int, typer.Option("--alert", help="Number of the alert, as `alerts show` prints it.")]
File = Annotated[str, typer.Option("--file", help="Text file with the words; - reads standard input.")]

_DEFAULT = str(layout.JUDGES_LEDGER)
_LARGEST = 1 << 20  # bytes of a note's file


@app.command(epilog="Example: sentencing alerts update --ledger data/judges/ledger.sqlite, every night")
def update(ledger: Place = _DEFAULT) -> None:
    """Watch over the ledger and record the alerts that have risen; run again, it adds nothing."""
    from sentencing_ml.monitor.alerts.alerts import raise_alerts

    with _opened(ledger) as opened:
        raised = raise_alerts(opened, at=_now())
        total = len(opened.alerts())
    typer.echo(f"{len(raised)} new alert(s); {total} in the ledger.")


@app.command(epilog="Example: sentencing alerts show --judge 王某")
def show(judge: Judge, ledger: Place = _DEFAULT) -> None:
    """Show a judge his or her own alerts in plain words, and record that they were seen."""
    from sentencing_ml.monitor.alerts.alerts import cases_of_alert, read_records, states
    from sentencing_ml.monitor.bookkeeping.naming import judge_name
    from sentencing_ml.monitor.bookkeeping.records import Seen

    at, name = _now(), judge_name(judge)
    with _opened(ledger) as opened:
        own = _own(read_records(opened), opened, name, at=at)
        unseen = [state for state in own if state.seen_at is None]
        opened.extend([Seen(alert_position=state.position, judge=name, seen_at=at) for state in unseen])
        records = read_records(opened)
    own = [state for state in states(records, at=at) if state.position in {state.position for state in own}]
    cases = {state.position: cases_of_alert(state, records) for state in own if state.closed is None}
    typer.echo("\n".join(_page(own, cases)))


@app.command(
    epilog="Example: sentencing alerts answer --judge 王某 --alert 5121 --file note.txt. "
    "Exit code 11: the note is kept, and names too few facts of the cases; the answer says what is missing."
)
def answer(
    judge: Judge,
    alert: Number,
    file: File,
    factors: Annotated[
        Path | None,
        typer.Option(
            help="Factor table against which the facts are held. Default: that of the last run where there is one.",
            show_default=False,
        ),
    ] = None,
    ledger: Place = _DEFAULT,
) -> None:
    """Keep a judge's written reason (原因说明) as it is, and say whether it names facts of the cases."""
    from sentencing_ml.monitor.alerts import reason_note

    if factors is not None and not factors.is_file():
        raise InputError(f"{factors}: not found. Name the factor table, or leave --factors out.")
    at, (name, text) = _now(), _given(judge, file)
    with _opened(ledger) as opened:
        state, records = _one(opened, name, alert, at=at)
        if not state.asks_note:
            raise InputError(
                f"Alert {alert} asks for no written reason (now: {state.state}). Nothing was kept. To object to it use "
                "`sentencing alerts object`."
            )
        found = _checked(text, state, records, factors=factors)
        _write(opened, state, name, kind="原因说明", text=text, named=found.named, accepted=found.accepted, at=at)
    typer.echo("\n".join(reason_note.words(found)))
    if not found.accepted:
        raise typer.Exit(InputError.exit_code)


@app.command("object", epilog="Example: sentencing alerts object --judge 王某 --alert 5121 --file objection.txt")
def object_(judge: Judge, alert: Number, file: File, ledger: Place = _DEFAULT) -> None:
    """Keep a judge's objection (异议) to an alert as it is; its content is not checked."""
    from sentencing_ml.monitor.alerts.reason_note import require_words

    at, (name, text) = _now(), _given(judge, file)
    require_words(text)
    with _opened(ledger) as opened:
        state, _ = _one(opened, name, alert, at=at)
        _write(opened, state, name, kind="异议", text=text, named=0, accepted=True, at=at)
    typer.echo(_words()["objected"])


@app.command("list", epilog="Example: sentencing alerts list --ledger data/judges/ledger.sqlite")
def list_(ledger: Place = _DEFAULT) -> None:
    """List for the court the alerts that it may see, by pseudonym, with their state and without any text."""
    from sentencing_ml.monitor.alerts.alerts import read_records, states

    with _opened(ledger) as opened:
        found = states(read_records(opened), at=_now())
    say, visible = _words()["list"], [state for state in found if state.visible]
    lines = [say["head"], *(_row(state, say["row"]) for state in visible)] if visible else [say["none"]]
    hidden = len(found) - len(visible)
    typer.echo("\n".join([*lines, *([say["hidden"].format(n=hidden)] if hidden else [])]))


def _row(state: "AlertState", form: str) -> str:
    return form.format(
        judge=state.judge,
        position=state.position,
        name=_named(state),
        state=state.state,
        verdict=f"（{state.verdict}）" if state.verdict else "",
        date=state.raised_at[:10],
        since="" if state.since == state.state else _words()["list"]["since"].format(since=state.since),
    )


def _page(own: list["AlertState"], cases: dict[int, "pd.DataFrame"]) -> list[str]:
    say = _words()["show"]
    if not own:
        return [say["none"]]
    lines = [say["private"]]
    for state in own:
        lines += ["", *_alert(state, cases.get(state.position))]
    return lines


def _alert(state: "AlertState", cases: "pd.DataFrame | None") -> list[str]:
    from sentencing_ml.monitor.report.page_words import ALERTS, ALERTS_NOT

    say, stage = _words()["show"], state.stage
    going_on = stage is not None and stage.closed is None
    lines = [
        say["head"].format(position=state.position, name=_named(state), date=state.raised_at[:10]),
        say["state"].format(
            state=state.state,
            progress=say["progress"].format(done=stage.done, needed=stage.needed) if going_on else "",
        ),
        say["saw"].format(saw=ALERTS[state.kind]),
        # what the blind-first cases showed takes the place of what nobody can know before them
        *([say["not"].format(not_=ALERTS_NOT[state.kind])] if state.verdict is None else []),
        say["next"].format(next=_next(state)),
    ]
    if cases is None:
        return lines
    lines.append(say["cases"])
    for number, row in enumerate(cases.to_dict("records"), 1):
        lines.append(
            say["case"].format(
                number=number,
                case=row["case_id"],
                date=row["entered_at"][:10],
                own=say["own"].format(own=round(own, 1)) if (own := row["own_estimate_months"]) > 0 else "",
                advice=round(row["advice_months"], 1),
                entry=round(row["entry_months"], 1),
            )
        )
    return [*lines, say["answer" if state.asks_note else "object"].format(position=state.position)]


def _named(state: "AlertState") -> str:
    direction = f"（{_words()['directions'][state.direction]}）" if state.direction else ""
    return f"{state.kind} {state.name}{direction}"


def _next(state: "AlertState") -> str:
    """Say what the state asks of the judge; how a stage of blind-first cases ended goes before it."""
    from sentencing_ml.monitor.report.page_words import STATES

    ended = _words()["verdicts"]
    if state.stage is None or state.stage.closed is None:
        return STATES[state.state]
    told = ended["reset"] if state.stage.reset else ended[state.verdict]
    return told + STATES[state.state] if state.asks_note else told


def _one(ledger: "Ledger", judge: str, alert: int, *, at: str) -> tuple["AlertState", "Records"]:
    """Return the state of one alert of a judge, and the records it was made of."""
    from sentencing_ml.monitor.alerts.alerts import read_records

    records = read_records(ledger)
    state = next((state for state in _own(records, ledger, judge, at=at) if state.position == alert), None)
    if state is None:
        raise InputError(
            f"--alert {alert}: this judge has no alert of that number. `sentencing alerts show` lists them."
        )
    return state, records


def _own(records: "Records", ledger: "Ledger", judge: str, *, at: str) -> list["AlertState"]:
    from sentencing_ml.monitor.alerts.alerts import states

    name = ledger.pseudonym(judge)
    if not (records.corrections["judge"] == name).any():
        raise InputError(
            "--judge: the ledger has no entry of a judge of this name. Write the name as at the desk, and give the key "
            "of this ledger's pseudonyms."
        )
    return [state for state in states(records, at=at) if state.judge == name]


def _checked(text: str, state: "AlertState", records: "Records", *, factors: Path | None) -> "Check":
    """Hold a note against the cases of its alert."""
    from sentencing_ml.monitor.alerts.alerts import cases_of_alert
    from sentencing_ml.monitor.alerts.reason_note import cases_of, check
    from sentencing_ml.storage import read_table

    table = factors or (layout.FACTORS if layout.FACTORS.is_file() else None)
    own = records.corrections[records.corrections["judge"] == state.judge]
    rows = cases_of_alert(state, records)
    notes = records.notes[(records.notes["judge"] == state.judge) & (records.notes["alert_position"] != state.position)]
    return check(
        text,
        cases=cases_of(rows, None if table is None else read_table(table)),
        others=[case for case in own["case_id"].unique() if case not in set(rows["case_id"])],
        told="\n".join(_alert(state, None)),
        earlier=dict(zip(notes["alert_position"], notes["text"], strict=True)),
    )


def _write(
    ledger: "Ledger", state: "AlertState", judge: str, *, kind: str, text: str, named: int, accepted: bool, at: str
) -> None:
    """Keep a note as it is; who answers an alert has seen it."""
    from sentencing_ml.monitor.bookkeeping.records import Note, Seen

    seen = [] if state.seen_at else [Seen(alert_position=state.position, judge=judge, seen_at=at)]
    note = Note(
        alert_position=state.position, judge=judge, kind=kind, text=text, written_at=at, named=named, accepted=accepted
    )
    ledger.extend([*seen, note])


def _given(judge: str, file: str) -> tuple[str, str]:
    from sentencing_ml.monitor.bookkeeping.naming import judge_name

    if judge == "-" and file == "-":
        raise InputError("--judge and --file cannot both be read from standard input. Set SENTENCING_JUDGE.")
    return judge_name(judge), _text(file)


def _text(file: str) -> str:
    """Read what a judge wrote: UTF-8, else GB18030; refuses what is no text."""
    from sentencing_ml.judgments.formats import implausible

    if file != "-" and not Path(file).is_file():
        raise InputError(f"{file}: not found. Name the file with the text, or - for standard input.")
    data = sys.stdin.buffer.read(_LARGEST + 1) if file == "-" else Path(file).read_bytes()
    if len(data) <= _LARGEST:
        for encoding in ("utf-8-sig", "gb18030"):
            with contextlib.suppress(UnicodeDecodeError):
                text = data.decode(encoding)
                if not implausible(text, guessed=encoding == "gb18030"):
                    return text
    where = "standard input" if file == "-" else file
    raise InputError(f"{where}: is no text of a note (UTF-8 or GB18030, at most {_LARGEST} bytes). Nothing was kept.")


def _words() -> dict[str, Any]:
    from sentencing_ml.monitor.alerts.alerts import words

    return words()


def _opened(place: str) -> "Ledger":
    from sentencing_ml.monitor.ledger import Ledger

    return Ledger(place, create=False)


def _now() -> str:
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")
