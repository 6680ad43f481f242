"""Every address of the site but those of the probes, which config/middleware.py answers."""

from django.contrib import admin
from django.urls import include, path

from config import dev_mail
from config.api import api
from record.views import log_head

urlpatterns = [
    path("", include("articles.urls")),
    path("", include("comments.urls")),
    path("", include("moderation.urls")),
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", api.urls),
    path("dev/mail/", dev_mail.mailbox, name="mailbox"),
    path("dev/mail/<str:name>/", dev_mail.one_mail, name="one_mail"),
    path("admin/", admin.site.urls),
    path(".well-known/rejoinder-log-head", log_head, name="log_head"),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler429 = "config.errors.too_many"  # allauth asks for it
handler500 = "config.errors.server_error"
