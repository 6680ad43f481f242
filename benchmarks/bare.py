"""The site with bare views of the same bytes beside it, in one process, for granian to serve.

/bare/ is a Django view without middleware, /bare-housed/ the same view behind the site's own; both
return `bare.html` of the data folder, read once.
"""

from functools import cache

from config.wsgi import application as site

# isort: split
# What follows needs the apps that the line above loads.
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from config import urls


@cache
def _page() -> bytes:
    return (settings.DATA_DIR / "bare.html").read_bytes()


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_page())


urls.urlpatterns += [path("bare/", bare), path("bare-housed/", bare)]
with override_settings(MIDDLEWARE=[]):
    _alone = WSGIHandler()


def application(environ, start_response):
    chosen = _alone if environ["PATH_INFO"] == "/bare/" else site
    return chosen(environ, start_response)
