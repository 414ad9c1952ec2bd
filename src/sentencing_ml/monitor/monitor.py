"""The monitor as a stage: a ledger is verified, watched and told, to a court's report and a page for each judge.

``monitor.json`` (a court's content; ``monitor.html`` beside it) and ``judges/<pseudonym>.json`` (``.html`` beside it)
are plain data without nan; ``schema.json`` holds their schema. An *estimate* is ``{n, value, low, high, needed}``, see
:class:`monitor.detection.corrections.Estimate`: ``value`` is null for want of cases and ``needed`` says how many.
Sizes of corrections and the funnel are logs. Null is unknown or withheld. Judges stand in order of their pseudonyms.

The court's content:

- ``version``, ``kind`` ("court"), ``at`` (the moment that it is of), ``simulated`` (no judge stands behind it),
  ``reliable`` (false: the ledger does not hold together, no figure is to be relied on), ``definitions`` with
  ``sha256``, ``period``, ``limits`` (what the figures cannot say);
- ``ledger``: counts of its records (``entries``: of several to one piece of advice the last), ``no_ratio`` (live
  entries or advice of no months), ``breaks``, ``head``,
  ``witness`` ({status: 相符, 不符, 未比对; detail}), ``rows`` (answered advice by mode), ``left_out`` (simulated advice
  beside real);
- ``court``: ``overall`` and ``bands`` (:class:`~sentencing_ml.monitor.detection.corrections.Pattern`), ``strata``,
  ``distribution``, ``spread``, ``funnel``, ``versions``, ``courts``: :mod:`monitor.report.court`;
- ``judges``: ``{judge, n, status, needed, pattern, bands, assessable, alerts}``, alerts that the court may see alone;
- ``alerts``: ``counts`` of all by kind and state, ``list`` of those that the court may see, ``not_shown`` how many it
  may not yet; no text of a note anywhere;
- ``monthly_list``: ``{month, rate, judges, listed, not_shown, months}``, of e-BH; no value by which to order judges;
- ``weekly``, ``review_sample``, ``error_catch`` (with ``adoption`` beside it), ``triple``: their modules;
- ``disparity``: where corrections are compared by groups of defendants;
- ``certificate``: what :func:`monitor.certificate.certificate.read_certificate` gives, or null;
- ``pages``: ``{judges, folder, sha256}``, the hash of each judge's JSON by pseudonym.

A judge's content: ``version``, ``kind`` ("judge"), ``at``, ``simulated``, ``reliable``, ``definitions``, ``ledger``
({head, breaks (their number), witness}), ``limits``, ``certificate``, and what :mod:`monitor.report.judge`
makes: ``judge``, ``n``, ``status``, ``needed``, ``pattern``, ``period``, ``rows``, ``bands``, ``funnel`` (without other
judges), ``charts`` ({kind, name, counted, values (one a live case, null where it did not count), threshold, log, floor,
resets, alerts, status, needed, why}), ``strata``, ``assessable``, ``stage``, ``alerts`` (their ``position`` is null
before they are in the ledger), ``next`` (what to do).
"""

import datetime
import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sentencing_ml import signing_keys
from sentencing_ml.errors import DataContractError, InputError
from sentencing_ml.liability.model import LiabilityModel, model_version
from sentencing_ml.monitor.alerts.alerts import (
    AlertState,
    Records,
    cases_of_alert,
    new_alerts,
    raise_alerts,
    read_records,
    states,
)
from sentencing_ml.monitor.bookkeeping.naming import judge_name
from sentencing_ml.monitor.bookkeeping.records import Note, Record, Seen
from sentencing_ml.monitor.certificate.certificate import read_certificate
from sentencing_ml.monitor.detection import strata
from sentencing_ml.monitor.detection.corrections import sizes_by_band, spread
from sentencing_ml.monitor.detection.definitions import definitions, digest
from sentencing_ml.monitor.detection.watch import Watch, watch
from sentencing_ml.monitor.ledger import Break, Ledger, Verification, pseudonym
from sentencing_ml.monitor.report import court
from sentencing_ml.monitor.report.case_rows import (
    LIVE,
    MODES,
    case_hash_salt,
    court_share,
    is_time,
    kept,
    live_rows,
    sound,
)
from sentencing_ml.monitor.report.error_catch import error_catch
from sentencing_ml.monitor.report.judge import OF_A_JUDGE, assessable, judge_content, period
from sentencing_ml.monitor.report.page import court_page, judge_page
from sentencing_ml.monitor.report.review_sample import month_end, review_sample
from sentencing_ml.monitor.report.triple import triple
from sentencing_ml.monitor.report.weekly import weekly
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table, sha256_bytes, write_json, write_text

