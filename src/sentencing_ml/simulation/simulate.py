"""The synthetic corpus: judgments, indictments, the true factor table, and the truth behind the sentences."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sentencing_ml.errors import InputError
from sentencing_ml.factors.registry import registry
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.settings import SimulationSettings
from sentencing_ml.simulation import cases
from sentencing_ml.simulation.model import Case, Count, Person, assumptions
from sentencing_ml.simulation.writing import write_case
from sentencing_ml.storage import write_jsonl, write_table

TRUTH = {
    "row_id": "string",
    "base_months": "Float64",
    "liability_months": "Float64",
    "liability_expected": "Float64",
    "declared_exact": "Float64",
    "declared_months": "Float64",
    "prevention_ratio": "Float64",
    "leaning": "Float64",
    "province": "string",
    "court": "string",
    "judge": "string",
    "planted": "boolean",
}


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """A corpus: judgments and indictments as ``{id, text}``, the true factor table and the truth, a row a count."""

    judgments: tuple[dict[str, str], ...]
    indictments: tuple[dict[str, str], ...]
    factors: pd.DataFrame
    truth: pd.DataFrame


def simulate(*, settings: SimulationSettings) -> Simulation:
    """Draw and write the corpus of ``settings``; equal settings give equal bytes."""
    drawn = [_draw(index, settings) for index in range(settings.judgments)]
    texts = [write_case(case, seed=settings.seed) for case in drawn]
    rows = [row for case, written in zip(drawn, texts, strict=True) for row in factor_rows(case, names=written.names)]
    return Simulation(
        judgments=tuple({"id": case.id, "text": written.judgment} for case, written in zip(drawn, texts, strict=True)),
        indictments=tuple(
            {"id": f"{case.id}-qs", "text": written.indictment} for case, written in zip(drawn, texts, strict=True)
        ),
        factors=factor_frame(rows),
        truth=truth_frame(drawn),
    )


def simulate_corpus(*, folder: Path, settings: SimulationSettings) -> dict[str, float]:
    """Write the corpus to ``folder``: judgments.jsonl.gz, indictments.jsonl.gz, factors.parquet and truth.parquet.

    Returns counts and means for the log.
    """
    corpus = simulate(settings=settings)
    write_jsonl(folder / "judgments.jsonl.gz", corpus.judgments)
    write_jsonl(folder / "indictments.jsonl.gz", corpus.indictments)
    write_table(folder / "factors.parquet", corpus.factors)
    write_table(folder / "truth.parquet", corpus.truth)
    return {
        "judgments": len(corpus.judgments),
        "counts": len(corpus.factors),
        "charges": int(corpus.factors["charge_group"].nunique()),
        "mean_characters": sum(len(item["text"]) for item in corpus.judgments) / len(corpus.judgments),
        "mean_liability_months": float(corpus.truth["liability_months"].mean()),
        "mean_declared_months": float(corpus.truth["declared_months"].mean()),
    }


def simulate_table(
    *, n: int, seed: int, confounding: float, missed: float, charge: str | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a factor table of ``n`` counts and its truth, without texts.

    Each prevention flag that is true is set to false with probability ``missed``, as an extractor would miss it, and a
    level of a category that is kept from the model (中止) to the neutral first level. The truth keeps the sentence that
    they had shaped. With ``charge`` all cases are of that charge, each defendant with one count.

    Raises
    ------
    InputError
        The generator has no such charge.
    """
    if charge is not None and charge not in assumptions()["charges"]:
        raise InputError(
            f"{charge}: the generator draws no such charge. Choose one of: {'、'.join(assumptions()['charges'])}."
        )
    settings = SimulationSettings(
        judgments=n, seed=seed, confounding=confounding, planted_attribute=None, planted_effect=0.0
    )
    drawn: list[Case] = []
    rows: list[dict] = []
    while len(rows) < n:
        case = _draw(len(drawn), settings, charge=charge)
        drawn.append(case)
        rows += factor_rows(case, names=tuple(person.name for person in case.persons))
    factors = factor_frame(rows).iloc[:n].reset_index(drop=True)
    if missed:
        factors = _missing_some(factors, np.random.default_rng(seed), share=missed)
    return factors, truth_frame(drawn).iloc[:n].reset_index(drop=True)


