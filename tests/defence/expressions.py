"""How the work of a regular expression grows, counted: a backtracking matcher that counts its
steps, and texts made from the expression itself to make it go back as often as it can."""

import re
from collections.abc import Callable, Iterator
from re import _constants as op
from re import _parser as parser
from typing import Any

MOST = 15_000  # steps, after which the growth is no question any more
FEW, MANY = 8, 300  # times: fewer are no repeat, and one of more is as good as endless
PUMPS = 12
PROBES = "aZ0 _\n-./@:é!<"
_CATEGORIES: dict[Any, Callable[[str], bool]] = {
    op.CATEGORY_DIGIT: str.isdigit,
    op.CATEGORY_NOT_DIGIT: lambda c: not c.isdigit(),
    op.CATEGORY_SPACE: str.isspace,
    op.CATEGORY_NOT_SPACE: lambda c: not c.isspace(),
    op.CATEGORY_WORD: lambda c: c.isalnum() or c == "_",
    op.CATEGORY_NOT_WORD: lambda c: not (c.isalnum() or c == "_"),
}
Node = tuple[Any, Any]
Ends = Iterator[int]


class TooMuch(Exception):
    """The steps are up."""


class Counting:
    """An expression that is matched as `re` does, without its short cuts."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.tree = parser.parse(pattern, flags)
        self.flags = self.tree.state.flags
        self.steps = 0
        self.text = ""
        self.groups: dict[int, tuple[int, int]] = {}

    def work(self, text: str, *, anchored: bool, whole: bool) -> int:
        """Steps to find nothing, or everything there is. anchored: from the beginning alone."""
        self.text, self.steps, at = text, 0, 0
        try:
            while at <= len(text):
                self.groups = {}
                end = next(
                    (
                        e
                        for e in self.sequence(list(self.tree), 0, at)
                        if not whole or e == len(text)
                    ),
                    None,
                )
                if anchored:
                    break
                at = max(end, at + 1) if end is not None else at + 1
        except TooMuch:
            pass
        return self.steps

    def sequence(self, nodes: list[Node], index: int, at: int) -> Ends:
        if index == len(nodes):
            yield at
            return
        for end in self.one(nodes[index], at):
            yield from self.sequence(nodes, index + 1, end)

    def one(self, node: Node, at: int) -> Ends:
        self.steps += 1
        if self.steps > MOST:
            raise TooMuch
        kind, said = node
        if kind in (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN, op.CATEGORY):
            if at < len(self.text) and self.takes(node, self.text[at]):
                yield at + 1
        elif kind is op.BRANCH:
            for way in said[1]:
                yield from self.sequence(list(way), 0, at)
        elif kind is op.SUBPATTERN:
            group, _add, _remove, inner = said
            for end in self.sequence(list(inner), 0, at):
                if group is not None:
                    self.groups[group] = (at, end)
                yield end
        elif kind is op.ATOMIC_GROUP:
            yield from self.first(self.sequence(list(said), 0, at))
        elif kind is op.MAX_REPEAT:
            yield from self.greedy(said, at, 0)
        elif kind is op.POSSESSIVE_REPEAT:
            yield from self.first(self.greedy(said, at, 0))
        elif kind is op.MIN_REPEAT:
            yield from self.lazy(said, at, 0)
        elif kind in (op.ASSERT, op.ASSERT_NOT):
            direction, inner = said
            start = at if direction > 0 else at - inner.getwidth()[0]
            found = start >= 0 and next(self.sequence(list(inner), 0, start), None) is not None
            if found is (kind is op.ASSERT):
                yield at
        elif kind is op.GROUPREF:
            begin, end = self.groups.get(said, (0, 0))
            part = self.text[begin:end]
            if self.text.startswith(part, at):
                yield at + len(part)
        elif kind is op.AT:
            if self.stands(said, at):
                yield at
        else:
            raise NotImplementedError(kind)

    @staticmethod
    def first(ends: Ends) -> Ends:
        end = next(ends, None)
        if end is not None:
            yield end

    def single(self, inner: Any) -> Node | None:
        """The node of a repeat of one character, which `re` runs over without a stack."""
        nodes = list(inner)
        plain = (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN, op.CATEGORY)
        return nodes[0] if len(nodes) == 1 and nodes[0][0] in plain else None

    def greedy(self, said: Any, at: int, done: int) -> Ends:
        least, most, inner = said
        if (node := self.single(inner)) is not None:
            end = at
            while end < len(self.text) and end - at < most and self.takes(node, self.text[end]):
                self.steps += 1
                end += 1
            while end - at >= least:
                self.steps += 1
                if self.steps > MOST:
                    raise TooMuch
                yield end
                end -= 1
            return
        if done < most:
            for end in self.sequence(list(inner), 0, at):
                if end > at or done < least:
                    yield from self.greedy(said, end, done + 1)
        if done >= least:
            yield at

    def lazy(self, said: Any, at: int, done: int) -> Ends:
        least, most, inner = said
        if done >= least:
            yield at
        if done < most:
            for end in self.sequence(list(inner), 0, at):
                if end > at or done < least:
                    yield from self.lazy(said, end, done + 1)

    def takes(self, node: Node, character: str) -> bool:
        kind, said = node
        cases = {character}
        if self.flags & re.IGNORECASE:
            cases |= {character.lower(), character.upper()}
        if kind is op.ANY:
            return character != "\n" or bool(self.flags & re.DOTALL)
        if kind is op.LITERAL:
            return any(len(each) == 1 and ord(each) == said for each in cases)
        if kind is op.NOT_LITERAL:
            return all(len(each) != 1 or ord(each) != said for each in cases)
        if kind is op.CATEGORY:
            return _CATEGORIES[said](character)
        negated = said[0][0] is op.NEGATE
        listed = said[1:] if negated else said
        return negated is not any(
            self.is_in(part, each) for part in listed for each in cases if len(each) == 1
        )

    def is_in(self, part: Node, character: str) -> bool:
        if part[0] is op.RANGE:
            return part[1][0] <= ord(character) <= part[1][1]
        return self.takes(part, character)

    def stands(self, place: Any, at: int) -> bool:
        text = self.text
        if place in (op.AT_BEGINNING, op.AT_BEGINNING_STRING):
            lines = place is op.AT_BEGINNING and self.flags & re.MULTILINE
            return at == 0 or bool(lines and text[at - 1] == "\n")
        if place in (op.AT_END, op.AT_END_STRING):
            lines = place is op.AT_END and self.flags & re.MULTILINE
            last = place is op.AT_END and at == len(text) - 1 and text[at] == "\n"
            return at == len(text) or last or bool(lines and text[at] == "\n")
        word = _CATEGORIES[op.CATEGORY_WORD]
        before, after = at > 0 and word(text[at - 1]), at < len(text) and word(text[at])
        return (before != after) is (place is op.AT_BOUNDARY)


# --- texts that make it go back ------------------------------------------------------------------


def growth(pattern: str, flags: int = 0, *, anchored: bool, whole: bool, size: int = 20) -> float:
    """By what the steps are multiplied when the worst text found gets twice as long: 2 is linear,
    4 quadratic. anchored, whole: as match and fullmatch."""
    counting = Counting(pattern, flags)
    worst = 1.0
    for before, pump, after, bounded in attacks(counting):
        long = counting.work(before + pump * size * 2 + after, anchored=anchored, whole=whole)
        if long >= MOST:
            return 99.0
        # Where a repeat has an end, going back over it costs so much for each character, no more.
        if bounded or long < 6 * size * len(pump):
            continue
        short = counting.work(before + pump * size + after, anchored=anchored, whole=whole)
        worst = max(worst, long / short)
    return worst


def attacks(counting: Counting) -> Iterator[tuple[str, str, str, bool]]:
    """What leads to each repeat, what it repeats, what ends it in vain; whether it is bounded."""
    letters = _letters(counting)
    for before, inner, bounded in _repeats(counting, list(counting.tree), ""):
        pumps = {letter for letter in letters if _takes_whole(counting, inner, letter)}
        pumps |= {_sample(counting, list(inner), letters)} - {""}
        for pump in sorted(pumps)[:PUMPS]:
            for after in ("", "\x00", " "):
                yield before, pump, after, bounded


def _letters(counting: Counting) -> list[str]:
    """Characters that its sets and literals begin and end with, and a few of everyday."""
    found = set(PROBES)

    def walk(nodes: Any) -> None:
        for kind, said in nodes:
            if kind in (op.LITERAL, op.NOT_LITERAL):
                found.add(chr(said))
            elif kind is op.RANGE:
                found.update((chr(said[0]), chr(said[1])))
            elif kind is op.IN:
                walk(said)
            elif kind is op.BRANCH:
                for way in said[1]:
                    walk(way)
            elif kind is op.SUBPATTERN:
                walk(said[3])
            elif kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
                walk(said[2])
            elif kind is op.ATOMIC_GROUP:
                walk(said)
            elif kind in (op.ASSERT, op.ASSERT_NOT):
                walk(said[1])

    walk(counting.tree)
    return sorted(found)


def _repeats(counting: Counting, nodes: list[Node], before: str) -> Iterator[tuple[str, Any, bool]]:
    letters = _letters(counting)
    for kind, said in nodes:
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            if said[1] > FEW:
                yield before, said[2], said[1] <= MANY
            yield from _repeats(counting, list(said[2]), before)
        elif kind is op.BRANCH:
            for way in said[1]:
                yield from _repeats(counting, list(way), before)
        elif kind is op.SUBPATTERN:
            yield from _repeats(counting, list(said[3]), before)
        elif kind is op.ATOMIC_GROUP:
            yield from _repeats(counting, list(said), before)
        before += _sample(counting, [(kind, said)], letters)


def _sample(counting: Counting, nodes: list[Node], letters: list[str]) -> str:
    """A short text that the nodes take, looks ahead and behind aside."""
    text = ""
    for kind, said in nodes:
        if kind is op.LITERAL:
            text += chr(said)
        elif kind in (op.NOT_LITERAL, op.ANY, op.IN, op.CATEGORY):
            text += next((each for each in letters if counting.takes((kind, said), each)), "")
        elif kind is op.BRANCH:
            text += _sample(counting, list(said[1][0]), letters)
        elif kind is op.SUBPATTERN:
            text += _sample(counting, list(said[3]), letters)
        elif kind is op.ATOMIC_GROUP:
            text += _sample(counting, list(said), letters)
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            text += _sample(counting, list(said[2]), letters) * max(said[0], 1)
    return text


def _takes_whole(counting: Counting, inner: Any, letter: str) -> bool:
    counting.text, counting.steps, counting.groups = letter, 0, {}
    return any(end == 1 for end in counting.sequence(list(inner), 0, 0))
