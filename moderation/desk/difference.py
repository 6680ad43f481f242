"""What an author has changed, word by word."""

import re
from difflib import SequenceMatcher

KEPT, ADDED, REMOVED = "kept", "added", "removed"
_COMPARED = 4_000  # words of both texts together; a longer pair is shown as two whole texts
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


def difference(old: str, new: str) -> list[tuple[str, str]]:
    """Both texts in pieces, in order: (KEPT, ADDED or REMOVED, text). The kept and the added ones
    make up the new text, the kept and the removed ones the old one."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) + len(after) > _COMPARED:
        return [piece for piece in ((REMOVED, old), (ADDED, new)) if piece[1]]
    pieces: list[tuple[str, str]] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for _tag, start, end, new_start, new_end in matcher.get_opcodes():
        if before[start:end] == after[new_start:new_end]:
            pieces.append((KEPT, "".join(before[start:end])))
            continue
        pieces.append((REMOVED, "".join(before[start:end])))
        pieces.append((ADDED, "".join(after[new_start:new_end])))
    return [piece for piece in pieces if piece[1]]
