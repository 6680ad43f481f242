import json
import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from articles import house, operations, standing_texts
from articles.json_ld import article_json_ld, comments_json
from articles.models import Article, CallToAction, HousePage, Section, Tag
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db
HOSTILE = """</script><script>alert(1)</script>"'><img src=x onerror=alert(1)>&amp;\u2028]]>"""
ATOM = "{http://www.w3.org/2005/Atom}"


def text_of(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def many(count: int, **fields) -> list[Article]:
    now = timezone.now()
    return [
        make_article(
            title=f"Story {number}", published_at=now - timedelta(hours=number + 1), **fields
        )
        for number in range(count)
    ]


# --- lists ----------------------------------------------------------------------------------


def test_the_front_page_shows_each_article_with_its_question_and_its_count(client):
    article = make_article(title="A quiet room", question="Who is it for?")
    make_comment(article=article)
    text = text_of(client, "/")
    assert "A quiet room" in text
    assert "Who is it for?" in text
    assert "1 comment<" in text
    assert article.bylines.get().author.display_name in text


def test_the_front_page_runs_back_by_plain_links_to_the_first_article(client):
    many(30)
    seen, path = [], "/"
    for _page in range(5):
        text = text_of(client, path)
        seen += re.findall(r">Story (\d+)</a>", text)
        onward = re.search(r'rel="next" href="([^"]+)"', text)
        if not onward:
            break
        path = onward[1]
    assert seen == [str(number) for number in range(30)]


def test_articles_of_one_instant_are_neither_lost_nor_doubled(client):
    same = timezone.now() - timedelta(hours=1)
    for number in range(20):
        make_article(title=f"Story {number}", published_at=same)
    first = text_of(client, "/")
    second = text_of(client, re.search(r'rel="next" href="([^"]+)"', first)[1])
    found = re.findall(r">Story (\d+)</a>", first + second)
    assert sorted(map(int, found)) == list(range(20))


@pytest.mark.parametrize(
    "cursor", ["x", "1", "-", "1-", "-1", "1-x", "9" * 40 + "-1", "1-" + "9" * 40, "%00", "1-1-1"]
)
def test_a_made_up_page_does_not_exist(client, cursor):
    make_article()
    assert client.get(f"/?before={cursor}").status_code == 404


def test_drafts_and_articles_to_come_are_on_no_list(client):
    section, tag = (
        Section.objects.create(name="Labour", slug="labour"),
        Tag(name="Desk", slug="desk"),
    )
    tag.save()
    for status, at in (("draft", None), ("scheduled", timezone.now() + timedelta(hours=1))):
        article = make_article(title="Hidden", status=status, published_at=at)
        Article.objects.filter(pk=article.pk).update(section=section)
        article.tags.add(tag)
    paths = ["/", "/sections/labour/", "/tags/desk/", "/feeds/articles.atom"]
    for path in [*paths, "/feeds/sections/labour.atom", "/sitemap.xml"]:
        text = text_of(client, path)
        assert "Hidden" not in text
        assert "article-" not in text


def test_section_and_tag_pages_show_their_own_articles(client):
    inside, outside = make_article(title="Inside"), make_article(title="Outside")
    section = Section.objects.create(name="Labour", slug="labour", description="On work.")
    tag = house.save_tag(actor=make_user(role="editor"), tag=Tag(name="Desk"))
    Article.objects.filter(pk=inside.pk).update(section=section)
    inside.tags.add(tag)
    for path in ("/sections/labour/", "/tags/desk/"):
        text = text_of(client, path)
        assert "Inside" in text
        assert "Outside" not in text
    assert outside.section != section


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", "Nothing is published yet"),
        ("/sections/labour/", "Nothing is published in this section yet"),
        ("/tags/desk/", "Nothing is published under this tag yet"),
    ],
)
def test_an_empty_page_says_so(client, path, words):
    Section.objects.create(name="Labour", slug="labour")
    Tag.objects.create(name="Desk", slug="desk")
    assert words in text_of(client, path)


