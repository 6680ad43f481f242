"""The line above every table: when, on what, and how busy it was."""

import os
import platform
from datetime import date


def described(load_before: float) -> str:
    """load_before: of the last minute, before the measurement began."""
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return (
        f"{date.today():%d %B %Y}, {os.cpu_count()} cores, {system}, Python"
        f" {platform.python_version()}; load {load_before:.1f} before, {os.getloadavg()[0]:.1f}"
        " after.\n"
    )
