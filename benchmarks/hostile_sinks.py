"""Every place where a reader's words come out again, visited with a browser."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from benchmarks.hostile_browser import Chromium, Row, Seen, Visitor, Watch
from benchmarks.hostile_passage import PART, Batch, Extent, Passage, spread
from tests.hostile import faults

OWN_SHOWN = 20  # of an author's comments that are not live, on one page
DESK_SHOWN = 25  # cards on a page of the desk
LISTED = 1_800  # newest comments, to all of which the admin's list leads: it ends after 2,000 rows
ATOM = "{http://www.w3.org/2005/Atom}"
FEED_TAGS = {"feed", "title", "subtitle", "link", "id", "updated", "published", "entry"}
FEED_TAGS |= {"author", "name", "uri", "summary", "category", "rights"}


@dataclass
class Visitors:
    """Everybody who looks at pages, each with tabs of their own from the first sink to the last.

    author: whose comments are looked at, one after the other.
    """

    anyone: Visitor
    author: Visitor
    host: Visitor
    witness: Visitor
    editor: Visitor
    admin: Visitor

    @classmethod
    async def let_in(cls, browser: Chromium, house: dict[str, Any]) -> Visitors:
        known = ("host", "witness", "editor", "admin")
        signed_in = {who: await browser.visitor(house[who]["session"]) for who in known}
        return cls(anyone=await browser.visitor(), author=await browser.visitor(), **signed_in)


class Sinks:
    """The visits to one passage's texts."""

    def __init__(self, passage: Passage, visitors: Visitors, watch: Watch, extent: Extent) -> None:
        self.passage, self.watch, self.extent = passage, watch, extent
        self.batches = passage.batches
        self.anyone, self.author, self.host = visitors.anyone, visitors.author, visitors.host
        self.witness, self.editor = visitors.witness, visitors.editor
        self.admin = visitors.admin

    @property
    def ids(self) -> list[int]:
        """Every comment that was posted."""
        return [pk for batch in self.batches for pk in batch.sources]

    @property
    def sampled(self) -> list[int]:
        """Those whose own pages are opened one by one."""
        return spread(self.ids, self.extent.sample)

    # --- while it is pending ----------------------------------------------------------------

    async def pending(self) -> None:
        """What authors see of comments that nobody has judged."""
        for batch in self.batches:
            await self.author.become(batch.author["session"])
            await self._my_comments("my comments, being checked", batch)
            newest = sorted(batch.sources)[-OWN_SHOWN:]
            await self._own("article, its author's own being checked", self.author, batch, newest)
        with self.watch.sink("state of one's own comment") as row:
            for batch in self.batches:
                ids = [pk for pk in self.sampled if pk in batch.sources]
                if ids:
                    await self.author.become(batch.author["session"])
                    for seen in await self.author.each(f"/c/{pk}/state/" for pk in ids):
                        row.shown.update(seen.get("own", ()))
                    row.wanted.update(ids)

    async def _my_comments(self, name: str, batch: Batch) -> None:
        with self.watch.sink(name) as row:
            row.wanted.update(batch.sources)
            before = None
            while before is None or not batch.sources.keys() <= row.shown:
                seen = await self.author.open(f"/my/comments/?before={before or ''}")
                listed = seen.get("ledger", ())
                row.shown.update(batch.sources.keys() & set(listed))
                if len(listed) < PART:
                    break
                before = listed[-1]

    async def _own(self, name: str, visitor: Visitor, batch: Batch, wanted: Iterable[int]) -> None:
        """The article as somebody sees it who has comments there that are not live."""
        with self.watch.sink(name) as row:
            seen = await visitor.open(batch.path)
            row.shown.update(seen.get("own", ()))
            row.wanted.update(wanted)
            _compare(row, seen, batch.sources)

    # --- whatever its state -----------------------------------------------------------------

    async def forms(self) -> None:
        """The edit form of every comment, and the preview of every text."""
        for batch in self.batches:
            await self.author.become(batch.author["session"])
            with self.watch.sink("edit form") as row:
                ids = list(batch.sources)[:: self.extent.every]
                for pk, seen in zip(
                    ids, await self.author.written([f"/c/{pk}/edit/" for pk in ids]), strict=True
                ):
                    _same(row, pk, seen.get("box"), batch.sources[pk])
                row.wanted.update(ids)
            with self.watch.sink("edit form, opened one by one") as row:
                ids = [pk for pk in self.sampled if pk in batch.sources]
                for pk, seen in zip(
                    ids, await self.author.each(f"/c/{pk}/edit/" for pk in ids), strict=True
                ):
                    _same(row, pk, seen.get("box"), batch.sources[pk])
                row.wanted.update(ids)
            with self.watch.sink("withdrawal form") as row:
                found = await self.author.each(f"/c/{pk}/withdraw/" for pk in ids)
                row.shown.update(pk for pk, seen in zip(ids, found, strict=True) if seen)
                row.wanted.update(ids)
            with self.watch.sink("preview") as row:
                texts = batch.texts[:: self.extent.every]
                shown = await self.author.preview(f"/c/{batch.root}/reply/", texts)
                row.shown.update((batch.root, number) for number in range(shown))
                row.wanted.update((batch.root, number) for number in range(len(texts)))

    # --- while it is held -------------------------------------------------------------------

    async def held(self) -> None:
        """What editors and authors see of comments that wait."""
        sources = {pk: text for batch in self.batches for pk, text in batch.sources.items()}
        held = {pk for batch in self.batches for pk in batch.held}
        with self.watch.sink("desk, waiting") as row:
            row.wanted.update(held)
            await self.editor.open("/desk/")
            path = "/desk/"
            # Without its script, which would fetch the next page before its address was read.
            while path:
                [seen] = await self.editor.written([path])
                row.shown.update(held & set(seen.get("listed", ())))
                _compare(row, seen, sources)
                path = seen.get("more") or ""
        with self.watch.sink("desk, one comment") as row:
            ids = sorted(held)[:: self.extent.every]
            row.wanted.update(ids)
            for seen in await self.editor.written([f"/desk/comments/{pk}/card/" for pk in ids]):
                row.shown.update(seen.get("cards", ()))
                _compare(row, seen, sources)
        with self.watch.sink("desk, one comment, opened one by one") as row:
            ids = [pk for pk in self.sampled if pk in held]
            await self.editor.each(f"/desk/comments/{pk}/" for pk in ids)
            row.shown.update(ids)
        with self.watch.sink("desk, a thread") as row:
            # The first and the last, too: a long thread goes on before or after them.
            around = {*ids, *([min(held), max(held)] if held else [])}
            await self.editor.each(f"/desk/comments/{pk}/thread/" for pk in sorted(around))
            row.shown.update(around)
        with self.watch.sink("API: queue") as row:
            row.wanted.update(held)
            async for item in self._listed(row, self.editor, "/api/v1/queue?", "after"):
                self._own_json(row, item["comment"], sources)
        for batch in self.batches:
            await self.author.become(batch.author["session"])
            waiting = sorted(batch.held)[-OWN_SHOWN:]
            if waiting:
                name = "article, its author's own waiting, evidence marked"
                await self._own(name, self.author, batch, waiting)
        await self._admin_list()

    async def _admin_list(self) -> None:
        with self.watch.sink("admin: comments") as row:
            row.wanted.update(sorted(self.ids)[-LISTED:])
            number, listed = 0, set()
            while not row.wanted <= row.shown:
                number += 1
                seen = await self.admin.open(f"/admin/comments/comment/?p={number}")
                # Beyond the last page it begins anew; a page of the stage's own comments is no end.
                if listed.issuperset(ticked := seen.get("ticked", ())):
                    break
                listed.update(ticked)
                row.shown.update(row.wanted.intersection(ticked))
        with self.watch.sink("admin: one comment") as row:
            for pk, seen in zip(
                self.sampled,
                await self.admin.each(
                    f"/admin/comments/comment/{pk}/change/" for pk in self.sampled
                ),
                strict=True,
            ):
                if seen:
                    row.shown.add(pk)
            row.wanted.update(self.sampled)

    # --- while it is ruled on ---------------------------------------------------------------

    async def rulings(self) -> None:
        """Some at a time, an editor rules, mails leave, people are told, feeds show the newest.

        The mails of one part are read while the next is ruled on: the mailbox of the development
        site keeps the newest 500.
        """
        sampled = set(self.sampled)
        for batch in self.batches:
            contested = {pk: note for pk, note in batch.contested.items() if note is not None}
            reading: asyncio.Task[None] | None = None
            for at in range(0, len(batch.held) or 1, PART):
                part = batch.held[at : at + PART]
                mails = await asyncio.to_thread(self.passage.rule, part, {} if at else contested)
                if reading:
                    await reading
                await self._told(part)
                await self._feed(batch, part)
                reading = asyncio.create_task(self._mails(mails, sampled))
            if reading:
                await reading
            # A subject names the author and the article alone: the newest hundred stand for all.
            with self.watch.sink("mailbox") as row:
                await self.anyone.open("/dev/mail/")
                row.shown.add(batch.root)
        for number, batch in enumerate(self.batches):
            await self._reported(number, batch)
            if batch.contested:
                name = "article, its author's own rejected, evidence marked"
                await self._own(name, self.witness, batch, batch.contested)
        await asyncio.to_thread(self.passage.note_live)

    async def _told(self, part: list[int]) -> None:
        with self.watch.sink("desk, approved") as row:
            seen = await self.editor.open("/desk/?tab=approved&order=newest")
            row.shown.update(seen.get("listed", ()))
            row.wanted.update(part[-DESK_SHOWN + 1 :])  # one more is rejected
        with self.watch.sink("notifications") as row:
            seen = await self.host.open("/my/notifications/")
            row.shown.update(seen.get("told", ()))
            row.wanted.update(part)

    async def _reported(self, number: int, batch: Batch) -> None:
        reported = await asyncio.to_thread(self.passage.report, number)
        with self.watch.sink("desk, reported") as row:
            seen = await self.editor.open("/desk/?tab=reported")
            row.shown.update(seen.get("listed", ()))
            row.wanted.update(reported)
            _compare(row, seen, batch.sources)
        await asyncio.to_thread(self.passage.settle)

    async def _mails(self, mails: dict[int, str], sampled: set[int]) -> None:
        with self.watch.sink("mail") as row:
            ids = list(mails)[:: self.extent.every]
            row.wanted.update(ids)
            found = await self.anyone.written([f"/dev/mail/{mails[pk]}/" for pk in ids])
            for pk, seen in zip(ids, found, strict=True):
                if f"/c/{pk}/" in (seen["pre"] or ""):
                    row.shown.add(pk)
        with self.watch.sink("mail, opened one by one") as row:
            ids = [pk for pk in mails if pk in sampled]
            await self.anyone.each(f"/dev/mail/{mails[pk]}/" for pk in ids)
            row.shown.update(ids)

    async def _feed(self, batch: Batch, part: list[int]) -> None:
        path = f"{batch.path}comments.atom"
        with self.watch.sink("feed") as row:
            row.wanted.update(part)
            seen = await self.anyone.open(path)
            source = (seen.get("pre") or "").encode()
            feed = ElementTree.fromstring(source)
            for element in feed.iter():
                if element.tag.removeprefix(ATOM) not in FEED_TAGS:
                    row.tell("intrusion", f"{path}: element {element.tag}")
            for entry in feed.iter(f"{ATOM}entry"):
                number = int(entry.find(f"{ATOM}link").get("href").rstrip("/").rpartition("/")[2])
                row.shown.update({number} & batch.sources.keys())
                for fault in faults(entry.findtext(f"{ATOM}summary") or ""):
                    row.tell("intrusion", f"{path}: {number}: {fault}")
        with self.watch.sink("feed taken for HTML and XHTML, without a policy") as row:
            for kind in ("text/html", "application/xhtml+xml"):
                headers = {"Content_Type": f"{kind}; charset=utf-8"}
                seen = await self.anyone.open(self.watch.server.serve(source, **headers))
                # The other kind is shown by the browser's own viewer, which is made of elements.
                strange = _elements(seen) - FEED_TAGS - {"html", "head", "body"}
                if kind == "text/html" and strange:
                    row.tell("intrusion", f"{path} as HTML: {strange}")
            row.shown.update(part)

    # --- while it is live -------------------------------------------------------------------

    async def live(self) -> None:
        """What everybody sees of comments that were approved, and programs of everything."""
        for batch in self.batches:
            await self._public(batch)
            await self._api(batch)
            await self.author.become(batch.author["session"])
            await self._my_comments("my comments, live", batch)
        await self._one_by_one()

    async def _public(self, batch: Batch) -> None:
        with self.watch.sink("article") as row:
            article = await self.anyone.open(batch.path)
            row.shown.update(batch.sources.keys() & set(article.get("live", ())))
        with self.watch.sink("article, its threads unfolded") as row:
            whole = await self.anyone.unfolded(batch.path)
            row.shown.update(batch.sources.keys() & set(whole.get("live", ())))
            row.wanted.update(batch.live)
        with self.watch.sink("page title") as row:
            title = " ".join(article.get("title", "").split())
            _same(row, batch.root, title.rpartition(" · ")[0], batch.article["title"])
        with self.watch.sink("JSON-LD") as row:
            data = article.get("data", [])
            if len(data) != 1:
                row.tell("intrusion", f"{batch.path} has {len(data)} blocks of data")
            for block in data:
                graph = json.loads(block)["@graph"]
                row.shown.update(found["@id"] for found in graph[1]["comment"])
        with self.watch.sink("thread") as row:
            thread = await self.anyone.open(f"/c/{batch.root}/")
            row.shown.update(batch.sources.keys() & set(thread.get("live", ())))
            row.wanted.update(batch.live)

    async def _api(self, batch: Batch) -> None:
        bare: list[str] = []
        with self.watch.sink("API: a thread") as row:
            row.wanted.update(batch.live)
            path = f"/api/v1{batch.path}comments?parent={batch.root}"
            async for item in self._listed(row, self.anyone, path, "after"):
                row.shown.update({item["id"]} & batch.sources.keys())
                bare.append(item["html"])
                for fault in faults(item["html"]):
                    row.tell("intrusion", f"API: {item['id']}: {fault}")
        with self.watch.sink("API: my comments") as row:
            row.wanted.update(batch.sources)
            await self.author.become(batch.author["session"])
            async for item in self._listed(row, self.author, "/api/v1/me/comments?", "before"):
                self._own_json(row, item, batch.sources)
        with self.watch.sink("the API's HTML on a page without a policy") as row:
            boxes = "".join(f'<li><div class="words">{html}</div>' for html in bare)
            page = f"<!doctype html><title>Bare</title><ol>{boxes}</ol>".encode()
            seen = await self.anyone.open(
                self.watch.server.serve(page, Content_Type="text/html; charset=utf-8")
            )
            for fault in seen.get("faults", ()):
                row.tell("intrusion", fault)
            row.shown.update(batch.live[: seen.get("bodies", 0)])

    async def _listed(
        self, row: Row, visitor: Visitor, path: str, cursor: str
    ) -> AsyncIterator[dict[str, Any]]:
        """The items of a list of the API, page by page, as a browser shows them."""
        after = ""
        while after is not None:
            told = self._json(
                row, await visitor.open(f"{path}&{cursor}={after}" if after else path)
            )
            for item in told.get("items", ()):
                yield item
            after = told.get("next")

    def _json(self, row: Row, seen: Seen) -> dict[str, Any]:
        if seen.get("type") != "application/json":
            row.tell("intrusion", f"the API answered {seen.get('type')}")
            return {}
        return json.loads(seen["pre"])

    def _own_json(self, row: Row, own: dict[str, Any], sources: dict[int, str]) -> None:
        if own["id"] in sources:
            _same(row, own["id"], own["body"], sources[own["id"]])
        for fault in faults(own["html"]):
            row.tell("intrusion", f"API: {own['id']}: {fault}")

    async def _one_by_one(self) -> None:
        live = spread([pk for batch in self.batches for pk in batch.live], self.extent.sample)
        for name, visitor, path in (
            ("one comment in its context", self.anyone, "/c/{}/"),
            ("reply page", self.host, "/c/{}/reply/"),
            ("report form", self.host, "/c/{}/report/"),
            ("reaction form", self.host, "/c/{}/react/?value=1"),
            ("API: one comment", self.anyone, "/api/v1/comments/{}"),
        ):
            with self.watch.sink(name) as row:
                found = await visitor.each(path.format(pk) for pk in live)
                row.shown.update(pk for pk, seen in zip(live, found, strict=True) if seen)
                row.wanted.update(live)


def _elements(seen: Seen) -> set[str]:
    """The names of the elements below the first of a page."""
    kinds = (word for word in seen.get("words", ()) if "@" not in word)
    return {word.rpartition(">")[2].removesuffix("*") for word in kinds}


def _compare(row: Row, seen: Seen, sources: dict[int, str]) -> None:
    """Texts that are shown as they were written must read as they were written."""
    for pk, text in seen.get("sources", ()):
        if pk in sources and text != sources[pk]:
            row.tell("intrusion", f"comment {pk} reads otherwise than it was written")


def _same(row: Row, key: Any, shown: str | None, wanted: str) -> None:
    if shown == wanted:
        row.shown.add(key)
    else:
        row.tell("intrusion", f"{key} reads otherwise than it was written")
