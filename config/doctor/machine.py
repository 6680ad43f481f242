"""What the machine has."""

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from config.doctor.finding import Finding
from config.facts import free_bytes
from moderation.scorer import WeightsError, load
from moderation.scorer.weights_file import SHIPPED

MOUNTS = Path("/proc/mounts")
OVER_NETWORK = ("nfs", "cifs", "smb", "9p", "ceph", "gluster", "lustre", "afs", "sshfs", "davfs")
LITTLE_ROOM, NO_ROOM = 1_000_000_000, 100_000_000  # bytes


def file_system() -> Iterator[Finding]:
    kind = _file_system_of(settings.DATA_DIR)
    if any(name in kind for name in OVER_NETWORK):
        yield Finding(
            "error",
            "file_system",
            f"The data folder is on a network share ({kind}): SQLite loses what is written there.",
            "Set REJOINDER_DATA to a folder on a local disk.",
        )


def _file_system_of(path: Path) -> str:
    """The kind of the innermost mount that holds the path; empty where nobody says."""
    try:
        mounts = [line.split()[1:3] for line in MOUNTS.read_text().splitlines()]
    except OSError:
        return ""
    holding = [
        (len(place), kind)
        for place, kind in mounts
        if path.is_relative_to(place.replace("\\040", " "))
    ]
    return max(holding, default=(0, ""))[1]


def permissions() -> Iterator[Finding]:
    if not os.access(settings.DATA_DIR, os.W_OK | os.X_OK):
        yield Finding(
            "error",
            "permissions",
            "The data folder cannot be written to by this user.",
            "Run this as the user of the site, or give it the folder: chown -R.",
        )
    if settings.DATA_DIR.stat().st_mode & 0o007:
        yield Finding(
            "warning",
            "permissions",
            "The data folder can be entered by every user of this machine.",
            f"chmod 750 {settings.DATA_DIR}",
        )
    key = settings.DATA_DIR / "secret_key"
    if key.exists() and key.stat().st_mode & 0o077:
        yield Finding(
            "error",
            "permissions",
            "The file secret_key can be read by others than its owner.",
            f"chmod 600 {key}",
        )


def room() -> Iterator[Finding]:
    free = free_bytes()
    if free < LITTLE_ROOM:
        yield Finding(
            "error" if free < NO_ROOM else "warning",
            "room",
            f"{free / 1e6:.0f} MB are free on the disk of the data folder.",
            "Make room: without any, no comment can be stored.",
        )


def static_files() -> Iterator[Finding]:
    root = Path(settings.STATIC_ROOT)
    if not (root / "staticfiles.json").exists():
        yield Finding(
            "error",
            "static_files",
            "Static files are not collected: no page can be shown.",
            "Run manage.py prepare.",
        )


def scorer() -> Iterator[Finding]:
    try:
        version = load().version
    except WeightsError:
        yield Finding(
            "error",
            "scorer",
            "The scorer's weights are missing or damaged: every comment waits for an editor.",
            "Install this version again.",
        )
        return
    measured = json.loads(SHIPPED.with_name("report.json").read_text(encoding="utf-8"))["version"]
    if version != measured:
        yield Finding(
            "warning",
            "scorer",
            f"The weights are {version}, and those that were measured are {measured}.",
            "Install this version again, or measure your own with manage.py evaluate_scorer.",
        )


def log_head_file() -> Iterator[Finding]:
    path = settings.LOG_HEAD_FILE
    if path is None:
        return
    try:
        # As it is written: aside, and then named.
        with tempfile.NamedTemporaryFile(dir=path.parent):
            pass
    except OSError:
        yield Finding(
            "error",
            "log_head_file",
            "The folder of LOG_HEAD_FILE cannot be written to: the head of the log is not kept.",
            "Make the folder, and give it to the user of the site.",
        )
