"""What a new model gains and loses against the one in use, on the same rows: to ``comparison.json`` and a page.

``comparison.json`` holds

- ``version``, ``settings`` (the section ``audit``: level, bootstrap, seed, bounds of disclosure and of verdicts);
- ``model``: the challenger's version, by which a gate knows whether the report is of the model to be released;
- ``champion``, ``challenger``: ``version``, ``data`` (hash of the factor table a bundle names, null of a model folder),
  ``learned`` (yes | no | unknown: whether the model learned from rows of the comparison), ``zh`` (why);
- ``rows``: what became of the counts: ``given``, ``with_term``, ``both``, ``only_champion``, ``only_challenger``,
  ``neither``, and ``only_by_charge``: of the two middle ones, n by charge (null where withheld);
- ``overall``: by measure ``champion``, ``challenger`` (means over the rows that both advise), ``difference``
  (challenger less champion) with ``low`` and ``high``, ``detectable``, ``p``, ``q``, ``verdict`` (a word of
  ``paired.VERDICTS``, null where there are too few clusters); ``fit``: R² of ln(1 + months) of both terms against the
  declared one; ``moved``: how far liability terms moved; ``clusters``: number of clusters; ``nominal``: coverage that
  the intervals of each promise;
- ``dimensions``: list of ``name``, ``zh``, ``groups``; a group has ``group``, ``n``, ``status``, ``measures`` (as in
  ``overall``), see :func:`sentencing_ml.release.paired.compare_rows`;
- ``single``: dimensions in which all rows stand in one group: ``name``, ``zh``, ``group``;
- ``family``: tests of the groups and the rate of false discoveries;
- the flat figures of :func:`flat_metrics`, which gates may name as ``comparison.<figure>``.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml.disclosure import withheld
from sentencing_ml.errors import BundleError, InputError
from sentencing_ml.factors.contract import check_contract
from sentencing_ml.fairness.groups import attribute, grouped
from sentencing_ml.liability.accuracy import court_clusters
from sentencing_ml.liability.bundle import verify_manifest
from sentencing_ml.liability.intervals import bands
from sentencing_ml.liability.model import LiabilityModel, model_version
from sentencing_ml.liability.rows import prepare
from sentencing_ml.liability.split import with_parts
from sentencing_ml.liability.train import has_term
from sentencing_ml.release.comparison_page import page
from sentencing_ml.release.paired import MEASURES, Advice, compare_rows, fit_of_logs, moved, row_figures
from sentencing_ml.settings import AuditSettings, Settings
from sentencing_ml.storage import read_table, sha256_file, write_json, write_text

VERSION = 1
MOVED_BY = 0.1
"""Share of 1 + months beyond which a liability term is counted as moved."""

_BANDS = ("最轻", "较轻", "中等", "较重", "最重")
_KINDS = {"judgment": "判决书", "fact_record": "事实记录", "indictment": "起诉书"}
_NO_CHARGE = "罪名不明"
_BY_LABEL = ("severity", "year")  # dimensions whose groups have an order of their own


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """A model of the comparison and what is known of the rows it learned from."""

    version: str
    data: str | None
    learned: str
    zh: str


def compare(
    *, champion: Path, challenger: Path, factors: Path, split: Path | None, report: Path, settings: Settings
) -> dict[str, float]:
    """Compare two model folders or released bundles; write ``report`` (JSON) and the page beside it.

    With ``split``, only rows of its test part are compared; without, all rows of the factor table with an outcome.

    Returns
    -------
    The flat figures of the report.

    Raises
    ------
    BundleError
        A model is missing, altered, or of another version of the factors; the message names which of the two.
    DataContractError, TrainingError
        The factor table breaks its contract, or the split is of another one.
    InputError
        There is no row with an outcome, or none that both models advise.
    """
    frame = read_table(factors)
    check_contract(frame)
    if split is None:
        frame = frame.assign(cluster=frame["cluster"].fillna(frame["doc_id"]))
    else:
        frame = with_parts(frame, read_table(split))
        frame = frame[frame["part"] == "test"]
    frame = frame.sort_values("row_id", kind="stable").reset_index(drop=True)
    models = {name: _load(name, folder) for name, folder in (("champion", champion), ("challenger", challenger))}
    content = examine(frame, models["champion"], models["challenger"], settings=settings)
    data = sha256_file(factors)
    known = {
        name: provenance(folder, data=data, parted=split is not None)
        for name, folder in (("champion", champion), ("challenger", challenger))
    }
    content |= {"model": known["challenger"].version, **{name: vars(found) for name, found in known.items()}}
    write_json(report, {**content, **flat_metrics(content)})
    write_text(report.with_suffix(".html"), page(content))
    return flat_metrics(content)


def _load(name: str, folder: Path) -> LiabilityModel:
    try:
        return LiabilityModel.load(folder)
    except BundleError as error:
        raise BundleError(f"{name}: {error}") from error


def provenance(folder: Path, *, data: str, parted: bool) -> Provenance:
    """Tell from what a bundle states whether its model learned from the compared rows.

    ``data`` is the hash of the factor table; ``parted``: only the test part of a split of it is compared.
    """
    contents = verify_manifest(folder)
    version = model_version(folder)
    if "release.json" not in contents:
        return Provenance(
            version=version,
            data=None,
            learned="unknown",
            zh="模型文件夹不写明训练数据，无法知道它是否用比较的案件训练过；发行包才写明。",
        )
    stated = json.loads(contents["release.json"])["data"]
    if not data.startswith(stated):
        learned, zh = "unknown", "发行包写明的训练数据是另一份因子表，无法知道其中是否含有比较的案件。"
    elif parted:
        learned, zh = "no", "发行包写明的训练数据就是这份因子表，而比较只用其中的测试部分；前提是划分没有变过。"
    else:
        learned, zh = "yes", "发行包写明的训练数据就是这份因子表，而比较没有限于测试部分：模型见过其中的案件。"
    return Provenance(version=version, data=stated, learned=learned, zh=zh)


def examine(
    frame: pd.DataFrame, champion: LiabilityModel, challenger: LiabilityModel, *, settings: Settings
) -> dict[str, Any]:
    """Return the content of the report, without what is known of the models' training.

    ``frame`` is a factor table with outcomes, ``cluster`` without nulls.
    """
    rows = frame[has_term(frame)].reset_index(drop=True)
    if rows.empty:
        raise InputError(
            "no row to compare states a term of months for one charge, so there is nothing to compare with. Name a "
            "factor table of decided cases."
        )
    declared = rows["term_months"].to_numpy(dtype="float64")
    threads = settings.runtime.threads
    first, second = (advice(model, rows, declared, threads=threads) for model in (champion, challenger))
    both = first.advised & second.advised
    if not both.any():
        raise InputError(
            f"of {len(rows)} row(s) with a term the champion advises {int(first.advised.sum())} and the challenger "
            f"{int(second.advised.sum())}, none of them both, so there is nothing to compare."
        )
    shared = rows[both].reset_index(drop=True)
    level = (np.log1p(first.liability[both]) + np.log1p(second.liability[both])) / 2
    clusters = court_clusters(shared["court"], shared["cluster"])
    figures = row_figures(first, second, declared)
    found = dimensions(shared, level, attributes=settings.audit.attributes)
    # A dimension with one group is the whole again, and would only add tests to the family.
    groups = {name: entry for name, entry in found.items() if entry[1].nunique() > 1}
    overall, cells = compare_rows(
        *figures,
        {name: group for name, (_, group) in groups.items()},
        clusters,
        nominal=second.level,
        settings=settings.audit,
    )
    return {
        "version": VERSION,
        "settings": settings.audit.model_dump(mode="json"),
        "rows": _row_counts(len(frame), rows, first, second, settings=settings.audit),
        "overall": overall,
        "fit": {
            name: {
                key: fit_of_logs(getattr(model, term)[both], declared[both])
                for key, model in (("champion", first), ("challenger", second))
            }
            for name, term in (("expected_r2_log", "expected"), ("liability_r2_log", "liability"))
        },
        "moved": moved(first, second, by=MOVED_BY),
        "clusters": int(len(np.unique(clusters))),
        "nominal": {"champion": first.level, "challenger": second.level},
        "dimensions": [
            {
                "name": name,
                "zh": zh,
                "groups": sorted(cells[name], key=lambda cell: cell["group"]) if name in _BY_LABEL else cells[name],
            }
            for name, (zh, _) in groups.items()
        ],
        "single": [
            {"name": name, "zh": zh, "group": str(group.iloc[0])}
            for name, (zh, group) in found.items()
            if name not in groups
        ],
        "family": {"tests": _tests(cells), "rate": round(1 - settings.audit.level, 6)},
    }


def advice(model: LiabilityModel, rows: pd.DataFrame, declared: np.ndarray, *, threads: int) -> Advice:
    """Return what ``model`` says of rows with a declared term, as tried on their own day."""
    predicted = model.predict(rows, threads=threads, dated=True)
    neutral = model.neutral.neutral_log(prepare(rows, dated=True), declared, threads=threads)
    figures = {
        name: predicted[column].to_numpy(dtype="float64", na_value=np.nan)
        for name, column in (
            ("expected", "expected_months"),
            ("liability", "liability_months"),
            ("low", "interval_low"),
            ("high", "interval_high"),
        )
    }
    return Advice(
        advised=(predicted["status"] == "advised").to_numpy(dtype=bool),
        neutral=np.expm1(neutral),
        level=model.intervals.level,
        **figures,
    )


def dimensions(
    rows: pd.DataFrame, level: np.ndarray, *, attributes: tuple[str, ...]
) -> dict[str, tuple[str, pd.Series]]:
    """Return by name the Chinese name of each dimension and the group of each row in it, never null.

    ``level`` is ln(1 + months) by which severity is cut into fifths: the mean of both models' liability terms, which no
    court decided and neither model alone.
    """
    own = {
        "charge": ("罪名", rows["charge_group"].astype("string").fillna(_NO_CHARGE)),
        "severity": ("轻重（两个模型责任刑的均值，五等分）", _severity(level)),
        "doc_kind": ("文书种类", rows["doc_kind"].astype("string").replace(_KINDS)),
        "source": ("来源", rows["source"].astype("string").map(_file_name)),
        "year": ("判决年份", grouped(rows, "year")),
    }
    audited = {name: (attribute(name).zh, grouped(rows, name)) for name in attributes if name not in own}
    return {name: (zh, group.reset_index(drop=True)) for name, (zh, group) in {**own, **audited}.items()}


def _severity(level: np.ndarray) -> pd.Series:
    edges = np.unique(np.quantile(level, [0.2, 0.4, 0.6, 0.8]))
    band = np.array(bands(level, tuple(edges)), dtype=int)
    names = {}
    for place in np.unique(band):
        months = np.expm1(level[band == place])
        names[place] = f"{place + 1} {_BANDS[place]}（{months.min():.1f}–{months.max():.1f} 个月）"
    return pd.Series([names[place] for place in band], dtype="string")


def _file_name(path: str) -> str:
    # The folder of an input says where somebody keeps files, and nothing of the cases.
    return Path(path).name


def _row_counts(given: int, rows: pd.DataFrame, first: Advice, second: Advice, *, settings: AuditSettings) -> dict:
    only = {
        "champion": first.advised & ~second.advised,
        "challenger": second.advised & ~first.advised,
    }
    charge = rows["charge_group"].astype("string").fillna(_NO_CHARGE)
    by_charge = {}
    for name, mask in only.items():
        counted = charge[mask].value_counts()
        names = sorted(counted.index, key=lambda charge, counted=counted: (-counted[charge], charge))
        hidden = withheld(np.array([counted[charge] for charge in names], dtype=int), below=settings.suppress_below)
        by_charge[name] = [
            {"charge": str(charge), "n": None if out else int(counted[charge])}
            for charge, out in zip(names, hidden, strict=True)
        ]
    return {
        "given": given,
        "with_term": len(rows),
        "both": int((first.advised & second.advised).sum()),
        "only_champion": int(only["champion"].sum()),
        "only_challenger": int(only["challenger"].sum()),
        "neither": int((~first.advised & ~second.advised).sum()),
        "only_by_charge": by_charge,
    }


def _tests(cells: dict[str, list[dict[str, Any]]]) -> int:
    return sum(
        entry["q"] is not None for found in cells.values() for cell in found for entry in cell["measures"].values()
    )


def flat_metrics(content: dict[str, Any]) -> dict[str, float]:
    """Return the figures that gates may name: counts of rows, each figure of all rows, verdicts of the groups."""
    rows = content["rows"]
    flat = {f"n_{name}": float(rows[name]) for name in ("both", "only_champion", "only_challenger", "neither")}
    for name, entry in content["overall"].items():
        for key in ("champion", "challenger", "difference", "low", "high"):
            flat[f"{name}_{key}"] = entry[key]
    for name, entry in content["fit"].items():
        flat |= {f"{name}_{key}": value for key, value in entry.items()}
        if None not in entry.values():
            flat[f"{name}_difference"] = entry["challenger"] - entry["champion"]
    verdicts = [
        entry["verdict"]
        for dimension in content["dimensions"]
        for cell in dimension["groups"]
        for name, entry in cell["measures"].items()
        if MEASURES[name].better is not None
    ]
    flat |= {
        "share_moved": content["moved"]["share"],
        "groups_tested": float(content["family"]["tests"]),
        "groups_better": float(verdicts.count("better")),
        "groups_worse": float(verdicts.count("worse")),
    }
    return {name: value for name, value in flat.items() if value is not None}
