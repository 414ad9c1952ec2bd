"""Stage ``certify``: the tests T1–T14 of the liability model, with simulated truth drawn for it."""

from itertools import product

from sentencing_ml import layout, tracking
from sentencing_ml.errors import run
from sentencing_ml.liability.certificate.certify import certify
from sentencing_ml.settings import Settings, load_settings
from sentencing_ml.simulation.designs import compare_on_draw


def simulated(settings: Settings) -> list[dict]:
    """Draw every combination of charge, confounding, missed flags and seed, and compare the designs on it."""
    options = settings.certify
    combinations = product(options.charges, options.confounding, options.missed, options.seeds)
    return [
        {
            "n": options.n,
            "charge": charge,
            "confounding": confounding,
            "missed": missed,
            "seed": seed,
            **compare_on_draw(
                n=options.n,
                held_out=options.held_out,
                seed=seed,
                confounding=confounding,
                missed=missed,
                charge=charge,
                settings=settings,
            ),
        }
        for charge, confounding, missed, seed in combinations
    ]


def main() -> None:
    """Run the stage with the paths of the project."""
    settings = load_settings()
    with tracking.stage("certify", settings) as log:
        metrics = certify(
            documents=layout.DOCUMENTS,
            factors=layout.FACTORS,
            evidence=layout.EVIDENCE,
            split=layout.SPLIT,
            model=layout.MODEL,
            truth=layout.SAMPLE_FACTORS,
            simulated=simulated(settings),
            report=layout.CERTIFICATE_REPORT,
            settings=settings,
        )
        log.add_metrics(metrics)
        log.artefacts += [layout.CERTIFICATE_REPORT, layout.CERTIFICATE_REPORT.with_suffix(".html")]


if __name__ == "__main__":
    run(main)