VERSION = 2

SIMULATION_KEY = b"sentencing-ml simulated judges"
"""Key of the pseudonyms of simulated judges: published, so that the bundled ledger is the same for everyone.

Never use it for real entries: whoever knows a key can test names against pseudonyms.
"""

LIMITS = (
    "不是业绩指标，不作任何排名：法官、法院一律按名称顺序列出，顺序没有含义；不得用于考核、评优、晋升或者追责。",
    "修正小不等于依赖建议：法官独立得出相同结论时，数字完全一样。只有“先估后看”（blind-first）的案件能把二者分开。",
    "不采用“平均修正接近零即预警”的字面规则：独立裁量的法官正负修正相抵，平均值本来就接近零；该规则会误指独立裁量的法官。",
    "预警只说明与建议的关系偏离了同类案件中独立法官应有的范围，不说明裁判对错；误报率见证书，证书不符时预警不可采信。",
    "案件轻重不同，一致率本来就不同：刑期越短，整月取整越使一致成为常态。跨法官、跨法院比较须在同一层内看。",
    "录入是法官自己对责任刑的判断，不是宣告刑；量刑建议是宣告刑，三者的比较受预防刑情节影响。",
    "法官本人先看到自己的预警；本人查看之前或宽限期满之前，法院只看得到件数。说明与异议的文字不在任何报告中。",
)

DISPARITY = "同样的案件，修正是否因被告人的组别而不同，在差异审计报告的“法官修正”（override）一节检验；读的是同一台账。"

UNRELIABLE = "台账不完整或与见证不符：报告照出，其中的数字不可采信。"
UNWITNESSED = "没有给出见证文件：末尾被整段截去、整库换回旧本，链本身看不出。用 --witness 指明见证文件。"

_PAGE = re.compile(r"J-[0-9a-f]{12}\.(json|html)")


def monitor(
    *,
    factors: Path,
    split: Path,
    model: Path,
    ledger: Path,
    report: Path,
    judge_pages: Path,
    certificate: Path | None,
    settings: Settings,
    make_records: Callable[[pd.DataFrame], Sequence[Record]],
    answer: Callable[[pd.DataFrame, Mapping[str, str]], Sequence[Seen | Note]],
) -> dict[str, float]:
    """Fill a fresh ledger with simulated entries to the advice for the test part, then :func:`observe` it.

    Parameters
    ----------
    make_records : turns the table of :func:`shown_advice` into advice and entries, in their order.
    answer : what the judges answer to alerts (rows of ``Ledger.alerts``), given each judge's name by pseudonym.

    Raises
    ------
    InputError
        The file at ``ledger`` holds entries that are not simulated; it is left as it is.
    """
    advice = shown_advice(factors=factors, split=split, model=model, settings=settings)
    fill_simulated(ledger, make_records(advice), answer=answer)
    return observe(
        ledger=ledger,
        report=report,
        judge_pages=judge_pages,
        certificate=certificate,
        review_seed=settings.monitor.review_seed,
    )


def shown_advice(*, factors: Path, split: Path, model: Path, settings: Settings) -> pd.DataFrame:
    """Return the advice for the counts of the test part, in order of row_id.

    Returns
    -------
    DataFrame with row_id, charge_group, plea (boolean; NA: unknown), advice_months, interval_low, interval_high and
    model_version. Counts without an empirical figure are left out.
    """
    frame, parts = read_table(factors), read_table(split)
    if set(frame["row_id"]) != set(parts["row_id"]):
        raise DataContractError("split and factor table name different rows. Run the split stage again.")
    tested = set(parts.loc[parts["part"] == "test", "row_id"])
    rows = frame[frame["row_id"].isin(tested)].sort_values("row_id", kind="stable", ignore_index=True)
    predicted = LiabilityModel.load(model).predict(rows, threads=settings.runtime.threads)
    table = predicted[["row_id", "charge_group"]].assign(
        plea=rows["plea_leniency"].astype("boolean"),
        advice_months=predicted["liability_months"].astype("float64"),
        interval_low=predicted["interval_low"].astype("float64"),
        interval_high=predicted["interval_high"].astype("float64"),
        model_version=model_version(model),
    )
    return table[(predicted["status"] == "advised").to_numpy(dtype=bool)].reset_index(drop=True)


