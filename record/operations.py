"""What the queue asks for every two seconds."""

import logging

from django.conf import settings

from record import heads
from record.sealing import seal

logger = logging.getLogger(__name__)


def seal_and_publish() -> int:
    """Link what was written since, and write the head down where LOG_HEAD_FILE says so.

    Returns how many rows were linked. A file that cannot be written, or that contradicts the log,
    is told in the log files and stops no sealing.
    """
    linked = seal()
    if settings.LOG_HEAD_FILE:
        try:
            heads.publish(settings.LOG_HEAD_FILE)
        except heads.Contradicted as contradiction:
            logger.error("%s; the head in LOG_HEAD_FILE is kept as it was", contradiction)
        except (OSError, ValueError) as error:
            logger.error("the head of the log was not written: %s", error)
    return linked
