"""Where names, editors' words and addresses come out: profiles, listings, the admin, every door."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import cycle
from typing import Any
from urllib.parse import quote

from benchmarks.hostile_browser import Row, Visitor
from benchmarks.hostile_passage import spread
from benchmarks.hostile_sinks import Sinks

# Where part of an address is read: as a path, a number, an order, a cursor, a search, a way back.
OPEN_DOORS = (
    "/{}/",
    "/articles/{}/",
    "/tags/{}/",
    "/people/{}/",
    "/drafts/{}/",
    "/unsubscribe/{}/",
    "/dev/mail/{}/",
    "/?before={}",
    "{article}?sort={}",
    "{article}?after={}",
    "/c/1/?after={}",
    "/search/?q={}",
    "/search/?in=articles&q={}",
    "{article}search/?q={}",
    "/articles/{}/search/",
    "{article}news/?since={}",
    "{article}fragments/?ids={}",
    "/language/?next={}",
    "/account/keep/{}/",
    "/api/v1/search?q={}",
    "/accounts/login/?next={}",
    "/accounts/signup/?next={}",
    "/api/v1/articles/{}",
    "/api/v1{article}comments?sort={}",
    "/api/v1{article}comments?after={}",
)
READERS_DOORS = (
    "/my/comments/?before={}",
    "/my/comments/?state={}",
    "/my/notifications/?before={}",
    "/my/drafts/?{}",
    "/account/export/?{}",
    "/c/1/reply/?quote={}",
    "/c/1/react/?value={}",
    "/c/1/state/?looks={}",
    "/accounts/logout/?next={}",
    "/accounts/reauthenticate/?next={}",
)
ADMINS_DOORS = (
    "/desk/?after={}",
    "/admin/{}/",
    "/admin/login/?next={}",
    "/desk/appeals/?{}",
    "/admin/moderation/appeal/?q={}",
    "/admin/moderation/legalnotice/?q={}",
    "/admin/comments/comment/?q={}",
    "/admin/comments/comment/{}/change/",
    "/admin/comments/comment/?status__exact={}",
    "/admin/accounts/user/?q={}",
    "/admin/articles/article/?q={}&o={}",
)
# Where a visitor goes on to the address given: (who, path); GET alone is enough.
WAYS_ON = (
    ("anyone", "/accounts/login/?next={}"),
    ("anyone", "/accounts/signup/?next={}"),
    ("anyone", "/accounts/logout/?next={}"),
    ("anyone", "/accounts/login/code/?next={}"),
    ("anyone", "/accounts/password/reset/?next={}"),
    ("a reader", "/accounts/login/?next={}"),
    ("a reader", "/accounts/signup/?next={}"),
    ("a reader", "/accounts/logout/?next={}"),
    ("a reader", "/accounts/reauthenticate/?next={}"),
    ("anyone", "/admin/login/?next={}"),
    ("an admin", "/admin/login/?next={}"),
    ("an admin", "/admin/?next={}"),
)
ADMIN_LISTS = (
    ("admin: accounts", "/admin/accounts/user/"),
    ("admin: tokens", "/admin/accounts/apitoken/"),
    ("admin: reports", "/admin/moderation/report/"),
    ("admin: decisions", "/admin/moderation/decisionrecord/"),
    ("admin: notifications", "/admin/comments/notification/"),
    ("admin: articles", "/admin/articles/article/"),
    ("admin: sections", "/admin/articles/section/"),
    ("admin: tags", "/admin/articles/tag/"),
    ("admin: log", "/admin/record/entry/"),
)
ADMIN_ROWS = 100  # of a list on a page


def quoted(text: str) -> str:
    """A text as part of an address."""
    return quote(text, safe="", errors="surrogatepass")


async def people(sinks: Sinks) -> None:
    """Profiles, whose names and bios are texts that may stand as such."""
    everybody = sinks.passage.texts.people
    with sinks.watch.sink("profile") as row:
        pages = await sinks.anyone.written([f"/people/{found['id']}/" for found in everybody])
        for person, seen in zip(everybody, pages, strict=True):
            if " ".join(person["name"].split()) == (seen["heading"] or "").strip():
                row.shown.add(person["id"])
        row.wanted.update(person["id"] for person in everybody)
    sampled = [person["id"] for person in spread(everybody, sinks.extent.sample)]
    for name, path in (
        ("profile, opened one by one", "/people/{}/"),
        ("report form of a profile", "/people/{}/report/"),
    ):
        with sinks.watch.sink(name) as row:
            await _all(sinks.host, row, sampled, path)
    with sinks.watch.sink("admin: one account") as row:
        await _all(
            sinks.admin,
            row,
            sampled[: sinks.extent.sample // 4 + 1],
            "/admin/accounts/user/{}/change/",
        )


async def _all(visitor: Visitor, row: Row, keys: Sequence[Any], path: str) -> None:
    """Open the page of every key and count those that came."""
    found = await visitor.each(path.format(key) for key in keys)
    row.shown.update(key for key, seen in zip(keys, found, strict=True) if seen)
    row.wanted.update(keys)


async def listings(sinks: Sinks) -> None:
    """Pages around the articles, whose titles, standfirsts and questions are texts."""
    texts = sinks.passage.texts
    with sinks.watch.sink("front page, sections, tags, feeds") as row:
        paths = ["/", "/feeds/articles.atom", "/api/v1/articles"]
        paths += [f"/sections/{slug}/" for slug in texts.sections]
        paths += [f"/feeds/sections/{slug}.atom" for slug in texts.sections]
        paths += [f"/tags/{slug}/" for slug in texts.tags]
        await sinks.anyone.each(paths)
        row.shown.update(batch.article["id"] for batch in sinks.batches)
    sampled = [batch.article for batch in spread(sinks.batches, sinks.extent.sample)]
    for name, visitor, key, path in (
        ("draft", sinks.anyone, "draft", "/drafts/{}/"),
        ("API: one article", sinks.anyone, "slug", "/api/v1/articles/{}"),
        ("admin: one article", sinks.admin, "id", "/admin/articles/article/{}/change/"),
        ("admin: its publishing", sinks.admin, "id", "/admin/articles/article/{}/publishing"),
        ("admin: its revisions", sinks.admin, "id", "/admin/articles/article/{}/revisions"),
    ):
        with sinks.watch.sink(name) as row:
            await _all(visitor, row, [article[key] for article in sampled], path)


async def admin(sinks: Sinks) -> None:
    """The dashboard of the admin, and its lists beside that of the comments."""
    await asyncio.to_thread(sinks.passage.count)
    with sinks.watch.sink("admin: dashboard") as row:
        await sinks.admin.open("/admin/")
        row.shown.add("/admin/")
    for name, path in ADMIN_LISTS:
        with sinks.watch.sink(name) as row:
            for number in range(1, sinks.extent.admin_pages + 1):
                seen = await sinks.admin.open(f"{path}?p={number}")
                row.shown.update((number, place) for place in range(seen.get("rows", 0)))
                if seen.get("rows", 0) < ADMIN_ROWS:
                    break


async def doors(sinks: Sinks, texts: Sequence[str]) -> None:
    """Addresses made of texts: error pages, searches, orders, cursors and ways back.

    As many as the sample says of each visitor's, and every kind at least once.
    """
    article = sinks.batches[0].path
    for name, visitor, kinds in (
        ("addresses, as anyone", sinks.anyone, OPEN_DOORS),
        ("addresses, as a reader", sinks.host, READERS_DOORS),
        ("addresses, as an admin", sinks.admin, ADMINS_DOORS),
    ):
        with sinks.watch.sink(name) as row:
            chosen = spread(texts, max(sinks.extent.sample, len(kinds)))
            paths = [
                kind.replace("{article}", article).replace("{}", quoted(text))
                for text, kind in zip(chosen, cycle(kinds), strict=False)
            ]
            await visitor.each(paths, status=None)
            row.shown.update(range(len(paths)))


async def languages(sinks: Sinks, texts: Sequence[str]) -> None:
    """Choosing a language, and then on to a place made of a text, which has to be of the site."""
    with sinks.watch.sink("choosing a language, then on to it") as row:
        chosen = spread(texts, sinks.extent.sample)
        for text in chosen:
            path = f"/language/?next={quoted(text)}"
            await sinks.anyone.submit(path, "main form", {}, button="[value=en]")
        row.shown.update(range(len(chosen)))


async def ways_on(sinks: Sinks, addresses: Sequence[str], guest: Visitor) -> None:
    """Every address as the place to go on to, at every door that reads one.

    guest: signs in and out, as the host.
    """
    visitors = {"anyone": sinks.anyone, "a reader": sinks.host, "an admin": sinks.admin}
    for who, path in WAYS_ON:
        with sinks.watch.sink(f"`{path.format('…')}` as {who}") as row:
            await visitors[who].each(
                (path.format(quoted(address)) for address in addresses), status=None
            )
            row.shown.update(range(len(addresses)))
    host = sinks.passage.house["host"]
    known = {"login": host["email"], "password": sinks.passage.house["password"]}
    with sinks.watch.sink("signing in, then on to it") as row:
        for number, address in enumerate(addresses):
            await guest.become("")
            path = f"/accounts/login/?next={quoted(address)}"
            await guest.submit(path, "form:has(input[type=password])", known)
            row.shown.add(number)
    with sinks.watch.sink("signing out, then on to it") as row:
        sessions = sinks.passage.stage("sessions", person=host["id"], count=len(addresses))
        for number, (address, session) in enumerate(zip(addresses, sessions, strict=True)):
            await guest.become(session)
            path = f"/accounts/logout/?next={quoted(address)}"
            await guest.submit(path, "main form[action*=logout]", {})
            row.shown.add(number)
