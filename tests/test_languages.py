"""The languages of the house: complete, as compiled, and chosen as readers choose."""

import gettext
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.factories import make_article, make_user

REPOSITORY = Path(__file__).parents[1]
TRANSLATED = [code for code, _name in settings.LANGUAGES if code != "en"]
ROOMS = [
    "failpoints",
    "accounts",
    "articles",
    "comments",
    "config",
    "folding",
    "markup",
    "moderation",
    "record",
    *("fulltext", "supervisor", "templates"),
]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|</?\w+>|\{\w*\}")

needs_gettext = pytest.mark.skipif(
    shutil.which("xgettext") is None, reason="no gettext on this machine"
)


def catalogue(path: Path) -> dict:
    """What a compiled catalogue holds."""
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)._catalog


def compiled(source: Path, target: Path) -> dict:
    """What a catalogue of words holds, compiled as a release is."""
    subprocess.run(["msgfmt", "--check-format", "-o", target, source], check=True)
    return catalogue(target)


@pytest.fixture(scope="module")
def in_the_code(tmp_path_factory) -> dict[str, Path]:
    """The catalogues as they would be if every string of the code and templates were gathered."""
    copy = tmp_path_factory.mktemp("house")
    for room in ROOMS:
        shutil.copytree(
            REPOSITORY / room, copy / room, ignore=shutil.ignore_patterns("__pycache__", "*.jpg")
        )
    shutil.copytree(REPOSITORY / "locale", copy / "locale")
    shutil.copy(REPOSITORY / "manage.py", copy)
    codes = [word for code in TRANSLATED for word in ("-l", code)]
    subprocess.run(
        [
            *(sys.executable, "manage.py", "makemessages", *codes),
            *("--no-obsolete", "--add-location=file"),
        ],
        cwd=copy,
        check=True,
        capture_output=True,
    )
    return {code: copy / f"locale/{code}/LC_MESSAGES/django.po" for code in TRANSLATED}


def test_every_catalogue_is_offered_and_every_language_offered_has_one():
    assert sorted(path.name for path in (REPOSITORY / "locale").iterdir()) == sorted(TRANSLATED)


@needs_gettext
@pytest.mark.parametrize("code", TRANSLATED)
def test_no_string_is_missing(in_the_code, tmp_path, code):
    wanting = {}
    for kind, options in {
        "untranslated": ("--untranslated",),
        "doubtful": ("--only-fuzzy",),
    }.items():
        found = subprocess.run(
            ["msgattrib", *options, "--no-wrap", in_the_code[code]],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        wanting[kind] = re.findall(r'^msgid (".+")$', found.partition("\n\n")[2], re.MULTILINE)
    assert wanting == {"untranslated": [], "doubtful": []}, "run `make messages`, then translate"


@needs_gettext
@pytest.mark.parametrize("code", TRANSLATED)
def test_what_is_compiled_is_what_is_written(tmp_path, code):
    folder = REPOSITORY / f"locale/{code}/LC_MESSAGES"
    assert catalogue(folder / "django.mo") == compiled(folder / "django.po", tmp_path / "new.mo")


@pytest.mark.parametrize("code", TRANSLATED)
def test_translations_keep_what_is_filled_in(code):
    """Every placeholder and element of the English stands in the translation, and no other."""
    odd = {}
    for key, shown in catalogue(REPOSITORY / f"locale/{code}/LC_MESSAGES/django.mo").items():
        if isinstance(key, tuple):
            continue  # a plural form may leave its number out; msgfmt holds it to its own kind
        english = key.rpartition("\x04")[2]
        if english and set(PLACEHOLDER.findall(english)) != set(PLACEHOLDER.findall(shown)):
            odd[english] = shown
    assert odd == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "direction"), [("es", "ltr"), ("fr", "ltr"), ("de", "ltr"), ("ar", "rtl")]
)
def test_a_page_speaks_the_language_that_a_browser_asks_for(client, code, direction):
    article = make_article()
    response = client.get(
        article.get_absolute_url(), headers={"accept-language": f"{code},en;q=0.5"}
    )
    html = response.content.decode()
    assert f'<html lang="{code}" dir="{direction}">' in html
    assert 'class="prose" lang="en" dir="ltr"' in html  # the article stays as it was written
    assert "Skip to the text" not in html
    assert response.headers["Content-Language"] == code
    assert "Accept-Language" in response.headers["Vary"]


@pytest.mark.django_db
def test_a_refusal_speaks_the_readers_language(client):
    article, reader = make_article(), make_user()
    client.force_login(reader)
    shown = {
        code: client.post(
            f"/articles/{article.slug}/comments/", {"body": " "}, headers={"accept-language": code}
        ).content.decode()
        for code in ("en", *TRANSLATED)
    }
    assert "your comment is empty" in shown.pop("en")
    assert all("your comment is empty" not in html for html in shown.values())
    assert all('class="errorlist"' in html for html in shown.values())


@pytest.mark.django_db
def test_a_choice_of_language_stays_with_the_browser_and_with_the_account(client):
    assert "Set-Cookie" not in client.get("/").headers
    chosen = client.post("/language/", {"language": "de", "next": "/pages/terms/"})
    assert chosen.headers["Location"] == "/pages/terms/"
    assert '<html lang="de"' in client.get("/").content.decode()
    reader = make_user()
    client.force_login(reader)
    client.post("/language/", {"language": "ar"})
    client.cookies.pop(settings.LANGUAGE_COOKIE_NAME)
    response = client.get("/my/comments/", headers={"accept-language": "fr"})
    assert '<html lang="ar" dir="rtl">' in response.content.decode()
    assert response.headers["Content-Language"] == "ar"


@pytest.mark.django_db
@pytest.mark.parametrize("sent", [{"language": "xx"}, {"language": ""}, {}, {"language": "de\x00"}])
def test_a_language_nobody_offers_is_refused(client, sent):
    assert client.post("/language/", sent).status_code == 422


@pytest.mark.django_db
@pytest.mark.parametrize(
    "away", ["//evil.example", "https://evil.example", "javascript:alert(1)", "front", "a/b"]
)
def test_choosing_a_language_leads_nowhere_else(client, away):
    response = client.post("/language/", {"language": "de", "next": away})
    assert response.headers["Location"] == "/"
