"""Addresses about people; signing in and its management are allauth's."""

from django.urls import path

from accounts import (
    converters,  # noqa: F401 - registers <row:...>
    ignoring_views,
    languages,
    own_views,
    standing_views,
    views,
)

urlpatterns = [
    path("people/<row:pk>/", views.profile, name="profile"),
    path("people/<row:pk>/ignore/", ignoring_views.ignore_person, name="ignore_person"),
    path("people/<row:pk>/stop-ignoring/", ignoring_views.stop_ignoring, name="stop_ignoring"),
    path("account/ignored/", ignoring_views.ignored_people, name="ignored_people"),
    path("account/", own_views.my_account, name="my_account"),
    path("account/profile/", views.edit_profile, name="edit_profile"),
    path("account/mail/", views.mail_choices, name="mail_choices"),
    path("account/tokens/", views.tokens, name="tokens"),
    path("account/tokens/<row:pk>/revoke/", views.revoke_token, name="revoke_token"),
    path("account/standing/", standing_views.my_standing, name="my_standing"),
    path(
        "account/standing/<row:pk>/acknowledge/",
        standing_views.acknowledge,
        name="acknowledge_warning",
    ),
    path("language/", languages.languages, name="languages"),
    path("account/export/", own_views.export_page, name="export"),
    path("account/export/json/", own_views.export_json, name="export_json"),
    path("account/export/page/", own_views.export_html, name="export_html"),
    path("account/erase/", own_views.erase_account, name="erase_account"),
    path("account/keep/", own_views.keep_account, name="keep_account"),
    path("account/keep/<str:token>/", own_views.keep_account_by_mail, name="keep_account_by_mail"),
    # Before allauth's page at the same address, which shows what we do not keep.
    path("accounts/sessions/", own_views.sessions, name="usersessions_list"),
    path("accounts/sessions/<row:pk>/end/", own_views.end_session, name="end_session"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
