"""A bare Django view that stores one row in a transaction, for granian to serve: /bare-row/.

No middleware, no log, and a table of its own in the site's database: what storing anything costs.
"""

import json

from config.wsgi import application as site

# isort: split
# What follows needs the apps that the line above loads.
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, models, transaction
from django.http import HttpRequest, JsonResponse
from django.test import override_settings
from django.urls import path

from config import urls


class Row(models.Model):
    """One text and its moment."""

    body = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "benchmarks"

    def __str__(self) -> str:
        return self.body[:40]


def store(request: HttpRequest) -> JsonResponse:
    with transaction.atomic():
        row = Row.objects.create(body=json.loads(request.body)["body"])
    return JsonResponse({"id": row.pk}, status=201)


if Row._meta.db_table not in connection.introspection.table_names():
    with connection.schema_editor() as editor:
        editor.create_model(Row)
urls.urlpatterns += [path("bare-row/", store)]
with override_settings(MIDDLEWARE=[]):
    _alone = WSGIHandler()


def application(environ, start_response):
    chosen = _alone if environ["PATH_INFO"] == "/bare-row/" else site
    return chosen(environ, start_response)
