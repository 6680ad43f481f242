"""Asks a child whether it is ready, in at most a second."""

import http.client
import os
import socket
from pathlib import Path

from supervisor.plan import Probe

PATIENCE = 1.0  # seconds; the same loop reads the logs, so no probe may block it for long


def is_ready(probe: Probe) -> bool:
    """Whether the child behind this probe does its work now. Never raises."""
    try:
        return {"redis": _pong, "http": _ok, "file": _written}[probe.kind](probe)
    except (OSError, http.client.HTTPException):
        return False


def forget(probe: Probe) -> None:
    """Drop what an earlier run of the child left behind, so that only this run can answer."""
    if probe.kind == "file":
        Path(probe.target).unlink(missing_ok=True)


def _pong(probe: Probe) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE)
        connection.connect(probe.target)
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")


def _ok(probe: Probe) -> bool:
    address, _, path = probe.target.partition("/")
    host, _, port = address.rpartition(":")
    connection = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=PATIENCE)
    try:
        connection.request("GET", f"/{path}", headers={"Host": probe.host, "Connection": "close"})
        return connection.getresponse().status == 200
    finally:
        connection.close()


def _written(probe: Probe) -> bool:
    return os.path.exists(probe.target)
