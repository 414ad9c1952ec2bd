"""What each judgment tells of the indicators: the factor table as one row a case and one row a defendant.

Only judgments of first instance count. ``null`` is unknown throughout; what a judgment before the law's day says of a
plea is of the trial in eighteen cities and counts for no share. The prosecution's recommendation is the first
defendant's, so a case speaks of that defendant where it speaks of a recommendation.

Persons and units are nobody in particular where the text masks their names. A person is told apart by name and unit;
the name leaves this module as the ledger's pseudonym alone.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sentencing_ml.packaged import read_yaml

AXES = ("court", "procuratorate", "judge", "prosecutor", "charge", "month")

COLUMNS = (
    *("doc_id", "cluster", "source", "defendant_index", "count_index", "counts", "doc_kind", "instance"),
    *("judgment_date", "charge_group", "court", "procuratorate", "judge", "prosecutor", "procedure"),
    *("plea_leniency", "plea_affidavit", "counsel", "duty_counsel", "affidavit_counsel", "joined_sentence"),
    *("penalty", "term_months", "final_probation_months"),
    *("recommendation_present", "recommendation_kind", "recommendation_min_months", "recommendation_max_months"),
    *("recommendation_penalty", "recommendation_probation", "recommendation_adjusted", "recommendation_adopted"),
    "recommendation_refusal",
)
"""What is read of the factor table."""

COUNSEL = ("委托辩护人", "法律援助辩护人", "辩护人，种类不明", "只有值班律师", "没有律师", "不明")
"""The kinds of counsel; whoever has defence counsel is counted there, whatever duty counsel did before."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the judgments tell.

    ``cases`` and ``defendants`` have the columns ``cluster``, the axes, a nullable boolean column an indicator, and one
    a population (True: belongs to it). ``cases`` also has what compares term and recommendation: ``place`` (equal |
    within | above | below | other kind, null where they cannot be compared), ``apart`` (months outside the
    recommendation, signed), ``slight``, ``ratio``, ``width``, ``why_not``. ``dropped`` counts what is left out, by
    reason.
    """

    cases: pd.DataFrame
    defendants: pd.DataFrame
    dropped: dict[str, int]


def definitions() -> dict:
    """Return ``indicators.yaml``."""
    return read_yaml("monitor", "indicators/indicators.yaml")


def told(factors: pd.DataFrame, *, pseudonym: Callable[[str], str], today: datetime.date) -> Told:
    """Return what a factor table tells of the indicators; ``today`` is the day after which no judgment can be."""
    given = definitions()
    rows = _with_plain_text(factors.sort_values(["doc_id", "defendant_index", "count_index"], kind="stable"))
    judged = rows["doc_kind"] == "judgment"
    kept = rows[judged & (rows["instance"] == "一审")]
    dropped = {
        "not_judgments": int(rows.loc[~judged, "doc_id"].nunique()),
        "other_instances": int(rows.loc[judged & rows["instance"].isin(["二审", "再审"]), "doc_id"].nunique()),
        "instance_unknown": int(rows.loc[judged & rows["instance"].isna(), "doc_id"].nunique()),
    }
    persons = kept.drop_duplicates(["doc_id", "defendant_index"]).reset_index(drop=True)
    persons = _with_axes(_with_times(persons, given, today=today), given, pseudonym=pseudonym)
    persons["pleaded"] = _either(persons["plea_leniency"], persons["plea_affidavit"])
    cases = persons.drop_duplicates("doc_id").reset_index(drop=True)
    cases["defendants"] = cases["doc_id"].map(persons.groupby("doc_id").size())
    return Told(cases=_cases(cases, given), defendants=_defendants(persons), dropped=dropped)


def _with_plain_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with its text as plain objects, None where unknown: to compare them is then yes or no."""
    text = [name for name in COLUMNS if isinstance(frame[name].dtype, pd.StringDtype)]
    plain = {name: [None if pd.isna(value) else value for value in frame[name]] for name in text}
    return frame.assign(**{name: pd.Series(values, index=frame.index, dtype=object) for name, values in plain.items()})


def _true(values: pd.Series) -> np.ndarray:
    """Return where nullable booleans are known to be true."""
    return values.astype("boolean").fillna(value=False).to_numpy(dtype=bool)


def _with_times(frame: pd.DataFrame, given: dict, *, today: datetime.date) -> pd.DataFrame:
    day = pd.to_datetime(frame["judgment_date"], errors="coerce", format="%Y-%m-%d")
    future = day > pd.Timestamp(today)
    known = day.where(~future)
    since = {name: known >= pd.Timestamp(given["dates"][name]) for name in ("in_force", "guidance_from", "pilot_from")}
    return frame.assign(
        future=future.to_numpy(dtype=bool),
        month=known.dt.strftime("%Y-%m").astype("string"),
        since=since["in_force"].to_numpy(dtype=bool),
        guided=since["guidance_from"].to_numpy(dtype=bool),
        trial=(since["pilot_from"] & ~since["in_force"]).to_numpy(dtype=bool),
        day=known,
    )


