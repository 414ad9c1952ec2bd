"""The certificate of a model: all fourteen tests, in one report."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sentencing_ml.liability.certificate.accuracy import accuracy_cost, heaping
from sentencing_ml.liability.certificate.blindness import flipped_columns
from sentencing_ml.liability.certificate.calibration import clean_cases, dose, guideline_bands
from sentencing_ml.liability.certificate.extraction import prevention_found
from sentencing_ml.liability.certificate.independence import added_information, conditional_independence, sample
from sentencing_ml.liability.certificate.report import content, flat, write
from sentencing_ml.liability.certificate.result import Result
from sentencing_ml.liability.certificate.sensitivity import mixed_readings, placebo, unrecorded
from sentencing_ml.liability.certificate.subject import Subject
from sentencing_ml.liability.certificate.truth import simulated_truth
from sentencing_ml.liability.certificate.wordings import prevention_clauses
from sentencing_ml.liability.model import LiabilityModel, model_version
from sentencing_ml.liability.split import with_parts
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table


def certify(
    *,
    documents: Path,
    factors: Path,
    evidence: Path,
    split: Path,
    model: Path,
    truth: Path | None,
    simulated: Sequence[Mapping[str, Any]],
    report: Path,
    settings: Settings,
) -> dict[str, float]:
    """Put a trained model to the tests T1–T14 and write ``report`` and the page of the same name beside it.

    Parameters
    ----------
    documents, factors, evidence, split
        The tables that the model was trained on.
    truth
        The true factor table of simulated judgments, to which extraction is compared where no annotations are given.
    simulated
        Draws of simulated cases with known truth on which designs were compared; see :func:`truth.simulated_truth`.

    Returns
    -------
    The flat figures of the report.

    Raises
    ------
    BundleError
        The model is missing or altered.
    InputError
        The verified cases or the annotations that the settings name cannot be used.
    """
    subject = Subject(
        model=LiabilityModel.load(model),
        frame=with_parts(read_table(factors), read_table(split)),
        settings=settings,
    )
    results = run(
        subject,
        documents=read_table(documents),
        evidence=read_table(evidence),
        truth=truth,
        simulated=simulated,
    )
    whole = content(results, model=model_version(model), settings=settings.certify)
    write(whole, report=report)
    return flat(whole)


def run(subject: Subject, *, documents, evidence, truth: Path | None, simulated) -> list[Result]:  # noqa: ANN001
    """Return the results of all tests in their order; ``documents`` and ``evidence`` are tables."""
    options = subject.options
    given = sample(subject)
    return [
        prevention_clauses(subject, documents=documents, evidence=evidence),
        flipped_columns(subject),
        conditional_independence(given),
        added_information(given),
        clean_cases(subject, verified=None if options.clean_cases is None else Path(options.clean_cases)),
        guideline_bands(subject),
        dose(subject),
        simulated_truth(simulated),
        unrecorded(subject),
        placebo(subject),
        mixed_readings(subject),
        heaping(subject),
        accuracy_cost(subject),
        prevention_found(
            subject,
            annotations=None if options.annotations is None else Path(options.annotations),
            truth=truth,
        ),
    ]
