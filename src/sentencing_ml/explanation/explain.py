"""Case sheets of the rows of a factor table, and the stage ``explain``: those of a sample of test cases."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml.explanation import case_list
from sentencing_ml.explanation.archive import Archive
from sentencing_ml.explanation.attribution import (
    Reference,
    Walk,
    bar_of_columns,
    contributions,
    never_missing,
    reference,
    walk,
)
from sentencing_ml.explanation.law_bars import implied_bars, law_bars
from sentencing_ml.explanation.sheet import Basis, Case, sheet
from sentencing_ml.explanation.sheet_page import page
from sentencing_ml.explanation.what_if import what_if
from sentencing_ml.factors.registry import registry
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.facts import facts_text
from sentencing_ml.judgments.table import documents_from_frame
from sentencing_ml.judgments.tokens import tokeniser
from sentencing_ml.law.report import track_data
from sentencing_ml.law.statutes import law_version
from sentencing_ml.law.tiers import compare
from sentencing_ml.law.track import RuleTrack
from sentencing_ml.liability.design import design_columns
from sentencing_ml.liability.model import LiabilityModel, model_version
from sentencing_ml.liability.rows import Rows, prepare
from sentencing_ml.liability.rules import count_track, records
from sentencing_ml.liability.split import with_parts
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table, write_json, write_text

_SHARE_NOT_ADVISED = 6  # of the sample, one in so many goes to each status without an empirical figure


@dataclass(frozen=True, kw_only=True)
class Explainer:
    """A model with its archive; the comparison of each charge is prepared once and kept in ``references``.

    ``filled`` names the columns of :func:`attribution.never_missing`."""

    model: LiabilityModel
    archive: Archive
    model_version: str
    settings: Settings
    filled: tuple[str, ...]
    references: dict[str, Reference] = field(default_factory=dict)

    def reference(self, charge_group: str) -> Reference:
        """Return the comparison sample of a charge."""
        if charge_group not in self.references:
            stored = self.model.reference
            rows = stored[stored["charge_group"] == charge_group].head(self.settings.explain.background)
            self.references[charge_group] = reference(
                self.model.student.booster_,
                charge_group=charge_group,
                design=rows[[column.name for column in design_columns()]].astype("float64"),
                prior=rows["offset"].to_numpy(dtype="float64"),
                filled=self.filled,
            )
        return self.references[charge_group]


def load(*, model: Path, archive: Path | None, settings: Settings) -> Explainer:
    """Load a model and open the archive that belongs to it; without one the sheets cite no past case.

    Raises
    ------
    BundleError
        Model or archive is missing or altered, or the archive belongs to another model.
    """
    loaded, version = LiabilityModel.load(model), model_version(model)
    return Explainer(
        model=loaded,
        archive=Archive.empty() if archive is None else Archive.open(archive, model=version),
        model_version=version,
        settings=settings,
        filled=never_missing(loaded.student.booster_),
    )


def explain(
    *,
    factors: Path,
    evidence: Path,
    documents: Path,
    split: Path,
    model: Path,
    archive: Path,
    folder: Path,
    settings: Settings,
) -> dict[str, float]:
    """Write the sheets of ``settings.explain.sample`` test cases, and of the cases they cite, into ``folder``.

    The cases are drawn by seed, spread over charges and statuses; each sheet is a page and its JSON, and the list of
    the drawn ones stands in ``index.html``. Returns counts and seconds.
    """
    frame = with_parts(read_table(factors), read_table(split))
    explainer = load(model=model, archive=archive, settings=settings)
    test = frame[frame["part"] == "test"]
    predictions = explainer.model.predict(test, threads=settings.runtime.threads)
    chosen = choose(predictions, size=settings.explain.sample, seed=settings.explain.seed)
    tables = _Tables(frame=frame, evidence=read_table(evidence), documents=read_table(documents))
    started = time.perf_counter()
    sheets = tables.sheets(test.loc[chosen], explainer)
    seconds = time.perf_counter() - started
    cited = {match["row_id"] for content in sheets for match in content["similar"]}
    others = tables.sheets(frame[frame["row_id"].isin(cited)], explainer)
    written = {content["file"] for content in (*sheets, *others)}
    write_sheets(link(sheets, written=written), folder=folder)
    write_sheets(link(others, written=written), folder=folder, listed=False)
    return {
        "sheets": len(sheets),
        "sheets_advised": sum(content["status"]["advised"] for content in sheets),
        "sheets_cited": len(others),
        "archive_rows": explainer.archive.rows,
        "seconds_per_sheet": seconds / max(len(sheets), 1),
    }


@dataclass(frozen=True, kw_only=True)
class _Tables:
    """The stage tables of a run; ``frame`` is the factor table with parts."""

    frame: pd.DataFrame
    evidence: pd.DataFrame
    documents: pd.DataFrame

    def sheets(self, rows: pd.DataFrame, explainer: Explainer) -> list[dict[str, Any]]:
        known = self.documents[self.documents["id"].isin(rows["doc_id"])]
        return explain_rows(
            rows,
            evidence=self.evidence,
            documents=documents_by_id(known),
            explainer=explainer,
            everyone=self.frame,
            taught=frozenset(rows.loc[rows["part"] == "train", "row_id"]),
        )


def explain_rows(
    rows: pd.DataFrame,
    *,
    evidence: pd.DataFrame,
    documents: Mapping[str, Document],
    explainer: Explainer,
    everyone: pd.DataFrame | None = None,
    taught: frozenset[str] = frozenset(),
    edits: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
) -> list[dict[str, Any]]:
    """Return the sheet of every row of a factor table, in its order.

    Parameters
    ----------
    everyone
        The table in which the other counts of the same defendants stand; by default ``rows``.
    taught
        Ids of the rows that the model learned from.
    edits
        By row: what was corrected in its facts (:meth:`edited_facts.Edits.apply`).
    """
    settings, archive = explainer.settings, explainer.archive
    inputs = prepare(rows)
    predictions = explainer.model.predict_rows(rows, inputs, threads=settings.runtime.threads)
    told = records(rows)
    tracks = [count_track(record) for record in told]
    walks = _walks(rows, inputs, predictions, told, tracks, explainer)
    by_row = {
        row_id: group.to_dict("records")
        for row_id, group in evidence[evidence["row_id"].isin(rows["row_id"])].groupby("row_id")
    }
    changed = what_if(
        rows,
        predictions,
        model=explainer.model,
        threshold=settings.explain.what_if_threshold,
        threads=settings.runtime.threads,
    )
    others = _other_charges(rows if everyone is None else everyone[everyone["doc_id"].isin(rows["doc_id"])])
    basis = _basis(explainer)
    sheets = []
    plain = zip(rows.index, _records(rows, predictions), tracks, changed, strict=True)
    for position, (row, prediction), track, alternatives in plain:
        document = documents[row["doc_id"]]
        steps, ref = walks.get(position, (None, None))
        charge = row.get("charge_group")
        sheets.append(
            sheet(
                Case(
                    row=row,
                    document=document,
                    evidence=by_row.get(row["row_id"], []),
                    other_charges=others(row),
                    taught=row["row_id"] in taught,
                ),
                prediction=prediction,
                rules=_rules(track, row) if track is not None and track.tiers else None,
                walk=steps,
                reference={"charge_group": ref.charge_group, "size": ref.size, "sha256": ref.sha256} if ref else None,
                history=archive.history.get(str(charge), {}),
                similar=_similar(row, prediction, document, explainer),
                probation=archive.probation(charge_group=charge, tier=prediction["tier"]),
                basis=basis,
                what_if=alternatives,
                edits=(edits or {}).get(row["row_id"], ()),
            )
        )
    return sheets


def choose(predictions: pd.DataFrame, *, size: int, seed: int) -> list[Any]:
    """Return the labels of ``size`` rows by seed: most of them advised, every other status with a share.

    Within a status the charges take turns, the commonest first, so that a sample shows many charges.
    """
    order = predictions.sort_values("row_id").sample(frac=1, random_state=seed)
    charge = order["charge_group"].fillna("")
    turns = order.assign(
        turn=order.groupby([charge, order["status"]]).cumcount(), common=-charge.map(charge.value_counts())
    ).sort_values(["turn", "common", "row_id"], kind="stable")
    others = turns[turns["status"] != "advised"]
    some = others.groupby("status", sort=True).head(max(size // _SHARE_NOT_ADVISED, 1)).index.tolist()
    first = turns.index[turns["status"] == "advised"][: max(size - len(some), 0)].tolist()
    rest = [label for label in others.index if label not in set(some)]
    return [*first, *some, *rest][:size]


def link(sheets: Iterable[Mapping[str, Any]], *, written: set[str]) -> list[dict[str, Any]]:
    """Return the sheets with a link to the own sheet of every similar case whose page is ``written`` beside them."""
    return [
        {**content, "similar": [{**match, "linked": match["file"] in written} for match in content["similar"]]}
        for content in sheets
    ]


def write_sheets(sheets: Sequence[Mapping[str, Any]], *, folder: Path, listed: bool = True) -> list[Path]:
    """Write each sheet as JSON and HTML, and their list and its page when ``listed``; return the pages."""
    pages = []
    for content in sheets:
        write_json(folder / f"{content['file']}.json", content)
        write_text(folder / f"{content['file']}.html", page(content))
        pages.append(folder / f"{content['file']}.html")
    if listed:
        versions = sheets[0]["basis"]["versions"] if sheets else {}
        case_list.write_list([case_list.entry(content) for content in sheets], folder=folder, versions=versions)
    return pages


def _walks(
    rows: pd.DataFrame,
    inputs: Rows,
    predictions: pd.DataFrame,
    told: Sequence[Mapping[str, Any]],
    tracks: Sequence[RuleTrack | None],
    explainer: Explainer,
) -> dict[Any, tuple[Walk, Reference]]:
    advised = rows[predictions["status"] == "advised"]
    if advised.empty:
        return {}
    law = {place: law_bars(record, track) for place, record, track in zip(rows.index, told, tracks, strict=True)}
    columns = bar_of_columns()
    encoder = explainer.model.student.encoder_
    design = encoder.transform(inputs.facts, inputs.track, inputs.charge)
    prior = pd.Series(encoder.prior(inputs.track), index=rows.index)
    result: dict[Any, tuple[Walk, Reference]] = {}
    for charge, group in advised.groupby("charge_group", sort=True):
        ref = explainer.reference(str(charge))
        parts = contributions(ref, design=design.loc[group.index], prior=prior[group.index].to_numpy())
        for place, values in zip(group.index, parts.to_dict("records"), strict=True):
            shown = float(predictions.at[place, "liability_months"])
            bar_of = {column: implied_bars().get(bar, bar) for column, bar in (columns | law[place]).items()}
            result[place] = (walk(ref.expected, values, bar_of=bar_of, shown=shown), ref)
    return result


def _rules(track: RuleTrack, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rule track as plain data, and whether it bears the words in which the court put the tier."""
    words = {factor.name: row.get(factor.name) for factor in registry().of_class("assessment")}
    return {**track_data(track), "court": compare(track.finding, words)}


