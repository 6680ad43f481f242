"""What readers have of their own, and what is found, picked and contested: more places where
their words come out."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes, policy
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

from benchmarks.hostile_browser import Row, Seen
from benchmarks.hostile_passage import PART, Batch, spread
from benchmarks.hostile_sinks import Sinks

COMMON = ("script", "alert", "href", "svg", "http", "onerror", "number")
# What a search page says when there is nothing to say, which the plain pass must know too.
FRUITLESS = ("", "?q=!", "?q=nosuchwordanywhere", "?q=number&before=1", "?in=articles&q=number")
HARMLESS = "Hmm, shh, tsk."  # there is no letter in it that the harness has held
ADVISED = 22  # texts that one person sends without a script
SENT = 6  # and with it
FEW = 5  # words looked for in one discussion
RESULT_PAGES = 6  # of each word in the whole site
DRAFTS = 40  # replies begun in one discussion
PICKED = 3  # shown on top of a discussion
CALLED = 4  # comments of a discussion that call somebody
CONTESTED = 20  # appeals and notices at once: less than a page of the desk
TRUNCATED = 600  # characters of a draft in the list
META = re.compile(r"<meta http-equiv=[^>]*>")
WORD = re.compile(r"\w{3,}")


async def held(sinks: Sinks) -> None:
    """What somebody is told who is about to send words that the checks would hold.

    One person is told so thirty times an hour, so the next one sends the next few texts. Where the
    checks take too long, a text is stored without a word: how many came out says how often.
    """
    people = iter(sinks.passage.texts.people)
    for batch in sinks.batches:
        path = f"/c/{batch.root}/reply/"
        texts = [batch.sources[pk] for pk in batch.held[:: sinks.extent.every]]
        for at in range(0, len(texts), ADVISED):
            if not (person := next(people, None)):
                return
            await sinks.author.become(person["session"])
            lot = texts[at : at + ADVISED]
            with sinks.watch.sink("before sending, without a script") as row:
                # The last is refused, so that what a page then says is known.
                for text, seen in zip(
                    lot, await sinks.author.posted(path, [*lot, ""]), strict=False
                ):
                    _told_before(row, text, seen)
            with sinks.watch.sink("before sending") as row:
                await sinks.author.sent(path, HARMLESS)
                for text in spread(lot, min(_share(sinks), SENT)):
                    _told_before(row, text, await sinks.author.sent(path, text))


def _told_before(row: Row, text: str, seen: Seen) -> None:
    if seen["nudged"]:
        _same(row, text, seen["box"], text)


async def live(sinks: Sinks) -> None:
    """All of it, while the comments are live; the last of it takes some of them away."""
    await _found(sinks)
    for batch in sinks.batches:
        await sinks.author.become(batch.author["session"])
        await _begun(sinks, batch)
        await _inserted(sinks, batch)
        await _picked(sinks, batch)
        await _ignored(sinks, batch)
        await _called(sinks, batch)
        await _digest(sinks, batch)
        await _account(sinks, batch)
        await _exported(sinks, batch)
        await _said_illegal(sinks, batch)
        await _rejected(sinks, batch)


# --- Search -------------------------------------------------------------------------------------


async def _found(sinks: Sinks) -> None:
    """Comments by words of their own, page by page, and articles by words of theirs."""
    with sinks.watch.sink("search in a discussion") as row:
        for batch in sinks.batches:
            for word in [*spread(_words(batch.texts), FEW), *COMMON]:
                row.shown.update(await _hits(sinks, f"{batch.path}search/", word, len(batch.texts)))
            await sinks.anyone.each(f"{batch.path}search/{rest}" for rest in FRUITLESS)
        _not_empty(row)
    with sinks.watch.sink("search") as row:
        texts = [text for batch in sinks.batches for text in batch.texts]
        for word in [*spread(_words(texts), sinks.extent.sample), *COMMON]:
            row.shown.update(await _hits(sinks, "/search/", word, RESULT_PAGES))
            await sinks.anyone.open(f"/search/?{urlencode({'in': 'articles', 'q': word})}")
        await sinks.anyone.each(f"/search/{rest}" for rest in FRUITLESS)
        _not_empty(row)
    with sinks.watch.sink("API: search") as row:
        for word in COMMON:
            seen = await sinks.anyone.open(f"/api/v1/search?{urlencode({'q': word})}")
            row.shown.update(item["id"] for item in _items(json.loads(seen.get("pre") or "{}")))


async def _hits(sinks: Sinks, path: str, word: str, pages: int) -> set[int]:
    """The ids of comments shown for a word, in so many pages at most."""
    hits: set[int] = set()
    rest: str | None = f"{path}?{urlencode({'q': word}, errors='replace')}"
    while rest and pages:
        seen = await sinks.anyone.open(rest)
        hits.update(seen.get("hits", ()))
        rest, pages = seen.get("next"), pages - 1
    return hits


def _words(texts: Iterable[str]) -> list[str]:
    """The first words of each text, each once."""
    return list(dict.fromkeys(word for text in texts for word in WORD.findall(text)[:20]))


def _items(told: Any) -> list[dict[str, Any]]:
    return told.get("comments", []) if isinstance(told, dict) else []


def _not_empty(row: Row) -> None:
    if not row.shown:
        row.tell("intrusion", "nothing at all came out here")


# --- Drafts -------------------------------------------------------------------------------------


async def _begun(sinks: Sinks, batch: Batch) -> None:
    kept = await _staged(
        sinks,
        "draft",
        author=batch.author["id"],
        article=batch.article["id"],
        parents=spread(batch.live, DRAFTS),
        texts=batch.texts,
    )
    bodies = {pk: body for pk, _parent, body in kept}
    with sinks.watch.sink("drafts") as row:
        row.wanted.update(bodies)
        seen = await sinks.author.open("/my/drafts/")
        for pk, shown in seen.get("drafts", ()):
            long = len(bodies.get(pk, "")) >= TRUNCATED
            if long or _line(shown) == _line(bodies.get(pk, "")):
                row.shown.add(pk)
    answers = [(pk, body) for pk, parent, body in kept if parent is None]
    with sinks.watch.sink("draft in the box of its article") as row:
        row.wanted.update(pk for pk, _body in answers)
        seen = await sinks.author.open(batch.path)
        for pk, body in answers:
            _same(row, pk, seen.get("box"), body)
    replies = [(pk, parent, body) for pk, parent, body in kept if parent is not None]
    with sinks.watch.sink("draft in the box of a reply") as row:
        row.wanted.update(pk for pk, _parent, _body in replies)
        found = await sinks.author.written([f"/c/{parent}/reply/" for _pk, parent, _ in replies])
        for (pk, _parent, body), seen in zip(replies, found, strict=True):
            _same(row, pk, seen.get("box"), body)
    with sinks.watch.sink("draft in the box of a reply, opened one by one") as row:
        few = spread(replies, _share(sinks))
        found = await sinks.author.each(f"/c/{parent}/reply/" for _pk, parent, _ in few)
        for (pk, _parent, body), seen in zip(few, found, strict=True):
            _same(row, pk, seen.get("box"), body)
    with sinks.watch.sink("quoted in the box of a reply") as row:
        quoted = batch.live[:: sinks.extent.every]
        row.wanted.update(quoted)
        found = await sinks.author.written([f"/c/{pk}/reply/?quote=1" for pk in quoted])
        row.shown.update(
            pk for pk, seen in zip(quoted, found, strict=True) if ">" in (seen.get("box") or "")
        )


# --- A page that is open ------------------------------------------------------------------------


async def _inserted(sinks: Sinks, batch: Batch) -> None:
    path = f"{batch.path}fragments/?{urlencode({'ids': ','.join(map(str, batch.live))})}"
    with sinks.watch.sink("fragments, put into an open page") as row:
        row.wanted.update(batch.live)
        for seen in (await sinks.anyone.inserted(path), await sinks.anyone.open(path)):
            row.shown.update(set(batch.live) & set(seen.get("live", ())))
    with sinks.watch.sink("news of a discussion") as row:
        row.wanted.update(batch.live)
        seen = await sinks.anyone.open(f"{batch.path}news/?since=0")
        if seen.get("type") != "application/json":
            row.tell("intrusion", f"answered {seen.get('type')}")
        row.shown.update(item[0] for item in json.loads(seen.get("pre") or "{}").get("items", ()))


async def _picked(sinks: Sinks, batch: Batch) -> None:
    chosen = spread(batch.live, PICKED)
    await _staged(sinks, "pick", ids=chosen)
    with sinks.watch.sink("article, editors' picks on top") as row:
        row.wanted.update(chosen)
        row.shown.update((await sinks.anyone.open(batch.path)).get("picks", ()))


async def _ignored(sinks: Sinks, batch: Batch) -> None:
    both = {"reader": sinks.passage.house["host"]["id"], "person": batch.author["id"]}
    await _staged(sinks, "ignore", **both, on=True)
    with sinks.watch.sink("ignored people") as row:
        await sinks.host.open("/account/ignored/")
        row.shown.add(batch.author["id"])
    with sinks.watch.sink("article, an ignored author folded away") as row:
        row.wanted.update(batch.live)
        row.shown.update((await sinks.host.unfolded(batch.path)).get("folded", ()))
    await _staged(sinks, "ignore", **both, on=False)


async def _called(sinks: Sinks, batch: Batch) -> None:
    told = await _staged(
        sinks,
        "mention",
        author=batch.author["id"],
        called=sinks.passage.house["host"]["id"],
        parent=batch.live[0],
        texts=spread(batch.texts, CALLED),
    )
    with sinks.watch.sink("notifications, called by name") as row:
        row.wanted.update(told)
        row.shown.update((await sinks.host.open("/my/notifications/")).get("told", ()))
        if not told:
            row.tell("intrusion", "nobody was told")


# --- Mail ---------------------------------------------------------------------------------------


async def _digest(sinks: Sinks, batch: Batch) -> None:
    """Replies in daily digests, whose HTML is opened as a mail program without a policy would."""
    ids = batch.live[:: sinks.extent.every]
    for at in range(0, len(ids), PART):
        part = ids[at : at + PART]
        host = sinks.passage.house["host"]["id"]
        for name in await _staged(sinks, "mail_digest", reader=host, ids=part):
            raw = (sinks.passage.site.data_dir / "mail" / f"{name}.eml").read_bytes()
            page = message_from_bytes(raw, policy=policy.default).get_body(("html",))
            if page is None:
                continue
            with sinks.watch.sink("digest") as row:
                row.wanted.update(part)
                seen = await sinks.anyone.open(f"/dev/mail/{name}/")
                row.shown.update(_named(seen.get("pre") or "", part))
            with sinks.watch.sink("digest, its HTML without a policy") as row:
                row.wanted.update(part)
                source = page.get_content()
                await sinks.anyone.served(source.encode(), "a mail")
                row.shown.update(_named(source, part))


def _named(source: str, ids: Iterable[int]) -> Iterator[int]:
    return (pk for pk in ids if f"/c/{pk}/" in source)


# --- The account --------------------------------------------------------------------------------


async def _account(sinks: Sinks, batch: Batch) -> None:
    person = batch.author
    with sinks.watch.sink("own account") as row:
        await sinks.author.open("/account/")
        row.shown.add(person["id"])
    with sinks.watch.sink("own profile, name and bio in its form") as row:
        seen = await sinks.author.open("/account/profile/")
        _same(row, person["id"], seen.get("name"), person["name"])
        if _line(seen.get("bio")) != _line(person["bio"]):
            row.tell("intrusion", f"the bio of {person['id']} reads otherwise than it was written")


async def _exported(sinks: Sinks, batch: Batch) -> None:
    """Both files of an export; the page is opened from elsewhere, its own policy taken out."""
    [session] = await _staged(sinks, "sessions", person=batch.author["id"], count=1)
    await sinks.author.become(session)
    lines = {pk: _line(text) for pk, text in batch.sources.items()}
    with sinks.watch.sink("export, page to ask for it") as row:
        await sinks.author.open("/account/export/")
        row.shown.add(batch.author["id"])
    with sinks.watch.sink("export, as a page without a policy") as row:
        row.wanted.update(lines)
        page = await _attached(sinks, row, "/account/export/page/", "text/html")
        for source in (page, META.sub("", page, count=1)):
            seen = await sinks.author.served(source.encode(), "an export")
            if seen.get("within"):
                row.tell("intrusion", f"{seen['within']} elements within words of an export")
            kept = {_line(text) for text in seen.get("kept", ())}
            row.shown.update(pk for pk, line in lines.items() if line in kept)
    with sinks.watch.sink("export, as JSON") as row:
        row.wanted.update(lines)
        told = await _attached(sinks, row, "/account/export/json/", "application/json")
        kept = set(map(_line, _strings(json.loads(told))))
        row.shown.update(pk for pk, line in lines.items() if line in kept)


async def _attached(sinks: Sinks, row: Row, path: str, kind: str) -> str:
    """The text of a file that a browser stores and does not show; nothing ("null") of a page."""
    answer = await sinks.author.fetched(path)
    named = answer["named"] or ""
    if answer["status"] != 200 or not named.startswith("attachment"):
        row.tell("intrusion", f"{path} was answered {answer['status']}, {named[:40]}")
        return "null"
    if (answer["type"] or "").partition(";")[0] != kind:
        row.tell("intrusion", f"{path} is {answer['type']}")
        return "null"
    return answer["text"]


def _strings(told: Any) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict | list):
        for inner in told.values() if isinstance(told, dict) else told:
            yield from _strings(inner)


# --- Notices, rejections, appeals ---------------------------------------------------------------


async def _said_illegal(sinks: Sinks, batch: Batch) -> None:
    chosen = spread(batch.live, CONTESTED)
    with sinks.watch.sink("form of a legal notice") as row:
        few = spread(chosen, _share(sinks))
        await sinks.anyone.each(f"/c/{pk}/notice/" for pk in few)
        row.shown.update(few)
    given = await _staged(sinks, "give_notices", ids=chosen, texts=batch.texts)
    with sinks.watch.sink("desk, legal notices") as row:
        row.wanted.update(given)
        row.shown.update((await sinks.editor.open("/desk/reported/")).get("cases", ()))
    await _staged(sinks, "settle_notices", texts=batch.texts)
    with sinks.watch.sink("admin: legal notices") as row:
        row.shown.update(range((await _listed(sinks, "legalnotice", given)).get("rows", 0)))


async def _rejected(sinks: Sinks, batch: Batch) -> None:
    """An editor takes some away, their author contests it, another one upholds it."""
    notes = [text[:500] for text in batch.texts]
    chosen = dict(zip(spread(batch.live, CONTESTED), cycle(notes), strict=False))
    await asyncio.to_thread(sinks.passage.rule, [], chosen)
    await _statements(sinks, batch, "statement of reasons", chosen)
    with sinks.watch.sink("statement of reasons, evidence marked") as row:
        row.wanted.update(batch.contested)
        found = await sinks.witness.each(f"/c/{pk}/decision/" for pk in batch.contested)
        row.shown.update(
            pk for pk, seen in zip(batch.contested, found, strict=True) if seen.get("judged")
        )
    made = await _staged(sinks, "appeal", ids=list(chosen), texts=batch.texts)
    said = {int(pk): words for pk, (_appeal, words) in made.items()}
    await _statements(sinks, batch, "statement of reasons, contested", chosen, said)
    appeals = {appeal for appeal, _words in made.values()}
    for name, visitor in (("as who decided", sinks.editor), ("as another", sinks.admin)):
        with sinks.watch.sink(f"desk, appeals, {name}") as row:
            row.wanted.update(chosen)
            path = "/desk/appeals/"
            while path:
                [seen] = await visitor.written([path])
                row.shown.update(set(chosen) & set(seen.get("listed", ())))
                path = seen.get("more") or ""
            await visitor.written([f"/desk/comments/{pk}/card/?tab=appeals" for pk in chosen])
    await _staged(sinks, "uphold", texts=batch.texts)
    await _statements(sinks, batch, "statement of reasons, upheld", chosen, said)
    with sinks.watch.sink("notifications, decided") as row:
        row.wanted.update(chosen)
        row.shown.update((await sinks.author.open("/my/notifications/")).get("told", ()))
    with sinks.watch.sink("admin: appeals") as row:
        row.shown.update(range((await _listed(sinks, "appeal", appeals)).get("rows", 0)))


async def _statements(
    sinks: Sinks, batch: Batch, name: str, ids: Iterable[int], said: dict[int, str] | None = None
) -> None:
    """The statement on each of these comments; said: what their author then wrote."""
    ids = list(ids)
    with sinks.watch.sink(name) as row:
        row.wanted.update(ids)
        found = await sinks.author.written([f"/c/{pk}/decision/" for pk in ids])
        for pk, seen in zip(ids, found, strict=True):
            _same(row, pk, seen.get("judged"), batch.sources[pk])
            cited = {_solid(words) for words in seen["cited"]}
            if said and _solid(said[pk]) not in cited:
                row.tell("intrusion", f"the appeal about {pk} reads otherwise than it was written")
    with sinks.watch.sink(f"{name}, opened one by one") as row:
        few = spread(ids, _share(sinks))
        await sinks.author.each(f"/c/{pk}/decision/" for pk in few)
        row.shown.update(few)


async def _listed(sinks: Sinks, model: str, made: Iterable[int]) -> Seen:
    """A list of the admin, and a few of its rows opened."""
    few = spread(sorted(made), _share(sinks))
    await sinks.admin.each(f"/admin/moderation/{model}/{pk}/change/" for pk in few)
    return await sinks.admin.open(f"/admin/moderation/{model}/")


# --- Of all -------------------------------------------------------------------------------------


async def _staged(sinks: Sinks, verb: str, **arguments: Any) -> Any:
    return await asyncio.to_thread(sinks.passage.stage, verb, **arguments)


def _share(sinks: Sinks) -> int:
    """Pages that one discussion has of what is opened one by one."""
    return -(-sinks.extent.sample // len(sinks.batches))


def _same(row: Row, key: Any, shown: str | None, wanted: str) -> None:
    if _line_ends(shown) == _line_ends(wanted):
        row.shown.add(key)
    else:
        row.tell("intrusion", f"{key} reads otherwise than it was written")


def _line_ends(text: str | None) -> str | None:
    """A text with the line ends that any text field gives back."""
    return text and text.replace("\r\n", "\n").replace("\r", "\n")


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _solid(text: str) -> str:
    """Without the spaces, which lines of HTML do not keep."""
    return "".join(text.split())
