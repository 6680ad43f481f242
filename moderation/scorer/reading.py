"""A text as it reads once its disguises are taken off, word by word, with the way back to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from folding import Latin, fold, has_foreign_letter

from .addresses import find_link, find_mailbox
from .lexicon import Lexicon
from .unmasking import LEET, is_common, unmasked, unrepeated, unswapped, with_i

# A comment has at most this many characters; of a longer text the beginning and the end are read.
LIMIT = 5_000
_TAIL = 1_000
# No spelling has more signs; a text that has is in ideographs, or made to keep the reader busy.
_ALPHABET = 500
# What one text may cost beyond its length: letters cut into words, chunks unmasked, signs kept.
_CUT_AT_MOST, _UNMASKED_AT_MOST, _SIGNS_AT_MOST = 1_000, 300, 200
# What writers' software puts for plain signs; replaced one for one, so that offsets stay.
_TYPOGRAPHY = str.maketrans("‘’‚“”„–—\u00a0…′´`", "'''\"\"\"-- .'''")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_CHUNK = re.compile(r"\S+")
_EDGES = ".,;:\"'()[]{}<>«»/\\-_~=^"
_PIECE = re.compile(r"[^\W_]+")
_SIGNS = re.compile(r"[!?]|[^\w\s!-~]")


@dataclass(slots=True)
class Word:
    """One word as read; `start` and `end` are offsets in the folded text."""

    text: str
    start: int
    end: int
    disguised: bool = False
    # What stood there, where the reading differs.
    written: str = ""


@dataclass(slots=True)
class Reading:
    """The words of a text, and where each stands in the original."""

    words: list[Word] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    # (start, end) in the original by folded character; None where both are the same.
    offsets: tuple[tuple[int, int], ...] | None = None
    shift_from: int = LIMIT
    shift: int = 0
    folded: str = ""
    work: int = 0

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where folded[start:end] stands in the original text."""
        if self.offsets is not None:
            start, end = self.offsets[start][0], self.offsets[end - 1][1]
        if self.shift:
            start += self.shift if start >= self.shift_from else 0
            end += self.shift if end > self.shift_from else 0
        return start, end


def read(text: str, lexicon: Lexicon) -> Reading:
    """Reads `text` word by word, disguises taken off.

    Work is linear in the text, of which at most LIMIT characters are read. Never raises.
    """
    reading = Reading()
    if len(text) > LIMIT:
        reading.shift_from = LIMIT - _TAIL
        reading.shift = len(text) - LIMIT
        text = text[: reading.shift_from] + text[-_TAIL:]
    text = text.translate(_TYPOGRAPHY) if not text.isascii() else text
    if (text.isascii() and not _CONTROLS.search(text)) or len(set(text)) > _ALPHABET:
        lower = text.lower()
        reading.folded = lower if len(lower) == len(text) else text
    else:
        folded = fold(text, latin=Latin.CONTEXT)
        if has_foreign_letter(folded.text):
            # Where nearly every word is disguised no Latin prevails; known words tell.
            other = fold(text, latin=Latin.ALWAYS)
            plain, uncovered = (_known_words(each.text, lexicon) for each in (folded, other))
            if uncovered > 2 * plain and 2 * uncovered >= len(other.text.split()):
                folded = other
            reading.work += 2 * len(text)
        reading.folded, reading.offsets = folded.text, folded.offsets
    _Reader(reading, lexicon, text).run()
    return reading


def _known_words(folded: str, lexicon: Lexicon) -> int:
    return sum(word.strip(_EDGES + "!?") in lexicon.known for word in folded.split())


