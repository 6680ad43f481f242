"""The headers of every answer, whoever gives it: Django, static files, or what answers first."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings

Environ = dict[str, Any]
Answer = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


def with_headers(application: Answer) -> Answer:
    """A WSGI application whose every answer has `EVERY_ANSWER`'s headers, and over https HSTS.

    What an answer already says of itself stands.
    """
    always = [(name.lower(), (name, value)) for name, value in settings.EVERY_ANSWER.items()]
    over_https = [*always]
    if settings.SECURE_HSTS_SECONDS:
        parts = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
        parts += ["includeSubDomains"] if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else []
        parts += ["preload"] if settings.SECURE_HSTS_PRELOAD else []
        name = "Strict-Transport-Security"
        over_https.append((name.lower(), (name, "; ".join(parts))))
    told, https = settings.SECURE_PROXY_SSL_HEADER or ("wsgi.url_scheme", "https")

    def answering(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        wanted = over_https if environ.get(told) == https else always

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            said = {name.lower() for name, _value in headers}
            more = [header for lower, header in wanted if lower not in said]
            return start_response(status, [*headers, *more], *([exc_info] if exc_info else []))

        return application(environ, start)

    return answering
