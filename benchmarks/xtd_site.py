"""The least site that carries django-comments-xtd: articles, and their comments by its own tags.

    python -m benchmarks.xtd_site < what_to_fill.json > answer.json

Runs in the environment of the peers, on the folder that XTD_DATA names; replies go XTD_LEVELS deep.
Django's own project template but for what is said here; nothing of ours is loaded.
"""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import django
from django.conf import settings

settings.configure(
    SECRET_KEY=os.environ["XTD_SECRET"],
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF=__name__,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    SITE_ID=1,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": Path(os.environ["XTD_DATA"]) / "xtd.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode = WAL",
            },
        }
    },
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
        "django.contrib.sites",
        "rest_framework",
        "django_comments_xtd",
        "django_comments",
        "benchmarks",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,  # with Django's cached loader, as DEBUG is off
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    COMMENTS_APP="django_comments_xtd",
    COMMENTS_XTD_MAX_THREAD_LEVEL=int(os.environ["XTD_LEVELS"]),
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import get_object_or_404  # noqa: E402
from django.template import engines  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.utils import timezone  # noqa: E402
from django_comments_xtd.models import XtdComment  # noqa: E402


class Article(models.Model):
    """What is commented on."""

    slug = models.SlugField(unique=True)
    body = models.TextField()

    class Meta:
        app_label = "benchmarks"

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        return f"/articles/{self.slug}/"


# The three tags of its tutorial's page.
_PAGE = engines["django"].from_string(
    "{% load comments comments_xtd %}<!doctype html><html lang=en><title>{{ article }}</title>"
    "<h1>{{ article }}</h1>{{ article.body|linebreaks }}"
    "{% get_comment_count for article as total %}<h2>{{ total }}</h2>"
    "{% render_comment_form for article %}{% render_xtdcomment_tree for article %}"
)


def article_page(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse(_PAGE.render({"article": get_object_or_404(Article, slug=slug)}, request))


urlpatterns = [
    path("articles/<slug:slug>/", article_page),
    path("comments/", include("django_comments_xtd.urls")),
]
application = get_wsgi_application()


def fill(articles: dict[str, dict[str, Any]], authors: int, posters: int) -> dict[str, Any]:
    """An empty database with articles by slug, each {body, comments, members}, and so many people:
    {numbers: of the articles, posters: the sessions of the first people, as cookies}.

    members: whether its comments are of people with accounts.
    """
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Article)
    people = [
        User.objects.create_user(f"reader{n}", f"reader{n}@example.org") for n in range(authors)
    ]
    numbers = {slug: _tell(slug, people, **given).pk for slug, given in articles.items()}
    return {"numbers": numbers, "posters": [_signed_in(each) for each in people[:posters]]}


@transaction.atomic
def _tell(
    slug: str, people: list[User], *, body: str, comments: list[dict[str, Any]], members: bool
) -> Article:
    article = Article.objects.create(slug=slug, body=body)
    kind = ContentType.objects.get_for_model(Article)
    made: list[XtdComment] = []
    for number, one in enumerate(comments):
        author = people[one["author"]]
        comment = XtdComment(
            content_type=kind, object_pk=article.pk, site_id=1, comment=one["body"],
            user=author if members else None, user_name=author.username, user_email=author.email,
            parent_id=0 if one["parent"] is None else made[one["parent"]].pk,
            submit_date=timezone.now() - timedelta(minutes=len(comments) - number),
        )  # fmt: skip
        comment.save()
        made.append(comment)
    return article


def _signed_in(user: User) -> str:
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


if __name__ == "__main__":
    print(json.dumps(fill(**json.load(sys.stdin))))
