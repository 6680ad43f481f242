"""Who: people, their roles and standing, and the tokens that speak for them."""

import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from folding import skeleton

EDITORS = "editor"
ADMINS = "admin"
READERS = "reader"
ROLES = (READERS, EDITORS, ADMINS)


# What a reader is mailed, by the word that a link in the mail says it with, and where it is chosen.
MAIL_KINDS = {
    "replies": "mail_replies",
    "decisions": "mail_decisions",
    "mentions": "mail_mentions",
    "followed": "mail_followed",
    "urgent": "mail_urgent",
}
DIGEST = "digest"  # all kinds that leave once a day, as one mail


class UserQuerySet(models.QuerySet):
    def with_look(self, name: str) -> "UserQuerySet":
        """Accounts whose display name looks like this one to the eye."""
        return self.filter(name_key=skeleton(name))

    def with_verified_mail(self) -> "UserQuerySet":
        """Those who have shown that mail to them arrives."""
        return self.filter(emailaddress__verified=True)

    def editors(self) -> "UserQuerySet":
        return self.filter(groups__name__in=[EDITORS, ADMINS]).distinct()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """What allauth and Django's own commands ask of a user model."""

    def neutral_name(self) -> str:
        """A name that nobody has and that says nothing about its bearer: Reader 4821."""
        digits = 4
        while True:
            name = f"Reader {10 ** (digits - 1) + secrets.randbelow(9 * 10 ** (digits - 1))}"
            if not self.with_look(name).exists():
                return name
            digits += 1

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        # The local part of an address would tell every reader half of it.
        fields.setdefault("display_name", self.neutral_name())
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.name_key = skeleton(user.display_name)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Cadence(models.TextChoices):
    """When a mail of some kind leaves."""

    NOW = "now", _("At once")
    DAILY = "daily", _("Once a day")
    NEVER = "never", pgettext_lazy("how often mail leaves", "Never")


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(_("e-mail address"), unique=True)
    display_name = models.CharField(_("display name"), max_length=40)
    name_key = models.CharField(
        max_length=120, unique=True, editable=False, help_text="What the name looks like."
    )
    bio = models.CharField(_("about you"), max_length=280, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    language = models.CharField(
        _("language"), max_length=10, blank=True, help_text="Of mails and pages. Empty: as asked."
    )
    mail_replies = models.CharField(
        _("replies to my comments"), max_length=5, choices=Cadence, default=Cadence.NOW
    )
    mail_decisions = models.CharField(
        _("decisions on my comments"), max_length=5, choices=Cadence, default=Cadence.NOW
    )
    mail_mentions = models.CharField(
        _("mentions of my name"), max_length=5, choices=Cadence, default=Cadence.NOW
    )
    mail_followed = models.CharField(
        _("discussions I follow"), max_length=5, choices=Cadence, default=Cadence.DAILY
    )
    mail_urgent = models.CharField(
        _("what is urgent at the desk"),
        max_length=5,
        choices=Cadence,
        default=Cadence.NEVER,
        help_text="Of editors alone, at once or never.",
    )
    digested_on = models.DateField(
        null=True,
        blank=True,
        editable=False,
        help_text="The day, where the reader is, whose digest has been seen to.",
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="May open the admin.")
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    # An erasure that was asked for: from then on it may be carried out, until then called off.
    erase_after = models.DateTimeField(null=True, blank=True, editable=False)
    erase_words = models.BooleanField(
        default=False, editable=False, help_text="Whether the comments go with the account."
    )

    # Standing: changed by accounts/sanctions.py alone.
    restricted = models.BooleanField(
        default=False, editable=False, help_text="Every comment waits for an editor."
    )
    suspended_until = models.DateTimeField(null=True, blank=True, editable=False)
    banned = models.BooleanField(default=False, editable=False)
    warned = models.BooleanField(
        default=False, editable=False, help_text="Until a warning is acknowledged."
    )
    unproven = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Signed up without the proof of work that was asked for.",
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.display_name

    def get_full_name(self) -> str:
        return self.display_name

    @cached_property
    def role_names(self) -> frozenset[str]:
        return frozenset(self.groups.values_list("name", flat=True))

    @property
    def has_editors_role(self) -> bool:
        """An editor or an admin in good standing, whether or not they may act at present."""
        in_standing = self.is_active and not self.banned
        return in_standing and (self.is_superuser or bool(self.role_names & {EDITORS, ADMINS}))

    @property
    def has_admins_role(self) -> bool:
        in_standing = self.is_active and not self.banned
        return in_standing and (self.is_superuser or ADMINS in self.role_names)

    @property
    def has_verified_mail(self) -> bool:
        """Has this person shown that mail to them arrives?"""
        return self.emailaddress_set.filter(verified=True).exists()

    @cached_property
    def has_second_factor(self) -> bool:
        """A passkey or an authenticator app; recovery codes alone are none."""
        return self.authenticator_set.exclude(type="recovery_codes").exists()

    @property
    def lacks_second_factor(self) -> bool:
        """Has this person a role that waits for a passkey or an authenticator app?"""
        wanted = settings.STAFF_SECOND_FACTOR and self.has_editors_role
        return wanted and not self.has_second_factor

    @property
    def is_editor(self) -> bool:
        """May this person rule on comments?"""
        return self.has_editors_role and not self.lacks_second_factor

    @property
    def is_admin(self) -> bool:
        """May this person change policy, roles and standing?"""
        return self.has_admins_role and not self.lacks_second_factor

    @property
    def zone(self) -> ZoneInfo:
        """Where this person reads the clock: their own choice, else the publisher's."""
        return ZoneInfo(self.time_zone or settings.PUBLISHER_TIME_ZONE)

    def is_suspended(self, now: datetime | None = None) -> bool:
        return bool(self.suspended_until and self.suspended_until > (now or timezone.now()))

    def may_post(self, now: datetime | None = None) -> bool:
        # Whoever is leaving writes nothing that their erasure might miss.
        silenced = self.banned or self.warned or self.erase_after is not None
        return self.is_active and not silenced and not self.is_suspended(now)

    def is_read_first(self, now: datetime | None = None) -> bool:
        """Does an editor read what this person has written before it goes live?"""
        return self.restricted or self.banned or self.is_suspended(now)


class SanctionQuerySet(models.QuerySet):
    def in_force(self, now: datetime | None = None) -> "SanctionQuerySet":
        """Neither lifted, nor over, nor a warning that was acknowledged."""
        return self.filter(
            Q(until__isnull=True) | Q(until__gt=now or timezone.now()),
            lifted_at__isnull=True,
            acknowledged_at__isnull=True,
        )


class Sanction(models.Model):
    """What an editor has imposed on a person, why, and how it ended. What follows from those in
    force is kept on the account itself."""

    class Kind(models.TextChoices):
        WARN = "warn", _("Warning")
        APPROVAL = "approval", _("Every comment waits for an editor")
        SUSPEND = "suspend", _("Suspension")
        BAN = "ban", _("Ban")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sanctions")
    kind = models.CharField(max_length=10, choices=Kind)
    until = models.DateTimeField(null=True, blank=True, help_text="Of a suspension.")
    note = models.CharField(max_length=1_000, blank=True, help_text="To the person: why.")
    about_comment = models.BigIntegerField(
        null=True, blank=True, help_text="Number of the comment it followed from."
    )
    with_comments = models.BooleanField(
        default=False, help_text="Of a ban: what they wrote is rejected too, told with it."
    )
    given_at = models.DateTimeField(default=timezone.now)
    given_by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Empty: the host.",
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True, help_text="Of a warning.")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    mailed_at = models.DateTimeField(null=True, blank=True, editable=False)
    lift_mailed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SanctionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="suspend", until__isnull=False)
                | ~Q(kind="suspend") & Q(until__isnull=True),
                name="sanction_until_of_suspension",
            ),
            models.CheckConstraint(
                condition=Q(kind="warn") | Q(acknowledged_at__isnull=True),
                name="sanction_acknowledged_is_warning",
            ),
        ]
        indexes = [
            models.Index(
                fields=["given_at"], name="sanction_unmailed", condition=Q(mailed_at__isnull=True)
            ),
            models.Index(
                fields=["lifted_at"],
                name="sanction_lift_unmailed",
                condition=Q(lifted_at__isnull=False, lift_mailed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    def is_in_force(self, now: datetime | None = None) -> bool:
        over = self.until is not None and self.until <= (now or timezone.now())
        return self.lifted_at is None and self.acknowledged_at is None and not over


class Ignored(models.Model):
    """A person whose comments a reader has chosen not to see."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="ignoring")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="ignored_by")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "person"], name="ignored_once"),
            models.CheckConstraint(
                condition=~Q(user=models.F("person")), name="ignored_is_somebody_else"
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)


class ApiToken(models.Model):
    """A bearer token; only its SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name


# --- What is kept against abuse: nothing here names a person or holds an address ----------------


class DailyKey(models.Model):
    """The key under which one day's addresses are hashed. Its end is the end of all of them."""

    day = models.DateField(unique=True)
    secret = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return str(self.day)


class Allowance(models.Model):
    """When a limited key, hashed, has its whole allowance back; see accounts/limits.py."""

    key = models.CharField(max_length=64, primary_key=True)
    full_at = models.BigIntegerField(db_index=True, help_text="Microseconds since 1970.")

    def __str__(self) -> str:
        return self.key[:8]


class NetworkCount(models.Model):
    """How often something came from one network on one day."""

    class Kind(models.TextChoices):
        SIGN_UP = "sign_up"
        FIRST_POST = "first_post"

    key = models.CharField(max_length=64, primary_key=True, help_text="Hashed with that day's key.")
    day = models.DateField(db_index=True)
    times = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.key[:8]


class SpentProof(models.Model):
    """A proof of work that was taken, hashed, for as long as it could be shown again."""

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.digest[:8]


class MailDomain(models.Model):
    """A mail domain, with its subdomains, that the list of disposable ones is wrong about."""

    class Effect(models.TextChoices):
        ALLOW = "allow", _("Not disposable")
        DISPOSABLE = "disposable", _("Disposable")

    domain = models.CharField(_("domain"), max_length=253, unique=True)
    effect = models.CharField(max_length=10, choices=Effect, default=Effect.ALLOW)

    class Meta:
        ordering = ["domain"]

    def __str__(self) -> str:
        return self.domain
