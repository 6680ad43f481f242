"""What to run, as plain values that survive a trip through JSON."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Probe:
    """How to ask a child whether it is ready.

    kind "redis": target is a Unix socket that must answer PING; "http": target is
    "host:port/path", which must answer 200 to the Host header `host`; "file": target is a path
    that the child writes once it is ready.
    """

    kind: str
    target: str
    host: str = ""


@dataclass(frozen=True)
class ChildPlan:
    """One child: its command, the children it waits for, and how to ask and to stop it.

    stop: signal names in rising order, each with the seconds it is given; SIGKILL follows.
    on_console: whether its lines are shown, or only kept in its log.
    """

    name: str
    argv: list[str]
    ready: Probe
    stop: list[tuple[str, float]]
    after: list[str]
    on_console: bool = True


@dataclass(frozen=True)
class Plan:
    """Everything the supervisor needs to know.

    run_dir holds what is only true while running (lock, process list); log_dir the logs.
    lock_fd is the open, locked file that says this data folder is in use. scratch_dirs are
    removed at the end.
    """

    run_dir: str
    log_dir: str
    lock_fd: int
    greeting: str
    children: list[ChildPlan]
    scratch_dirs: list[str]

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def read(cls, path: Path) -> "Plan":
        raw = json.loads(path.read_text())
        raw["children"] = [
            ChildPlan(
                **{
                    **child,
                    "ready": Probe(**child["ready"]),
                    "stop": [(name, seconds) for name, seconds in child["stop"]],
                }
            )
            for child in raw["children"]
        ]
        return cls(**raw)
