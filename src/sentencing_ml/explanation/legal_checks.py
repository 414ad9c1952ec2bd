"""What the law asks before 缓刑 and 认罪认罚, answered as far as the extracted facts answer it.

The conditions stand in the law data (``law/execution.py``, ``law/plea.py``); nothing is decided here, and what the
record does not tell stays open. Protected attributes are not read.
"""

from collections.abc import Mapping
from typing import Any

from sentencing_ml.factors.registry import Factor, registry
from sentencing_ml.factors.wording import missing
from sentencing_ml.law.combination import FIXED_TERM
from sentencing_ml.law.execution import Probation, probation
from sentencing_ml.law.facts import vocabulary
from sentencing_ml.law.plea import Check, plea_checks

_READ = ("liability", "prevention", "mixed", "procedure")
SEVERAL_COUNTS = "several_counts"


def legal_checks(row: Mapping[str, Any], *, several_counts: bool) -> dict[str, Any]:
    """Return the conditions of 缓刑 and, where the record tells of a plea, the checks of 认罪认罚.

    ``row`` is a row of the factor table as plain values. The answers are for a trial today. The term is the judge's to
    declare, so whether it is short enough for 缓刑 stays open.
    """
    facts = told(row) | {SEVERAL_COUNTS: several_counts}
    plea = row.get("plea_leniency")
    return {
        "probation": _probation(probation(facts, kind=FIXED_TERM, term_months=None)),
        "plea": [_check(check) for check in plea_checks(facts) if check.items] if plea is True else [],
    }


def told(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a row that the law's vocabulary knows and that a check may read.

    Silence about a fact of the offender that lightens (悔罪, 退赔 …) is no finding that it is absent before the court
    has heard the case: such a false is left unknown.
    """
    known = vocabulary()
    return {
        factor.name: row[factor.name]
        for factor in registry().of_class(*_READ)
        if factor.name in known and not missing(row.get(factor.name)) and not _silent(factor, row[factor.name])
    }


def _silent(factor: Factor, value: Any) -> bool:
    return value is False and factor.direction < 0 and not factor.factor_class.model_input


def _probation(ruling: Probation) -> dict[str, Any]:
    return {
        "answer": ruling.answer,
        "must": ruling.must,
        "reason": ruling.reason,
        "article": ruling.article,
        "parts": [
            {"kind": part.kind, "text": part.text, "answer": part.answer, "article": part.article}
            for part in ruling.parts
        ],
    }


def _check(check: Check) -> dict[str, Any]:
    known = vocabulary()
    return {
        "id": check.id,
        "question": check.question,
        "answer": check.answer,
        "value": check.value,
        "reason": check.reason,
        "article": check.article,
        "needs": [known[name].zh for name in check.needs],
    }
