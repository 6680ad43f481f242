"""Where somebody is signed in, in plain words: what is kept of a browser, and how it is said."""

from django.utils.translation import gettext as _

NOWHERE = "0.0.0.0"  # stands where allauth would keep the address

# The first that is found names it: most browsers also claim to be the ones below.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("YaBrowser/", "Yandex"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPad", "iPad"),
    ("iPhone", "iPhone"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_BROWSER_NAMES = {name for _mark, name in _BROWSERS}
_SYSTEM_NAMES = {name for _mark, name in _SYSTEMS}
_BETWEEN = " / "


def coarse(user_agent: str) -> str:
    """What is kept of a browser's own description: its kind and its system, without versions.

    Of what is already so nothing more is taken away.
    """
    browser, _slash, system = user_agent.partition(_BETWEEN)
    if browser in {*_BROWSER_NAMES, ""} and system in {*_SYSTEM_NAMES, ""} and _slash:
        return user_agent
    return _BETWEEN.join(
        next((name for mark, name in table if mark in user_agent), "")
        for table in (_BROWSERS, _SYSTEMS)
    )


def told(kept: str) -> str:
    """A device as a person would say it: Firefox on Android."""
    browser, _slash, system = coarse(kept).partition(_BETWEEN)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("A program or an unknown browser")


def keep_little(sender, instance, **signal) -> None:
    """Before a sign-in is stored: keep no address, and of the browser its kind alone."""
    instance.ip = NOWHERE
    instance.user_agent = coarse(instance.user_agent)
