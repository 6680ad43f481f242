"""The lines of the logs: what happened, by which request, and no word about a person.

A line holds codes and numbers. What packages fill into their messages, and what exceptions say,
may quote a text, a name or an address, so both are left out but for what is known to be harmless.
"""

import json
import logging
import traceback
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import InterfaceError, OperationalError

# Of the request that is answered, or of the request that a task of the queue goes back to.
request_id: ContextVar[str] = ContextVar("request_id", default="")

OURS = ("accounts", "articles", "comments", "config", "moderation", "record", "rejoinder")


class _LeftOut(str):
    __repr__ = str.__str__  # without quotation marks, however it is asked for


LEFT_OUT = _LeftOut("…")
CHAIN = 4  # exceptions told of one line: the one that was raised, and its causes
# What some packages name by strings that are no one's: "Not Found", the name of a task.
HARMLESS: Mapping[str, tuple[int | str, ...]] = {
    "django.request": (0,),
    "celery": ("name", "id", "description"),
}
# Their messages without anything filled in are constants.
CONSTANT = ("celery", "kombu", "psycopg", "granian")
_BASE = Path(__file__).resolve().parent.parent


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, tz=UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": said(record),
            "request": request_id.get(),
            **fields_of(record),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = list(_told(record.exc_info[1]))
        return json.dumps({name: value for name, value in line.items() if value != ""})


class Lines(logging.Formatter):
    """The same for people: one line, and the places below it where something was raised."""

    def format(self, record: logging.LogRecord) -> str:
        words = [record.levelname, f"{record.name}:", " ".join(said(record).split())]
        words += [f"{name}={value}" for name, value in fields_of(record).items() if value != ""]
        if request_id.get():
            words.append(f"request={request_id.get()}")
        below = []
        if record.exc_info and record.exc_info[1] is not None:
            for error in _told(record.exc_info[1]):
                below.append(f"  {error['kind']} {error.get('said', '')}".rstrip())
                below += [f"    {place}" for place in error["at"]]
        return "\n".join([" ".join(words), *below])


class OfARequest(logging.Filter):
    """Keeps back the events of a command: it says itself what it does, and may do thousands."""

    def filter(self, record: logging.LogRecord) -> bool:
        event = record.levelno < logging.WARNING and bool(fields_of(record))
        return not event or bool(request_id.get())


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """What a line of ours says beside its message: `extra={"fields": {...}}`, codes and numbers."""
    return getattr(record, "fields", {}) if _is_ours(record) else {}


def said(record: logging.LogRecord) -> str:
    """A record's message, without what a package filled into it."""
    if _is_ours(record):
        return record.getMessage()
    kept = next((HARMLESS[name] for name in HARMLESS if _is_within(record.name, name)), ())
    if not record.args:
        if isinstance(record.msg, str) and any(_is_within(record.name, name) for name in CONSTANT):
            return record.msg
        return f"{LEFT_OUT} ({_short(record.pathname)}:{record.lineno})"
    args: Any = record.args
    if isinstance(args, Mapping):
        args = {name: arg if name in kept else _masked(arg) for name, arg in args.items()}
    else:
        args = tuple(arg if place in kept else _masked(arg) for place, arg in enumerate(args))
    try:
        return str(record.msg) % args
    except (TypeError, ValueError, KeyError):  # a number was asked for where we masked a word
        return str(record.msg)


def _masked(arg: object) -> object:
    if arg is None or isinstance(arg, int | float):
        return arg
    return _LeftOut(type(arg).__name__) if isinstance(arg, BaseException) else LEFT_OUT


def _told(error: BaseException) -> Iterator[dict[str, Any]]:
    """An exception and its causes: kind and places, without its words and without locals."""
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in chain and len(chain) < CHAIN:
        chain.append(following)
        following = following.__cause__ or (
            None if following.__suppress_context__ else following.__context__
        )
    for one in chain:
        kind = type(one)
        told: dict[str, Any] = {"kind": f"{kind.__module__}.{kind.__qualname__}"}
        words = _harmless_words(one)
        if words:
            told["said"] = words
        told["at"] = [
            f"{_short(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}"
            for frame, line in traceback.walk_tb(one.__traceback__)
        ]
        yield told


def _harmless_words(error: BaseException) -> str:
    """What the machine says of itself; a row's values are never in these."""
    if isinstance(error, OSError):
        return error.strerror or ""
    if isinstance(error, OperationalError | InterfaceError):
        return " ".join(str(error).split("\n", 1)[0].split())
    return ""


def _short(path: str) -> str:
    for root in (f"{_BASE}/", "site-packages/"):
        if root in path and "site-packages/" not in path.split(root, 1)[1]:
            return path.split(root, 1)[1]
    return Path(path).name


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OURS


def _is_within(name: str, parent: str) -> bool:
    return name == parent or name.startswith(f"{parent}.")
