"""What an editor fills in: an article with its question and its picture, in one form."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminURLInputWidget,
    UnfoldBooleanSwitchWidget,
)

from articles import images, operations
from articles.models import Article, CallToAction, LeadImage

MAX_LENGTHS = {
    "question": CallToAction._meta.get_field("question").max_length,
    "alt": LeadImage._meta.get_field("alt").max_length,
    "credit": LeadImage._meta.get_field("credit").max_length,
}
ZONE_HELP = _("In the publisher’s time zone.")


class ArticleForm(forms.ModelForm):
    """Beside the article's own fields, those of its call to action and its lead image. What it
    accepts, the operations accept, unless another editor was faster."""

    canonical_url = forms.URLField(
        label=_("Canonical URL"),
        required=False,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget,
        help_text=_("Where the text first appeared, if not here."),
    )
    question = forms.CharField(
        label=_("Question to the readers"),
        required=False,
        max_length=MAX_LENGTHS["question"],
        widget=UnfoldAdminTextInputWidget,
        help_text=_("An article cannot be published without it."),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=CallToAction.Kind.choices, widget=UnfoldAdminSelectWidget
    )
    options = forms.CharField(
        label=_("Options"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
        help_text=_("For a choice: one to a line, in order. One that readers chose stays."),
    )
    closes_at = forms.SplitDateTimeField(
        label=_("Closes by itself"),
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text=ZONE_HELP,
    )
    is_open = forms.BooleanField(
        label=_("Readers may answer"),
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
    )
    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("JPEG, PNG or WebP. It is written anew, without its metadata."),
    )
    alt = forms.CharField(
        label=_("Alternative text"),
        required=False,
        max_length=MAX_LENGTHS["alt"],
        widget=UnfoldAdminTextInputWidget,
        help_text=_("What the picture shows, for those who do not see it."),
    )
    credit = forms.CharField(
        label=_("Credit"),
        required=False,
        max_length=MAX_LENGTHS["credit"],
        widget=UnfoldAdminTextInputWidget,
    )
    remove_picture = forms.BooleanField(
        label=_("Remove the picture"), required=False, widget=UnfoldBooleanSwitchWidget
    )

    class Meta:
        model = Article
        fields = ("title", "slug", "standfirst", "body", "section", "tags", "canonical_url")
        widgets = {
            "standfirst": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            "body": UnfoldAdminExpandableTextareaWidget(attrs={"rows": 28}),
        }
        help_texts = {
            "slug": _("The address. Empty: made from the title. A former one redirects."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].required = False
        self.asked: CallToAction | None = getattr(self.instance, "call_to_action", None)
        if self.asked:
            self.initial |= {
                "question": self.asked.question,
                "kind": self.asked.kind,
                "options": "\n".join(option.text for option in self.asked.options.all()),
                "closes_at": self.asked.closes_at,
                "is_open": self.asked.is_open(),
            }
        if self.instance.lead_image:
            image = self.instance.lead_image
            self.initial |= {"alt": image.alt, "credit": image.credit}

    def clean_picture(self) -> images.Picture | None:
        upload = self.cleaned_data["picture"]
        return images.encode(upload) if upload else None

    def clean_options(self) -> list[str]:
        return self.cleaned_data["options"].splitlines()

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        self._clean_question(found)
        has_picture = found.get("picture") or (
            self.instance.lead_image and not found.get("remove_picture")
        )
        if has_picture and not (found.get("alt") or "").strip():
            self.add_error(
                "alt", ValidationError(_("Say what the picture shows."), code="required")
            )
        return found

    def _clean_question(self, found: dict[str, Any]) -> None:
        if not found.get("question"):
            if self.asked and "question" in found:
                self.add_error("question", ValidationError(_("An article ends in a question.")))
            return
        try:
            found["options"] = operations.checked_options(
                call_to_action=self.asked,
                kind=found.get("kind", ""),
                options=found.get("options", []),
            )
        except ValidationError as error:
            self.add_error(None, error)

    @property
    def question_changed(self) -> bool:
        return bool({"question", "kind", "options", "closes_at"} & set(self.changed_data))

    @property
    def picture_changed(self) -> bool:
        return bool({"picture", "alt", "credit"} & set(self.changed_data))


class PublishingForm(forms.Form):
    """When a scheduled article is to appear, by the publisher's clock."""

    at = forms.SplitDateTimeField(label=_("Appears at"), widget=UnfoldAdminSplitDateTimeWidget)
