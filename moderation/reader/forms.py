"""What anybody fills in to tell us that a comment is against the law."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from moderation.operations.notices import WHY_LENGTH


class LegalNoticeForm(forms.Form):
    """The fields of `give_legal_notice`."""

    # Whether two of them are needed depends on a third, which a browser cannot know.
    use_required_attribute = False

    why = forms.CharField(
        label=_("Why is it illegal?"),
        help_text=_(
            "What in it is against the law, and why: so that somebody can follow who does not know"
            " the matter. At most 2,000 characters."
        ),
        max_length=WHY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    law = forms.CharField(
        label=_("Under which law?"),
        help_text=_("The section if you know it, or the country whose law you mean."),
        max_length=200,
    )
    about_minors = forms.BooleanField(
        label=_("It is about sexual abuse of a minor"),
        required=False,
        help_text=_("If so, you may leave out your name and address."),
    )
    name = forms.CharField(
        label=_("Your name, or that of your organisation"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your email address"),
        max_length=254,
        help_text=_(
            "A receipt goes there, and later what was decided. Only our editors and admins see it."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    good_faith = forms.BooleanField(
        label=_("I believe in good faith that what I write here is accurate and complete."),
        error_messages={"required": _("We can act on a notice only if you state this.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("why", "law", "name", "email"):
            self.fields[name].error_messages["required"] = _("Please fill this in.")
        if self.data.get("about_minors"):
            self.fields["name"].required = self.fields["email"].required = False
