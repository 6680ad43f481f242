"""The worst texts that are known for the Markdown renderer, the checks and the scorer, timed.

    python -m benchmarks.markdown [--times 3]

Every text is as long as the site takes one: 5,000 characters for rendering, 20,000 for judging.
"""

import argparse
import platform
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count, islice

from markup import plain, render_article, render_comment
from moderation.pipeline import AuthorFacts, Phrase, Policy, Submission, judge
from moderation.scorer import load

RENDERED, JUDGED = 5_000, 20_000  # characters
PROMISED = 0.5  # seconds for each
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
POLICY = Policy(
    banned_phrases=(Phrase(1, "casino*"), Phrase(2, "f*k")),
    suspect_phrases=(Phrase(3, "free money"), Phrase(4, "a b c")),
)


def repeated(unit: str) -> Callable[[int], str]:
    return lambda size: (unit * (size // len(unit) + 1))[:size]


def nested(before: str, after: str) -> Callable[[int], str]:
    """As deep as there is room for, and closed again."""

    def text(size: int) -> str:
        deep = size // (len(before) + len(after))
        return before * deep + after * deep

    return text


def counted(form: str) -> Callable[[int], str]:
    """A unit with a number in it, so that no two are the same."""

    def text(size: int) -> str:
        def units() -> Iterator[str]:
            for number in count():
                yield form.format(n=number, ticks="`" * (number % 80 + 1))

        return "".join(islice(units(), size // len(form.format(n=1, ticks="`")) + 1))[:size]

    return text


# What repeats a unit; each line a way that parsers have been brought to their knees.
UNITS = {
    "brackets": ["[", "![", "](", "[*", "[a](", "[a]", "[]()", "[a][", "]", "[[]", "[a](b"],
    "emphasis": ["*a_*b_", "**a *b ", "*", "_", "a**b", "**a__b", "*a **a ", "_a_*", "~~a~"],
    "code": ["`a``b", "`", "~~~\n", "```\n", "``` \n", "`\\"],
    "links": [
        *("http://a.b ", "http://", "mailto:a@", "http://a[", "http://xn--", "https://a.b/(", "<a"),
        *("http://a@", "<http://a", "://", "ftp://a ", "http://a.b)", "http://é.é "),
    ],
    "quotes": ["> ", "> - ", ">", "> a\n", ">\n"],
    "lists": ["- ", "- \n", "1. a\n", "- 1. > ", "-\n\n", "* a\n  ", "+ ", "- a\n\n", "10. "],
    "HTML": ["<", "<a ", "&", "&#x", "<!--", "<![CDATA[", "</", "<?", "<a href='", "&amp"],
    "lines": ["\n", " \n", "  \n", "a\n=\n", "a\n-\n", "\t", "|\n|-|\n", "[a]: b\n", "\\\n", "# "],
    "words": ["a", "a.", "ab ", "\\", "a\u0301", "\u0301", "e\u0301\u0302\u0303", "\u200d", "é"],
    "directions": ["\u202e", "\u202ea\u202c", "\u2066", "\u200f ", "אב ", "\u061c"],
    "pictures": ["\U0001f469\u200d", "\U0001f1e9", "\u26a0\ufe0f", "\u20dd"],
}
CASES: dict[str, Callable[[int], str]] = {
    **{
        f"{kind}: {unit!a}": repeated(unit)
        for kind, units in UNITS.items()
        for unit in dict.fromkeys(units)
    },
    "nested brackets": nested("[", "]"),
    "nested links": nested("[", "](a)"),
    "nested pictures": nested("![", "](a)"),
    "nested emphasis": nested("*a ", " a*"),
    "nested strong": nested("**a __b ", "__ **"),
    "nested brackets and emphasis": nested("[*_", "_*]"),
    "runs of backticks that grow": counted("{ticks}a "),
    "references that grow": counted("[a{n}]: b\n\n[a{n}] "),
    "addresses that differ": counted("https://a{n}.example/{n} "),
    "quotes that deepen": lambda size: "".join(f"{'>' * n} a\n" for n in range(1, 99))[:size],
    "lists that deepen": lambda size: "".join(f"{'  ' * n}- a\n" for n in range(1, 99))[:size],
    "one quote, many lazy lines": lambda size: ("> a\n" + "b\n" * size)[:size],
    "open at the end": lambda size: "a " * (size // 2 - 10) + "[" * 5 + "*" * 5 + "`" * 5,
}
SPOKEN = {
    **{name: CASES[name] for name in CASES if name.startswith(("words", "links", "directions"))},
    "capitals": repeated("AA "),
    "masked": repeated("f*"),
    "spaced": repeated("c a s i n o "),
    "almost": repeated("casin "),
    "digits": repeated("1"),
    "sign runs": repeated("!?"),
    "dots": repeated("a.b."),
    "at signs": repeated("a@"),
    "look-alikes": repeated("сasіno "),
    "dotted hosts": repeated("a dot b "),
    "brackets": repeated("a[.]b "),
    "leet": repeated("c4s1n0"),
    "numbers that differ": counted("{n} "),
}
SCORER = load()


def judged(text: str) -> None:
    """All checks, and the scorer."""
    judge(Submission(1, 2, text, NOW, AuthorFacts(3, NOW, approved=5)), POLICY)


WORK: dict[str, tuple[Callable[[str], object], int, dict[str, Callable[[int], str]]]] = {
    "rendering a comment": (render_comment, RENDERED, CASES),
    "rendering an article": (render_article, RENDERED, CASES),
    "its plain text": (lambda text: plain(render_comment(text)), RENDERED, CASES),
    "judging": (judged, JUDGED, SPOKEN),
    "scoring": (SCORER.score, JUDGED, SPOKEN),
}


def seconds(work: Callable[[str], object], text: str, times: int) -> float:
    """The quickest of a few, in CPU seconds: what else runs here is not the text's fault."""
    took = []
    for _time in range(times):
        began = time.process_time()
        work(text)
        took.append(time.process_time() - began)
    return min(took)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--times", type=int, default=3)
    times = asked.parse_args().times
    print(f"Python {platform.python_version()}, {platform.processor() or platform.machine()}")
    print("\n| Work | Characters | Texts | Worst, s | 2nd | 3rd | Usual | The worst text |")
    print(f"|{'---|' * 8}")
    over = False
    for name, (work, size, cases) in WORK.items():
        work("Once, so that what is made on first use is there.")
        took = sorted(
            ((seconds(work, make(size), times), case) for case, make in cases.items()), reverse=True
        )
        worst, second, third = (f"{each[0]:.3f}" for each in took[:3])
        usual = f"{took[len(took) // 2][0]:.3f}"
        print(
            f"| {name} | {size:,} | {len(took)} | {worst} | {second} | {third} | {usual} "
            f"| {took[0][1]} |"
        )
        over |= took[0][0] > PROMISED
    print(f"\n{'Over' if over else 'All within'} {PROMISED} s")
    return over


if __name__ == "__main__":
    sys.exit(main())
