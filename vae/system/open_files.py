"""How many files and connections this process may have open."""

from __future__ import annotations

import logging

log = logging.getLogger(__name__)


def raise_limit() -> int | None:
    """Raises the limit as far as the system lets this process: many systems begin with 256 or 1,024, and every
    connection is a file.

    Returns:
        the limit from now on; None where there is none to ask for.
    """
    try:
        import resource
    except ImportError:  # Windows
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 65_536 if hard == resource.RLIM_INFINITY else hard
    if soft != resource.RLIM_INFINITY and soft < most:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        except (OSError, ValueError) as error:  # macOS refuses more than it is configured for
            log.info("The limit of open files stays at %d: %s", soft, error)
            return soft
        return most
    return soft
