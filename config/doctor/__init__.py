"""What is wrong with this installation, and what would mend it.

Each check is a small function that asks one question; the lists below are all there are. An error
keeps the site from doing what it promises, a warning may.
"""

from collections.abc import Callable, Iterator

from config.doctor import data, machine, people, services, setup
from config.doctor.finding import Finding

Check = Callable[[], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    # What the environment says.
    setup.environment,
    setup.address,
    setup.hosts,
    setup.proxy,
    setup.secret,
    setup.mail,
    setup.sender,
    setup.limits,
    setup.metrics_token,
    setup.time_zone,
    setup.catalogues,
    setup.framework,
    # What the machine has.
    machine.file_system,
    machine.permissions,
    machine.room,
    machine.static_files,
    machine.scorer,
    machine.log_head_file,
    # What the database holds.
    data.reachable,
    data.sqlite,
    data.postgresql,
    data.clock,
    data.migrations,
    data.cache_table,
    data.log,
    # What runs beside.
    services.broker,
    services.worker,
    # Who and what an open house needs.
    people.admins,
    people.second_factors,
    people.house_pages,
)


def examine() -> list[Finding]:
    """Every finding of every check, in their order; a check that cannot be done is one itself."""
    found: list[Finding] = []
    for check in CHECKS:
        try:
            found += list(check())
        except Exception as error:
            # Its words may quote what it stumbled over; its kind says enough to look.
            found.append(
                Finding(
                    "error",
                    check.__name__,
                    f"This could not be checked ({type(error).__name__}).",
                    "Mend what is named beside it first.",
                )
            )
    return found
