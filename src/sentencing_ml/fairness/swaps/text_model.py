"""What a user would take instead of reading facts: a ridge regression on the words of the text, for comparison."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge

from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.facts import facts_text
from sentencing_ml.judgments.table import documents_from_frame
from sentencing_ml.judgments.tokens import tokeniser
from sentencing_ml.liability.train import has_term

_TAUGHT = 4000  # documents; more change little of what a regression on words learns, and take their time
_RARE = 5  # documents that a word must stand in
_PENALTY = 1.0
_LEAST = 50


@dataclass(frozen=True, kw_only=True)
class TextModel:
    """A fitted regression of ln(1 + months) on words; ``taught`` is the number of its training documents."""

    vectorizer: TfidfVectorizer
    machine: Ridge
    taught: int

    def predict(self, documents: Sequence[Document], charges: Sequence[str | None]) -> np.ndarray:
        """Return the months of each document under a charge, shape (documents,)."""
        words = [_words(document, charge) for document, charge in zip(documents, charges, strict=True)]
        return np.maximum(np.expm1(self.machine.predict(self.vectorizer.transform(words))), 0.0)


def text_model(
    frame: pd.DataFrame | None, documents: pd.DataFrame, *, without: set[str]
) -> tuple[TextModel | None, str | None]:
    """Fit the regression on documents of the training part that are not ``without``; or None, and why in Chinese."""
    if frame is None:
        return None, "没有提供训练部分，未训练文字模型。"
    rows = frame[has_term(frame) & (frame["part"] == "train") & ~frame["doc_id"].isin(without)]
    rows = rows.drop_duplicates("doc_id").sort_values("doc_id", kind="stable", ignore_index=True)
    rows = rows.iloc[:: -(-len(rows) // _TAUGHT) or 1]
    read = {
        document.id: document for document in documents_from_frame(documents[documents["id"].isin(set(rows["doc_id"]))])
    }
    rows = rows[rows["doc_id"].isin(set(read))]
    if len(rows) < _LEAST:
        return None, f"可供学习的文书不足 {_LEAST} 篇，未训练文字模型。"
    words = [_words(read[name], charge) for name, charge in zip(rows["doc_id"], rows["charge_group"], strict=True)]
    vectorizer = TfidfVectorizer(analyzer=list, min_df=_RARE, sublinear_tf=True)
    machine = Ridge(alpha=_PENALTY, solver="sparse_cg")
    machine.fit(vectorizer.fit_transform(words), np.log1p(rows["term_months"].to_numpy(dtype="float64")))
    return TextModel(vectorizer=vectorizer, machine=machine, taught=len(rows)), None


def _words(document: Document, charge: str | None) -> list[str]:
    """Return the words of who is accused and of the facts, where no sentence stands, and the charge as one more."""
    told = [
        document.text[section.start : section.end]
        for name in ("header", "procedure")
        if (section := document.section(name))
    ]
    words = tokeniser().cut("".join([*told, facts_text(document)]))
    return [*words, f"charge {charge}"]
