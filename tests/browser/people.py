"""Signing in as people do: with an address and a password, in the form."""

from playwright.sync_api import Page

DEMO_PASSWORD = "rejoinder-demo"


def sign_in(
    page: Page, site: str, email: str, *, password: str = DEMO_PASSWORD, to: str = "/"
) -> None:
    """Sign in to the site at an address, and go on to a path of it."""
    page.goto(f"{site}/accounts/login/?next={to}")
    give(page, email, password)
    page.wait_for_url(f"{site}{to}")


def give(page: Page, email: str, password: str) -> None:
    """Fill in and send the sign-in form of the page that is open."""
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("form:has(input[name=password]) button").first.click()


def prove(page: Page, password: str) -> None:
    """Give the password once more, where a page asks for it."""
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Confirm").click()
