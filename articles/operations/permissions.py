"""Who may write, and what may be written."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.errors import Forbidden
from accounts.models import User
from articles.models import Article
from folding import has_forbidden, normalise


def check_editor(actor: User) -> None:
    """Raises Forbidden (editors_only)."""
    if not actor.is_authenticated or not actor.is_editor:
        raise Forbidden(_("Only editors write and publish articles."), code="editors_only")


def clean_words(text: str, field: str) -> str:
    """An editor's words as they are stored. Raises ValidationError (forbidden_characters)."""
    if has_forbidden(text):
        message = _("This contains characters that cannot be stored.")
        raise ValidationError({field: ValidationError(message, code="forbidden_characters")})
    return normalise(text) if field == "body" else " ".join(normalise(text).split())


def locked(article: Article) -> Article:
    """The article as it is now, alone until the transaction ends."""
    return Article.objects.select_for_update().get(pk=article.pk)
