"""The command line. Heavy libraries are imported inside the commands, so that ``sentencing --help`` answers at once."""

import datetime
from pathlib import Path
from typing import Annotated

import typer

from sentencing_ml import __version__, layout
from sentencing_ml.errors import InputError, QuarantineError, run
from sentencing_ml.monitor.alerts import commands as alert_commands
from sentencing_ml.monitor.bookkeeping import commands as ledger_commands

app = typer.Typer(
    name="sentencing",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Liability punishment (责任刑) from Chinese criminal judgments: read, model, explain, audit, watch. "
    "Every figure is a reference range; the decision stays with the judge.",
)

app.add_typer(ledger_commands.app, name="ledger")
app.add_typer(alert_commands.app, name="alerts")

Params = Annotated[Path, typer.Option("--params", help="Settings file.")]
Inputs = Annotated[
    list[str],
    typer.Argument(
        help="Files, folders or globs: .jsonl .json .csv .txt .html .docx, each also .gz; .parquet .xlsx. A table has "
        "a row a record under a header of the JSONL keys."
    ),
]
Jobs = Annotated[
    int | None, typer.Option(help="Processes that share the work; default extract.workers of the settings.", min=1)
]
Restart = Annotated[bool, typer.Option("--restart", help="Discard what an interrupted run has left.")]


def main() -> None:
    """Run the command line; a user error is one message and an exit code of its own, never a traceback."""
    run(app)


def _version(value: bool) -> None:
    if value:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


def _settings(params: Path):  # noqa: ANN202 - the type would import pydantic
    from sentencing_ml import runtime
    from sentencing_ml.settings import load_settings

    settings = load_settings(params)
    runtime.prepare(threads=settings.runtime.threads)
    return settings


def _show(values: dict) -> None:
    """Print what a stage returned, one figure a line; counts only, never a row."""
    for name, value in values.items():
        typer.echo(f"{name:32} {value:.4g}" if isinstance(value, float) else f"{name:32} {value}")


def _existing(*paths: Path) -> None:
    from sentencing_ml.errors import raise_all

    problems = [f"{path}: not found" for path in paths if not path.exists()]
    raise_all(problems, error=InputError, heading="Inputs are missing; name them, or run `make run` first:")


