"""Hashed features of a reading: words, pairs of words, runs of letters, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .reading import LIMIT, Reading

BITS = 18
_M64 = (1 << 64) - 1
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
# Blanks between words make the prepared text at most about twice as long as what was read.
_LONGEST = 4 * LIMIT


def _powers(base: int) -> np.ndarray:
    powers, value = [], 1
    for _ in range(_LONGEST + 1):
        powers.append(value)
        value = value * base & _M64
    return np.array(powers, dtype=np.uint64)


_POWERS = _powers(_BASE)
_INVERSES = _powers(_INVERSE)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_SALTS = np.array(
    [
        0xA0761D6478BD642F,
        0xE7037ED1A0B428DB,
        0x8EBC6AF09C88C6E3,
        0x589965CC75374CC3,
        0x1D8E4E27C47D124F,
        0xEB44ACCAB455D165,
        0x9E6C63D0876A9A47,
        0xC2B2AE3D27D4EB4F,
        0x27D4EB2F165667C5,
        0x85EBCA77C2B2AE63,
    ],
    dtype=np.uint64,
)
_WORD, _PAIR, _GAP, _WRITTEN, _SURFACE, _C2, _C3, _C4, _C5, _TRIPLE = range(10)
_RUNS = ((3, _C3), (4, _C4), (5, _C5))
_WORD_SHARE, _RUN_SHARE, _SURFACE_SHARE = 1.0, 1.0, 0.15


@dataclass(slots=True)
class Features:
    """Parallel arrays, one entry for each occurrence of a feature; a bucket may come repeatedly.

    `starts` and `ends` count characters of `prepared`; `places` gives the index of the word that
    each of these characters belongs to, -1 between two words.
    """

    buckets: np.ndarray
    values: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    prepared: str
    words: np.ndarray


def _mixed(hashes: np.ndarray, salt: int) -> np.ndarray:
    hashes = (hashes ^ _SALTS[salt]) * _MIX
    hashes ^= hashes >> np.uint64(32)
    hashes *= _MIX
    return hashes >> np.uint64(64 - BITS)


def extract(reading: Reading, surface: tuple[str, ...]) -> Features:
    """The features of what was read; `surface` names properties of how it is written."""
    texts = [word.text for word in reading.words]
    prepared = " " + " ".join(texts) + " "
    if len(prepared) > _LONGEST:
        prepared = prepared[:_LONGEST]
    sizes = np.array([len(text) for text in texts], dtype=np.int64)
    ends = np.minimum(np.cumsum(sizes + 1), len(prepared))
    starts = np.minimum(ends - sizes, ends)
    codes = np.frombuffer(prepared.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    values = codes.astype(np.uint64) * _SALTS[0]
    values ^= values >> np.uint64(31)
    values *= _MIX
    size = len(codes)
    sums = np.zeros(size + 1, dtype=np.uint64)
    np.cumsum(values * _POWERS[:size], out=sums[1:])
    words = (sums[ends] - sums[starts]) * _INVERSES[starts]
    kept, begins, stops = [_mixed(words, _WORD)], [starts], [ends]
    count = len(words)
    if count > 1:
        kept.append(_mixed(words[:-1] * _SALTS[1] + words[1:], _PAIR))
        begins.append(starts[:-1])
        stops.append(ends[1:])
    if count > 2:
        kept.append(_mixed(words[:-2] * _SALTS[2] + words[2:], _GAP))
        begins.append(starts[:-2])
        stops.append(ends[2:])
        kept.append(_mixed((words[:-2] * _SALTS[3] + words[1:-1]) * _SALTS[4] + words[2:], _TRIPLE))
        begins.append(starts[:-2])
        stops.append(ends[2:])
    of_words = sum(map(len, kept))
    places = np.arange(size, dtype=np.int64)
    for length, salt in _RUNS:
        if size >= length:
            many = size - length + 1
            kept.append(_mixed((sums[length:] - sums[:many]) * _INVERSES[:many], salt))
            begins.append(places[:many])
            stops.append(places[:many] + length)
    of_runs = sum(map(len, kept)) - of_words
    named = [_name(name, _SURFACE) for name in surface]
    named += [_name(word.written, _WRITTEN) for word in reading.words[:1000] if word.disguised]
    kept.append(np.array(named, dtype=np.uint64))
    nowhere = np.zeros(len(named), dtype=np.int64)
    begins.append(nowhere)
    stops.append(nowhere)
    weights = np.empty(of_words + of_runs + len(named), dtype=np.float32)
    weights[:of_words] = _WORD_SHARE / max(1.0, of_words / 4) ** 0.5
    weights[of_words : of_words + of_runs] = _RUN_SHARE / max(1.0, of_runs / 3) ** 0.5
    weights[of_words + of_runs :] = _SURFACE_SHARE
    return Features(
        np.concatenate(kept).astype(np.int64),
        weights,
        np.concatenate(begins),
        np.concatenate(stops),
        prepared,
        np.stack([starts, ends]) if count else np.zeros((2, 0), dtype=np.int64),
    )


def _name(text: str, salt: int) -> int:
    value = int(_SALTS[salt])
    for char in text[:64]:
        value = (value ^ ord(char)) * 0x100000001B3 & _M64
    value = value * int(_MIX) & _M64
    return (value ^ value >> 29) * int(_MIX) % (1 << 64) >> (64 - BITS)