def _missing_some(factors: pd.DataFrame, rng: np.random.Generator, *, share: float) -> pd.DataFrame:
    lossy = factors.copy()
    for factor in registry().offender():
        if factor.type == "boolean":
            lossy[factor.name] = lossy[factor.name] & ~(rng.random(len(lossy)) < share)
    for factor in registry().model_inputs():
        kept_out = [level.name for level in factor.levels if not level.factor_class.model_input]
        if kept_out:
            lost = lossy[factor.name].isin(kept_out) & (rng.random(len(lossy)) < share)
            lossy[factor.name] = lossy[factor.name].mask(lost, factor.levels[0].name)
    return lossy


def _draw(index: int, settings: SimulationSettings, *, charge: str | None = None) -> Case:
    return cases.draw_case(
        index,
        seed=settings.seed,
        confounding=settings.confounding,
        planted_attribute=settings.planted_attribute,
        planted_effect=settings.planted_effect,
        charge=charge,
    )


def factor_rows(case: Case, *, names: tuple[str, ...]) -> list[dict]:
    """Return the true factor rows of a case, one a count, in the columns of the factor table."""
    rec = case.recommendation
    shared = {
        "doc_id": case.id,
        "doc_kind": "judgment",
        "source": "simulation",
        "cluster": case.id,
        "charge_source": "verdict",
        "status": "found",
        "court": case.court_name,
        "province": case.court.province,
        "judge": case.judge,
        "procedure": case.procedure,
        "recommendation_present": rec.present,
        "recommendation_kind": rec.kind,
        "recommendation_min_months": rec.low,
        "recommendation_max_months": rec.high,
        "case_number": case.case_number,
        "judgment_date": case.judged.isoformat(),
    }
    rows = []
    for position, person in enumerate(case.persons):
        own = {
            "defendant_index": position,
            "defendant": names[position],
            "counts": len(person.counts),
            "gender": person.gender,
            "birth_date": person.birth.isoformat(),
            "ethnicity": person.ethnicity,
            "education": person.education,
            "occupation": person.occupation,
            "household_province": person.household,
            "counsel": person.counsel,
            "custody": person.custody,
            "final_penalty": person.final.penalty,
            "final_term_months": person.final.term_months,
            "final_probation_months": person.final.probation_months,
            "final_fine_yuan": person.final.fine_yuan,
        }
        for number, count in enumerate(person.counts):
            rows.append(
                {
                    **shared,
                    **own,
                    "row_id": row_id(case, position, number),
                    "count_index": number,
                    "charge": count.written,
                    "charge_group": count.charge,
                    **_factors(person, count),
                    "penalty": count.outcome.penalty,
                    "term_months": count.outcome.term_months,
                    "fine_yuan": count.outcome.fine_yuan,
                }
            )
    return rows


def _factors(person: Person, count: Count) -> dict:
    """Liability facts of the count and circumstances of the offender; what a judgment does not mention is false."""
    values = {}
    for factor in registry().of_class("liability", "mixed", "prevention"):
        value = count.facts.get(factor.name, person.offender.get(factor.name))
        if value is None and factor.type == "boolean":
            value = False
        values[factor.name] = value
    return values


def truth_frame(drawn: list[Case]) -> pd.DataFrame:
    """Build the truth, one row a count.

    ``liability_months`` is the liability term with the ratios of the case itself, ``liability_expected`` its mean over
    all cases with the same facts: no model of the facts can come nearer to the former than the latter does.
    ``prevention_ratio`` is P, the signed sum of the offender's circumstances after caps; ``leaning`` the logarithm of
    what court and judge multiply every sentence by; ``declared_months`` is null where the sentence is no term.
    """
    rows = [
        {
            "row_id": row_id(case, position, number),
            "base_months": count.base_months,
            "liability_months": count.liability_months,
            "liability_expected": count.liability_expected,
            "declared_exact": count.declared_exact,
            "declared_months": count.outcome.term_months,
            "prevention_ratio": count.offender_ratio,
            "leaning": case.leaning,
            "province": case.court.province,
            "court": case.court_name,
            "judge": case.judge,
            "planted": person.planted,
        }
        for case in drawn
        for position, person in enumerate(case.persons)
        for number, count in enumerate(person.counts)
    ]
    return pd.DataFrame({name: pd.array([row[name] for row in rows], dtype=dtype) for name, dtype in TRUTH.items()})


def row_id(case: Case, defendant: int, count: int) -> str:
    """Return the factor table's key of a count."""
    return f"{case.id}/{defendant}/{count}"