@app.command(epilog="Example: sentencing simulate --out data/sample --judgments 500 --seed 3")
def simulate(
    out: Annotated[
        Path, typer.Option(help="Folder for judgments, indictments, true factors and truth.")
    ] = layout.SAMPLE,
    judgments: Annotated[
        int | None, typer.Option(help="Number of judgments; default from the settings.", min=1)
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed; default from the settings.")] = None,
    params: Params = Path("params.yaml"),
) -> None:
    """Make judgments and indictments with known truth."""
    from sentencing_ml.simulation.simulate import simulate_corpus

    given = {name: value for name, value in (("judgments", judgments), ("seed", seed)) if value is not None}
    _show(simulate_corpus(folder=out, settings=_settings(params).simulation.model_copy(update=given)))


@app.command(
    epilog="Example: sentencing ingest data/raw --out data/interim --strict. "
    "Exit code 12: --strict was given and a record was quarantined."
)
def ingest(
    inputs: Inputs,
    out: Annotated[Path, typer.Option(help="Folder for documents.parquet, quarantine.parquet and ingest.json.")] = Path(
        "data/ingested"
    ),
    strict: Annotated[bool, typer.Option(help="Exit with code 12 when a record was quarantined.")] = False,
    params: Params = Path("params.yaml"),
) -> None:
    """Read, clean and section judgments; what cannot be used is quarantined with its reason."""
    from sentencing_ml.judgments.collect import collect
    from sentencing_ml.judgments.ingest import ingest as run

    settings = _settings(params)
    settings = settings.model_copy(update={"corpus": settings.corpus.model_copy(update={"strict": strict})})
    collect(patterns=inputs, inputs=out / "inputs.json")
    _show(
        run(
            inputs=out / "inputs.json",
            documents=out / "documents.parquet",
            quarantine=out / "quarantine.parquet",
            report=out / "ingest.json",
            settings=settings,
        )
    )


@app.command(
    epilog="Example: sentencing extract case.txt --as annotation -o case.jsonl; "
    "sentencing extract judgments.jsonl --case 17 --html check.html"
)
def extract(
    inputs: Inputs,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Output file.")] = None,
    form: Annotated[
        str, typer.Option("--as", help="annotation (JSONL, a judgment a line) or table (Parquet, a row a count).")
    ] = "annotation",
    html: Annotated[
        Path | None, typer.Option(help="Page for checking: each text with its facts marked, beside their table.")
    ] = None,
    case: Annotated[str | None, typer.Option(help="Id of the one document to extract.")] = None,
    params: Params = Path("params.yaml"),
) -> None:
    """Find the sentencing factors of judgments, each with its span and rule."""
    if output is None and html is None:
        raise InputError("Name what to write: --output FILE for the facts, --html FILE for the page to check them on.")
    if form not in ("annotation", "table"):
        raise InputError(f"--as {form}: choose annotation or table.")
    settings = _settings(params)
    from sentencing_ml.factors.files import extract_files

    counts = extract_files(patterns=inputs, output=output, form=form, html=html, case=case, settings=settings)
    _show(counts)
    if counts.get("page.left_out"):
        typer.echo(f"The page shows the first {counts['page.documents']} documents; name another with --case ID.")


@app.command(
    epilog="Example: sentencing train --factors data/factors/factors.parquet --model models/liability "
    "--exclude tests/held_out.jsonl"
)
def train(
    factors: Annotated[Path, typer.Option(help="Factor table.")] = layout.FACTORS,
    split: Annotated[Path, typer.Option(help="Split table.")] = layout.SPLIT,
    model: Annotated[Path, typer.Option(help="Folder of the model.")] = layout.MODEL,
    exclude: Annotated[
        list[str] | None,
        typer.Option(help="File, folder or glob of a test set whose near duplicates teach nothing; may be repeated."),
    ] = None,
    documents: Annotated[
        Path, typer.Option(help="Documents of the factors; they teach the charge of facts naming none.")
    ] = layout.DOCUMENTS,
    params: Params = Path("params.yaml"),
) -> None:
    """Train the liability model on liability factors only; --exclude adds to train.exclude of the settings."""
    _existing(factors, split)
    settings = _settings(params)
    patterns = [*settings.train.exclude, *(exclude or [])]
    from sentencing_ml.judgments.collect import resolve
    from sentencing_ml.liability.exclusion import Excluded
    from sentencing_ml.liability.train import train as run

    excluded = None
    if patterns:
        excluded = Excluded(files=resolve(patterns, named="train.exclude, --exclude"), documents=documents)
        _existing(documents)
    told = documents if documents.exists() else None
    figures = run(
        factors=factors, split=split, model=model, documents=told, excluded=excluded, settings=settings
    )
    _show(figures)
    if unread := int(figures.get("excluded_unread", 0)):
        typer.echo(
            f"{unread} record(s) to exclude could not be read and were compared with nothing; "
            "`sentencing ingest` on the same files says why."
        )


@app.command(
    epilog="Example: sentencing evaluate; sentencing evaluate --factors held_out/factors.parquet "
    "--model models/liability --report held_out/evaluation.json"
)
def evaluate(
    factors: Annotated[
        Path | None, typer.Option(help="Factor table with outcomes. Default: that of the last run, and its split.")
    ] = None,
    split: Annotated[
        Path | None, typer.Option(help="Split of that table: only its test part is measured. Default: all rows.")
    ] = None,
    model: Annotated[Path, typer.Option(help="Folder of the model.")] = layout.MODEL,
    documents: Annotated[
        Path | None, typer.Option(help="Documents of the factors, for what reads words: a baseline, charges unnamed.")
    ] = None,
    taught: Annotated[
        tuple[Path, Path, Path] | None,
        typer.Option(
            help="FACTORS SPLIT DOCUMENTS that the model learned from, where --factors is another table: they teach "
            "the baselines and the learning curve."
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(help="As of `sentencing train`: near duplicates teach nothing here either; may be repeated."),
    ] = None,
    truth: Annotated[Path | None, typer.Option(help="Truth of a simulated corpus.")] = None,
    report: Annotated[Path, typer.Option(help="JSON report; the page stands beside it.")] = layout.EVALUATION_REPORT,
    params: Params = Path("params.yaml"),
) -> None:
    """Measure the model on held-out judgments, beside its baselines and, where there is one, simulated truth.

    --exclude adds to train.exclude of the settings, as in training.
    """
    if factors is None:
        factors, split = layout.FACTORS, split or layout.SPLIT
        documents = documents or (layout.DOCUMENTS if layout.DOCUMENTS.exists() else None)
    given = [path for path in (split, documents, truth, *(taught or ())) if path is not None]
    _existing(factors, model, *given)
    settings = _settings(params)
    patterns, documents_of_training = [*settings.train.exclude, *(exclude or [])], taught[2] if taught else documents
    from sentencing_ml.judgments.collect import resolve
    from sentencing_ml.liability.evaluate import Taught
    from sentencing_ml.liability.evaluate import evaluate as run
    from sentencing_ml.liability.exclusion import Excluded

    excluded = None
    if patterns and documents_of_training:
        files = resolve(patterns, named="train.exclude, --exclude")
        excluded = Excluded(files=files, documents=documents_of_training)
    _show(
        run(
            factors=factors,
            split=split,
            model=model,
            documents=documents,
            taught=Taught(factors=taught[0], split=taught[1], documents=taught[2]) if taught else None,
            excluded=excluded,
            truth=truth,
            report=report,
            settings=settings,
        )
    )


@app.command(
    epilog="Example: sentencing compare releases/in-use models/liability --factors data/factors/factors.parquet "
    "--split data/interim/split.parquet -o reports/comparison.html"
)
def compare(
    champion: Annotated[Path, typer.Argument(help="Folder of the model in use, or its released bundle.")],
    challenger: Annotated[Path, typer.Argument(help="Folder of the new model, or its released bundle.")],
    factors: Annotated[Path, typer.Option(help="Factor table with outcomes.")] = layout.FACTORS,
    split: Annotated[
        Path | None, typer.Option(help="Split of that table: only its test part is compared. Default: all rows.")
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Report: name .html or .json, the other stands beside it.")
    ] = layout.COMPARISON_REPORT,
    params: Params = Path("params.yaml"),
) -> None:
    """Show what a new model gains and loses against the one in use, on the same rows, with paired intervals."""
    if output.suffix not in (".html", ".json"):
        raise InputError(f"{output}: write .html or .json; the other is written beside it.")
    _existing(champion, challenger, factors, *([split] if split else []))
    settings = _settings(params)
    from sentencing_ml.release.comparison import compare as run

    _show(
        run(
            champion=champion,
            challenger=challenger,
            factors=factors,
            split=split,
            report=output.with_suffix(".json"),
            settings=settings,
        )
    )


@app.command(
    epilog="Example: sentencing predict cases.jsonl --model models/bundle -o out.jsonl; "
    "sentencing predict 'cases/*.xlsx' -o out.xlsx --jobs 4. A run that was killed goes on with the same command. "
    "Exit code 12: --strict was given and a record could not be read; 18: a process died."
)
def predict(
    inputs: Inputs,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Output: .jsonl or .csv (also .gz), .parquet or .xlsx.")
    ],
    model: Annotated[Path, typer.Option(help="Folder of a released bundle.")] = layout.BUNDLE,
    level: Annotated[str, typer.Option(help="defendant (a row a defendant) or count (a row a count).")] = "defendant",
    jobs: Jobs = None,
    strict: Annotated[
        bool, typer.Option(help="Exit with code 12 when a record could not be read; the output is written.")
    ] = False,
    restart: Restart = False,
    params: Params = Path("params.yaml"),
) -> None:
    """Predict the liability term of every record; the verdict is never read, a bad record does not stop the batch."""
    if level not in ("defendant", "count"):
        raise InputError(f"--level {level}: choose defendant or count.")
    from sentencing_ml.liability.predict import predict_files

    settings = _settings(params)
    counts = predict_files(
        patterns=inputs, output=output, model=model, level=level, settings=settings, jobs=jobs, restart=restart
    )
    _show(counts)
    if strict and counts.get("unreadable"):
        raise QuarantineError(
            f"{output}: {counts['unreadable']} record(s) could not be read and --strict asks that all be. Their rows "
            "have the status unreadable and the reason; mend the records and run again."
        )


@app.command(
    epilog="Example: sentencing explain case.txt --model models/bundle --out sheets; "
    "sentencing explain --case sim-000012 --citation. "
    "Facts: explain case.txt --write-facts facts.json, edit it, explain case.txt --facts facts.json. "
    "With --judge NAME the advice shown is recorded in the ledger. Figures that are left out wait for the judge's own "
    "estimate: the same command with --own-estimate 14."
)
def explain(
    inputs: Annotated[list[str] | None, typer.Argument(help="Files of judgments, indictments or fact records.")] = None,
    case: Annotated[str | None, typer.Option(help="Id of a document or row of the last run, instead of files.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the pages.")] = Path("reports/sheets"),
    model: Annotated[Path, typer.Option(help="Folder of a trained model or a released bundle.")] = layout.MODEL,
    citation: Annotated[
        bool, typer.Option("--citation", help="Write the 算法引用 block beside each sheet, as .txt and .docx.")
    ] = False,
    write_facts: Annotated[
        Path | None, typer.Option(help="Write the extracted facts of the case to this JSON file, to be corrected.")
    ] = None,
    facts: Annotated[
        Path | None, typer.Option(help="Facts of the case as corrected; the sheet is made of them and says so.")
    ] = None,
    review_queue: Annotated[
        Path, typer.Option(help="File to which corrections are appended for review.")
    ] = layout.REVIEW_QUEUE,
    blind: Annotated[
        bool, typer.Option("--blind", help="Leave all figures out until the judge's own estimate is in the ledger.")
    ] = False,
    judge: Annotated[
        str | None,
        typer.Option(
            help="Name of the judge, stored as a pseudonym; - reads standard input. The advice shown is recorded; in "
            "some cases it waits for the judge's own estimate."
        ),
    ] = None,
    own_estimate: Annotated[
        str | None, typer.Option(help="The judge's own liability term in months, before the figures are shown.")
    ] = None,
    row: Annotated[str | None, typer.Option(help="Count that is estimated, if the case has several.")] = None,
    ledger: Annotated[
        str,
        typer.Option(
            envvar="SENTENCING_LEDGER", help="Ledger of advice and judges' entries: a file, or the URL of a database."
        ),
    ] = str(layout.JUDGES_LEDGER),
    jobs: Jobs = None,
    restart: Restart = False,
    params: Params = Path("params.yaml"),
) -> None:
    """Write the case sheet of every count of the given files, or of a case of the last run."""
    if bool(inputs) == bool(case):
        raise InputError("Name files to explain, or one case of the last run with --case ID.")
    if not judge and (own_estimate, row) != (None, None):
        raise InputError("--own-estimate and --row are a judge's: name the judge with --judge NAME, or leave them out.")
    if write_facts and (facts or blind or citation or judge):
        raise InputError("--write-facts writes the facts alone; run again with the corrected file and the rest.")
    at_desk = bool(case or write_facts or facts or blind or citation or judge)
    if at_desk and (jobs or restart):
        raise InputError("--jobs and --restart are for a batch of plain sheets; leave them out here.")
    settings = _settings(params)
    if at_desk:
        from sentencing_ml.explanation.desk import Asked
        from sentencing_ml.monitor.own_estimate import shown_to

        at, wanted = _now(), bool(blind or judge)
        asked = Asked(
            at=at,
            write_facts=write_facts,
            facts=facts,
            queue=review_queue,
            citation=citation,
            shown=shown_to(judge, ledger=ledger, own_estimate=own_estimate, row=row, at=at, blind_first=blind)
            if wanted
            else None,
        )
        _at_desk(asked, inputs=inputs, case=case, out=out, model=model, settings=settings)
        return
    from sentencing_ml.explanation.files import explain_files

    done = explain_files(patterns=inputs or [], folder=out, model=model, settings=settings, jobs=jobs, restart=restart)
    for page in done.pages or (done.index,):
        typer.echo(str(page))
    if done.counts["records"] > 1:
        _show(done.counts)


def _at_desk(asked, *, inputs: list[str] | None, case: str | None, out: Path, model: Path, settings) -> None:  # noqa: ANN001
    from sentencing_ml.explanation.archive import archive_of
    from sentencing_ml.explanation.desk import at_desk, open_case, open_files
    from sentencing_ml.explanation.explain import load
    from sentencing_ml.liability.model import model_version

    if case:
        tables = {"factors": layout.FACTORS, "evidence": layout.EVIDENCE, "documents": layout.DOCUMENTS}
        _existing(*tables.values(), layout.SPLIT)
        opened = open_case(case, **tables, split=layout.SPLIT)
    else:
        opened = open_files(inputs or [], model=model, settings=settings)

    def explainer():  # noqa: ANN202 - the type would import pandas
        archive = archive_of(model_version(model), folder=layout.ARCHIVE)
        return load(model=model, archive=archive, settings=settings)

    done = at_desk(asked, opened, explainer=explainer, folder=out)
    for path in done.written:
        typer.echo(str(path))
    if asked.facts:
        typer.echo(f"{done.edits} fact(s) corrected, {done.corrections} of them new in {asked.queue}.")
    if done.hidden:
        typer.echo(
            f"The figures of {done.hidden} count(s) are left out. They are shown once the judge's own estimate is "
            "recorded: --judge NAME --own-estimate MONTHS."
        )


def _now() -> str:
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


@app.command(
    epilog="Example: sentencing review; "
    "sentencing review --as annotation --texts judgments.jsonl -o annotations.jsonl"
)
def review(
    queue: Annotated[Path, typer.Option(help="Queue of corrections.")] = layout.REVIEW_QUEUE,
    form: Annotated[
        str | None, typer.Option("--as", help="annotation: the corrected judgments, a line each (JSONL).")
    ] = None,
    texts: Annotated[
        list[str] | None, typer.Option(help="File, folder or glob of the judgments' texts; may be repeated.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Output file.")] = None,
    params: Params = Path("params.yaml"),
) -> None:
    """Count the corrections of extracted facts by factor and rule, or turn them into annotations."""
    if form is None and output is None and texts is None:
        from sentencing_ml.explanation.review import read, report, summary

        typer.echo(report(summary(read(queue))))
        return
    if form != "annotation" or output is None or not texts:
        raise InputError("To write annotations name all three: --as annotation, --texts FILES and --output FILE.")
    settings = _settings(params)
    from sentencing_ml.explanation.review import write_annotations

    _show(write_annotations(queue, patterns=texts, output=output, settings=settings))


@app.command(
    "what-if",
    epilog="Example: sentencing what-if case.txt --set amount_yuan=50000 --set role=从犯; "
    "sentencing what-if sim-000012 --row sim-000012/0/0 --set 犯罪数额=5万 --json",
)
def what_if(
    case: Annotated[str, typer.Argument(help="File of a case, or the id of a document or row of the last run.")],
    changes: Annotated[
        list[str], typer.Option("--set", help="name=value of a fact of the offence, in either language; repeatable.")
    ],
    row: Annotated[
        str | None, typer.Option(help="Id of the row, where the case has several defendants or counts.")
    ] = None,
    model: Annotated[Path, typer.Option(help="Folder of a trained model or a released bundle.")] = layout.MODEL,
    as_json: Annotated[bool, typer.Option("--json", help="Print plain data as JSON.")] = False,
    params: Params = Path("params.yaml"),
) -> None:
    """Show both tracks of a case before and after facts of the offence are changed."""
    import json

    settings = _settings(params)
    from sentencing_ml.explanation.changed_facts import assignments
    from sentencing_ml.explanation.what_if_case import rows_of_case, text, what_if_case
    from sentencing_ml.liability.model import LiabilityModel

    values = assignments(changes)
    told = what_if_case(
        rows_of_case(case, row=row, model=model, settings=settings),
        values,
        model=LiabilityModel.load(model),
        threads=settings.runtime.threads,
    )
    typer.echo(json.dumps(told, ensure_ascii=False, indent=1) if as_json else text(told))


@app.command(
    epilog="Example: sentencing audit --model models/bundle --report reports/audit.json. The yearly report of new "
    "judgments: sentencing audit --factors 2025.parquet --no-split --year 2025 --report reports/2025.json"
)
def audit(
    factors: Annotated[Path, typer.Option(help="Factor table.")] = layout.FACTORS,
    split: Annotated[
        Path | None, typer.Option(help="Split table: its test part is compared.", show_default=str(layout.SPLIT))
    ] = None,
    no_split: Annotated[
        bool, typer.Option("--no-split", help="Compare every row that states a term: judgments the model never saw.")
    ] = False,
    model: Annotated[Path, typer.Option(help="Folder of a trained model or a released bundle.")] = layout.MODEL,
    documents: Annotated[
        Path | None, typer.Option(help="Documents of the factor table, for the swap test; without it none is run.")
    ] = None,
    ledger: Annotated[
        str | None,
        typer.Option(help="Ledger of judges' entries, a file or a database's URL, for the corrections by group."),
    ] = None,
    year: Annotated[int | None, typer.Option(help="Compare the judgments of this year alone.")] = None,
    certificate: Annotated[
        Path, typer.Option(help="The audit's own certificate; made again when the configuration changed.")
    ] = layout.AUDIT_CERTIFICATE,
    certify: Annotated[
        bool, typer.Option("--certify", help="Make the certificate again, however it stands.")
    ] = False,
    report: Annotated[Path, typer.Option(help="JSON report; the page stands beside it.")] = layout.AUDIT_REPORT,
    params: Params = Path("params.yaml"),
) -> None:
    """Assess disparity between groups of extraction, judgments, advice, error and correction, with intervals.

    The certificate says how often this configuration flags what is not there and finds what is. It takes minutes, so it
    is kept, and made again only when the configuration is another one or --certify asks for it.
    """
    if no_split and split is not None:
        raise InputError("--split and --no-split exclude each other. Leave one out.")
    parts = None if no_split else split or layout.SPLIT
    settings = _settings(params)
    _existing(*(path for path in (factors, parts, model, documents) if path is not None))
    from sentencing_ml.fairness.audit import audit as run
    from sentencing_ml.fairness.certificate import read_certificate
    from sentencing_ml.fairness.certify import certify_audit
    from sentencing_ml.monitor.ledger import entries_table

    entries = None if ledger is None else entries_table(ledger)
    if certify or read_certificate(certificate, settings.audit)["status"] != "measured":
        typer.echo(f"Certifying the audit by planted differences; this takes minutes. → {certificate}", err=True)
        certify_audit(
            factors=factors, split=parts, model=model, documents=documents, report=certificate, settings=settings
        )
    figures = run(
        factors=factors,
        split=parts,
        model=model,
        documents=documents,
        entries=entries,
        year=year,
        certificate=certificate,
        report=report,
        settings=settings,
    )
    _show(figures)


@app.command(
    epilog="Example: sentencing monitor --ledger data/judges/ledger.sqlite --report reports/court.json --witness "
    "/mnt/auditor/witness.jsonl --trust court.pub.pem. The lists of a week: sentencing monitor --week 2025-W14. Where "
    "a judge's own page is: sentencing monitor --judge NAME"
)
def monitor(
    ledger: Annotated[
        str, typer.Option(envvar="SENTENCING_LEDGER", help="Ledger: a file, or the URL of a database.")
    ] = str(layout.LEDGER),
    report: Annotated[Path, typer.Option(help="JSON report; the page stands beside it.")] = layout.MONITOR_REPORT,
    judge_pages: Annotated[Path, typer.Option(help="Folder of the judges' own pages.")] = layout.JUDGE_PAGES,
    certificate: Annotated[Path, typer.Option(help="The monitor's own certificate.")] = layout.MONITOR_CERTIFICATE,
    witness: Annotated[Path | None, typer.Option(help="Witness file of the ledger's roots.")] = None,
    trust: Annotated[Path | None, typer.Option(help="Public key (PEM) that must have signed the roots.")] = None,
    week: Annotated[
        str | None, typer.Option(help="Week of the lists of departures and adoptions; default the last that is over.")
    ] = None,
    month: Annotated[
        str | None, typer.Option(help="Month of the review sample, such as 2025-04; default the last that is over.")
    ] = None,
    judge: Annotated[
        str | None, typer.Option(help="Print where this judge's own page is, and make none; - reads the name.")
    ] = None,
    certify: Annotated[
        bool, typer.Option("--certify", help="Make the certificate from simulated judges, and no report.")
    ] = False,
    factors: Annotated[
        Path | None, typer.Option(help="With --certify: factor table whose judgments tell how far views spread.")
    ] = None,
    split: Annotated[Path | None, typer.Option(help="With --factors: split table, its test part is taken.")] = None,
    model: Annotated[Path | None, typer.Option(help="With --factors: folder of the model or released bundle.")] = None,
    params: Params = Path("params.yaml"),
) -> None:
    """Report how judges correct the advice, to the court and to each judge, from a ledger that is verified first.

    A ledger that was altered is reported as one: the report says that its figures are not to be relied on.

    --certify simulates judges of known behaviour, and says how often these charts speak without cause, how soon with
    cause, and what they cannot see, beside the rules that a court would think of first. It takes minutes.
    """
    if certify:
        _existing(*(path for path in (factors, split, model) if path is not None))
        settings = _settings(params)
        from sentencing_ml.monitor.certificate.certify import certify_monitor, summary
        from sentencing_ml.storage import read_json

        typer.echo(f"Certifying the monitor on simulated judges; this takes minutes. → {certificate}", err=True)
        certify_monitor(report=certificate, settings=settings, factors=factors, split=split, model=model)
        typer.echo("\n".join(summary(read_json(certificate))))
        return
    from sentencing_ml.monitor.bookkeeping.database import is_url

    place = ledger if is_url(ledger) else Path(ledger)
    _existing(*(path for path in (place, witness, trust) if isinstance(path, Path)))
    settings = _settings(params)
    from sentencing_ml.monitor.monitor import observe, own_page

    if judge is not None:
        typer.echo(own_page(judge, ledger=place, judge_pages=judge_pages))
        return
    _show(
        observe(
            ledger=place,
            report=report,
            judge_pages=judge_pages,
            certificate=certificate,
            witness=witness,
            trust=trust,
            week=week,
            month=month,
            review_seed=settings.monitor.review_seed,
        )
    )


@app.command(epilog="Example: sentencing indicators --factors 2025.parquet --report reports/2025.json --by court")
def indicators(
    factors: Annotated[Path, typer.Option(help="Factor table.")] = layout.FACTORS,
    report: Annotated[Path, typer.Option(help="JSON report; the page stands beside it.")] = layout.INDICATORS_REPORT,
    by: Annotated[
        list[str] | None,
        typer.Option(
            help="A line for each court, procuratorate, judge, prosecutor, charge or month; may be repeated.",
            show_default="all",
        ),
    ] = None,
    ledger: Annotated[
        str,
        typer.Option(
            envvar="SENTENCING_LEDGER", help="Ledger whose key gives judges and prosecutors their pseudonyms."
        ),
    ] = str(layout.JUDGES_LEDGER),
    params: Params = Path("params.yaml"),
) -> None:
    """Report pleas, recommendations and their adoption, counsel and procedure, as judgments tell them.

    Nothing is ranked and no person is pointed out; what is too few to say tells how many are wanting.
    """
    _existing(factors)
    settings = _settings(params)
    from sentencing_ml.monitor.indicators.indicators import indicators as run
    from sentencing_ml.monitor.indicators.rows import AXES

    place = ledger if "://" in ledger else Path(ledger)
    _show(run(factors=factors, report=report, settings=settings, ledger=place, axes=by or AXES))


@app.command(
    epilog="Example: sentencing release --model models/liability --bundle signed. "
    "Exit code 15: a gate does not hold; the bundle is built, and the alias stays where it was."
)
def release(
    model: Annotated[Path, typer.Option(help="Folder of the trained model.")] = layout.MODEL,
    bundle: Annotated[Path, typer.Option(help="Folder of the bundle, new or an earlier bundle.")] = layout.BUNDLE,
    alias: Annotated[
        str | None, typer.Option(help="Alias that the model takes when every gate holds; default from the settings.")
    ] = None,
    params: Params = Path("params.yaml"),
) -> None:
    """Bundle the model, register it, and move the alias to it when every gate of the settings holds."""
    settings = _settings(params)
    if alias is not None:
        settings = settings.model_copy(update={"release": settings.release.model_copy(update={"alias": alias})})
    _existing(model, layout.FACTORS, layout.INGEST_REPORT, layout.EVALUATION_REPORT, layout.AUDIT_REPORT)
    from sentencing_ml import tracking
    from sentencing_ml.release.release import gated_reports, publish, require_promotion

    report = bundle.with_name(f"{bundle.name}-release.json")
    with tracking.stage("release", settings) as log:
        figures = publish(
            model=model,
            bundle=bundle,
            factors=layout.FACTORS,
            reports=gated_reports(settings),
            report=report,
            settings=settings,
        )
        log.add_metrics(figures)
    _show(figures)
    require_promotion(report)


@app.command(epilog="Example: sentencing verify models/bundle --trust court.pub.pem")
def verify(
    bundle: Annotated[Path, typer.Argument(help="Folder of a bundle.")] = layout.BUNDLE,
    trust: Annotated[
        Path | None, typer.Option(help="Public key of the publisher whose signature must be on it.")
    ] = None,
) -> None:
    """Check every hash of a bundle and, with a trusted key, its signature."""
    from sentencing_ml.liability.bundle import verify_manifest

    count = len(verify_manifest(bundle))
    if trust is not None:
        from sentencing_ml.release.signing import verify_signature

        verify_signature(bundle, public=trust)
    typer.echo(
        f"{bundle}: {count} files as the manifest says"
        + (", signed by the trusted key" if trust else "; signature not checked")
    )


@app.command(epilog="Example: sentencing key court.pem, then set SENTENCING_SIGNING_KEY=court.pem for release")
def key(
    path: Annotated[Path, typer.Argument(help="File of the private key; the public one stands beside it.")],
) -> None:
    """Make a key pair for signing bundles."""
    from sentencing_ml.release.signing import make_key

    typer.echo(f"public key: {make_key(path)}; keep {path} secret")


@app.command(
    epilog="Example: sentencing law 盗窃 --amount 50000 --date 2015-06 --province 河南 --circumstance 自首; "
    "sentencing law --check; sentencing law --changes 2015 2024. "
    "Exit code 11: the law cannot take an input, and the answer says why."
)
def law(
    charge: Annotated[str | None, typer.Argument(help="Charge in any writing.")] = None,
    amount: Annotated[str | None, typer.Option(help="犯罪数额, in yuan.")] = None,
    injury: Annotated[str | None, typer.Option(help="损伤程度: 轻微伤, 轻伤二级 … 死亡.")] = None,
    deaths: Annotated[str | None, typer.Option(help="死亡人数.")] = None,
    weight: Annotated[str | None, typer.Option(help="毒品数量, in grams.")] = None,
    drug: Annotated[str | None, typer.Option(help="毒品种类.")] = None,
    count: Annotated[str | None, typer.Option(help="犯罪次数.")] = None,
    date: Annotated[str | None, typer.Option(help="Day, month or year of the offence; default: of the trial.")] = None,
    trial_date: Annotated[
        str | None, typer.Option(help="Day, month or year of the trial; default: the day the law data are current to.")
    ] = None,
    province: Annotated[str | None, typer.Option(help="Province, full or short name.")] = None,
    fact: Annotated[list[str] | None, typer.Option(help="name=value of any fact; may be repeated.")] = None,
    circumstance: Annotated[
        list[str] | None, typer.Option(help="量刑情节 by id or Chinese name, with =evidence if any; may be repeated.")
    ] = None,
    liability_only: Annotated[bool, typer.Option("--liability-only", help="Leave out the offender's part.")] = False,
    first_stage: Annotated[
        str, typer.Option(help="How circumstances applied first go together: multiply or add.")
    ] = "multiply",
    check: Annotated[bool, typer.Option("--check", help="Check all files of the law data.")] = False,
    changes: Annotated[
        tuple[str, str] | None, typer.Option(help="List what changed between two dates, for CHARGE or for all.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print plain data as JSON.")] = False,
) -> None:
    """Show what the law says of a charge: tiers, range and steps, each with its article and source."""
    if (check and (charge or changes)) or not (check or changes or charge):
        raise InputError("Name a charge, or --check, or --changes FROM TO (with a charge or without).")
    if first_stage not in ("multiply", "add"):
        raise InputError(f"--first-stage {first_stage}: choose multiply or add.")
    from sentencing_ml.law import command

    if check:
        text, answered = command.check(factors=_law_factors(), as_json=as_json)
    elif changes:
        text, answered = command.changes(*changes, charge=charge, as_json=as_json)
    else:
        options = {
            "amount_yuan": amount,
            "injury_grade": injury,
            "deaths": deaths,
            "drug_grams": weight,
            "drug_type": drug,
            "incident_count": count,
        }
        text, answered = command.ask(
            charge,
            facts=[(name, value) for name, value in options.items() if value is not None],
            written=fact or [],
            circumstances=circumstance or [],
            offence_date=date,
            trial_date=trial_date,
            province=province,
            liability_only=liability_only,
            first_stage=first_stage,
            factors=_law_factors(),
            as_json=as_json,
        )
    typer.echo(text)
    if not answered:
        raise typer.Exit(InputError.exit_code)


def _law_factors() -> dict:
    """Return what the law asks of the factors that extraction reads; the law itself imports none of them."""
    from sentencing_ml.factors.registry import registry
    from sentencing_ml.law.check import Factor, Told

    return {
        factor.name: Factor(
            zh=factor.zh,
            type=factor.type,
            unit=factor.unit,
            levels=tuple(level.name for level in factor.levels),
            tells=(
                *([Told(True, factor.circumstance, factor.factor_class.name)] if factor.circumstance else []),
                *(
                    Told(level.name, level.circumstance, level.factor_class.name)
                    for level in factor.levels
                    if level.circumstance
                ),
            ),
        )
        for factor in registry().factors.values()
    }


if __name__ == "__main__":
    main()
