"""What an answer box is given to start from, or to think about: a quote, the words in question."""

from collections.abc import Iterable

from comments import ports
from comments.models import Comment
from comments.pages import marked

QUOTED = 1_000  # characters of a comment that "Quote" takes over
AROUND = 40  # characters left and right of words in question
EXCERPT = 280  # characters


def quote_of(comment: Comment) -> str:
    """The live words of a comment as a Markdown quote, ready to be answered below; else "".

    What it quotes itself is left out, and a long text is cut between words.
    """
    if not comment.is_live:
        return ""
    lines = comment.live_revision.source.splitlines()
    own = "\n".join(line for line in lines if not line.lstrip().startswith(">")).strip()
    words = own or comment.live_revision.source.strip()
    if len(words) > QUOTED:
        head = words[:QUOTED]
        words = f"{head.rsplit(maxsplit=1)[0] if ' ' in head else head} …"
    quoted: list[str] = []
    for line in words.splitlines():
        mark = f"> {line}".rstrip()
        if mark != ">" or quoted[-1] != ">":
            quoted.append(mark)
    return "\n".join(quoted) + "\n\n" if quoted else ""


def nudge(advice: ports.Advice, text: str) -> dict[str, object]:
    """An advice as the box shows it. excerpt: pieces of the text, (words, in question or not)."""
    return {
        "reason": advice.reason,
        "guideline": advice.guideline,
        "waits": advice.waits,
        "excerpt": excerpt(text, advice.spans),
    }


def excerpt(text: str, spans: Iterable[Iterable[int]]) -> list[tuple[str, bool]]:
    """The words of the spans with a little of what stands around them, on one line."""
    pieces = marked(text, spans)
    if not any(evidence for _words, evidence in pieces):
        return []
    shown: list[tuple[str, bool]] = []
    room = EXCERPT
    for at, (words, evidence) in enumerate(pieces):
        if room <= 0:
            shown.append(("…", False))
            break
        flat = _flat(words)
        if not evidence:
            flat = _shortened(flat, first=at == 0, last=at == len(pieces) - 1)
        elif len(flat) > room:
            flat = f"{flat[:room]}…"
        room -= len(flat)
        shown.append((flat, evidence))
    return shown


def _flat(words: str) -> str:
    """One line; a space at either end stays, for the words next to it."""
    inner = " ".join(words.split())
    return f"{words[:1].isspace() * ' '}{inner}{bool(inner) * words[-1:].isspace() * ' '}"


def _shortened(words: str, *, first: bool, last: bool) -> str:
    most = AROUND if first or last else 2 * AROUND
    if len(words) <= most:
        return words
    head = "" if first else words[:AROUND].rpartition(" ")[0]
    tail = "" if last else words[-AROUND:].partition(" ")[2]
    return f"{head}{' ' if head else ''}…{' ' if tail else ''}{tail}"