class _Reader:
    """Walks over the chunks between blanks, once."""

    def __init__(self, reading: Reading, lexicon: Lexicon, text: str) -> None:
        self.reading = reading
        self.lexicon = lexicon
        self.folded = reading.folded
        self.words = reading.words
        # A change of length or of letters by folding alone is a disguise only within one word.
        self.source = text
        self.to_cut = _CUT_AT_MOST
        self.to_unmask = _UNMASKED_AT_MOST
        self.signs_left = _SIGNS_AT_MOST

    def run(self) -> None:
        chunks = [match.span() for match in _CHUNK.finditer(self.folded)]
        self.reading.work += len(self.folded) + len(chunks)
        at = 0
        while at < len(chunks):
            taken = self._joined(chunks, at)
            if taken:
                at += taken
                continue
            self._chunk(*chunks[at])
            at += 1
        if self.reading.offsets is not None:
            self._mark_folded()

    # --- letters and pieces that blanks keep apart ---

    def _joined(self, chunks: list[tuple[int, int]], at: int) -> int:
        """Reads a word whose letters or pieces stand apart; answers how many chunks it took."""
        start, end = chunks[at]
        if end - start > 4 or at + 1 >= len(chunks):
            return 0
        if end - start == 1:
            taken = self._spaced(chunks, at)
            if taken:
                return taken
        first = self.folded[start:end]
        if not first.isalpha():
            return 0
        joined, known = first, first in self.lexicon.known and len(first) > 1
        for count in range(1, min(7, len(chunks) - at)):
            begin, end = chunks[at + count]
            if end - begin > 6 or begin - chunks[at + count - 1][1] > 1:
                return 0
            piece = self.folded[begin:end].rstrip(".,!?;:")
            self.reading.work += 1
            if not piece.isalpha() or len(joined) + len(piece) > 14:
                return 0
            joined += piece
            known = known and piece in self.lexicon.known and len(piece) > 1
            guarded = joined in self.lexicon.guarded
            # A word that is not guarded may be joined of two pieces that are none by themselves.
            if (
                not known
                and len(joined) >= 4
                and (guarded or (count == 1 and is_common(joined, self.lexicon)))
            ):
                self._add(joined, start, begin + len(piece), disguised=guarded)
                return count + 1
        return 0

    def _spaced(self, chunks: list[tuple[int, int]], at: int) -> int:
        """Reads single letters, one blank or more between each two."""
        stop = at
        while stop < len(chunks) and chunks[stop][1] - chunks[stop][0] == 1:
            char = self.folded[chunks[stop][0]]
            if not (char.isalnum() or char in LEET or char in "*"):
                break
            stop += 1
        # The last letter may carry a full stop.
        if stop < len(chunks) and stop - at >= 2:
            begin, end = chunks[stop]
            piece = self.folded[begin:end]
            if piece[:1].isalpha() and len(piece.rstrip(".,!?;:")) == 1:
                stop += 1
        if stop - at < 3:
            return 0
        spans = [(begin, begin + 1) for begin, _ in chunks[at:stop]]
        gaps = [right[0] - left[1] for left, right in pairwise(spans)]
        narrow = min(gaps)
        first = 0
        for index in range(1, len(spans) + 1):
            if index == len(spans) or gaps[index - 1] > narrow:
                self._letters(spans[first:index])
                first = index
        return stop - at

    def _letters(self, spans: list[tuple[int, int]]) -> None:
        """Reads letters that something stood between as the words they spell."""
        plain = "".join(self.folded[start] for start, _ in spans)
        if len(spans) < 3 or plain.isdecimal():
            for start, end in spans:
                self._add(self.folded[start:end], start, end)
            return
        word = self._resolve(plain)
        if word:
            self._add(word, spans[0][0], spans[-1][1], disguised=True)
            return
        if not plain.isalpha():
            plain = with_i(plain)
        for first, last, word in self._cut(plain):
            self._add(word, spans[first][0], spans[last - 1][1], disguised=last - first > 1)

    # --- one chunk ---

    def _chunk(self, start: int, end: int) -> None:
        chunk = self.folded[start:end]
        if chunk.isalpha():
            self._word(chunk, start, end)
            return
        left = len(chunk) - len(chunk.lstrip(_EDGES))
        core = chunk.strip(_EDGES)
        if not core:
            return
        start += left
        end = start + len(core)
        if core.isalpha():
            self._word(core, start, end)
            return
        bare = core.rstrip("!?.,")
        if bare.isalpha():
            self._word(bare, start, start + len(bare))
            self._signs(start + len(bare), end)
            return
        self.reading.work += len(core)
        if self._link(core, start, end):
            return
        if core.isdecimal():
            self._add("#", start, end)
            return
        apart = core.replace("'", "")
        if apart.isalpha():
            self._word(apart, start, end)
            return
        if len(core) <= 40 and self._unmasked(core, start, end):
            return
        self._pieces(core, start)

    def _link(self, core: str, start: int, end: int) -> bool:
        """Reads an address of a page or of a person."""
        if "." not in core:
            return False
        mailbox = find_mailbox(core)
        if mailbox:
            self._add("\x03mail", start, end)
            self.reading.links.append(mailbox)
            return True
        place = find_link(core)
        if not place:
            return False
        first, last = place
        if self._unmasked(core, start, end, only_guarded=True):
            return True
        if first:
            self._pieces(core[:first], start)
        self._add("\x03link", start + first, start + last)
        self.reading.links.append(core[first:last])
        if last < len(core):
            self._pieces(core[last:], start + last)
        return True

    def _unmasked(self, core: str, start: int, end: int, only_guarded: bool = False) -> bool:
        """Reads signs and digits as the letters they stand for, where that gives a word."""
        letters = sum(char.isalpha() for char in core)
        if not letters:
            return False
        word = self._resolve(core)
        while not word and core[-1:] in "!?.,*" and len(core) > 2:
            core, end = core[:-1], end - 1
            word = self._resolve(core)
        if not word and core[:1] in "#@!*" and len(core) > 3:
            word = self._resolve(core[1:])
        if not word or (only_guarded and word not in self.lexicon.guarded):
            return False
        self._add(word, start, end, disguised=word in self.lexicon.guarded)
        self._signs(end, end)
        return True

    def _resolve(self, core: str) -> str:
        """The known word that `core` stands for, or nothing; so many times and no more."""
        if self.to_unmask <= 0:
            return ""
        self.to_unmask -= 1
        self.reading.work += 64 + len(core)
        return unmasked(core, self.lexicon)

    def _pieces(self, core: str, start: int) -> None:
        """Reads what is left as words, numbers and signs."""
        spans = [match.span() for match in _PIECE.finditer(core)]
        single = sum(end - begin == 1 for begin, end in spans)
        if len(spans) >= 3 and single >= len(spans) - 1 and not core[spans[0][0]].isdecimal():
            letters = [
                (start + at, start + at + 1) for begin, end in spans for at in range(begin, end)
            ]
            self._letters(letters)
            return
        if len(spans) >= 3 and single >= 3:
            plain = "".join(core[begin:end] for begin, end in spans)
            word = self._resolve(plain)
            if word in self.lexicon.guarded:
                self._add(word, start + spans[0][0], start + spans[-1][1], disguised=True)
                return
        past = 0
        for begin, end in spans:
            self._signs(start + past, start + begin)
            piece = core[begin:end]
            if piece.isalpha():
                self._word(piece, start + begin, start + end)
            elif piece.isdecimal():
                self._add("#", start + begin, start + end)
            elif len(piece) > 40 or not self._unmasked(piece, start + begin, start + end):
                self._add(piece, start + begin, start + end)
            past = end
        self._signs(start + past, start + len(core))

    def _signs(self, start: int, end: int) -> None:
        """Marks of emphasis and pictures are words of their own."""
        before = ""
        if not self.signs_left:
            return
        for match in _SIGNS.finditer(self.folded, start, end):
            # A row of the same sign says no more than one of it, and is shown as a whole.
            if match.group() == before:
                self.words[-1].end = match.end()
            elif not self.signs_left:
                return
            else:
                self.signs_left -= 1
                self._add(match.group(), match.start(), match.end())
            before = match.group()

    def _word(self, word: str, start: int, end: int) -> None:
        lexicon = self.lexicon
        if word in lexicon.known:
            self._add(word, start, end)
            return
        meant = lexicon.variants.get(word)
        if meant:
            self._add(meant, start, end, disguised=True)
            return
        if 4 <= len(word) <= 12 and self.to_unmask > 0 and word.isascii():
            self.to_unmask -= 1
            self.reading.work += len(word)
            swapped = unswapped(word, lexicon)
            if swapped:
                self._add(swapped, start, end)
                return
        short, known = unrepeated(word, lexicon)
        if short:
            self._add(short, start, end, disguised=known and short in lexicon.guarded)
            return
        if len(word) > 12 and word.isascii():
            pieces = self._cut(word)
            if len(pieces) > 1 and all(piece in lexicon.known for _, _, piece in pieces):
                for first, last, piece in pieces:
                    self._add(piece, start + first, start + last)
                return
        self._add(word, start, end)

    def _cut(self, letters: str) -> list[tuple[int, int, str]]:
        head = letters[: self.to_cut]
        self.to_cut -= len(head)
        self.reading.work += 16 * len(head)
        pieces = self.lexicon.cut(head)
        if len(head) < len(letters):
            pieces.append((len(head), len(letters), letters[len(head) :]))
        return pieces

    def _add(self, text: str, start: int, end: int, disguised: bool = False) -> None:
        written = self.folded[start:end] if disguised else ""
        self.words.append(Word(text, start, end, disguised, written))

    def _mark_folded(self) -> None:
        """A guarded word that folding alone uncovered was disguised as well."""
        guarded = self.lexicon.guarded
        offsets = self.reading.offsets or ()
        for word in self.words:
            if word.disguised or word.text not in guarded:
                continue
            first, last = offsets[word.start][0], offsets[word.end - 1][1]
            source = self.source[first:last].lower()
            if source != word.text:
                word.disguised, word.written = True, source


def disguises(reading: Reading) -> Iterator[tuple[int, int]]:
    """Where the original writes a word so that a filter should miss it."""
    for word in reading.words:
        if word.disguised:
            yield reading.span(word.start, word.end)
