"""The charge of a fact record that names none, proposed from the words of its facts with a probability.

A linear classifier over TF-IDF of the words of the acts (``charge_words.yaml``), one charge against all others. Its
proposal is what the extraction reads the facts by, and nothing else is ever taken from the text. Charges with too few
documents are learned as one class of others, which is never proposed.

The probability is that of the proposal being right. A logistic curve over the score of the proposed charge and its lead
over the next one is fitted to the first fold of the training part, documents of charges that could not be learned among
them, so that these pull it down. Under ``threshold`` a proposal is not acted upon.
"""

import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.special import expit
from sklearn.feature_extraction.text import TfidfVectorizer

from sentencing_ml.errors import BundleError
from sentencing_ml.judgments.document import Document
from sentencing_ml.judgments.facts import facts_text
from sentencing_ml.judgments.parties import surnames
from sentencing_ml.judgments.table import documents_from_frame
from sentencing_ml.judgments.tokens import tagged
from sentencing_ml.liability.bundle import verify_manifest, write_manifest
from sentencing_ml.packaged import read_yaml
from sentencing_ml.storage import read_table, write_json, write_table

FILES = ("charges.json", "charges.parquet")
TAUGHT, CALIBRATED = "train", "first fold"
"""The documents that teach, and those of the first fold of the training part, which calibrate."""
"""What :meth:`ChargeClassifier.save` adds to the folder of a model."""

LEARNABLE = 5
"""Documents that a charge needs to be proposed, and clusters in which a word must stand to be kept."""

OTHERS = "*"
"""The class of all charges with fewer documents."""

_ENOUGH = 5  # different words that a text must have: two or three clauses
_PENALTY = 1.0  # C of the linear machine: 0.3 … 3 differ by less than a point of accuracy
_CLAUSE = re.compile(r"[^，,。；;：:\n]*[，,。；;：:\n]?")
_PLACES, _FAMILIES = "省市县区镇乡村", "家庄"
_WORD = re.compile(r"(?:(?!某)[\u3400-\u9fff]){2,}")  # no letter, digit or mask


@dataclass(frozen=True, kw_only=True)
class Example:
    """The facts of a document with its charges; ``cluster`` is shared by near-duplicates."""

    text: str
    charges: tuple[str, ...]
    cluster: str