def fill_simulated(
    path: Path,
    records: Sequence[Record],
    *,
    answer: Callable[[pd.DataFrame, Mapping[str, str]], Sequence[Seen | Note]],
    key: bytes = SIMULATION_KEY,
) -> None:
    """Write a fresh ledger of simulated records, raise the alerts that they give, and let the judges answer them.

    Raises
    ------
    InputError
        The file holds entries of real judges; it is left as it is.
    """
    _remove_simulated(path)
    with Ledger(path, key=key) as ledger:
        ledger.extend(records)
        names = {ledger.pseudonym(judge): judge for judge in sorted({record.judge for record in records})}
        last = _last_moment(read_records(ledger))
        # An answer may close an alert, and what had risen while it was open be raised then.
        while raised := raise_alerts(ledger, at=last):
            alerts = ledger.alerts()
            ledger.extend(answer(alerts[alerts["position"].isin(raised)], names))


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


@dataclass(frozen=True, kw_only=True)
class _Read:
    """What a report is made of: the ledger's frames, how it verified, and what stands in it."""

    records: Records
    advice: pd.DataFrame
    verified: Verification


def observe(
    *,
    ledger: Path | str,
    report: Path,
    judge_pages: Path,
    review_seed: int,
    certificate: Path | None = None,
    witness: Path | None = None,
    trust: Path | None = None,
    at: str | None = None,
    week: str | None = None,
    month: str | None = None,
) -> dict[str, float]:
    """Verify and read a ledger, write the court's report and the judges' pages, and return flat metrics.

    Parameters
    ----------
    ledger : a file, or the URL of a database.
    report : JSON; the page stands beside it.
    judge_pages : folder of the judges' own pages; those of judges who are no longer in the ledger are removed.
    review_seed : of the monthly sample.
    certificate : of the monitor; None or absent: the report has none and says so.
    witness, trust : witness file of the ledger's roots, and the public keys that must have signed them.
    at : ISO time of the report; by default now, of simulated judges their last moment.
    week, month : of the lists, such as ``2025-W14``, and of the sample, such as ``2025-04``; by default the last that
        are over.

    Raises
    ------
    InputError
        There is no ledger; ``week`` or ``month`` is none. A ledger that was altered is no error: the report says it.
    """
    if month is not None:
        month_end(month)
    read = _read(ledger, witness=witness, trust=trust)
    content, judges = contents(read.records, read.advice, at=at, week=week, month=month, review_seed=review_seed)
    shared = _shared(read, certificate=_certificate(certificate))
    of_all = {name: content[name] for name in ("at", "simulated")}
    hashes = _write_pages(judge_pages, ({**shared["judge"], **of_all, **own} for own in judges))
    counts = {name: content.pop(name) for name in ("no_ratio", "rows", "left_out")}
    content |= {**shared["court"], "ledger": {**shared["court"]["ledger"], **counts}}
    content["pages"] = {"judges": len(hashes), "folder": judge_pages.name, "sha256": hashes}
    write_json(report, content)
    write_text(report.with_suffix(".html"), court_page(content))
    return _metrics(content)


def own_page(judge: str, *, ledger: Path | str, judge_pages: Path) -> Path:
    """Return where the page of a judge (a name) is.

    Raises
    ------
    InputError
        The ledger has no advice to this judge, or no page was made yet.
    """
    name = judge_name(judge)
    with Ledger(ledger, create=False) as opened:
        shown = opened.advice()
        simulated = bool(len(shown)) and bool(shown["simulated"].all())
        found = pseudonym(name, key=SIMULATION_KEY) if simulated else opened.pseudonym(name)
    if found not in set(shown["judge"]):
        raise InputError("--judge: no advice was shown to a judge of this name. Check the name and the ledger's key.")
    page = judge_pages / f"{found}.html"
    if not page.is_file():
        raise InputError(f"{page}: not made yet. Run `sentencing monitor` first, with the same --judge-pages.")
    return page


