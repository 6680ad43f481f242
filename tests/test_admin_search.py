"""A search in the admin may be as long as somebody likes."""

import pytest

from tests.factories import make_user

pytestmark = pytest.mark.django_db
LISTS = ("articles/article", "comments/comment", "accounts/user", "record/entry")


@pytest.mark.parametrize("address", LISTS)
def test_a_search_of_thousands_of_words_finds_nothing_and_breaks_nothing(client, address):
    client.force_login(make_user(role="admin"))
    assert client.get(f"/admin/{address}/", {"q": "nobody " * 2_000}).status_code == 200
