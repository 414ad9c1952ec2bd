"""The monitor as a stage: the ledger is verified and read, to ``monitor.json`` and ``monitor.html``.

``monitor.json`` holds

- ``version``, ``simulated`` (no judge stands behind these entries), ``definitions``;
- ``ledger``: ``advice``, ``entries``, ``unanswered``, ``no_ratio`` (entries or advice of no months), ``breaks`` of the
  chain, and ``head`` (position and hash of the last record), to be noted elsewhere;
- ``overall``, ``bands`` and ``judges``: patterns, see :class:`sentencing_ml.monitor.corrections.Pattern`; each figure
  has ``n``, ``value``, ``low``, ``high``, and ``needed``, the cases still missing when it is null (不可评估).
  Judges stand in the order of their pseudonyms;
- ``funnel``: mean size of correction against cases, with limits; ``spread`` between and within judges;
- ``limits``: what the figures cannot say.
"""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml.errors import DataContractError, InputError
from sentencing_ml.liability.model import LiabilityModel, model_version
from sentencing_ml.monitor.corrections import (
    Spread,
    case_figures,
    definitions,
    funnel_limits,
    ordinary_spread,
    pattern,
    pooled_pattern,
    spread,
)
from sentencing_ml.monitor.ledger import Advice, Entry, Head, Ledger
from sentencing_ml.monitor.page import page
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table, write_json, write_text

VERSION = 1

SIMULATION_KEY = b"sentencing-ml simulated judges"
"""Key of the pseudonyms of simulated judges: published, so that the bundled ledger is the same for everyone.

Never use it for real entries: whoever knows a key can test names against pseudonyms.
"""

ENTRY_COLUMNS = (
    "row_id", "judge", "shown_at", "entered_at", "entry_months", "blind_first", "own_estimate_months", "reason",
)  # fmt: skip
"""What a table of entries says of each count; the last two may be null.

An entry is the judge's own figure for the liability term, which is what the advice is about. A declared term would also
hold what the offender's factors add or take off, and every confession would read as a correction.
"""

LIMITS = (
    "修正小不等于依赖建议：法官独立得出相同结论时，数字完全一样。只有“先估后看”（blind-first）的案件能把二者分开。",
    "不采用“平均修正接近零即预警”的字面规则：独立裁量的法官其正负修正相抵，平均值本来就接近零；该规则会误指独立裁量的法官。",
    "本报告不含控制图与预警：误报率未经测定的预警不发布。",
    "案件轻重不同，一致率本来就不同：刑期越短，整月取整越使一致成为常态。跨法官比较须在同一刑期段内看。",
    "本报告只描述修正，不评价法官，不得用于考核；法官本人应当先看到自己的数字并可提出异议。",
)


def monitor(
    *,
    factors: Path,
    split: Path,
    model: Path,
    ledger: Path,
    report: Path,
    settings: Settings,
    make_entries: Callable[[pd.DataFrame], pd.DataFrame],
) -> dict[str, float]:
    """Fill a fresh ledger with simulated entries to the advice for the test part, then :func:`observe` it.

    Parameters
    ----------
    make_entries : turns the table of :func:`shown_advice` into one with :data:`ENTRY_COLUMNS`.

    Raises
    ------
    InputError
        The file at ``ledger`` holds entries that are not simulated; it is left as it is.
    """
    advice = shown_advice(factors=factors, split=split, model=model, settings=settings)
    fill_simulated(ledger, advice, make_entries(advice))
    return observe(ledger=ledger, report=report)


