/* What went live since this page was loaded: told by a button, shown when it is pressed.

   Every few seconds the page asks for its discussion's version; only when that has moved does it
   ask what is new. benchmarks/open_pages.py asks in the same manner: keep the two alike. */
"use strict";

(() => {
  const discussion = document.querySelector("[data-poll]");
  if (!discussion) return;
  const { poll, news, fragments, whole, answers, depth, goOn, notLoaded } = discussion.dataset;
  const FIRST = 3000; // milliseconds between two questions while something moves
  const STEADY = 180000; // so long after a sign of life no question is put off
  const LAST = 30000; // and when nothing has moved for long
  const SLOWER = 1.25;
  const FAILED_FIRST = 5000;
  const FAILED_LAST = 300000;
  const FAILURES = 8; // then it waits to be shown again
  const PATIENCE = 15000; // for one answer
  const QUIET = 30000; // between two announcements
  const language = document.documentElement.lang || undefined;
  const plural = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(language);
  const list = new Intl.ListFormat(language);
  const forms = { answers: JSON.parse(discussion.dataset.newAnswers), replies: JSON.parse(discussion.dataset.newReplies) };

  let version = discussion.dataset.version;
  let since = discussion.dataset.since;
  let fresh = []; // what went live and is not on the page: { id, parent, root }, oldest first
  let more = false; // there is more than one answer can hold

  /* Asking */

  let pause = FIRST;
  let stirred = performance.now(); // when the discussion moved last, or whoever reads it
  let failures = 0;
  let timer = 0;
  let dueAt = 0;
  let asking = null;
  let over = false;

  function plan(wait) {
    clearTimeout(timer);
    if (over || document.hidden || failures >= FAILURES) return;
    dueAt = performance.now() + wait;
    timer = setTimeout(ask, wait);
  }

  async function ask() {
    clearTimeout(timer);
    const mine = (asking = new AbortController());
    const tooLong = setTimeout(() => mine.abort(), PATIENCE);
    try {
      const answer = await fetch(poll, {
        headers: { "If-None-Match": `"${version}"` }, cache: "no-store", credentials: "omit", signal: mine.signal,
      });
      if (answer.status === 404) over = true;
      else if (answer.status === 200) {
        const moved = (await answer.text()).trim();
        await learn(mine.signal);
        version = moved;
        pause = FIRST;
        stirred = performance.now();
      } else if (answer.status === 304) {
        pause = performance.now() - stirred < STEADY ? FIRST : Math.min(LAST, pause * SLOWER);
      }
      else throw new Error(answer.statusText);
      failures = 0;
    } catch {
      if (asking !== mine) return;
      pause = Math.min(FAILED_LAST, FAILED_FIRST * 2 ** failures);
      failures += 1;
    } finally {
      clearTimeout(tooLong);
    }
    if (asking === mine) plan(pause);
  }

  function wake() {
    if (over || document.hidden) return;
    asking?.abort();
    pause = FIRST;
    stirred = performance.now();
    failures = 0;
    ask();
  }

  function rest() {
    clearTimeout(timer);
    const stopped = asking;
    asking = null;
    stopped?.abort();
  }

  /* Whoever reads is asked for often; a page that is left alone is asked for seldom. */
  function stir() {
    stirred = performance.now();
    if (failures || pause === FIRST) return;
    pause = FIRST;
    if (dueAt - performance.now() > FIRST) plan(FIRST);
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : wake()));
  addEventListener("online", wake);
  for (const sign of ["scroll", "pointerdown", "keydown"]) addEventListener(sign, stir, { passive: true });

  /* Learning what is new */

  const find = (id) => document.getElementById(`c${id}`);

  async function learn(signal) {
    const answer = await fetch(`${news}?since=${since}`, { signal });
    if (!answer.ok) throw new Error(answer.statusText);
    const found = await answer.json();
    const heading = document.getElementById("answers");
    if (heading) heading.textContent = found.heading;
    fresh = found.items.map(([id, parent, root]) => ({ id, parent, root }));
    more = found.more;
    // Until all of it is shown, the same moment is asked for: what is withdrawn meanwhile drops out.
    if (!draw()) since = found.since;
  }

  /* On the page of one comment only what follows from it belongs; elsewhere the whole list. */
  const scope = () => document.querySelector(".one-thread #threads [aria-current=true]") || discussion;

  function grouped() {
    const within = scope();
    const unseen = new Map(fresh.filter((item) => !find(item.id)).map((item) => [item.id, item]));
    const groups = new Map();
    for (const item of unseen.values()) {
      let at = item;
      while (at.parent && unseen.has(at.parent)) at = unseen.get(at.parent);
      const above = at.parent && (find(at.parent) || (answers && find(item.root)));
      const place = !at.parent ? answers && "answers" : above && within.contains(above) && above.closest(".threads > li");
      if (!place) continue;
      if (!groups.has(place)) groups.set(place, []);
      groups.get(place).push(item);
    }
    return groups;
  }

  function counted(kind, items) {
    const count = items.filter((item) => kind === "replies" || !item.parent).length;
    return forms[kind][plural.select(count)].replace("%s", number.format(count) + (more && kind === "answers" ? "+" : ""));
  }

  /* Telling */

  const bar = Object.assign(document.createElement("p"), { className: "news", hidden: true });
  const toAnswers = control(answers === "top" || answers === "end" ? "button" : "a");
  const toReplies = control("button");
  const buttons = new Map(); // thread -> its button
  const inView = new Set();
  bar.append(toAnswers, toReplies);
  discussion.querySelector("#said").after(bar);
  if (toAnswers.matches("a")) toAnswers.href = whole;
  else toAnswers.addEventListener("click", () => (more ? location.assign(whole) : reveal(toAnswers, (place) => place === "answers")));
  toReplies.addEventListener("click", () => reveal(toReplies, (place) => place !== "answers"));

  const sight = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      const thread = target.closest(".threads > li") || discussion;
      if (isIntersecting) inView.add(thread);
      else inView.delete(thread);
    }
    show();
  });
  sight.observe(discussion);

  function control(kind) {
    const made = document.createElement(kind);
    made.className = "button arrived";
    made.hidden = true;
    if (kind === "button") made.type = "button";
    return made;
  }

  function label(made, text) {
    if (made.textContent !== text) made.textContent = text;
    made.hidden = !text;
  }

  /* Brings buttons in line with what is fresh; whether there is anything to show. */
  function draw() {
    const groups = grouped();
    const mine = groups.get("answers");
    label(toAnswers, mine ? counted("answers", mine) : "");
    groups.delete("answers");
    for (const [thread, button] of buttons) {
      if (groups.has(thread)) continue;
      sight.unobserve(button);
      inView.delete(thread);
      buttons.delete(thread);
      button.remove();
    }
    for (const [thread, items] of groups) {
      if (!buttons.has(thread)) {
        const button = control("button");
        button.addEventListener("click", () => reveal(button, (place) => place === thread));
        thread.append(button);
        buttons.set(thread, button);
        inView.add(thread); // until the observer knows better
        sight.observe(button);
      }
      label(buttons.get(thread), counted("replies", items));
    }
    label(toReplies, groups.size ? counted("replies", [...groups.values()].flat()) : "");
    show();
    return Boolean(mine || groups.size);
  }

  /* The bar appears with the discussion, and names replies only while no thread in sight does. */
  function show() {
    const near = [...buttons.keys()].some((thread) => inView.has(thread));
    toReplies.hidden = !toReplies.textContent || near;
    bar.hidden = !inView.has(discussion) || (toAnswers.hidden && toReplies.hidden);
    const words = [toAnswers, toReplies].map((made) => made.textContent).filter(Boolean);
    if (inView.has(discussion)) tell(list.format(words));
  }

  const said = discussion.querySelector("#said");
  let told = "";
  let toldAt = -QUIET;
  let telling = 0;

  function tell(text) {
    clearTimeout(telling);
    if (text === told) return;
    if (!text) return void (told = "");
    telling = setTimeout(() => {
      said.textContent = told = text;
      toldAt = performance.now();
    }, Math.max(0, toldAt + QUIET - performance.now()));
  }

  /* Showing */

  async function reveal(button, wanted) {
    const items = [...grouped()].flatMap(([place, group]) => (wanted(place) ? group : []));
    if (!items.length || button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    try {
      const answer = await fetch(`${fragments}?ids=${items.map((item) => item.id)}`);
      if (!answer.ok) throw new Error(answer.statusText);
      const holder = document.createElement("template");
      holder.innerHTML = await answer.text();
      const first = place([...holder.content.children], items);
      fresh = fresh.filter((item) => !items.includes(item));
      draw();
      if (first) lead(first);
    } catch {
      said.textContent = notLoaded;
    } finally {
      button.ariaBusy = "false";
    }
  }

  /* Puts threads and replies where they belong; answers the first of them. */
  function place(arrived, items) {
    const known = new Map(items.map((item) => [`c${item.id}`, item]));
    const roots = arrived.filter((entry) => entry.classList.contains("thread") && !known.get(entry.id)?.parent);
    if (roots.length) {
      if (answers === "end") threads().append(...roots.reverse());
      else threads().prepend(...roots);
    }
    const placed = [...roots];
    for (const entry of arrived) {
      const item = known.get(entry.id);
      if (!item?.parent || find(item.id)) continue;
      const above = find(item.parent);
      const thread = above || find(item.root);
      if (!thread) continue;
      entry.className = above ? "branch" : "branch adrift";
      if (above) entry.querySelector(":scope > .detached")?.remove();
      repliesOf(thread).append(entry);
      unfold(entry);
      placed.push(entry);
    }
    const shown = placed
      .flatMap((entry) => [entry, ...entry.querySelectorAll("li")])
      .map((entry) => entry.isConnected && bounded(entry))
      .filter(Boolean);
    for (const entry of placed.filter((entry) => entry.isConnected)) {
      window.htmx?.process(entry);
      entry.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: entry } }));
    }
    return shown.sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1))[0];
  }

  function threads() {
    const there = document.getElementById("threads");
    if (there) return there;
    const made = Object.assign(document.createElement("ol"), { className: "threads", id: "threads" });
    discussion.querySelector(".empty").replaceWith(made);
    return made;
  }

  function repliesOf(thread) {
    const there = thread.querySelector(":scope > .replies");
    if (there) return there;
    const made = Object.assign(document.createElement("ol"), { className: "replies" });
    thread.querySelector(":scope > :is(.comment, .ignored)").after(made);
    return made;
  }

  function unfold(entry) {
    for (let above = entry.parentElement.closest("[data-folded]"); above; above = above.parentElement.closest("[data-folded]")) {
      above.querySelector(":scope > .comment .fold")?.click();
    }
  }

  /* A page shows so many levels; a deeper reply waits behind a link, as it would after a reload. */
  function bounded(entry) {
    let level = 0;
    for (let at = entry.parentElement.closest("li"); at; at = at.parentElement.closest("li")) level += 1;
    if (level < Number(depth)) {
      entry.classList.add("fresh");
      return entry;
    }
    const above = entry.parentElement.closest("li");
    const replies = entry.parentElement;
    entry.remove();
    if (!replies.children.length) replies.remove();
    let onward = above.querySelector(":scope > .onward");
    if (!onward) {
      onward = Object.assign(document.createElement("a"), { className: "onward", textContent: goOn });
      onward.href = `/c/${above.id.slice(1)}/`;
      above.append(onward);
    }
    return onward;
  }

  function lead(entry) {
    const target = entry.matches("li") ? entry.querySelector(":scope > .comment") : entry;
    if (target !== entry) target.tabIndex = -1;
    target.focus({ preventScroll: true });
    const { top, bottom } = target.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight) target.scrollIntoView({ block: "center" });
  }

  /* Whatever else puts comments on the page may bring what was waiting, or replace a thread. */
  document.addEventListener("htmx:load", draw);
  plan(FIRST);
})();
