"""Forms about people."""

from datetime import timedelta
from zoneinfo import available_timezones

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import newcomers
from accounts.addresses import origin_of
from accounts.models import ApiToken, Cadence, User
from accounts.names import LONGEST, checked_name


class SignupForm(forms.Form):
    """What we ask beyond allauth's own fields."""

    display_name = forms.CharField(
        label=_("Display name"),
        # Longer than a name may be, so that our own words say what the limit is.
        max_length=200,
        strip=True,
        help_text=_("Shown beside your comments. You can change it later."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "maxlength": LONGEST}),
    )
    field_order = ["email", "display_name", "password1"]

    def clean_display_name(self) -> str:
        return checked_name(self.cleaned_data["display_name"])

    def signup(self, request, user: User) -> None:
        """allauth calls this; the adapter has stored everything already."""
        newcomers.signed_up(
            user=user,
            origin=origin_of(request),
            proof=request.POST.get("proof", ""),
            trapped=bool(request.POST.get("website")),
        )


def _zones() -> list[tuple[str, str]]:
    places = sorted(
        zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")
    )
    named = [(zone, zone.replace("_", " ")) for zone in places]
    return [("", _("The publisher's time zone")), ("UTC", "UTC"), *named]


def _cadence(label: str, help_text: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, help_text=help_text, choices=Cadence, widget=forms.RadioSelect
    )


class ProfileForm(forms.Form):
    """The fields of `change_profile`, which does the checking."""

    display_name = forms.CharField(
        label=_("Display name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "maxlength": LONGEST}),
    )
    bio = forms.CharField(
        label=_("About you"),
        required=False,
        help_text=_("Shown on your profile. Plain text, at most 280 characters."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=_zones,
        required=False,
        help_text=_("Times are shown in it."),
    )


class MailForm(forms.Form):
    """The fields of `choose_mail`: when mail of each kind leaves."""

    replies = _cadence(_("Replies"), _("When somebody answers your comment."))
    mentions = _cadence(_("Mentions"), _("When somebody writes @ and your name."))
    decisions = _cadence(
        _("Decisions"), _("When your comment waits for an editor, or is decided after that.")
    )
    followed = _cadence(
        _("Discussions you follow"),
        _("At once means: the first news since you last looked here."),
    )


class EditorsMailForm(MailForm):
    """The same for an editor, who may hear of the desk as well."""

    urgent = forms.ChoiceField(
        label=_("Urgent at the desk"),
        help_text=_("When something waits that should not wait, at most every quarter of an hour."),
        choices=[(choice.value, choice.label) for choice in (Cadence.NOW, Cadence.NEVER)],
        widget=forms.RadioSelect,
    )


class TokenForm(forms.Form):
    LIFETIMES = (
        (30, _("30 days")),
        (90, _("90 days")),
        (365, _("One year")),
        (0, pgettext_lazy("when a token expires", "Never")),
    )

    name = forms.CharField(
        label=_("Name"),
        max_length=ApiToken._meta.get_field("name").max_length,
        help_text=_("What it is for, so that you know it again."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    days = forms.TypedChoiceField(label=_("Ends after"), choices=LIFETIMES, coerce=int, initial=90)

    @property
    def expires_at(self):
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=days) if days else None


class EraseForm(forms.Form):
    comments = forms.ChoiceField(
        label=_("What becomes of your comments?"),
        choices=[
            (
                "keep",
                _("Published ones stay without my name, so that the answers keep their sense."),
            ),
            ("remove", _("All of them go. Where somebody answered, an empty place stays.")),
        ],
        widget=forms.RadioSelect,
    )
    display_name = forms.CharField(
        label=_("Your display name"),
        help_text=_("Type it as it stands above, to show that you mean it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_display_name(self) -> str:
        typed = self.cleaned_data["display_name"]
        if typed != self.user.display_name:
            raise forms.ValidationError(_("This is not your display name."), code="not_the_name")
        return typed
