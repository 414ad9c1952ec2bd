"""Words of legal Chinese, for retrieval and text features only: facts are found by rules on the raw text.

Two engines stand behind one interface and cut alike: jieba (pure Python) and rjieba (the same algorithm, faster).
Both read the words of ``lexicon.txt``, and neither guesses unknown words (HMM off), so that they agree.
"""

import logging
import tempfile
import warnings
from functools import lru_cache
from importlib.resources import files
from typing import Literal, Protocol

Engine = Literal["jieba", "rjieba"]


class Tokeniser(Protocol):
    """Cuts a text into words whose concatenation is the text."""

    def cut(self, text: str) -> list[str]:
        """Return the words of ``text`` in order."""


@lru_cache(maxsize=1)
def lexicon() -> tuple[tuple[str, int, str], ...]:
    """Return the legal words with their frequency and tag, in the order of ``lexicon.txt``."""
    lines = (files("sentencing_ml.judgments") / "lexicon.txt").read_text(encoding="utf-8").splitlines()
    entries = (line.split() for line in lines if line and not line.startswith("#"))
    return tuple((word, int(frequency), tag) for word, frequency, tag in entries)


@lru_cache(maxsize=2)
def tokeniser(engine: Engine = "rjieba") -> Tokeniser:
    """Return the tokeniser of an engine; its dictionary is loaded once a process."""
    return _Jieba() if engine == "jieba" else _rjieba()


class _Jieba:
    """jieba with a dictionary of its own: the module-wide one is shared state that a library must not change."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            # jieba 0.42.1 writes regexes as plain strings and asks for pkg_resources at its import.
            warnings.simplefilter("ignore")
            import jieba
        jieba.setLogLevel(logging.ERROR)
        self._tokenizer = jieba.Tokenizer()
        # The default cache /tmp/jieba.cache is unmarshalled whoever wrote it; a private folder is not shared.
        with tempfile.TemporaryDirectory(prefix="sentencing-jieba-") as folder:
            self._tokenizer.tmp_dir = folder
            self._tokenizer.initialize()
        for word, frequency, tag in lexicon():
            self._tokenizer.add_word(word, frequency, tag)

    def cut(self, text: str) -> list[str]:
        return self._tokenizer.lcut(text, HMM=False)


class _Rjieba:
    def __init__(self) -> None:
        import rjieba

        self._tokenizer = rjieba.Jieba()
        for word, frequency, tag in lexicon():
            self._tokenizer.add_word(word, frequency, tag)

    def cut(self, text: str) -> list[str]:
        return self._tokenizer.cut(text, False)

    def tag(self, text: str) -> list[tuple[str, str]]:
        return self._tokenizer.tag(text, False)


@lru_cache(maxsize=1)
def _rjieba() -> _Rjieba:
    return _Rjieba()


def tagged(text: str) -> list[tuple[str, str]]:
    """Return the words of ``text`` in order, each with its part of speech in jieba's notation (``n``, ``v``, ``nr`` …).

    A word of ``lexicon.txt`` has the tag it is given there; the general dictionary may hold another one of it.
    """
    own = _lexicon_tags()
    return [(word, own.get(word, tag)) for word, tag in _rjieba().tag(text)]


@lru_cache(maxsize=1)
def _lexicon_tags() -> dict[str, str]:
    return {word: tag for word, _, tag in lexicon()}
