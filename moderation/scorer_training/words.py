"""Learns which words are common, and which of them are worth disguising."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from scipy.sparse import csr_matrix

from folding import fold

from .fitting import fit
from .rows import Row

_WORD = re.compile(r"[^\W\d_]+")
_SIGN = re.compile(r"[!?]|[^\w\s!-~]")
_KNOWN_FROM, _KNOWN_AT_MOST = 5, 24_000
_GENERAL_AT_MOST = 24_000
_ALWAYS = ("#", "!", "?", "\x03link", "\x03mail")
_GUARDED_FROM, _GUARDED_AT_MOST = 5, 1_000
_GUARDED_MARGIN = 0.45
SEED = 1


def words_of(text: str) -> set[str]:
    """The folded words of a text, without apostrophes."""
    return set(_WORD.findall(fold(text[:5_000]).text.replace("'", "")))


def learn_words(
    rows: list[Row], unguarded: set[str], general: list[str]
) -> tuple[list[str], list[str]]:
    """(known words, most frequent first; guarded words) of the training rows.

    A word is guarded when it alone speaks for toxicity or spam; names of groups never are.
    `general` lists words of the language at large, most frequent first.
    """
    found = [words_of(row.text) for row in rows]
    counts = Counter(word for words in found for word in words)
    # Accents belong to other languages' spelling; only in English are they a disguise.
    english = {
        word
        for row, words in zip(rows, found, strict=True)
        if row.language == "en"
        for word in words
    }
    taught = [
        word
        for word, count in counts.items()
        if count >= _GUARDED_FROM and word.isascii() and word in english
    ]
    places = {word: at for at, word in enumerate(sorted(taught))}
    ends = np.cumsum([0] + [len([w for w in words if w in places]) for words in found])
    columns = [places[word] for words in found for word in sorted(words) if word in places]
    matrix = csr_matrix(
        (np.ones(len(columns), np.float32), columns, ends), (len(rows), len(places))
    )
    kinds = ["toxicity", "spam"]
    shares = np.array([[row.labels.get(kind, 0.0) for kind in kinds] for row in rows])
    weights = np.array(
        [
            [row.weight if kind in row.labels and row.language == "en" else 0.0 for kind in kinds]
            for row in rows
        ]
    )
    sources = sorted({row.source for row in rows})
    sets = np.array([sources.index(row.source) for row in rows])
    learned = fit(matrix, shares, weights, sets, 1.0, 4, SEED)
    scores = learned.weights.max(axis=1)
    order = sorted(places, key=lambda word: (-scores[places[word]], word))
    guarded = [
        word
        for word in order
        if scores[places[word]] >= _GUARDED_MARGIN and len(word) > 2 and word not in unguarded
    ][:_GUARDED_AT_MOST]
    signs = Counter(
        sign for row in rows for sign in set(_SIGN.findall(fold(row.text[:5_000]).text))
    )
    counts.update({sign: count for sign, count in signs.items() if sign not in _ALWAYS})
    own = sorted(
        (word for word, count in counts.items() if count >= _KNOWN_FROM),
        key=lambda word: (-counts[word], word),
    )[:_KNOWN_AT_MOST]
    mine = set(own) | set(_ALWAYS)
    others = [word for word in general[:_GENERAL_AT_MOST] if word.isalpha() and word not in mine]
    return [*_ALWAYS, *own, *others], sorted(guarded)