def _read(place: Path | str, *, witness: Path | None, trust: Path | None) -> _Read:
    public = () if trust is None else signing_keys.public_keys(trust, error=InputError)
    with Ledger(place, create=False) as opened:
        verified = opened.verify(public=public, witness=witness)
        try:
            return _Read(records=read_records(opened), advice=opened.advice(), verified=verified)
        except DataContractError:
            if not verified.breaks:
                raise
    # Records that cannot even be read: what is left to report is where the ledger breaks.
    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder) / "empty.sqlite", key=SIMULATION_KEY) as empty:
        return _Read(records=read_records(empty), advice=empty.advice(), verified=verified)


def contents(
    records: Records, advice: pd.DataFrame, *, at: str | None, week: str | None, month: str | None, review_seed: int
) -> tuple[dict[str, Any], Iterator[dict[str, Any]]]:
    """Return what the court's report says of the entries, and one judge's content after the other.

    Arguments as in :func:`observe`; the judges' contents are made as they are asked for, so that a court of many judges
    needs the memory of one.
    """
    rules = definitions()
    reported = kept(records.corrections, advice)
    moment = at or (_last_moment(records) if reported.simulated else datetime.datetime.now().astimezone().isoformat())
    today = datetime.date.fromisoformat(moment[:10])
    mine = _reported(records, reported.corrections[sound(reported.corrections)])
    found = watch(mine.corrections, alerts=mine.alerts)
    rows = _in_strata(live_rows(mine.corrections, salt=case_hash_salt(advice)), found)
    alerts, risen = states(mine, at=moment), new_alerts(found, mine, at=moment)
    drawn_to = spread(rows["size"], rows["judge"])
    own = {judge.judge: judge for judge in found.judges}
    modes = mine.corrections.groupby("judge")["mode"].value_counts().unstack(fill_value=0)
    live = int(reported.corrections["mode"].isin(LIVE).sum())
    of_judge = dict(iter(rows[list(OF_A_JUDGE)].groupby("judge", sort=True)))
    figures = {
        name: court.judge_figures(name, of_judge.get(name, rows.iloc[:0]), court=drawn_to)
        for name in sorted(map(str, modes.index))
    }
    described = court.describe(rows, mine.corrections)
    sizes = sizes_by_band(rows[["judge", "band", "size"]], minimum=rules.minimum_cases)
    visible = court.visible_kinds(alerts)
    content = {
        "at": moment,
        "simulated": reported.simulated,
        "no_ratio": live - len(rows),
        "rows": {mode: int(modes[mode].sum()) if mode in modes else 0 for mode in MODES},
        "left_out": reported.left_out,
        "period": period(rows) if len(rows) else None,
        "court": described,
        "judges": [
            {
                **told,
                "assessable": assessable(own[name]) if name in own else {},
                "alerts": visible.get(name, []),
            }
            for name, told in figures.items()
        ],
        "alerts": court.alerts(alerts, risen),
        "monthly_list": _monthly(found, alerts, today=today),
        "weekly": weekly(rows, at=today, week=week, suppress_below=rules.suppress_below),
        "review_sample": review_sample(
            rows,
            at=today,
            month=month,
            seed=review_seed,
            alarm_strata=lambda first, end: _alarm_strata(rows, mine, alerts, (first, end)),
        ),
        "error_catch": {
            **error_catch(mine.corrections, reported.advice, minimum=rules.suppress_below),
            "adoption": asdict(court_share(rows["coincides"], rows["judge_code"], minimum=rules.minimum_cases)),
        },
        "triple": triple(rows, minimum=rules.suppress_below),
        "disparity": {"report": "audit.html", "measure": "override", "remark": DISPARITY},
    }
    judges = (
        judge_content(
            figures=told,
            rows=of_judge.get(name, rows.iloc[:0]),
            modes=modes.loc[name].to_dict(),
            own=own.get(name),
            funnel=described["funnel"],
            sizes=sizes.get(name, {}),
            states=[state for state in alerts if state.judge == name],
            risen=[alert for alert in risen if alert.judge == name],
        )
        for name, told in figures.items()
    )
    return content, judges


