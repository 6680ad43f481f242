"""The headers of every answer, whoever gives it: Django, static files, or what answers first."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from django.conf import settings

Environ = dict[str, Any]
Headers = tuple[tuple[str, str], ...]
Answer = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


def with_headers(application: Answer) -> Answer:
    """A WSGI application whose every answer has `EVERY_ANSWER`'s headers, and over https HSTS.

    What an answer already says of itself stands.
    """
    always = tuple(settings.EVERY_ANSWER.items())
    over_https = always
    if settings.SECURE_HSTS_SECONDS:
        parts = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
        parts += ["includeSubDomains"] if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else []
        parts += ["preload"] if settings.SECURE_HSTS_PRELOAD else []
        over_https += (("Strict-Transport-Security", "; ".join(parts)),)
    told, https = settings.SECURE_PROXY_SSL_HEADER or ("wsgi.url_scheme", "https")

    def answering(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        wanted = over_https if environ.get(told) == https else always

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            more = _unsaid(wanted, tuple([name for name, _value in headers]))
            return start_response(status, [*headers, *more], *error)

        return application(environ, start)

    return answering


@lru_cache(maxsize=1024)
def _unsaid(wanted: Headers, names: tuple[str, ...]) -> Headers:
    """What an answer with headers of these names lacks. Answers have few sets of names."""
    said = {name.lower() for name in names}
    return tuple(pair for pair in wanted if pair[0].lower() not in said)
