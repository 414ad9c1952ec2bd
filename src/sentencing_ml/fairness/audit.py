"""The audit as a stage: judgments beside the advice for them, to ``audit.json`` and ``audit.html``.

``audit.json`` holds; every section has ``status`` (measured | cannot_say | not_run) and ``why``

- ``version``, ``year`` (of a yearly report, else null), ``settings`` (the section ``audit``), ``model``;
- ``system``: ``model``, ``law``, ``package``, ``registry``, ``release`` (what a bundle states of itself, or null);
- ``data``: ``hashes`` of the input files, ``overlap`` (``known``: no | yes | unknown, ``zh``), and years, courts,
  documents and ``unknown`` by attribute, see :func:`sentencing_ml.fairness.audited.described_data`;
- ``rows``: what became of the counts: ``test``, ``with_term``, ``compared``, and ``left_out`` by reason;
- ``overall``: n, courts, signed bias (share and months), MAE, 偏重率, 偏轻率, their difference, coverage, width;
- ``measures``: what is tested, in Chinese; ``nominal_coverage``; ``power`` at which ``detectable`` is stated;
- ``attributes``: by name ``status``, ``why``, ``zh``, ``reading``, ``n``, ``excluded`` (counts kept out by charge),
  ``set_aside`` (groups kept out, null where withheld), ``relevant`` (where law itself ties the attribute to the
  sentence), ``verdicts`` by measure, ``groups``, and the tables of points ``charges``, ``bands`` (of severity) and
  ``tenths`` (of the advice). A group has

  - ``group``, ``status`` (shown | no_verdict | count_only | suppressed), ``n``, ``reference`` (the larger of two, with
    which the other is compared), ``points`` (means without an interval);
  - ``tests`` by measure: ``estimate``, ``low``, ``high``, ``detectable`` (geometric shares of log ratios, differences
    of the other measures), ``p``, ``q``, ``q_equivalence``, ``df``, ``verdict``;
  - ``figures`` described without a verdict: ``bias_months``, ``error``, ``heavy``, ``light``, ``width`` (ratio of the
    interval's ends beside the rest) and ``learned`` (the difference of the advice given what law alone computes: what
    learning added for this group);
  - ``split`` of labels and advice: ``raw`` gap, ``explained`` by the facts, ``unexplained``; as shares they multiply,
    (1 + raw) = (1 + explained)(1 + unexplained);
  - ``calibration``: ``slope`` and ``intercept`` (at 0 months, in logs) of the declared term on the expected one;

- ``families``: of each its measures, rate, tests and verdicts; ``summary``: flat figures for gates;
- ``drift``, ``intersections``, ``missing``, ``proxies``, ``virtual_judges``, ``mitigation``, ``overrides``,
  ``extraction``, ``swap``, ``certificate``: see the module of each;
- ``suppression``: what was withheld of which table; ``limits``: what the audit cannot see.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml import __version__
from sentencing_ml.factors.registry import registry
from sentencing_ml.fairness.assessment import MEASURES, assess
from sentencing_ml.fairness.audited import Audited, audited, described_data
from sentencing_ml.fairness.certificate import read_certificate
from sentencing_ml.fairness.conditional import Facts
from sentencing_ml.fairness.drift import assess_drift
from sentencing_ml.fairness.extraction_gap import assess_extraction
from sentencing_ml.fairness.intersections import assess_intersections
from sentencing_ml.fairness.missing import who_is_missing
from sentencing_ml.fairness.mitigation import compare_mitigations
from sentencing_ml.fairness.overrides import assess_overrides
from sentencing_ml.fairness.proxies import assess_proxies
from sentencing_ml.fairness.report.page import page
from sentencing_ml.fairness.swaps.swap import assess_swaps
from sentencing_ml.fairness.virtual_judges import assess_virtual_judges
from sentencing_ml.law.statutes import law_version
from sentencing_ml.liability.bundle import verify_manifest
from sentencing_ml.liability.model import LiabilityModel, model_version
from sentencing_ml.liability.split import with_parts
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table, sha256_file, write_json, write_text

VERSION = 2
RELEASE = "release.json"
_HASH = 16

LIMITS = (
    "未上网的文书（未成年人、涉国家秘密、调解等）不在数据中；各组在文书中的比例不等于其在全部案件中的比例。",
    "只比较有期徒刑、拘役、管制的刑期；无期徒刑、死刑、单处罚金、免予刑事处罚与无罪不在比较之内，缓刑适用与否亦然。",
    "起诉、罪名选择与量刑建议先于判决；此前形成的差异被当作既定事实。",
    "O1、O2 以提取到的责任刑情节为条件；没有写进文书的情节若与组别相关，会表现为差异；提取遗漏会进入其后每一个数字。",
    "建议是责任刑情节的函数：给定全部情节，O2 除学习误差外恒为零，它只检验有没有别的东西进入建议；"
    "模型在法律之外为某组学到了多少，看“只给定法律计算结果”的差异（learned）。",
    "O1 用模型估计的预防刑情节影响还原判决；该估计若对某组偏离，会同时移动 O1 与放大值。",
    "“不能判断”不是“没有差异”：请看最小可发现差异。差异也不证明歧视，只指明应当查阅案卷的位置。",
)

_OVERLAP = {
    "no": "只用划分中的测试部分，模型没有用这些案件训练；前提是划分没有变过。",
    "yes": "发行包写明的训练数据就是这份因子表，又没有划分：模型见过其中的案件，误差会被低估。",
    "unknown": "没有划分，也无从得知模型用哪些案件训练：不能排除这些案件曾用于训练，误差可能被低估。",
}


def audit(
    *,
    factors: Path,
    split: Path | None,
    model: Path,
    report: Path,
    settings: Settings,
    year: int | None = None,
    documents: Path | None = None,
    entries: pd.DataFrame | None = None,
    truth: pd.DataFrame | None = None,
    certificate: Path | None = None,
) -> dict[str, float]:
    """Audit a model folder or a released bundle; write ``report`` (JSON) and the page beside it, return flat metrics.

    With ``split`` the test part is compared, without it every row that states a term. ``year`` compares the judgments
    of one year. ``documents`` are what the swap test rewrites, ``entries`` what judges entered (columns as in
    :mod:`sentencing_ml.fairness.overrides`), ``truth`` the true factors of simulated judgments, ``certificate`` the
    certificate of this configuration; a section without its input says that it was not run.

    Raises
    ------
    BundleError
        The model is missing or altered.
    DataContractError, TrainingError
        The split is of another factor table, or no count to compare has both a term and advice.
    """
    frame = read_table(factors)
    if split is None:
        frame = frame.assign(cluster=frame["cluster"].fillna(frame["doc_id"]).fillna(frame["row_id"]))
    else:
        frame = with_parts(frame, read_table(split))
    loaded = LiabilityModel.load(model)
    content = examine(
        frame,
        loaded,
        settings=settings,
        year=year,
        documents=None if documents is None else read_table(documents),
        entries=entries,
        truth=truth,
        certificate=read_certificate(certificate, settings.audit),
    )
    system = described_system(model)
    files = {"factors": factors, "split": split, "documents": documents}
    hashes = {name: sha256_file(path)[:_HASH] for name, path in files.items() if path is not None}
    content |= {
        "model": system["model"],
        "system": system,
        "data": {**content["data"], "hashes": hashes, "overlap": _overlap(system, hashes["factors"], split)},
    }
    write_json(report, content)
    write_text(report.with_suffix(".html"), page(content))
    return flat_metrics(content)


def examine(
    frame: pd.DataFrame,
    model: LiabilityModel,
    *,
    settings: Settings,
    year: int | None = None,
    documents: pd.DataFrame | None = None,
    entries: pd.DataFrame | None = None,
    truth: pd.DataFrame | None = None,
    certificate: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the content of the report but for ``model``, ``system`` and the hashes of its files.

    ``frame`` is a factor table with ``cluster``, and with ``part`` and ``fold`` where it is split.
    """
    options, threads = settings.audit, settings.runtime.threads
    found = audited(frame, model, settings=options, threads=threads, year=year)
    assessed = assess(found.table, found.facts, settings=options, threads=threads)
    sections = {
        **_sections(frame, model, found, year=year, documents=documents, entries=entries, settings=settings),
        "extraction": assess_extraction(
            None if options.annotations is None else Path(options.annotations),
            truth=truth,
            factors=frame,
            settings=settings,
        ),
        "certificate": certificate if certificate is not None else _not_run("没有证书：未对本配置做过植入检验。"),
    }
    return {
        "version": VERSION,
        "year": year,
        "settings": options.model_dump(mode="json"),
        "data": described_data(found.table, settings=options),
        "rows": found.rows,
        **assessed,
        "summary": {**assessed["summary"], **_summary_of(sections)},
        "measures": MEASURES,
        "nominal_coverage": model.intervals.level,
        **sections,
        "limits": list(LIMITS),
    }


