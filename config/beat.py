"""The clock, of which a site has one: who does not hold its place offers nothing and stands by."""

import fcntl
import logging
import os
from pathlib import Path
from typing import Any, Protocol

from celery.beat import PersistentScheduler
from django.db import DatabaseError, connection

log = logging.getLogger(__name__)

STANDING_BY = 5.0  # seconds between two tries for the place
LOCK = 0x72656A62656174  # "rejbeat"; PostgreSQL keeps advisory locks apart by database


class Place(Protocol):
    """What one process in the whole site can hold, and loses by dying."""

    def take(self) -> bool: ...
    def held(self) -> bool: ...
    def leave(self) -> None: ...


class FilePlace:
    """A locked file: whoever shares an SQLite database shares its folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def take(self) -> bool:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def held(self) -> bool:
        return self._descriptor is not None

    def leave(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = None


class AdvisoryPlace:
    """An advisory lock of PostgreSQL, on a connection of its own: no clock, no row to clean up."""

    def __init__(self) -> None:
        self._session: Any = None

    def take(self) -> bool:
        self.leave()
        parameters = connection.get_connection_params()
        self._session = connection.Database.connect(**parameters, autocommit=True)
        # A host that vanished is noticed within half a minute, not after the system's two hours.
        for name, seconds in (("idle", 10), ("interval", 5), ("count", 3)):
            self._session.execute(f"SET tcp_keepalives_{name} = {seconds}")
        got = self._session.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()[0]
        if not got:
            self.leave()
        return got

    def held(self) -> bool:
        if self._session is None:
            return False
        try:
            self._session.execute("SELECT 1")
        except connection.Database.Error:
            self.leave()  # the lock has gone with the session
        return self._session is not None

    def leave(self) -> None:
        if self._session is not None:
            self._session.close()
        self._session = None


def place() -> Place:
    """The place at the clock of this site."""
    if connection.vendor == "postgresql":
        return AdvisoryPlace()
    return FilePlace(Path(f"{connection.settings_dict['NAME']}-beat"))


class OneBeat(PersistentScheduler):
    """Celery's scheduler, which ticks only while it holds the site's one place."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.place = place()
        self._told = False
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """Nothing yet: the file of the plan belongs to whoever holds the place."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """One turn of the clock, or the seconds until the next try for it."""
        if not self.place.held():
            self._put_away()
            if not self._taken():
                return STANDING_BY
            super().setup_schedule()
        return super().tick(*args, **kwargs)

    def _taken(self) -> bool:
        try:
            taken = self.place.take()
        except (DatabaseError, connection.Database.Error, OSError) as error:
            log.warning("the clock cannot ask for its place (%s)", type(error).__name__)
            return False
        if not taken and not self._told:
            log.warning("another beat runs: this one stands by")
        self._told = not taken
        return taken

    def _put_away(self) -> None:
        if self._store is not None:
            self._store.close()
        self._store = self._heap = None

    def close(self) -> None:
        super().close()
        self.place.leave()