def shown_advice(*, factors: Path, split: Path, model: Path, settings: Settings) -> pd.DataFrame:
    """Return the advice for the counts of the test part, in order of row_id.

    Returns
    -------
    DataFrame with row_id, charge_group, advice_months, interval_low, interval_high, recommendation_months (of a
    determinate recommendation, else nan) and model_version. Counts without an empirical figure are left out.
    """
    frame, parts = read_table(factors), read_table(split)
    if set(frame["row_id"]) != set(parts["row_id"]):
        raise DataContractError("split and factor table name different rows. Run the split stage again.")
    tested = set(parts.loc[parts["part"] == "test", "row_id"])
    rows = frame[frame["row_id"].isin(tested)].sort_values("row_id", kind="stable", ignore_index=True)
    predicted = LiabilityModel.load(model).predict(rows, threads=settings.runtime.threads)
    lowest = rows["recommendation_min_months"].astype("float64")
    table = predicted[["row_id", "charge_group"]].assign(
        advice_months=predicted["liability_months"].astype("float64"),
        interval_low=predicted["interval_low"].astype("float64"),
        interval_high=predicted["interval_high"].astype("float64"),
        recommendation_months=lowest.where(lowest == rows["recommendation_max_months"].astype("float64")),
        model_version=model_version(model),
    )
    return table[(predicted["status"] == "advised").to_numpy(dtype=bool)].reset_index(drop=True)


def fill_simulated(path: Path, advice: pd.DataFrame, entries: pd.DataFrame, *, key: bytes = SIMULATION_KEY) -> None:
    """Write a fresh ledger in which each simulated entry follows the advice it answers, in the order of the entries.

    Raises
    ------
    InputError
        The file holds entries of real judges; it is left as it is.
    DataContractError
        The entries miss a column or answer advice that was not given.
    """
    missing = [name for name in ENTRY_COLUMNS if name not in entries]
    if missing:
        raise DataContractError(f"entries: no column {', '.join(missing)}.")
    shown = advice.set_index("row_id")
    strangers = ~entries["row_id"].isin(shown.index)
    if strangers.any():
        raise DataContractError(f"entries: {int(strangers.sum())} of {len(entries)} answer advice that was not given.")
    _remove_simulated(path)
    records: list[Advice | Entry] = []
    for row in entries.to_dict("records"):
        given = shown.loc[row["row_id"]]
        records.append(
            Advice(
                case_id=row["row_id"],
                judge=row["judge"],
                charge_group=given["charge_group"],
                advice_months=given["advice_months"],
                interval_low=given["interval_low"],
                interval_high=given["interval_high"],
                model_version=given["model_version"],
                shown_at=_moment(row["shown_at"]),
                mode="blind_first" if row["blind_first"] else "shown",
                simulated=True,
                own_estimate_months=_known(row["own_estimate_months"]),
                recommendation_months=_known(given["recommendation_months"]),
            )
        )
        records.append(
            Entry(
                advice_position=len(records),
                judge=row["judge"],
                entry_months=row["entry_months"],
                entered_at=_moment(row["entered_at"]),
                reason=_known(row["reason"]),
            )
        )
    with Ledger(path, key=key) as ledger:
        ledger.extend(records)


def _remove_simulated(path: Path) -> None:
    if not path.is_file():
        return
    with Ledger(path, create=False) as ledger:
        real = ~ledger.advice()["simulated"]
    if real.any():
        raise InputError(
            f"{path}: holds {int(real.sum())} pieces of advice shown to real judges and is not replaced by simulated "
            "ones. Name another file."
        )
    path.unlink()
    for rest in ("-wal", "-shm"):
        path.with_name(f"{path.name}{rest}").unlink(missing_ok=True)


def _known(value: Any) -> Any:
    return None if pd.isna(value) else value


def _moment(value: Any) -> str:
    return value if isinstance(value, str) else pd.Timestamp(value).isoformat()


def observe(*, ledger: Path, report: Path, expected: Head | None = None) -> dict[str, float]:
    """Verify and read the ledger, write ``report`` (JSON) and the page beside it, and return flat metrics.

    ``expected`` is the head of an earlier report: a ledger cut or rewritten since then no longer fits it.
    """
    with Ledger(ledger, create=False) as opened:
        advice, corrections = opened.advice(), opened.corrections()
        entries, breaks, head = opened.entries(), opened.verify(expected).breaks, opened.head()
    content = {
        "version": VERSION,
        "simulated": bool(advice["simulated"].any()),
        "definitions": asdict(definitions()),
        "ledger": {
            "advice": len(advice),
            "entries": len(entries),
            "unanswered": int((~advice["position"].isin(entries["advice_position"])).sum()),
            "breaks": [asdict(found) for found in breaks],
            "head": asdict(head),
        },
        **describe(corrections),
        "limits": list(LIMITS),
    }
    write_json(report, content)
    write_text(report.with_suffix(".html"), page(content))
    return _metrics(content)


