"""What can be done to an article's lead image."""

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from articles import images
from articles.models import Article, LeadImage
from articles.operations import check_editor, clean_words
from record import log


def set_lead_image(
    *,
    actor: User,
    article: Article,
    alt: str,
    credit: str = "",
    picture: images.Picture | None = None,
) -> LeadImage:
    """Give an article a picture, or its picture other words.

    picture: from images.encode; None keeps the one there is. alt: what it shows, needed. Raises
    Forbidden (editors_only), ValidationError by field (required, blank, max_length).
    """
    check_editor(actor)
    old = article.lead_image
    if picture is None and old is None:
        missing = ValidationError(_("Choose a picture."), code="required")
        raise ValidationError({"picture": missing})
    image = LeadImage() if picture else old
    image.alt, image.credit = clean_words(alt, "alt"), clean_words(credit, "credit")
    image.full_clean(exclude=["file"])
    if picture:
        name, image.sizes = images.store(picture, default_storage)
        # Given by name, so that Django does not decode the file to measure it.
        image.file = name
        image.width, image.height = picture.width, picture.height
    with transaction.atomic():
        image.save()
        if image != old:
            Article.objects.filter(pk=article.pk).update(lead_image=image)
            _discard(old)
        log.append(actor=actor, verb="set_lead_image", subject=article, detail={"image": image.pk})
    article.lead_image = image
    return image


def remove_lead_image(*, actor: User, article: Article) -> None:
    """Take an article's picture away, its files with it. Without a picture nothing happens."""
    check_editor(actor)
    old = article.lead_image
    if old is None:
        return
    with transaction.atomic():
        Article.objects.filter(pk=article.pk).update(lead_image=None)
        _discard(old)
        log.append(actor=actor, verb="remove_lead_image", subject=article, detail={})
    article.lead_image = None


def _discard(image: LeadImage | None) -> None:
    """Remove a picture that no article shows, and its files unless another row has the same."""
    if image is None or image.article_set.exists():
        return
    names = {image.file.name, *image.sizes.values()}
    image.delete()
    for kept in LeadImage.objects.filter(file=image.file.name):
        names -= {kept.file.name, *kept.sizes.values()}
    transaction.on_commit(lambda: [default_storage.delete(name) for name in names])
