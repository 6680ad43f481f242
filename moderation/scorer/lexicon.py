"""The words the scorer knows, those worth disguising, and the disguises of single words."""

from __future__ import annotations

import math
from collections.abc import Iterable

_VOWELS = frozenset("aeiouy")
_LONGEST = 16
_CANDIDATES = 64


class Lexicon:
    """Known words, most frequent first, and the guarded ones among them."""

    def __init__(self, words: Iterable[str], guarded: Iterable[str]) -> None:
        self.words = tuple(words)
        self.guarded = frozenset(guarded)
        # Zipf's law gives the costs that a list sorted by frequency leaves out.
        size = len(self.words) + 2
        self.known = {
            word: math.log((rank + 2) * math.log(size)) for rank, word in enumerate(self.words)
        }
        for word in self.guarded:
            self.known.setdefault(word, math.log(size * math.log(size)))
        self.variants = self._variants()
        self._starred: dict[tuple[str, int], list[str]] = {}
        for word in sorted(self.guarded, key=lambda word: (self.known[word], word)):
            places = self._starred.setdefault((word[0], len(word)), [])
            if len(places) < _CANDIDATES:
                places.append(word)

    def _variants(self) -> dict[str, str]:
        """Swapped neighbours, dropped vowels and undoubled letters of the guarded words."""
        found: dict[str, str] = {}
        for word in sorted(self.guarded, key=lambda word: (self.known[word], word)):
            if len(word) < 4:
                continue
            made = {
                word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)
            }
            bare = word[0] + "".join(char for char in word[1:] if char not in _VOWELS)
            if len(bare) >= 3 and len(word) - len(bare) <= 3:
                made.add(bare)
            single = "".join(char for at, char in enumerate(word) if not at or char != word[at - 1])
            if len(single) > 3:
                made.add(single)
            made.update(word[: at + 1] + word[at:] for at in range(len(word)))
            for variant in made:
                if variant not in self.known:
                    found.setdefault(variant, word)
        return found

    def starred(self, core: str) -> str:
        """The guarded word whose letters stand where `core` shows them, the rest masked."""
        masks = "*#%&?@$!_-."
        shown = [(at, char) for at, char in enumerate(core) if char not in masks]
        stars = len(core) - len(shown)
        if not shown or any(not char.isalpha() for _, char in shown):
            return ""
        # A single sign may stand for any number of letters; a mask with one letter left is no word.
        for word in self._starred.get((core[0], len(core)), ()):
            if all(word[at] == char for at, char in shown) and (len(shown) > 1 or stars > 2):
                return word
        head = core[: next(at for at, char in enumerate(core) if char in masks)]
        tail = core[max(at for at, char in enumerate(core) if char in masks) + 1 :]
        if len(head) + len(tail) < 3 or not tail or head + tail in self.known:
            return ""
        for more in (1, 2, -1):
            for word in self._starred.get((core[0], len(core) + more), ()):
                if word.startswith(head) and word.endswith(tail):
                    return word
        return ""

    def cut(self, letters: str) -> list[tuple[int, int, str]]:
        """(start, end, word) of the likeliest words `letters` spells without blanks; O(16 n)."""
        size = len(letters)
        best = [0.0] + [math.inf] * size
        back = [0] * (size + 1)
        for end in range(1, size + 1):
            for start in range(max(0, end - _LONGEST), end):
                cost = best[start] + self._cost(letters[start:end])
                if cost < best[end]:
                    best[end], back[end] = cost, start
        pieces = []
        end = size
        while end:
            piece = letters[back[end] : end]
            meant = piece if piece in self.known else self.variants.get(piece, piece)
            pieces.append((back[end], end, meant))
            end = back[end]
        return pieces[::-1]

    def _cost(self, piece: str) -> float:
        cost = self.known.get(piece)
        if cost is not None:
            return cost if len(piece) > 1 or piece in "ai" else cost + 6.0
        meant = self.variants.get(piece)
        return self.known[meant] + 3.0 if meant else 14.0 + 6.0 * len(piece)