@pytest.mark.parametrize("path", ["/sections/none/", "/tags/none/", "/pages/none/"])
def test_what_does_not_exist_is_not_found(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/sections/society/", "/tags/desk/"])
def test_a_list_costs_the_same_few_queries_for_one_article_and_for_fifty(
    client, django_assert_num_queries, path
):
    HousePage.objects.create(slug="terms", title="Terms", body="x")
    tag = Tag.objects.create(name="Desk", slug="desk")
    for article in many(1):
        article.tags.add(tag)
    queries = 4  # sections, or the one that is asked for; articles; bylines; footer
    with django_assert_num_queries(queries):
        client.get(path)
    for article in many(49):
        article.tags.add(tag)
    standing_texts.forget()
    with django_assert_num_queries(queries):
        client.get(path)


def test_an_anonymous_reader_gets_no_cookie(client):
    make_article()
    HousePage.objects.create(slug="terms", title="Terms", body="x")
    for path in ("/", "/sections/society/", "/pages/terms/", "/feeds/articles.atom"):
        assert not client.get(path).cookies


def test_hostile_words_come_out_as_words(client):
    article = make_article(title=HOSTILE[:60], standfirst=HOSTILE, question=HOSTILE)
    Section.objects.update(name=HOSTILE[:60], description=HOSTILE)
    for path in ("/", "/sections/society/", article.get_absolute_url()):
        text = text_of(client, path)
        assert "<script>alert" not in text
        assert "<img src=x" not in text


# --- house pages, drafts --------------------------------------------------------------------


def test_a_house_page_is_shown_and_linked_in_the_footer(client):
    house.save_house_page(
        actor=None, page=HousePage(slug="imprint", title="Imprint", body="**Who**")
    )
    assert "<strong>Who</strong>" in text_of(client, "/pages/imprint/")
    assert 'href="/pages/imprint/"' in text_of(client, "/")


def test_whoever_has_the_link_reads_the_draft_and_nobody_keeps_a_copy(client):
    draft = make_article(status="draft", title="Not yet", question="May I ask?", body="*Soft*")
    response = client.get(f"/drafts/{draft.share_token}/")
    text = response.content.decode()
    assert "Not yet" in text
    assert "<em>Soft</em>" in text or "Soft" in text
    assert "May I ask?" in text
    assert "<textarea" not in text
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
    assert '<meta name="robots" content="noindex">' in text


def test_a_draft_without_a_question_can_be_previewed(client):
    draft = make_article(status="draft")
    CallToAction.objects.all().delete()
    assert "No question yet" in text_of(client, f"/drafts/{draft.share_token}/")


def test_the_link_to_a_draft_leads_to_the_article_once_it_is_live(client):
    article = make_article()
    response = client.get(f"/drafts/{article.share_token}/")
    assert (response.status_code, response["Location"]) == (302, article.get_absolute_url())


@pytest.mark.parametrize("token", ["x", "x" * 43, "%00" * 43, "x" * 42 + "%00"])
def test_a_guessed_link_leads_nowhere(client, token):
    make_article(status="draft")
    assert client.get(f"/drafts/{token}/").status_code == 404


# --- for machines ---------------------------------------------------------------------------


def test_the_feed_is_atom_with_absolute_addresses(client, settings):
    settings.SITE_URL = "https://rejoinder.example"
    article = make_article(title="A & B", standfirst="Less < more", slug="a-b")
    feed = ElementTree.fromstring(client.get("/feeds/articles.atom").content)
    assert feed.tag == f"{ATOM}feed"
    entry = feed.find(f"{ATOM}entry")
    assert entry.find(f"{ATOM}title").text == "A & B"
    assert entry.find(f"{ATOM}summary").text == "Less &lt; more"
    assert entry.find(f"{ATOM}link").get("href") == "https://rejoinder.example/articles/a-b/"
    assert entry.find(f"{ATOM}id").text == "https://rejoinder.example/articles/a-b/"
    for name in ("updated", "published"):
        assert entry.find(f"{ATOM}{name}").text
    author = article.bylines.get().author.display_name
    assert entry.find(f"{ATOM}author/{ATOM}name").text == author
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == "https://rejoinder.example/feeds/articles.atom"


def test_a_hostile_feed_is_still_a_feed(client):
    make_article(title=HOSTILE[:60], standfirst=HOSTILE)
    Section.objects.update(name=HOSTILE[:60])
    for path in ("/feeds/articles.atom", "/feeds/sections/society.atom"):
        raw = client.get(path).content
        entry = ElementTree.fromstring(raw).find(f"{ATOM}entry")
        assert entry.find(f"{ATOM}title").text == HOSTILE[:60]
        # A reader takes a summary for HTML: unescaped once, it must still be words.
        assert "<" not in entry.find(f"{ATOM}summary").text


def test_a_feed_costs_the_same_for_one_article_and_for_thirty(client, django_assert_num_queries):
    many(1)
    with django_assert_num_queries(2):
        client.get("/feeds/articles.atom")
    many(29)
    with django_assert_num_queries(2):
        client.get("/feeds/articles.atom")


def test_the_sitemap_names_what_is_public_once(client, settings):
    settings.SITE_URL = "https://rejoinder.example"
    make_article(slug="here")
    make_article(slug="elsewhere", canonical_url="https://first.example/there")
    HousePage.objects.create(slug="terms", title="Terms", body="x")
    tree = ElementTree.fromstring(client.get("/sitemap.xml").content)
    found = [element.text for element in tree.iter() if element.tag.endswith("}loc")]
    root = "https://rejoinder.example"
    assert sorted(found) == [
        f"{root}/",
        f"{root}/articles/here/",
        f"{root}/pages/terms/",
        f"{root}/sections/society/",
    ]


def test_robots_are_told_where_the_map_is_and_what_is_not_theirs(client, settings):
    text = text_of(client, "/robots.txt")
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in text
    assert "Disallow: /drafts/" in text
    assert client.get("/robots.txt")["Content-Type"] == "text/plain; charset=utf-8"


def test_json_ld_describes_the_article_and_its_discussion():
    article = make_article(title="A quiet room", question="Who is it for?")
    comment = {
        "url": "/c/5/",
        "text": "For me.",
        "author": "Wren",
        "created": article.published_at,
    }
    found = json.loads(
        article_json_ld(article, article.bylines.all(), comments=comments_json([comment]))
    )
    news, discussion = found["@graph"]
    assert news["@type"] == "NewsArticle"
    assert news["headline"] == "A quiet room"
    assert news["author"][0]["name"] == article.bylines.get().author.display_name
    assert discussion["@type"] == "DiscussionForumPosting"
    assert discussion["headline"] == "Who is it for?"
    assert discussion["comment"][0]["url"].endswith("/c/5/")
    assert discussion["comment"][0]["url"].startswith("http")


def test_json_ld_can_end_no_script_and_keeps_every_word():
    article = make_article(title=HOSTILE[:60], standfirst=HOSTILE, question=HOSTILE)
    comment = {"url": "/c/5/", "text": HOSTILE, "author": HOSTILE, "created": article.published_at}
    text = article_json_ld(article, article.bylines.all(), comments=comments_json([comment]))
    assert not set("<>&\u2028\u2029") & set(text)
    news, discussion = json.loads(text)["@graph"]
    assert news["description"] == HOSTILE
    assert discussion["comment"][0]["text"] == HOSTILE


def test_the_article_page_names_itself_to_those_who_share_it(client, settings):
    settings.SITE_URL = "https://rejoinder.example"
    make_article(slug="here", title="A quiet room", standfirst="On silence.")
    text = text_of(client, "/articles/here/")
    for line in (
        '<link rel="canonical" href="https://rejoinder.example/articles/here/">',
        '<meta property="og:title" content="A quiet room">',
        '<meta property="og:description" content="On silence.">',
        '<meta property="og:url" content="https://rejoinder.example/articles/here/">',
    ):
        assert line in text
    script = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)
    assert json.loads(script[1])["@graph"][0]["headline"] == "A quiet room"


def test_what_first_appeared_elsewhere_points_there(client):
    make_article(slug="here", canonical_url="https://first.example/there")
    assert '<link rel="canonical" href="https://first.example/there">' in text_of(
        client, "/articles/here/"
    )


def test_writing_changes_no_page_until_it_is_saved_through_the_operation(client):
    article, editor = make_article(slug="here"), make_user(role="editor")
    article.body = "New *words*."
    operations.save_article(actor=editor, article=article)
    assert "New <em>words</em>." in text_of(client, "/articles/here/")