def _summary_of(sections: dict[str, Any]) -> dict[str, int]:
    """Return what a gate may ask of the sections: those not measured, swaps that moved, differences of O0 and O4."""
    measured = {name: section for name, section in sections.items() if section["status"] == "measured"}
    found = {"sections_not_measured": len(sections) - len(measured)}
    if "swap" in measured:
        found |= {"swaps": measured["swap"]["swaps"], "swaps_moved": measured["swap"]["moved"]}
    return found | {
        f"different_{name}": measured[name]["summary"]["different"]
        for name in ("extraction", "overrides")
        if name in measured
    }


def compared_table(
    frame: pd.DataFrame, model: LiabilityModel, *, settings: Settings, threads: int
) -> tuple[pd.DataFrame, pd.DataFrame, Facts]:
    """Return the compared counts as :func:`assess` takes them, what the model reads of them, and the facts."""
    found = audited(frame, model, settings=settings.audit, threads=threads)
    return found.table, found.design, found.facts


def _sections(
    frame: pd.DataFrame,
    model: LiabilityModel,
    found: Audited,
    *,
    year: int | None,
    documents: pd.DataFrame | None,
    entries: pd.DataFrame | None,
    settings: Settings,
) -> dict[str, Any]:
    options, threads = settings.audit, settings.runtime.threads
    parted = "part" in frame
    return {
        "drift": assess_drift(found.table, trained_dates(frame), settings=options),
        "intersections": assess_intersections(found.table, settings=options),
        "missing": who_is_missing(frame, found.table, settings=options, year=year),
        "proxies": assess_proxies(found.table, found.design, model=model, settings=options, threads=threads),
        "virtual_judges": assess_virtual_judges(found.table, found.facts, settings=options, threads=threads),
        "mitigation": compare_mitigations(frame, model, settings=settings, threads=threads)
        if parted
        else _not_run("没有划分：训练部分未知，无法重新训练来比较各项措施。"),
        "overrides": assess_overrides(entries, frame, settings=options),
        "swap": assess_swaps(
            documents, model, settings=settings, threads=threads, frame=frame if parted else None
        ),
    }  # fmt: skip


