"""The admin: who may enter, by which door, and under which content policy."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from moderation.dashboard.page import dashboard

OURS = {"accounts", "articles", "comments", "moderation", "record"}


class AdminSite(UnfoldAdminSite):
    """Editors and admins, signed in as everywhere else; times are the publisher's."""

    index_title = _("Today")
    index_template = "moderation/office/dashboard.html"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        models = (
            [model_or_iterable]
            if isinstance(model_or_iterable, type) and issubclass(model_or_iterable, Model)
            else model_or_iterable
        )
        # The packages' own admin pages would write around our operations.
        models = [model for model in models if model._meta.app_label in OURS]
        super().register(models, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and request.user.is_editor

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Callable:
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def under_own_policy(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            # Not `override`: the response is rendered after this returns. The reader's clock,
            # which surrounds every request, puts back what was.
            timezone.activate(settings.PUBLISHER_TIME_ZONE)
            response = inner(request, *args, **kwargs)
            response._csp_config = settings.ADMIN_CONTENT_SECURITY_POLICY
            # Alpine makes scripts from text wherever it runs: reports of it would say nothing.
            response._csp_config_ro = {"default-src": None}
            if settings.POLICY_REPORT_URI:
                response._csp_config_ro = {
                    **settings.ADMIN_CONTENT_SECURITY_POLICY,
                    "report-uri": [settings.POLICY_REPORT_URI],
                }
            return response

        return under_own_policy

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The dashboard, for admins; editors come for their articles."""
        if not request.user.is_admin:
            return redirect("admin:articles_article_changelist")
        told = {"office": dashboard(), "zone": settings.PUBLISHER_TIME_ZONE}
        return super().index(request, {**told, **(extra_context or {})})

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The house's own door, with its rate limits and second factors."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        wanted = request.GET.get("next", "")
        # Only a path of the admin: this must not become a way to anywhere.
        home = reverse("admin:index")
        target = wanted if wanted.startswith(home) else home
        if self.has_permission(request):
            return HttpResponseRedirect(target)
        return redirect_to_login(target, reverse("account_login"))

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method == "POST":
            logout(request)
        return HttpResponseRedirect("/")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("account_change_password")
