"""What every benchmark prints: the machine it ran on, and tables in Markdown."""

import os
import platform
from collections.abc import Iterable
from datetime import date


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table with its head."""
    lines = [head, tuple("---" for _cell in head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def machine(load_before: float, *more: str) -> str:
    """The day, the machine and its load; more: what else the figures depend on."""
    about = [
        f"{date.today():%d %B %Y}",
        f"{os.cpu_count()} cores",
        platform.freedesktop_os_release()["PRETTY_NAME"],
        f"Python {platform.python_version()}",
        *more,
    ]
    load = f"load {load_before:.1f} before, {os.getloadavg()[0]:.1f} after"
    return f"{', '.join(about)}; {load}."


def ms(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms"