def _not_run(why: str) -> dict[str, Any]:
    return {"status": "not_run", "why": why}


def trained_dates(frame: pd.DataFrame) -> pd.Series:
    """Return the dates of the judgments that the model learned from; none where the table is not split."""
    if "part" not in frame:
        return pd.Series([], dtype="string")
    return frame.loc[frame["part"].eq("train").fillna(False), "judgment_date"]


def described_system(model: Path) -> dict[str, Any]:
    """Return the versions of what is audited; ``release`` is what a released bundle states of itself."""
    contents = verify_manifest(model)
    return {
        "model": model_version(model),
        "law": law_version(),
        "package": __version__,
        "registry": registry().version,
        "release": json.loads(contents[RELEASE]) if RELEASE in contents else None,
    }


def _overlap(system: dict[str, Any], data: str, split: Path | None) -> dict[str, str]:
    if split is not None:
        known = "no"
    else:
        stated = (system["release"] or {}).get("data")
        known = "yes" if stated is not None and data.startswith(stated) else "unknown"
    return {"known": known, "zh": _OVERLAP[known]}


def flat_metrics(content: dict[str, Any]) -> dict[str, float]:
    """Return the numbers of ``summary`` and ``overall`` as metrics, overall ones by their prefix."""
    overall = {f"overall_{name}": value for name, value in content["overall"].items()}
    both = {**content["summary"], **overall}
    return {name: float(value) for name, value in both.items() if value is not None and np.isfinite(value)}
