# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # From a judgment to its page
#
# One synthetic judgment is followed through the package: read, extracted, modelled, explained. Everything happens in a
# temporary folder; nothing real is needed. The same steps, with the project's own settings, are `make run`.

# %%
import tempfile
import warnings
from pathlib import Path

import pandas as pd

from sentencing_ml import runtime
from sentencing_ml.settings import load_settings

root = next(folder for folder in (Path.cwd(), *Path.cwd().parents) if (folder / "params.yaml").is_file())
warnings.filterwarnings("ignore", message="IProgress not found")  # shap asks for notebook widgets
settings = load_settings(root / "params.yaml")
settings = settings.model_copy(
    update={
        "simulation": settings.simulation.model_copy(update={"judgments": 1500}),
        "runtime": settings.runtime.model_copy(update={"threads": 1}),
    }
)
runtime.prepare(threads=1)
folder = Path(tempfile.mkdtemp())

# %% [markdown]
# ## 1. Judgments with known truth
#
# The simulator writes whole judgments whose declared sentence follows the guideline's arithmetic from a known base
# sentence, and keeps the truth apart.

# %%
from sentencing_ml.simulation.simulate import simulate_corpus

simulate_corpus(folder=folder / "sample", settings=settings.simulation)

# %%
from sentencing_ml.storage import read_jsonl

case = next(read_jsonl(folder / "sample" / "judgments.jsonl.gz"))
print(case["text"][:150], "…")

# %% [markdown]
# ## 2. Reading
#
# The text is decoded strictly, appended statutes are cut, sections and defendants are found by offset.

# %%
from sentencing_ml.judgments.reading import read_documents

documents = {
    document.id: document
    for document in read_documents([folder / "sample" / "judgments.jsonl.gz"], settings=settings, mask=False)
}
document = documents[case["id"]]
pd.DataFrame(
    [(section.name, section.start, section.end, document.text[section.start : section.start + 14]) for section in document.sections],
    columns=["section", "start", "end", "begins with"],
)

# %% [markdown]
# ## 3. Extraction
#
# Every value has the span it came from, the rule that found it, the section and the speaker. Its class decides who may
# read it: 责任刑 goes to the model, everything else does not.

# %%
from sentencing_ml.factors.extraction import extract
from sentencing_ml.factors.registry import registry

person = extract(document).people[0]
pd.DataFrame(
    [
        {
            "factor": registry().factors[item.factor].zh,
            "class": registry().factors[item.factor].factor_class.zh,
            "value": person.values[item.factor],
            "evidence": document.text[item.start : item.end],
            "rule": item.rule,
            "speaker": item.speaker,
        }
        for item in person.evidence
    ]
)

# %% [markdown]
# ## 4. The liability model
#
# Courts declare sentences that mix the offence with the offender. A full model takes the offender's part out of the
# label; a second model, which has never seen it, learns what the offence calls for.

# %%
from sentencing_ml.factors.rows import rows_of
from sentencing_ml.factors.table import factor_frame
from sentencing_ml.liability.split import split
from sentencing_ml.liability.train import train
from sentencing_ml.storage import write_table

table = factor_frame([row for each in documents.values() for row in rows_of(extract(each), cluster=each.id)[0]])
write_table(folder / "factors.parquet", table)
split(factors=folder / "factors.parquet", split=folder / "split.parquet", settings=settings)
train(factors=folder / "factors.parquet", split=folder / "split.parquet", model=folder / "model", settings=settings)

# %% [markdown]
# Against the known truth of the test part: `omission` is a model of declared terms from which the offender's columns were
# merely left out.

# %%
from sentencing_ml.liability.evaluate import evaluate

figures = evaluate(
    factors=folder / "factors.parquet",
    split=folder / "split.parquet",
    model=folder / "model",
    truth=folder / "sample" / "truth.parquet",
    report=folder / "evaluation.json",
    settings=settings,
)
{name: round(value, 3) for name, value in figures.items() if name.startswith("truth_")}

# %% [markdown]
# ## 5. A prediction, and its page
#
# A prediction reads the judgment up to its verdict. The page is one self-contained file, in Chinese, for the judge.

# %%
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.liability.predict import predict_records

(row, *_) = predict_records([document], LiabilityModel.load(folder / "model"), None, level="defendant", threads=1)
{name: row[name] for name in ("charges", "status", "liability_months", "interval_low", "interval_high", "expected_months")}

# %%
from sentencing_ml.explanation.files import explain_files
from sentencing_ml.storage import write_jsonl

write_jsonl(folder / "case.jsonl", [case])
pages = explain_files(patterns=[str(folder / "case.jsonl")], folder=folder / "sheets", model=folder / "model", settings=settings).pages
[page.name for page in pages], f"{pages[0].stat().st_size // 1024} KB"
