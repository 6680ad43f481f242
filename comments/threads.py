"""Leaf: flat rows to a tree for the page, cursors, and the score of a comment."""

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import sqrt
from typing import Any, Protocol

SHOWN_DEPTH = 6  # levels below the top of a page; deeper ones wait behind "continue this thread"


class Row(Protocol):
    id: int
    parent_id: int | None
    reply_count: int


@dataclass(slots=True)
class Node:
    """One comment in its place. `continues`: it has replies too deep for this page.
    `detached`: its parent is not on this page."""

    row: Any
    level: int
    detached: bool = False
    continues: bool = False
    children: list["Node"] = field(default_factory=list)


def nest(rows: Iterable[Row], *, depth: int = SHOWN_DEPTH) -> list[Node]:
    """The rows as trees, in the order given; parents come before their children.

    A row whose parent is not among the rows becomes a tree of its own. Rows deeper than `depth`
    are left out and their last shown ancestor `continues`.
    """
    trees: list[Node] = []
    placed: dict[int, Node | None] = {}
    for row in rows:
        if row.parent_id is None or row.parent_id not in placed:
            node = Node(row, level=0, detached=row.parent_id is not None)
            trees.append(node)
            placed[row.id] = node
            continue
        above = placed[row.parent_id]
        if above is None or above.level + 1 >= depth:
            placed[row.id] = None
            if above is not None:
                above.continues = True
            continue
        node = Node(row, level=above.level + 1)
        above.children.append(node)
        placed[row.id] = node
    return trees


def walk(trees: Iterable[Node]) -> Iterable[tuple[Node, bool]]:
    """Every node twice, when it opens and when it closes, without recursion."""
    stack = [(node, True) for node in reversed(list(trees))]
    while stack:
        node, opening = stack.pop()
        yield node, opening
        if opening:
            stack.append((node, False))
            stack.extend((child, True) for child in reversed(node.children))


def wilson(ups: int, downs: int) -> float:
    """Lower bound of the 95 % Wilson interval for the share of `ups`; 0 without a vote."""
    total = ups + downs
    if not total:
        return 0.0
    z = 1.96
    share = ups / total
    centre = share + z * z / (2 * total)
    spread = z * sqrt((share * (1 - share) + z * z / (4 * total)) / total)
    # Rounding may end a hair below nothing.
    return max(0.0, (centre - spread) / (1 + z * z / total))


def encode_cursor(sort: str, key: Any, row_id: int) -> str:
    """A place in a sorted listing, as an opaque word for a URL."""
    return base64.urlsafe_b64encode(json.dumps([sort, key, row_id]).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, sort: str) -> tuple[Any, int]:
    """The key and id a cursor of this sort names. Raises ValueError for anything else."""
    try:
        raw = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        of, key, row_id = json.loads(raw)
    except (binascii.Error, UnicodeError, ValueError, TypeError, RecursionError) as error:
        raise ValueError("not a cursor") from error
    if of != sort or not isinstance(row_id, int) or not 0 <= row_id < 2**63:
        raise ValueError("a cursor of another listing")
    return key, row_id