def _reported(records: Records, corrections: pd.DataFrame) -> Records:
    """Return the records of the rows that are reported."""
    positions = set(corrections["entry_position"])
    alerts = records.alerts[records.alerts["entry_position"].isin(positions) & is_time(records.alerts["raised_at"])]
    seen, notes = (
        frame[frame["alert_position"].isin(alerts["position"]) & is_time(frame[time])]
        for frame, time in ((records.seen, "seen_at"), (records.notes, "written_at"))
    )
    return Records(
        corrections=corrections.reset_index(drop=True), alerts=alerts.reset_index(drop=True), seen=seen, notes=notes
    )


def _in_strata(rows: pd.DataFrame, found: Watch) -> pd.DataFrame:
    """Return the rows with their ``stratum`` and ``severity`` in words, ``severity_code``, and ``expected``.

    ``expected`` is the share of the least-correcting honest judge in the stratum, over the judges' cases there; nan
    where it is not assessable.
    """
    codes = strata.strata(rows)
    cell = pd.MultiIndex.from_arrays([codes.severity, codes.group, codes.plea])
    number, cells = cell.factorize()
    names = [strata.name(severity, codes.groups[group], plea) for severity, group, plea in cells]
    severities = strata.severity_names()
    weighed: dict[str, list[float]] = {}
    for own in found.judges:
        for figure in own.strata:
            if figure.p0 is not None:
                total = weighed.setdefault(figure.name, [0.0, 0.0])
                total[0] += figure.n * figure.p0
                total[1] += figure.n
    expected = {name: total / n for name, (total, n) in weighed.items() if n}
    words = np.array([*names, ""], dtype=object)[number]
    return rows.assign(
        stratum=pd.Series(words, index=rows.index, dtype="string"),
        severity=[severities[code] for code in codes.severity],
        severity_code=codes.severity,
        expected=pd.Series(words, index=rows.index).map(expected).astype(float),
    )


def _of_judge(records: Records, judge: str) -> Records:
    return Records(**{name: frame[frame["judge"] == judge] for name, frame in vars(records).items()})


def _alarm_strata(
    rows: pd.DataFrame, records: Records, alerts: Sequence[AlertState], span: tuple[datetime.date, datetime.date]
) -> set[str]:
    """Return the strata of the cases behind the alerts that the court could see from a day of the span on."""
    first, end = (day.isoformat() for day in span)
    positions: set[int] = set()
    for state in alerts:
        if first <= state.court_sees_from[:10] < end:
            positions |= set(cases_of_alert(state, _of_judge(records, state.judge))["entry_position"])
    return set(rows.loc[rows["entry_position"].isin(positions), "stratum"])


def _monthly(found: Watch, alerts: Sequence[AlertState], *, today: datetime.date) -> dict[str, Any]:
    over = [meeting for meeting in found.monthly if month_end(meeting.month) <= today]
    last = (over or list(found.monthly) or [None])[-1]
    listed, not_shown = court.named(() if last is None else last.judges, alerts)
    return {
        "month": None if last is None else last.month,
        "rate": definitions().court_list_rate,
        "judges": 0 if last is None else last.watched,
        "listed": listed,
        "not_shown": not_shown,
        "months": [
            {"month": meeting.month, "judges": meeting.watched, "listed": len(meeting.judges)}
            for meeting in found.monthly
        ],
    }


def _last_moment(records: Records) -> str:
    """Return the last time that stands in the records, as it is written there; now where there is none."""
    times = [
        records.corrections["shown_at"], records.corrections["entered_at"], records.alerts["raised_at"],
        records.seen["seen_at"], records.notes["written_at"],
    ]  # fmt: skip
    return max((str(values.max()) for values in times if len(values)), default=datetime.datetime.now().isoformat())


def _certificate(path: Path | None) -> dict[str, Any] | None:
    return None if path is None or not path.is_file() else read_certificate(path)


