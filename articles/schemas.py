"""Articles as JSON."""

from datetime import datetime

from ninja import Schema

from accounts.schemas import PersonOut
from articles import ports
from articles.models import Article


class OptionOut(Schema):
    id: int
    text: str
    live_count: int


class CallToActionOut(Schema):
    question: str
    kind: str
    is_open: bool
    closes_at: datetime | None
    live_count: int
    version: int
    options: list[OptionOut]

    @staticmethod
    def resolve_is_open(obj) -> bool:
        return obj.is_open() and ports.takes_answers()(obj.article_id)


class ArticleLine(Schema):
    slug: str
    title: str
    standfirst: str
    section: str
    published_at: datetime
    url: str
    question: str
    live_count: int

    @staticmethod
    def resolve_section(obj: Article) -> str:
        return obj.section.slug

    @staticmethod
    def resolve_url(obj: Article) -> str:
        return obj.get_absolute_url()

    @staticmethod
    def resolve_question(obj: Article) -> str:
        return obj.call_to_action.question

    @staticmethod
    def resolve_live_count(obj: Article) -> int:
        return obj.call_to_action.live_count


class ArticleOut(ArticleLine):
    body_html: str
    authors: list[PersonOut]
    tags: list[str]
    call_to_action: CallToActionOut

    @staticmethod
    def resolve_authors(obj: Article) -> list:
        return [byline.author for byline in obj.bylines.all()]

    @staticmethod
    def resolve_tags(obj: Article) -> list[str]:
        return [slug for slug, _name in obj.tag_list]


class ArticlePage(Schema):
    items: list[ArticleLine]
    next: str | None