@dataclass(frozen=True, kw_only=True)
class ChargeClassifier:
    """A linear classifier: score of a charge = TF-IDF(words) · weights + intercept.

    ``weights`` has a row a word and a column a charge, :data:`OTHERS` the last of ``charges``; ``curve`` are intercept
    and slopes of the probability over score and lead.
    """

    words: tuple[str, ...]
    charges: tuple[str, ...]
    idf: np.ndarray
    weights: np.ndarray
    intercept: np.ndarray
    curve: tuple[float, float, float]
    threshold: float

    def propose(self, texts: Sequence[str]) -> pd.DataFrame:
        """Return ``charge_group`` and ``probability`` of each text (one at least), null where it tells too little."""
        place, evidence, enough = self.rank(texts)
        charge = pd.Series([self.charges[best] for best in place], dtype="string")
        probability = pd.Series(expit(self.curve[0] + evidence @ np.array(self.curve[1:])), dtype="Float64")
        return pd.DataFrame({"charge_group": charge.where(enough), "probability": probability.where(enough)})

    def rank(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return each text's best charge (its place), that one's score and lead (n × 2), and whether enough is told."""
        counts = _vectorizer(self.words, self.idf).transform([acts(text) for text in texts])
        scores = np.asarray(counts @ self.weights) + self.intercept
        place = scores[:, :-1].argmax(axis=1)  # the class of other charges is none to propose
        rows = np.arange(len(scores))
        own = scores[rows, place]
        scores[rows, place] = -np.inf
        return place, np.column_stack([own, own - scores.max(axis=1)]), np.diff(counts.indptr) >= _ENOUGH

    def as_dict(self) -> dict:
        """Return what ``charges.json`` holds."""
        return {
            "charges": list(self.charges),
            "intercept": [float(value) for value in self.intercept],
            "curve": list(self.curve),
            "threshold": self.threshold,
        }

    def table(self) -> pd.DataFrame:
        """Return what ``charges.parquet`` holds: a row a word, its idf, and its weight for each charge."""
        table = pd.DataFrame(self.weights, columns=list(self.charges))
        table.insert(0, "idf", self.idf)
        table.insert(0, "word", pd.array(self.words, dtype="string"))
        return table

    @classmethod
    def from_parts(cls, content: dict, table: pd.DataFrame) -> "ChargeClassifier":
        """Read what :meth:`as_dict` and :meth:`table` returned."""
        charges = tuple(content["charges"])
        return cls(
            words=tuple(table["word"]),
            charges=charges,
            idf=table["idf"].to_numpy(dtype="float32"),
            weights=table[list(charges)].to_numpy(dtype="float32"),
            intercept=np.array(content["intercept"], dtype="float32"),
            curve=tuple(content["curve"]),
            threshold=content["threshold"],
        )

    def save(self, folder: Path) -> None:
        """Add the classifier to the folder of a saved model, its manifest last."""
        others = [name for name in verify_manifest(folder) if name not in FILES]
        write_json(folder / "charges.json", self.as_dict())
        write_table(folder / "charges.parquet", self.table())
        write_manifest(folder, [*others, *FILES])

    @classmethod
    def load(cls, folder: Path) -> "ChargeClassifier | None":
        """Verify the manifest of ``folder`` and read the classifier; None where the model was trained without one.

        Raises
        ------
        BundleError
            A file is missing or altered.
        """
        contents = verify_manifest(folder)
        present = [name for name in FILES if name in contents]
        if not present:
            return None
        if len(present) < len(FILES):
            raise BundleError(f"{folder}: the manifest names {present[0]} alone. Fetch or train the model again.")
        table = pd.read_parquet(io.BytesIO(contents["charges.parquet"]))
        return cls.from_parts(json.loads(contents["charges.json"]), table)


def train_charges(
    frame: pd.DataFrame, *, documents: Path, model: Path, threshold: float, seed: int
) -> dict[str, float]:
    """Fit the classifier on a factor table with ``part`` and the table of its documents; add it to a saved model.

    Returns
    -------
    How many charges and words there are, and :func:`assess` of the part that neither taught nor calibrated. Where the
    documents carry no classifier both are zero, and none is saved.
    """
    examples = examples_by_part(frame, documents_from_frame(read_table(documents)))
    training, calibration, test = (examples.get(part, []) for part in (TAUGHT, CALIBRATED, "test"))
    classifier = fit_charges(training, calibration, threshold=threshold, seed=seed)
    if classifier is None:
        return {"charge_proposals": 0.0, "charge_words": 0.0}
    classifier.save(model)
    size = {"charge_proposals": float(len(classifier.charges) - 1), "charge_words": float(len(classifier.words))}
    return size | (assess(classifier, test) if test else {})


def assess(classifier: ChargeClassifier, examples: Sequence[Example]) -> dict[str, float]:
    """Return how often the proposal is one of the document's charges: of all, and of those that are acted upon.

    ``charge_coverage`` is the share of documents whose proposal is acted upon; ``charge_calibration_error`` the mean
    distance, over tenths of probability, between the stated one and the share that is right.
    """
    proposed = classifier.propose([example.text for example in examples])
    given = zip(proposed["charge_group"].fillna(""), examples, strict=True)
    right = np.array([charge in example.charges for charge, example in given])
    probability = proposed["probability"].fillna(0.0).to_numpy(dtype="float64")
    acted = probability >= classifier.threshold
    tenth = np.minimum((probability * 10).astype(int), 9)
    error = sum(abs(probability[tenth == place].sum() - right[tenth == place].sum()) for place in range(10))
    result = {
        "charge_n": float(len(examples)),
        "charge_accuracy": float(right.mean()),
        "charge_coverage": float(acted.mean()),
        "charge_calibration_error": float(error / len(examples)),
    }
    return result | ({"charge_accuracy_acted_upon": float(right[acted].mean())} if acted.any() else {})


def examples_by_part(frame: pd.DataFrame, documents: Iterable[Document]) -> dict[str, list[Example]]:
    """Return what documents teach, by part of the split.

    ``frame`` is a factor table with ``cluster``, ``part`` and ``fold``. A document that tells no facts or has no known
    charge is left out.
    """
    known = frame[frame["charge_group"].notna()]
    known = known.assign(part=known["part"].mask((known["part"] == TAUGHT) & (known["fold"] == 0), CALIBRATED))
    told = known.groupby("doc_id").agg(
        part=("part", "first"), cluster=("cluster", "first"), charges=("charge_group", lambda names: sorted(set(names)))
    )
    of_document = {row.Index: row for row in told.itertuples()}
    result: dict[str, list[Example]] = {}
    for document in documents:
        row, text = of_document.get(document.id), facts_text(document)
        if row is not None and text:
            example = Example(text=text, charges=tuple(row.charges), cluster=row.cluster)
            result.setdefault(row.part, []).append(example)
    return result


def fit_charges(
    training: Iterable[Example], calibration: Iterable[Example], *, threshold: float, seed: int
) -> ChargeClassifier | None:
    """Fit the classifier; the order of the examples does not matter.

    ``threshold`` is the probability under which a proposal is not acted upon. None where fewer than two charges have
    :data:`LEARNABLE` documents or where no document calibrates the probability.
    """
    training, held = sorted(training, key=_order), sorted(calibration, key=_order)
    documents = Counter(charge for example in training for charge in example.charges)
    learned = sorted(charge for charge, count in documents.items() if count >= LEARNABLE)
    if len(learned) < 2 or not held:
        return None
    read = [acts(example.text) for example in training]
    words = _vocabulary(read, [example.cluster for example in training])
    if not words:
        return None
    vectorizer = _vectorizer(words)
    matrix = vectorizer.fit_transform(read)
    weights, intercept = _one_against_rest(matrix, training, learned, seed=seed)
    classifier = ChargeClassifier(
        words=words,
        charges=(*learned, OTHERS),
        idf=vectorizer.idf_.astype("float32"),
        weights=weights,
        intercept=intercept,
        curve=(0.0, 0.0, 0.0),
        threshold=threshold,
    )
    place, evidence, enough = classifier.rank([example.text for example in held])
    right = [classifier.charges[best] in example.charges for best, example in zip(place, held, strict=True)]
    nothing = classifier.rank([""])[1]
    return replace(classifier, curve=_curve(evidence[enough], np.array(right)[enough], nothing=nothing))


def acts(text: str) -> list[str]:
    """Return the words of ``text`` from which its charge may be told, in order: those of the acts alone."""
    reading = _reading()
    told = "".join(clause for clause in _CLAUSE.findall(text) if not reading.unread.search(clause))
    return [word for word, tag in tagged(told) if tag in reading.tags and reading.keeps(word)]


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """``charge_words.yaml``: tags that are kept, clauses and words that are not read."""

    tags: frozenset[str]
    unread: re.Pattern
    words: frozenset[str]

    def keeps(self, word: str) -> bool:
        if not _WORD.fullmatch(word) or word in self.words:
            return False
        # the dictionary takes some places and families for common nouns: 某某区, 某某镇, 王家
        place, family = len(word) > 2 and word[-1] in _PLACES, word[:-1] in surnames() and word[-1] in _FAMILIES
        return not place and not family


@lru_cache(maxsize=1)
def _reading() -> _Reading:
    content = read_yaml("liability", "charge_words.yaml")
    return _Reading(
        tags=frozenset(content["parts_of_speech"]),
        unread=re.compile("|".join(pattern for patterns in content["clauses"].values() for pattern in patterns)),
        words=frozenset(word for words in content["words"].values() for word in words),
    )


def _order(example: Example) -> tuple[str, tuple[str, ...], str]:
    return example.text, example.charges, example.cluster


def _vocabulary(read: Sequence[Sequence[str]], clusters: Sequence[str]) -> tuple[str, ...]:
    """Return the words that stand in documents of enough clusters: what one case alone tells is no vocabulary."""
    where: dict[str, set[str]] = {}
    for words, cluster in zip(read, clusters, strict=True):
        for word in set(words):
            where.setdefault(word, set()).add(cluster)
    return tuple(sorted(word for word, found in where.items() if len(found) >= LEARNABLE))


def _vectorizer(words: Sequence[str], idf: np.ndarray | None = None) -> TfidfVectorizer:
    vectorizer = TfidfVectorizer(analyzer=list, vocabulary=list(words), sublinear_tf=True, dtype=np.float32)
    if idf is not None:
        vectorizer.idf_ = idf
    return vectorizer


def _one_against_rest(
    matrix: sparse.csr_matrix, training: Sequence[Example], learned: Sequence[str], *, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return weights (words × charges) and intercepts, the class of all other charges last."""
    from sklearn.svm import LinearSVC  # a prediction needs no learner

    rows = [(row, charge) for row, example in enumerate(training) for charge in example.charges]
    places = [row for row, _ in rows]
    # a document of several charges teaches each of them a part
    share = np.array([1 / len(training[row].charges) for row in places])
    label = np.array([charge if charge in set(learned) else OTHERS for _, charge in rows])
    weights = np.zeros((matrix.shape[1], len(learned) + 1), dtype="float32")
    intercept = np.full(len(learned) + 1, -1.0, dtype="float32")  # of a class without documents: never
    for column, charge in enumerate((*learned, OTHERS)):
        if not (label == charge).any():
            continue
        machine = LinearSVC(C=_PENALTY, random_state=seed).fit(matrix[places], label == charge, sample_weight=share)
        weights[:, column], intercept[column] = machine.coef_[0], machine.intercept_[0]
    return weights, intercept


def _curve(evidence: np.ndarray, right: np.ndarray, *, nothing: np.ndarray) -> tuple[float, float, float]:
    """Fit P(right) = expit(a + b·score + c·lead).

    Targets are those of Platt, (n + 1) ÷ (n + 2) of n hits and 1 ÷ (n + 2) of n misses, so that a small or faultless
    calibration part makes nothing certain; a text that tells nothing, whose evidence is ``nothing``, is a miss.
    """
    from sklearn.linear_model import LogisticRegression  # a prediction needs no learner

    hits = int(right.sum())
    target = np.where(right, (hits + 1) / (hits + 2), 1 / (len(right) - hits + 2))
    weight = np.concatenate([target, 1 - target, np.ones(len(nothing))])
    label = np.concatenate([np.ones(len(right)), np.zeros(len(right) + len(nothing))])
    rows = np.concatenate([evidence, evidence, nothing])
    fitted = LogisticRegression(tol=1e-8).fit(rows, label, sample_weight=weight)
    return float(fitted.intercept_[0]), float(fitted.coef_[0, 0]), float(fitted.coef_[0, 1])
