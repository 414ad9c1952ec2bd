"""What else could be said of the same counts: the models and rules of thumb that the expected term must beat."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge

from sentencing_ml.judgments.facts import facts_text
from sentencing_ml.judgments.table import documents_from_frame
from sentencing_ml.judgments.tokens import tokeniser
from sentencing_ml.liability.accuracy import accuracy, difference
from sentencing_ml.liability.boosting import term_regressor
from sentencing_ml.liability.held_out import HeldOut
from sentencing_ml.liability.model import LiabilityModel
from sentencing_ml.liability.train import Training
from sentencing_ml.settings import Settings
from sentencing_ml.storage import read_table

BASELINES = {
    "charge_median": "同罪名中位数",
    "rule_middle": "理论量刑轨中点",
    "omission": "直接省略预防刑列",
    "text_ridge": "文字岭回归",
    "full_information": "全信息 LightGBM",
}
"""Names of the baselines, in the order of what they know."""

_RARE = 5  # documents that a word must stand in
_PENALTY = 1.0


def charge_median(held: HeldOut, model: LiabilityModel) -> np.ndarray:
    """Return the median declared term of each count's charge in training."""
    return medians(held.frame["charge_group"], model)


def medians(charge: pd.Series, model: LiabilityModel) -> np.ndarray:
    """Return the median declared term of each charge in training; of a charge that it lacks, that of all charges."""
    known = model.support.charges
    months = pd.Series({name: entry.median_months for name, entry in known.items()}).sort_values(kind="stable")
    share = pd.Series({name: entry.n for name, entry in known.items()})[months.index].cumsum()
    middle = float(months[share >= share.iloc[-1] / 2].iloc[0])
    return charge.map(months).fillna(middle).to_numpy(dtype="float64")


def rule_middle(held: HeldOut) -> np.ndarray:
    """Return the middle of what the law computes in the lightest tier in play, NaN where it gives no starting point."""
    return np.exp(held.rows.track["rule_prior"].to_numpy(dtype="float64", na_value=np.nan))


def full_information(held: HeldOut, model: LiabilityModel, *, threads: int) -> np.ndarray:
    """Return what the model's own F(L, P) says: declared terms learned from offence and offender in one step."""
    return np.maximum(np.expm1(model.neutral.declared_.predict_log(held.rows, threads=threads)), 0.0)


def omission(held: HeldOut, training: Training, *, settings: Settings) -> np.ndarray:
    """Return what a model of declared terms says that never sees the offender's factors."""
    fitted = term_regressor(settings.train, offender=False, threads=settings.runtime.threads)
    fitted.fit(training.rows, training.months, sample_weight=training.weight)
    return fitted.predict(held.rows)


def text_ridge(
    held: HeldOut, training: Training, *, told: Mapping[str, str], taught: Mapping[str, str]
) -> np.ndarray:
    """Return what a linear model of the words says: ridge regression of ln(1 + months) on TF-IDF of jieba's tokens.

    ``told`` are the facts of the tested documents by id, ``taught`` those of the training. The charge is one more word,
    since every other model knows it.
    """
    words = _words(training.frame, taught)
    vectorizer = TfidfVectorizer(analyzer=list, min_df=min(_RARE, len(words)), sublinear_tf=True)
    machine = Ridge(alpha=_PENALTY, solver="sparse_cg")
    machine.fit(vectorizer.fit_transform(words), np.log1p(training.months), sample_weight=training.weight)
    return np.maximum(np.expm1(machine.predict(vectorizer.transform(_words(held.frame, told)))), 0.0)


def told_facts(documents: Path, *, of: pd.DataFrame) -> dict[str, str]:
    """Return by id the facts of the documents of a factor table; those that tell none are left out.

    They end where the court's opinion begins, so that no sentence is among them.
    """
    table = read_table(documents)
    table = table[table["id"].isin(set(of["doc_id"]))]
    return {document.id: text for document in documents_from_frame(table) if (text := facts_text(document))}


def beside(held: HeldOut, baselines: dict[str, np.ndarray]) -> list[dict]:
    """Return for each baseline its figures against declared terms, and by how much the expected term's lie above them.

    Both on the rows of ``held`` for which the baseline says anything, on the same draws.
    """
    entries = []
    for name in BASELINES:
        if name not in baselines:
            continue
        given = np.isfinite(baselines[name])
        if not given.any():
            continue
        some, other = held.take(given), baselines[name][given]
        entries.append(
            {
                "name": name,
                "n": int(given.sum()),
                "figures": accuracy(other, some.declared, some.clusters),
                "ours_less_theirs": difference(some.expected, other, some.declared, some.clusters),
            }
        )
    return entries


def _words(frame: pd.DataFrame, texts: Mapping[str, str]) -> list[list[str]]:
    cut = {name: tokeniser().cut(texts.get(name, "")) for name in set(frame["doc_id"])}
    return [
        [*cut[name], f"charge {charge}"] for name, charge in zip(frame["doc_id"], frame["charge_group"], strict=True)
    ]
