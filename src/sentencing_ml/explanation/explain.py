"""Stage ``explain``: case sheets of a sample of test cases, and of any case that is asked for."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml.errors import InputError
from sentencing_ml.explanation import case_list, history, similar
from sentencing_ml.explanation.attribution import Reference, Walk, contributions, never_missing, reference, walk
from sentencing_ml.explanation.sheet import Basis, Case, page, sheet
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
from sentencing_ml.liability.rules import count_track, records
from sentencing_ml.liability.train import with_parts
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table, sha256_file, write_json, write_text

INDEX = "similar.npz"
_PREDICTED = ("tier", "liability_months")
_SHARE_NOT_ADVISED = 6  # of the sample, one in so many goes to each status without an empirical figure


@dataclass(frozen=True, kw_only=True)
class Archive:
    """The past cases that a sheet may cite: training rows with tier and liability term, their index, what history did.

    Without data (a bundle alone) it is empty, and the sheets say so.
    """

    cases: pd.DataFrame
    index: similar.Index | None
    history: Mapping[str, Mapping[str, Mapping[str, float]]]
    least: int
    data_cut: str | None = None
    data_version: str | None = None


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


def explain(
    *, factors: Path, evidence: Path, documents: Path, split: Path, model: Path, folder: Path, settings: Settings
) -> dict[str, float]:
    """Write the sheets of ``settings.explain.sample`` test cases as HTML and JSON into ``folder``, and their index.

    The cases are drawn by seed, spread over charges and statuses. Returns counts and seconds.
    """
    frame = with_parts(read_table(factors), read_table(split))
    texts = documents_by_id(read_table(documents))
    explainer = load(
        factors=frame, documents=texts, model=model, settings=settings, data_version=sha256_file(factors)[:12]
    )
    if explainer.archive.index is not None:
        similar.save(explainer.archive.index, folder / INDEX)
    test = frame[frame["part"] == "test"]
    predictions = explainer.model.predict(test, threads=settings.runtime.threads)
    chosen = choose(predictions, size=settings.explain.sample, seed=settings.explain.seed)
    started = time.perf_counter()
    sheets = explain_rows(
        test.loc[chosen], evidence=read_table(evidence), documents=texts, explainer=explainer, everyone=frame
    )
    seconds = time.perf_counter() - started
    write_sheets(sheets, folder=folder)
    advised = sum(content["status"]["advised"] for content in sheets)
    return {
        "sheets": len(sheets),
        "sheets_advised": advised,
        "archive_rows": len(explainer.archive.cases),
        "seconds_per_sheet": seconds / max(len(sheets), 1),
    }


def explain_case(
    case: str,
    *,
    factors: Path,
    evidence: Path,
    documents: Path,
    split: Path,
    model: Path,
    folder: Path,
    settings: Settings,
) -> list[Path]:
    """Write the sheets of one stored case and return the pages: ``case`` is a document's id, or a row's.

    Raises
    ------
    InputError
        No row has that id.
    """
    frame = with_parts(read_table(factors), read_table(split))
    rows = frame[(frame["doc_id"] == case) | (frame["row_id"] == case)]
    if rows.empty:
        raise InputError(
            f"{case}: no such case in {factors}. Name the id of a document or of a row (document/defendant/count)."
        )
    texts = documents_by_id(read_table(documents))
    stored = folder / INDEX
    explainer = load(
        factors=frame, documents=texts, model=model, settings=settings, data_version=sha256_file(factors)[:12],
        index=stored if stored.is_file() else None,
    )  # fmt: skip
    sheets = explain_rows(rows, evidence=read_table(evidence), documents=texts, explainer=explainer, everyone=frame)
    return write_sheets(sheets, folder=folder, listed=False)


def load(
    *,
    factors: pd.DataFrame | None,
    documents: Mapping[str, Document],
    model: Path,
    settings: Settings,
    data_version: str | None = None,
    index: Path | None = None,
) -> Explainer:
    """Load the model and prepare the archive from the training rows of ``factors`` (with ``part``); None: no archive.

    A stored ``index`` is used when it names exactly the rows of this archive, else it is built anew.
    """
    loaded = LiabilityModel.load(model)
    archive = Archive(cases=pd.DataFrame(), index=None, history={}, least=settings.audit.suppress_below)
    if factors is not None:
        training = factors[(factors["part"] == "train") & (factors["doc_kind"] != "indictment")].reset_index(drop=True)
        archive = _archive(training, documents, loaded, settings, data_version, index)
    return Explainer(
        model=loaded,
        archive=archive,
        model_version=model_version(model),
        settings=settings,
        filled=never_missing(loaded.student.booster_),
    )


def explain_rows(
    rows: pd.DataFrame,
    *,
    evidence: pd.DataFrame,
    documents: Mapping[str, Document],
    explainer: Explainer,
    everyone: pd.DataFrame | None = None,
) -> list[dict[str, Any]]:
    """Return the sheet of every row of a factor table, in its order.

    ``everyone`` is the table in which the other counts of the same defendants stand; by default ``rows``.
    """
    settings, archive = explainer.settings, explainer.archive
    predictions = explainer.model.predict(rows, threads=settings.runtime.threads)
    walks = _walks(rows, predictions, explainer)
    by_row = {
        row_id: group.to_dict("records")
        for row_id, group in evidence[evidence["row_id"].isin(rows["row_id"])].groupby("row_id")
    }
    others = _other_charges(rows if everyone is None else everyone[everyone["doc_id"].isin(rows["doc_id"])])
    basis = _basis(explainer)
    sheets = []
    tracks = [count_track(record) for record in records(rows)]
    for position, (row, prediction), track in zip(rows.index, _records(rows, predictions), tracks, strict=True):
        document = documents[row["doc_id"]]
        told, ref = walks.get(position, (None, None))
        charge = row.get("charge_group")
        sheets.append(
            sheet(
                Case(row=row, document=document, evidence=by_row.get(row["row_id"], ()), other_charges=others(row)),
                prediction=prediction,
                rules=_rules(track, row) if track is not None and track.tiers else None,
                walk=told,
                reference={"charge_group": ref.charge_group, "size": ref.size, "sha256": ref.sha256} if ref else None,
                history=archive.history.get(str(charge), {}),
                similar=_similar(row, prediction, document, explainer),
                probation=history.probation(
                    archive.cases, charge_group=charge, tier=prediction["tier"], least=archive.least
                )
                if charge is not None and len(archive.cases)
                else None,
                basis=basis,
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


def write_sheets(sheets: Sequence[Mapping[str, Any]], *, folder: Path, listed: bool = True) -> list[Path]:
    """Write each sheet as JSON and HTML, and their list when ``listed``; return the pages."""
    pages = []
    for content in sheets:
        write_json(folder / f"{content['file']}.json", content)
        write_text(folder / f"{content['file']}.html", page(content))
        pages.append(folder / f"{content['file']}.html")
    if listed:
        versions = sheets[0]["basis"]["versions"] if sheets else {}
        case_list.write_list([case_list.entry(content) for content in sheets], folder=folder, versions=versions)
    return pages


def _archive(
    training: pd.DataFrame,
    documents: Mapping[str, Document],
    model: LiabilityModel,
    settings: Settings,
    data_version: str | None,
    stored: Path | None,
) -> Archive:
    training = training.sort_values("row_id").reset_index(drop=True)
    predictions = model.predict(training, threads=settings.runtime.threads, dated=True)
    cases = training.assign(**{name: predictions[name] for name in _PREDICTED})
    kept = similar.load(stored) if stored else None
    if kept is None or kept.row_ids != tuple(cases["row_id"]):
        cut = tokeniser().cut
        tokens = {doc_id: cut(facts_text(documents[doc_id])) for doc_id in cases["doc_id"].unique()}
        kept = similar.build(dict(zip(cases["row_id"], cases["doc_id"].map(tokens), strict=True)))
    least = settings.audit.suppress_below
    dates = cases["judgment_date"].dropna()
    return Archive(
        cases=cases,
        index=kept,
        history=history.by_factor(cases, least=least),
        least=least,
        data_cut=str(dates.max()) if len(dates) else None,
        data_version=data_version,
    )


def _walks(rows: pd.DataFrame, predictions: pd.DataFrame, explainer: Explainer) -> dict[Any, tuple[Walk, Reference]]:
    advised = rows[predictions["status"] == "advised"]
    if advised.empty:
        return {}
    factor_of = {column.name: column.factor for column in design_columns()}
    design = explainer.model.design(advised)
    prior = pd.Series(np.asarray(explainer.model.offset(advised), dtype="float64"), index=advised.index)
    result: dict[Any, tuple[Walk, Reference]] = {}
    for charge, group in advised.groupby("charge_group", sort=True):
        ref = explainer.reference(str(charge))
        parts = contributions(ref, design=design.loc[group.index], prior=prior[group.index], factor_of=factor_of)
        for position, values in zip(group.index, parts.to_dict("records"), strict=True):
            shown = float(predictions.at[position, "liability_months"])
            result[position] = (walk(ref.expected, values, shown=shown), ref)
    return result


def _rules(track: RuleTrack, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rule track as plain data, and whether it bears the words in which the court put the tier."""
    words = {factor.name: row.get(factor.name) for factor in registry().of_class("assessment")}
    return {**track_data(track), "court": compare(track.finding, words)}


def _similar(
    row: Mapping[str, Any], prediction: Mapping[str, Any], document: Document, explainer: Explainer
) -> list[dict[str, Any]]:
    archive = explainer.archive
    text = facts_text(document)
    if archive.index is None or row.get("charge_group") is None or not text:
        return []
    return similar.find(
        archive.index,
        row={**row, "tier": prediction["tier"]},
        tokens=tokeniser().cut(text),
        cases=archive.cases,
        k=explainer.settings.explain.similar,
    )


def _basis(explainer: Explainer) -> Basis:
    versions = {"模型": explainer.model_version, "法律数据": law_version(), "因子表": str(registry().version)}
    if explainer.archive.data_version:
        versions["数据"] = explainer.archive.data_version
    return Basis(
        versions=versions,
        data_cut=explainer.archive.data_cut,
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