def _with_axes(frame: pd.DataFrame, given: dict, *, pseudonym: Callable[[str], str]) -> pd.DataFrame:
    """Return the frame with whom and what each row belongs to; masked names and unknown ones are null."""
    court, office = (_named(frame[unit], given["masks"]) for unit in ("court", "procuratorate"))
    lead = [names and names.split("、")[0] for names in frame["prosecutor"]]
    return frame.assign(
        court=court,
        procuratorate=office,
        judge=_person(_named(frame["judge"], given["masks"]), court, pseudonym=pseudonym),
        prosecutor=_person(
            _named(pd.Series(lead, index=frame.index, dtype=object), given["masks"]), office, pseudonym=pseudonym
        ),
        charge=frame["charge_group"],
    )


def _named(names: pd.Series, masks: str) -> pd.Series:
    return pd.Series(
        [name if name and not set(name) & set(masks) else None for name in names], index=names.index, dtype=object
    )


def _person(names: pd.Series, units: pd.Series, *, pseudonym: Callable[[str], str]) -> pd.Series:
    """Return pseudonyms; of one name in several units each but the first has the number of the unit behind it."""
    pairs = sorted({pair for pair in zip(names, units, strict=True) if None not in pair})
    label: dict[tuple[str, str], str] = {}
    seen: dict[str, int] = {}
    for name, unit in pairs:
        seen[name] = seen.get(name, 0) + 1
        label[name, unit] = pseudonym(name) + (f"/{seen[name]}" if seen[name] > 1 else "")
    return pd.Series([label.get(pair) for pair in zip(names, units, strict=True)], index=names.index, dtype=object)


def _either(*columns: pd.Series) -> pd.Series:
    """Return whether one of several is told: true where one is, false where the first is known to be, else unknown."""
    yes = np.logical_or.reduce([_true(column) for column in columns])
    return pd.Series(yes, index=columns[0].index).astype("boolean").mask(~yes & columns[0].isna().to_numpy())


def _told(yes: np.ndarray | pd.Series, frame: pd.DataFrame, *, no: np.ndarray | pd.Series | bool = True) -> pd.Series:
    """Return true where ``yes``, else false where ``no``, else unknown."""
    yes, no = np.asarray(yes, dtype=bool), np.broadcast_to(np.asarray(no, dtype=bool), len(frame))
    return pd.Series(yes, index=frame.index).astype("boolean").mask(~yes & ~no)


def _defendants(frame: pd.DataFrame) -> pd.DataFrame:
    pleaded, since = _true(frame["pleaded"]), frame["since"].to_numpy(dtype=bool)
    counsel, present = frame["counsel"], frame["affidavit_counsel"]
    only_duty, none = counsel == "值班律师", counsel == "无"
    duty = only_duty | _true(frame["duty_counsel"]) | present.isin(["值班律师", "辩护人或值班律师"])
    defence = counsel.isin(["委托", "法律援助"]) | (present == "辩护人")
    return frame[["doc_id", "cluster", *AXES]].assign(
        judged=since,
        plea_population=since & pleaded,
        plea=frame["pleaded"],
        counsel=_told(defence | duty, frame, no=none),
        counsel_kind=np.select(
            [counsel == "委托", counsel == "法律援助", defence, duty, none],
            list(COUNSEL[:-1]),
            default=COUNSEL[-1],
        ),
        affidavit=_told(_true(frame["plea_affidavit"]), frame),
        trial=frame["trial"].to_numpy(dtype=bool) & pleaded,
    )


