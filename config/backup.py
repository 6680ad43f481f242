"""Copies of the SQLite file, taken before it is changed for good."""

import contextlib
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

KEPT = 5


def back_up_sqlite(path: Path, folder: Path) -> Path:
    """Copy a SQLite database, open or not, to `folder` and return the copy.

    The copy is named by the time in UTC and holds one consistent state, also while others write.
    The newest five copies are kept. Raises sqlite3.Error or OSError; then no copy is left.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    copy = folder / f"{path.stem}-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}{path.suffix}"
    draft = copy.with_name(copy.name + ".part")
    try:
        copy_sqlite(path, draft)
        draft.replace(copy)
    finally:
        draft.unlink(missing_ok=True)
    for old in sorted(folder.glob(f"{path.stem}-*{path.suffix}"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return copy


def copy_sqlite(path: Path, target: Path) -> None:
    """Copy a SQLite database, open or not, to one file of one consistent state.

    Raises sqlite3.Error or OSError.
    """
    with (
        contextlib.closing(sqlite3.connect(path)) as source,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        os.chmod(target, 0o600)
        source.backup(copy)
        # The source's write-ahead mode is copied along; one self-contained file is wanted.
        copy.execute("PRAGMA journal_mode=DELETE")