def _similar(
    row: Mapping[str, Any], prediction: Mapping[str, Any], document: Document, explainer: Explainer
) -> list[dict[str, Any]]:
    text = facts_text(document)
    if not explainer.archive.rows or row.get("charge_group") is None or not text:
        return []
    return explainer.archive.similar(
        row=row, tier=prediction["tier"], tokens=tokeniser().cut(text), k=explainer.settings.explain.similar
    )


def _basis(explainer: Explainer) -> Basis:
    archive = explainer.archive
    versions = {"模型": explainer.model_version, "法律数据": law_version(), "因子表": str(registry().version)}
    versions |= {
        label: value for label, value in (("数据", archive.data_version), ("案件库", archive.version)) if value
    }
    return Basis(
        versions=versions,
        data_cut=archive.data_cut,
        training_rows=sum(support.n for support in explainer.model.support.charges.values()),
        level=explainer.model.intervals.level,
    )


def _other_charges(frame: pd.DataFrame):
    charges = frame[["doc_id", "defendant_index", "row_id", "charge"]].dropna(subset=["charge"])
    by_defendant = dict(iter(charges.groupby(["doc_id", "defendant_index"])))

    def of(row: Mapping[str, Any]) -> tuple[str, ...]:
        group = by_defendant.get((row["doc_id"], row["defendant_index"]))
        return () if group is None else tuple(dict.fromkeys(group.loc[group["row_id"] != row["row_id"], "charge"]))

    return of


def _records(rows: pd.DataFrame, predictions: pd.DataFrame):
    """Yield each row with its prediction as plain values: None for what is unknown."""
    for row, prediction in zip(rows.to_dict("records"), predictions.to_dict("records"), strict=True):
        yield _plain(row), _plain(prediction)


def _plain(record: dict) -> dict[str, Any]:
    plain = {}
    for name, value in record.items():
        if isinstance(value, np.generic):
            value = value.item()
        unknown = value is None or value is pd.NA or (isinstance(value, float) and value != value)
        plain[name] = None if unknown else value
    return plain


def documents_by_id(frame: pd.DataFrame) -> dict[str, Document]:
    """Return the documents of a stage table by their id."""
    return {document.id: document for document in documents_from_frame(frame)}
