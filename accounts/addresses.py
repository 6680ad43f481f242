"""Where a request comes from: believed as far as the configured proxies vouch for it."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"
_PREFIX = {4: 24, 6: 64}


@dataclass(frozen=True, slots=True, repr=False)
class Origin:
    """The network address of one request, held in memory while it is answered and never stored.

    address: as the ipaddress module writes it, or UNKNOWN. An IPv6 address is the /64 that one
    household or machine has to itself: of its 2**64 addresses a new one costs nothing.
    """

    address: str = UNKNOWN

    def __repr__(self) -> str:
        return "Origin(…)"  # what is printed ends in a log

    @property
    def network(self) -> str:
        """The /24 or /64 around it."""
        if self.address == UNKNOWN:
            return UNKNOWN
        bare = ip_address(self.address.partition("/")[0])
        return str(ip_network((bare, _PREFIX[bare.version]), strict=False))

    @property
    def is_developers_machine(self) -> bool:
        """Whether it tells nobody apart: in development every reader has the machine's own."""
        if not settings.DEVELOPMENT or self.address == UNKNOWN:
            return False
        return ip_address(self.address.partition("/")[0]).is_loopback or self.address == "::/64"


def origin_of(request: HttpRequest) -> Origin:
    """The client's address: the one place that reads it from a request.

    With TRUSTED_PROXIES=N it is the Nth entry of X-Forwarded-For from the right, which the
    outermost of them wrote; what stands left of it is the client's own say. A request with fewer
    entries did not pass them all, and one with a malformed entry says nothing: both count as
    their peer.
    """
    hops = settings.TRUSTED_PROXIES
    if hops:
        claimed = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(claimed) >= hops:
            found = _parsed(claimed[-hops])
            if found is not None:
                return _origin(found)
    peer = _parsed(request.META.get("REMOTE_ADDR", ""))
    return _origin(peer) if peer is not None else Origin()


def _parsed(raw: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it: bare, in brackets, with a port or a zone."""
    text = raw.strip()[:64]
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _origin(found: IPv4Address | IPv6Address) -> Origin:
    if found.version == 4:
        return Origin(str(found))
    return Origin(str(ip_network((found, _PREFIX[6]), strict=False)))
