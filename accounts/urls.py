"""Addresses about people; signing in and its management are allauth's."""

from django.urls import path

from accounts import converters, languages, views  # noqa: F401 - registers <row:...>

urlpatterns = [
    path("people/<row:pk>/", views.profile, name="profile"),
    path("account/", views.my_account, name="my_account"),
    path("account/mail/", views.mail_choices, name="mail_choices"),
    path("account/tokens/", views.tokens, name="tokens"),
    path("account/tokens/<row:pk>/revoke/", views.revoke_token, name="revoke_token"),
    path("language/", languages.languages, name="languages"),
    path("account/erase/", views.erase_account, name="erase_account"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
