"""manage.py make_admin EMAIL: the first admin, or one more."""

import sys
from argparse import ArgumentParser
from getpass import getpass

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from accounts.models import ADMINS, User
from accounts.operations import create_account, set_role


class Command(BaseCommand):
    help = "Makes an admin: a new account, or one that exists."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", help="display name of a new account")

    def handle(self, *args, email: str, name: str | None, **options) -> None:
        email = email.strip().lower()
        try:
            validate_email(email)
            user = User.objects.filter(email=email).first()
            if user:
                self._promote(user)
            else:
                self._create(email, name)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{email} is an admin.")

    def _promote(self, user: User) -> None:
        with transaction.atomic():
            set_role(actor=None, user=user, role=ADMINS)
            # Whoever has the host vouches for the address.
            EmailAddress.objects.update_or_create(
                user=user, email=user.email, defaults={"verified": True, "primary": True}
            )

    def _create(self, email: str, name: str | None) -> None:
        password = self._password()
        validate_password(password, User(email=email))
        create_account(actor=None, email=email, display_name=name, password=password, role=ADMINS)

    def _password(self) -> str:
        """From a terminal, typed twice; else the first line of standard input."""
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\n")
        password = getpass("Password: ")
        if getpass("The same again: ") != password:
            raise CommandError("The two passwords differ. Nothing was made.")
        return password
