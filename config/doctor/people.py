"""Who and what an open house needs."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Q

from accounts.models import ADMINS, User
from accounts.sign_ins import without_second_step
from articles.models import HousePage
from config.defaults import UNFILLED
from config.doctor.finding import Finding


def admins() -> Iterator[Finding]:
    may = Q(groups__name=ADMINS) | Q(is_superuser=True)
    if not User.objects.filter(may, is_active=True).exists():
        yield Finding(
            "error",
            "admins",
            "There is no admin: nobody can change policy or roles.",
            "Run manage.py make_admin you@your.domain.",
        )


def second_factors() -> Iterator[Finding]:
    if settings.DEVELOPMENT:
        return
    without = without_second_step().count()
    if without:
        yield Finding(
            "warning",
            "second_factors",
            f"{without} of those who decide have neither a passkey nor an app for codes.",
            "Have them set one up under My account.",
        )


def house_pages() -> Iterator[Finding]:
    unfilled = [page.slug for page in HousePage.objects.filter(body__contains=UNFILLED)]
    if unfilled:
        yield Finding(
            "warning",
            "house_pages",
            f"Places are still to be filled in on: {', '.join(unfilled)}.",
            "Complete them in the admin, under Pages.",
        )