def _own_certificate(found: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return what a judge's page has of the certificate: our rules and, beside them, the plain one that errs most."""
    if found is None or found["status"] != "measured":
        return None
    plain = [rule for rule in found["rules"] if rule["kind"] == "plain"]
    shown = [rule for rule in found["rules"] if rule["kind"] != "plain"]
    shown += sorted(plain, key=lambda rule: (-rule["false_alarms"]["value"], rule["name"]))[:1]
    rules = [{name: value for name, value in rule.items() if name != "populations"} for rule in shown]
    return {**{name: found[name] for name in ("status", "stale", "configuration")}, "rules": rules}


def _shared(read: _Read, *, certificate: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
    """Return what the ledger and the definitions say on every page: of the ``court`` and of the ``judge``."""
    verified = read.verified
    of_witness = [found for found in verified.breaks if found.kind in ("witness", "root", "head")]
    if verified.witnessed is None:
        witness = {"status": "不符" if of_witness else "未比对", "detail": UNWITNESSED}
    else:
        detail = f"见证 {verified.witnessed} 个根；其后 {verified.unwitnessed} 条记录尚无见证。"
        witness = {"status": "不符" if of_witness else "相符", "detail": detail}
    reliable = not verified.breaks
    common = {
        "version": VERSION,
        "reliable": reliable,
        "definitions": {**asdict(definitions()), "sha256": digest()},
        "limits": list(LIMITS) if reliable else [UNRELIABLE, *LIMITS],
        "certificate": certificate,
    }
    head = asdict(verified.head)
    ledger = {
        "advice": len(read.advice),
        "entries": len(read.records.corrections),
        "unanswered": len(read.advice) - len(read.records.corrections),
        "alerts": len(read.records.alerts),
        "seen": len(read.records.seen),
        "notes": len(read.records.notes),
        "breaks": [_break(found) for found in verified.breaks],
        "head": head,
        "witness": witness,
    }
    return {
        "court": {**common, "kind": "court", "ledger": ledger},
        "judge": {
            **common,
            "kind": "judge",
            "certificate": _own_certificate(certificate),
            "ledger": {"head": head, "breaks": len(verified.breaks), "witness": witness},
        },
    }


def _break(found: Break) -> dict[str, Any]:
    return {"position": found.position, "table": found.kind, "problem": found.problem}


def _write_pages(folder: Path, judges: Iterator[dict[str, Any]]) -> dict[str, str]:
    """Write each judge's content and page, remove those of judges who are no longer there, and return the hashes."""
    hashes = {}
    for content in judges:
        # compact: half a thousand files are written, and read by programs alone
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False) + "\n"
        write_text(folder / f"{content['judge']}.json", text)
        write_text(folder / f"{content['judge']}.html", judge_page(content))
        hashes[content["judge"]] = sha256_bytes(text.encode("utf-8"))
    for path in sorted(folder.glob("J-*")):
        if _PAGE.fullmatch(path.name) and path.stem not in hashes:
            path.unlink()
    return hashes


def _metrics(content: dict[str, Any]) -> dict[str, float]:
    judges, alerts = content["judges"], content["alerts"]
    found = {
        "n_advice": content["ledger"]["advice"],
        "n_entries": content["ledger"]["entries"],
        "n_breaks": len(content["ledger"]["breaks"]),
        "n_judges": len(judges),
        "n_judges_assessable": sum(judge["status"] == "可评估" for judge in judges),
        "n_alerts": sum(count["n"] for count in alerts["counts"]),
        "n_alerts_not_shown": alerts["not_shown"],
        "n_monthly_list": len(content["monthly_list"]["listed"]) + content["monthly_list"]["not_shown"],
        "review_drawn": content["review_sample"]["drawn"],
        "errors_caught_live": content["error_catch"]["live"]["caught"]["value"],
        "triple_all_equal": content["triple"]["parts"][0]["share"]["value"],
    }
    for count in alerts["counts"]:
        key = f"n_alerts_{count['kind']}"
        found[key] = found.get(key, 0) + count["n"]
    if content["error_catch"]["training"] is not None:
        found["errors_caught_training"] = content["error_catch"]["training"]["caught"]["value"]
    for name in ("size", "direction", "coincidence", "inside", "weight"):
        found[f"overall_{name}"] = content["court"]["overall"][name]["value"]
    return {name: float(value) for name, value in found.items() if value is not None}
