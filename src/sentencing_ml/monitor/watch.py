"""Everything that is watched of all judges, from the rows of ``Ledger.corrections``."""

from dataclasses import dataclass

from sentencing_ml.monitor.blind_stage import Verdict


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart of one judge, a value for each case that counts for it.

    ``kind`` : A1 | A1 guaranteed | A2 | A3 | A4 | G | G interval | trend. ``threshold`` None: drawn only.
    ``resets`` : indices into ``values`` before which the chart started again (an alert, a new version).
    """

    kind: str
    entry_positions: tuple[int, ...]
    values: tuple[float, ...]
    threshold: float | None
    resets: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Raised:
    """An alert: ``kind`` A1 | A2 | A3 | A4 | G, at the entry at which the chart reached its threshold.

    ``direction`` is up or down for A2, else None.
    """

    judge: str
    kind: str
    direction: str | None
    entry_position: int
    at: str
    statistic: float
    threshold: float


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Stage two after an alert of A1 or G (``kind``), or none of them: ``state`` watch | blind_first | classified.

    ``done`` suitable blind-first cases of ``needed``; of these ``informative``, of which ``followed`` ended at the
    advice, and ``near`` whose own estimate lay at it.
    """

    state: str
    kind: str | None
    alert_entry_position: int | None
    done: int
    needed: int
    verdict: Verdict | None
    informative: int
    followed: int
    near: int


@dataclass(frozen=True, kw_only=True)
class StratumFigures:
    """A judge's coincidence in one stratum beside the least-correcting honest judge's.

    ``excess`` = observed − expected share with its 95 % interval, None where p0 is not known; ``run`` the consecutive
    adoptions that A1 needs there.
    """

    name: str
    n: int
    coincided: int
    court: float | None
    p0: float | None
    excess: float | None
    low: float | None
    high: float | None
    run: int | None
    status: str
    why: str | None


@dataclass(frozen=True, kw_only=True)
class Assessable:
    """``status`` 可评估 | 不可评估. ``needed``: cases of the judge still needed, None when no number of them would do.

    ``needed_reference``: reference cases of the version still needed; 0 when there are enough.
    """

    status: str
    needed: int | None
    needed_reference: int
    why: str | None


@dataclass(frozen=True, kw_only=True)
class JudgeWatch:
    """One judge: ``n`` watched entries, ``version`` of model and law of the last one.

    ``charts`` and ``assessable`` by kind of chart; ``alerts`` in order of entry; ``stages`` every stage two in order,
    ``stage`` the state of the last, or of none.
    """

    judge: str
    n: int
    version: str
    charts: dict[str, Chart]
    alerts: tuple[Raised, ...]
    stage: Stage
    stages: tuple[Stage, ...]
    strata: tuple[StratumFigures, ...]
    excess: StratumFigures | None
    assessable: dict[str, Assessable]


@dataclass(frozen=True, kw_only=True)
class ReferenceFigures:
    """A reference as it came into force: from the first entry of ``month`` (YYYY-MM), ``n`` cases of ``judges`` judges.

    ``offset`` is the greatest that the self-check added so far, in logits.
    """

    version: str
    month: str
    n: int
    judges: int
    offset: float


@dataclass(frozen=True, kw_only=True)
class MonthlyList:
    """Judges of the monthly meeting by e-BH, in order of their pseudonyms, of ``watched`` judges with an e-value."""

    month: str
    watched: int
    judges: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Watch:
    """All judges in the order of their pseudonyms, the references in force and the monthly lists."""

    judges: tuple[JudgeWatch, ...]
    references: tuple[ReferenceFigures, ...]
    monthly: tuple[MonthlyList, ...]
