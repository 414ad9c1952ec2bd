"""Where the pipeline keeps its files, relative to the project's root."""

from pathlib import Path

SAMPLE = Path("data/sample")
SAMPLE_JUDGMENTS = SAMPLE / "judgments.jsonl.gz"
SAMPLE_INDICTMENTS = SAMPLE / "indictments.jsonl.gz"
SAMPLE_FACTORS = SAMPLE / "factors.parquet"      # the true factor table of the synthetic judgments
SAMPLE_TRUTH = SAMPLE / "truth.parquet"          # row_id, true base, liability and declared months

INPUTS = Path("data/interim/inputs.json")        # resolved input files with their hashes
EXCLUDED = Path("data/interim/excluded.json")    # resolved files of train.exclude with their hashes
DOCUMENTS = Path("data/interim/documents.parquet")
QUARANTINE = Path("data/interim/quarantine.parquet")
SPLIT = Path("data/interim/split.parquet")       # row_id, part (train | test | out), fold
FACTORS = Path("data/factors/factors.parquet")
EVIDENCE = Path("data/factors/evidence.parquet")
QUALITY = Path("data/factors/quality.parquet")      # check, kind, row_id: what the quality report counts
LEDGER = Path("data/interim/ledger.sqlite")      # of the bundled run: simulated judges; a stage makes it anew
JUDGES_LEDGER = Path("data/judges/ledger.sqlite")  # of real judges; no stage touches it
REVIEW_QUEUE = Path("data/review/queue.jsonl")   # corrections of extracted facts, only ever appended to

MODEL = Path("models/liability")                 # what train writes
ARCHIVE = Path("models/archive")                 # past cases that a sheet may cite; no part of a bundle
BUNDLE = Path("models/bundle")                   # what release emits

REPORTS = Path("reports")
INGEST_REPORT = REPORTS / "ingest.json"
EXTRACTION_REPORT = REPORTS / "extraction.json"  # of `make extraction-report`, which is no stage
VALIDATION_REPORT = REPORTS / "validation.json"
EVALUATION_REPORT = REPORTS / "evaluation.json"
CERTIFICATE_REPORT = REPORTS / "certificate.json"
AUDIT_REPORT = REPORTS / "audit.json"
AUDIT_CERTIFICATE = REPORTS / "audit_certificate.json"  # the audit of the audit
COMPARISON_REPORT = REPORTS / "comparison.json"  # of `sentencing compare`, which is no stage
MONITOR_REPORT = REPORTS / "monitor.json"
JUDGE_PAGES = REPORTS / "judges"                 # a page a judge, for that judge
MONITOR_CERTIFICATE = REPORTS / "monitor_certificate.json"  # what the monitor finds, and flags falsely
INDICATORS_REPORT = REPORTS / "indicators.json"
RELEASE_REPORT = REPORTS / "release.json"
CASES = REPORTS / "cases"                        # index.html and a page a case
INDEX = REPORTS / "index.html"