def _cases(frame: pd.DataFrame, given: dict) -> pd.DataFrame:
    pleaded, since = _true(frame["pleaded"]), frame["since"].to_numpy(dtype=bool)
    present = _true(frame["recommendation_present"])
    adopted = frame["recommendation_adopted"].astype("boolean")
    compared = compare(frame, given)
    known = compared["place"].notna()
    fits = _told(compared["place"].isin(["equal", "within"]), frame, no=known)
    fixed = frame["recommendation_kind"] == "确定刑"
    is_fixed = _told(fixed, frame, no=frame["recommendation_kind"].notna())
    procedure = {
        name: _told(frame["procedure"] == zh, frame, no=frame["procedure"].notna()) for name, zh in _PROCEDURES
    }
    suspended = frame["final_probation_months"].astype("Float64").fillna(0).to_numpy(dtype=float) > 0
    return frame[["doc_id", "cluster", "day", "future", "defendants", *AXES]].assign(
        judged=since,
        before=(~since & frame["day"].notna()).to_numpy(dtype=bool),
        plea_population=since & pleaded,
        plea_recommended=since & pleaded & present,
        plea_guided=since & pleaded & present & frame["guided"].to_numpy(dtype=bool),
        recommended_population=present,
        departed=present & compared["place"].isin(["above", "below"]).to_numpy(dtype=bool),
        refused=present & ~_true(adopted) & adopted.notna().to_numpy(),
        recommended=_told(present, frame),
        fixed=is_fixed,
        fixed_guided=is_fixed,
        adopted_said=adopted,
        adopted_said_all=adopted,
        adopted_term=fits,
        adopted_term_all=fits,
        adopted_exactly=_told(compared["place"] == "equal", frame, no=known & fixed).mask((~fixed).to_numpy()),
        adjusted=frame["recommendation_adjusted"].astype("boolean"),
        reasoned=_told(frame["recommendation_refusal"].notna(), frame),
        **procedure,
        reason=frame["recommendation_refusal"],
        probation_advised=frame["recommendation_probation"].astype("boolean"),
        probation_given=_told(suspended, frame, no=frame["penalty"].notna()),
        **{name: compared[name] for name in compared},
    )


_PROCEDURES = (("fast", "速裁"), ("summary", "简易"), ("ordinary", "普通"))


def compare(frame: pd.DataFrame, given: dict) -> pd.DataFrame:
    """Compare the term with the recommendation, case by case.

    Returns
    -------
    ``place``: equal, within, above, below or other kind; null where they cannot be compared, and ``why_not`` says why.
    ``apart``: months above (+) or below (−) the recommendation, 0 within it. ``ratio``: term by single term.
    ``slight``: outside by no more than a fifth of the bound. ``width``: of a range with two bounds, months.
    ``imposed``: the kind of penalty of what could be compared.
    """
    rule = given["comparison"]
    low, high, term = (
        frame[name].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        for name in ("recommendation_min_months", "recommendation_max_months", "term_months")
    )
    in_months = frame["penalty"].isin(rule["month_kinds"]).to_numpy(dtype=bool)
    counts = frame["counts"].astype("Int64").fillna(1).to_numpy(dtype=int)
    why = np.select(
        [
            np.isnan(low) & np.isnan(high),
            frame["defendants"].to_numpy(dtype=int) != 1,
            counts != 1,
            _true(frame["joined_sentence"]),
            frame["penalty"].isna().to_numpy(dtype=bool) | (in_months & np.isnan(term)),
        ],
        ["no_term_recommended", "several_defendants", "several_counts", "joined", "no_sentence"],
        default="",
    )
    comparable = why == ""
    allowed = (rule["either_kind"].get(kind, [kind]) if kind else None for kind in frame["recommendation_penalty"])
    other = ~in_months | np.array(
        [kinds is not None and kind not in kinds for kinds, kind in zip(allowed, frame["penalty"], strict=True)],
        dtype=bool,
    )
    lower, upper = np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)
    slack = rule["equal_months"]
    with np.errstate(invalid="ignore"):
        above, below, single = term > upper + slack, term < lower - slack, upper - lower <= slack
        apart = np.select([above, below], [term - upper, term - lower], default=0.0)
        ratio = term / np.where(upper > 0, upper, np.nan)
        near = np.abs(apart) <= rule["slight"] * np.where(above, upper, lower)
    place = np.select(
        [other, above, below, single], ["other kind", "above", "below", "equal"], default="within"
    ).astype(object)
    measured = comparable & ~other
    two_sided = np.isfinite(lower) & np.isfinite(upper)

    def months(values: np.ndarray, where: np.ndarray) -> pd.Series:
        return pd.Series(np.where(where, values, np.nan), index=frame.index)

    return pd.DataFrame(
        {
            "place": pd.Series(np.where(comparable, place, None), index=frame.index, dtype=object),
            "apart": months(apart, measured),
            "slight": pd.Series(near, index=frame.index).astype("boolean").mask(~measured | ~(above | below)),
            "ratio": months(ratio, measured & single),
            "width": months(upper - lower, measured & ~single & two_sided),
            "one_sided": pd.Series(comparable & ~two_sided, index=frame.index),
            "imposed": pd.Series(np.where(comparable, frame["penalty"], None), index=frame.index, dtype=object),
            "why_not": pd.Series(np.where(comparable, None, why), index=frame.index, dtype=object),
        }
    )
