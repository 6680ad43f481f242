"""Mail in development: kept, shown as text, and nowhere in production."""

import pytest
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(settings, tmp_path):
    settings.MAIL_DIR = tmp_path / "mail"
    settings.DEVELOPMENT = True
    return settings.MAIL_DIR


def send(subject: str, body: str = "Words.") -> None:
    connection = get_connection("config.mail.DevelopmentBackend")
    EmailMessage(subject, body, to=["wren@example.org"], connection=connection).send()


def test_a_mail_is_kept_and_the_console_says_where_and_no_word_of_it(mailbox, capsys, settings):
    send("Your code", "ABCD-EFGH\n")
    (kept,) = mailbox.glob("*.eml")
    assert "ABCD-EFGH" in kept.read_text()
    assert capsys.readouterr().out == f"A mail: {settings.SITE_URL}/dev/mail/{kept.stem}/\n"


def test_mails_are_listed_newest_first(client, mailbox):
    send("The first")
    send("The second")
    html = client.get(reverse("mailbox")).content.decode()
    assert html.index("The second") < html.index("The first")


def test_an_empty_mailbox_says_so(client, mailbox):
    assert "No mail yet" in client.get(reverse("mailbox")).content.decode()


def test_a_mail_is_shown_as_text_alone(client, mailbox):
    send("<b>Hé</b>", "<script>alert(1)</script> naïve")
    (kept,) = mailbox.glob("*.eml")
    html = client.get(reverse("one_mail", args=[kept.stem])).content.decode()
    assert "&lt;b&gt;Hé&lt;/b&gt;" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; naïve" in html
    assert "<script>alert" not in html


@pytest.mark.parametrize(
    "name", ["x", "..", "20260101-000000-000000-abcdef", "%2e%2e%2fsecret_key"]
)
def test_no_other_file_is_shown(client, mailbox, name):
    send("One")
    (mailbox.parent / "secret_key.eml").write_text("secret")
    assert client.get(f"/dev/mail/{name}/").status_code == 404


def test_production_has_no_such_page(client, mailbox, settings):
    send("One")
    (kept,) = mailbox.glob("*.eml")
    settings.DEVELOPMENT = False
    assert client.get(reverse("mailbox")).status_code == 404
    assert client.get(reverse("one_mail", args=[kept.stem])).status_code == 404
