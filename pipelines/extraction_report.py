"""Score extraction on the golden set and on the sets of real judgments that are there; with --record, record it."""

import argparse
from pathlib import Path

from sentencing_ml import layout, runtime
from sentencing_ml.errors import run
from sentencing_ml.factors import report
from sentencing_ml.settings import load_settings


def main() -> None:
    """Print what changed since the record, write the report, and with --record make this the record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--golden", type=Path, default=Path("tests/golden"))
    parser.add_argument("--gold", type=Path, required=True, help="folder with texts.jsonl and annotations.jsonl")
    parser.add_argument("--annotations", type=Path, required=True, help="folder of pairs of files")
    parser.add_argument("--sets", nargs="*", default=[], help="the NAMEs of that folder to read")
    parser.add_argument("--record", action="store_true", help="make the result the record")
    given = parser.parse_args()
    runtime.prepare(threads=1)
    settings = load_settings()
    records = layout.REPORTS / "extraction"
    found, notes = report.real_sets(
        gold=given.gold, annotations=given.annotations, names=given.sets, records=records
    )
    results = []
    for annotated in (report.golden_set(given.golden), *found):
        results.append(report.measure(annotated, settings=settings))
        print(report.tell(results[-1]), end="\n\n")
        if given.record:
            report.write_record(annotated, results[-1])
            print(f"recorded: {annotated.record}\n")
    print(*notes, sep="\n")
    report.write_report(results, notes, report=layout.EXTRACTION_REPORT)
    print(f"{layout.EXTRACTION_REPORT.with_suffix('.html')}")


if __name__ == "__main__":
    run(main)