def describe(corrections: pd.DataFrame) -> dict[str, Any]:
    """Return the patterns of all entries, by band and by judge, from the rows of ``Ledger.corrections``."""
    rules = definitions()
    figures = case_figures(corrections)
    court = spread(figures["size"], figures["judge"])
    readable = {band.name: band.coincidence_readable for band in rules.bands}
    return {
        "no_ratio": len(corrections) - len(figures),
        "overall": asdict(pooled_pattern(figures)),
        "bands": [
            {"band": name, "coincidence_readable": readable[name], **asdict(pooled_pattern(rows))}
            for name, rows in ((band.name, figures[figures["band"] == band.name]) for band in rules.bands)
        ],
        "judges": [_judge(str(name), rows, court) for name, rows in figures.groupby("judge", sort=True)],
        "spread": None if court is None else asdict(court),
        "funnel": _funnel(figures, ordinary_spread(figures["size"], figures["judge"])),
    }


def _judge(name: str, rows: pd.DataFrame, court: Spread | None) -> dict[str, Any]:
    rules = definitions()
    if len(rows) < rules.suppress_below:
        return {
            "judge": name, "n": len(rows), "status": "不可评估", "needed": rules.minimum_cases - len(rows),
            "pattern": None, "bands": [],
        }  # fmt: skip
    found = pattern(rows, court=court)
    bands = [
        {"band": band.name, "n": int((rows["band"] == band.name).sum()), "median_size": _median(rows, band.name)}
        for band in rules.bands
    ]
    return {
        "judge": name,
        "n": len(rows),
        "status": "可评估" if found.size.value is not None else "不可评估",
        "needed": found.size.needed,
        "pattern": asdict(found),
        "bands": bands,
    }


def _median(rows: pd.DataFrame, band: str) -> float | None:
    values = rows.loc[rows["band"] == band, "size"]
    return float(values.median()) if len(values) >= definitions().suppress_below else None


def _funnel(figures: pd.DataFrame, court: Spread | None) -> dict[str, Any] | None:
    if court is None:
        return None
    judged = figures.groupby("judge", sort=True)["size"].agg(["size", "mean"])
    judged = judged[judged["size"] >= definitions().minimum_cases]
    if judged.empty:
        return None
    sizes = np.unique(np.linspace(judged["size"].min() * 0.8, judged["size"].max() * 1.1, 40).round(1))
    limits = {}
    for name, level in (("95", 0.95), ("998", 0.998)):
        low, high = funnel_limits(court, sizes, level=level)
        limits[name] = {"low": low.tolist(), "high": high.tolist()}
    low, high = funnel_limits(court, judged["size"].to_numpy(), level=0.998)
    outside = ((judged["mean"] < low) | (judged["mean"] > high)).to_numpy()
    return {
        "points": [
            {"judge": str(name), "n": int(row["size"]), "size": float(row["mean"])} for name, row in judged.iterrows()
        ],
        "sizes": sizes.tolist(),
        "limits": limits,
        "mean": court.mean,
        "outside": int(outside.sum()),
    }


def _metrics(content: dict[str, Any]) -> dict[str, float]:
    judges = content["judges"]
    found = {
        "n_advice": content["ledger"]["advice"],
        "n_entries": content["ledger"]["entries"],
        "n_breaks": len(content["ledger"]["breaks"]),
        "n_judges": len(judges),
        "n_judges_assessable": sum(judge["status"] == "可评估" for judge in judges),
    }
    for name in ("size", "direction", "coincidence", "inside", "weight"):
        found[f"overall_{name}"] = content["overall"][name]["value"]
    return {name: float(value) for name, value in found.items() if value is not None}
