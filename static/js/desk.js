/* The desk: the list, the card in focus, and rulings that keep nobody waiting.

   Everything here works without it, as links and forms. A ruling shows the next card at once and is
   sent beside it; one that is refused comes back with why. */
"use strict";

(() => {
  // Where the tabs do not fit beside each other, the one that is open is not to be looked for.
  document.querySelector("[data-tab][aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  const desk = document.querySelector("[data-desk]");
  const rows = desk?.querySelector("#rows");
  const focus = desk?.querySelector("#focus");
  if (!rows || !focus) return;
  const words = desk.dataset;
  const AHEAD = 2; // cards that are there before they are asked for
  const NEARLY_DONE = 10; // rows below the current one when more are fetched
  const UNDO_SHOWN = 6000; // milliseconds, as long as a ruling waits for its effect
  const STARTLED = 800; // milliseconds in which no key rules, when a card has come back by itself
  const narrow = matchMedia("(max-width: 59.99rem)");
  const said = document.getElementById("said");
  const nothing = desk.querySelector("#nothing");
  const cards = new Map(); // comment -> { element, loading }
  const sent = new Map(); // comment -> what was sent about it last
  const touched = new Map(); // comment -> when that was answered; Infinity until then
  const newest = new Map(); // comment -> the number of a decision that was made here, after its card
  const rulings = []; // what `undo` takes back, the newest last
  let current = rows.querySelector("[aria-current]")?.closest("li") || null;
  let startled = 0;
  let fetchingMore = null;

  const idOf = (row) => row.dataset.id;
  const linkOf = (row) => row.querySelector("a");
  const next = (row) => row.nextElementSibling;
  const previous = (row) => row.previousElementSibling;
  const rowOf = (id) => document.getElementById(`row-${id}`);
  const cardShown = () => focus.querySelector(".card");

  function say(text) {
    if (said && text) said.textContent = text;
  }

  function parsed(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content.firstElementChild;
  }

  /* Cards */

  function keep(id, element) {
    cards.set(id, { element });
    return element;
  }

  function load(row) {
    const id = idOf(row);
    const known = cards.get(id);
    if (known) return known.loading || Promise.resolve(known.element);
    const loading = fetch(row.dataset.card, { headers: { "X-Requested-With": "desk" } })
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer)))
      .then((html) => {
        newest.delete(id);
        return keep(id, parsed(html));
      })
      .catch((problem) => {
        cards.delete(id);
        throw problem;
      });
    cards.set(id, { loading });
    return loading;
  }

  /* Until the card is there, what the row says of it; nothing on it can be ruled on. */
  function outline(row) {
    const made = Object.assign(document.createElement("article"), { className: "card", ariaBusy: "true" });
    for (const part of row.querySelectorAll("b, .first-words")) made.append(part.cloneNode(true));
    return made;
  }

  function place(element) {
    focus.replaceChildren(element);
    // The times on it are told by the script of every page.
    element.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: element } }));
    if (focus.getBoundingClientRect().top < 0) focus.scrollIntoView({ block: "start" });
  }

  function show(row) {
    const known = cards.get(idOf(row));
    if (known?.element) return place(known.element);
    place(outline(row));
    load(row).then(
      (element) => current === row && place(element),
      () => say(words.failed),
    );
  }

  function renew(row) {
    const id = idOf(row);
    cards.delete(id);
    return load(row).then((element) => current === row && place(element), () => {});
  }

  function replace(row, html) {
    const element = keep(idOf(row), parsed(html));
    if (element.dataset.revision) row.dataset.revision = element.dataset.revision;
    newest.delete(idOf(row));
    if (current === row) place(element);
    return element;
  }

  function prefetch() {
    let row = current;
    for (let ahead = 0; ahead < AHEAD && row; ahead += 1) {
      row = next(row);
      if (row) load(row).catch(() => {});
    }
    let left = 0;
    for (row = current; row && left < NEARLY_DONE; row = next(row)) left += 1;
    if (left < NEARLY_DONE) more();
  }

  /* The list */

  function move(row, { focusing = true } = {}) {
    if (current) linkOf(current).removeAttribute("aria-current");
    current = row || null;
    nothing.hidden = Boolean(rows.firstElementChild);
    if (!current) {
      focus.replaceChildren();
      more()?.then(() => current || move(rows.firstElementChild, { focusing }));
    } else {
      linkOf(current).setAttribute("aria-current", "true");
      show(current);
      if (focusing) lead();
      if (!narrow.matches) current.scrollIntoView({ block: "nearest" });
      history.replaceState(null, "", linkOf(current).href);
      prefetch();
    }
    desk.dispatchEvent(new CustomEvent("desk:focus", { detail: { row: current } }));
  }

  /* Beside each other the focus moves along the list; below each other it stays on the card. */
  function lead() {
    const target = narrow.matches ? cardShown()?.querySelector("h2") : linkOf(current);
    if (target?.matches("h2")) target.tabIndex = -1;
    target?.focus({ preventScroll: true });
  }

  /* More rows below the last one; nothing while they are on their way, or where there are none. */
  function more() {
    const link = desk.querySelector("#more");
    if (!link || fetchingMore) return fetchingMore;
    fetchingMore = fetch(link.href)
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer)))
      .then((html) => {
        const found = new DOMParser().parseFromString(html, "text/html");
        const fresh = [...found.querySelectorAll("#rows > li")].filter((row) => !rowOf(row.dataset.id));
        for (const row of fresh) row.querySelector("[aria-current]")?.removeAttribute("aria-current");
        const before = rows.children.length;
        rows.append(...fresh);
        for (const row of [...rows.children].slice(before)) {
          row.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: row } }));
        }
        const further = found.querySelector("#more");
        if (further) link.href = further.href;
        else link.remove();
        nothing.hidden = Boolean(rows.firstElementChild);
      })
      .catch(() => say(words.failed))
      .finally(() => (fetchingMore = null));
    return fetchingMore;
  }

  function takeOut(row) {
    const place = { before: next(row), after: previous(row) };
    row.remove();
    return place;
  }

  function putBack(row, { before, after }) {
    if (row.isConnected) return;
    if (before?.isConnected) before.before(row);
    else if (after?.isConnected) after.after(row);
    else rows.prepend(row);
  }

  /* Sending */

  class Refused extends Error {
    constructor(status, told) {
      super(told.message || words.failed);
      Object.assign(this, { status, card: told.card });
    }
  }

  async function post(url, body) {
    let answer;
    try {
      answer = await fetch(url, {
        method: "POST", body, keepalive: true, headers: { Accept: "application/json" },
      });
    } catch {
      throw new Refused(0, {});
    }
    const told = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
    if (!answer.ok || answer.redirected) throw new Refused(answer.status, told);
    return told;
  }

  function token() {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", desk.querySelector("[name=csrfmiddlewaretoken]").value);
    return body;
  }

  /* One after the other about one comment; beside each other about different ones. */
  function inTurn(id, act) {
    const mine = (sent.get(id) || Promise.resolve()).catch(() => {}).then(act);
    const done = () => sent.get(id) === mine && touched.set(id, performance.now());
    sent.set(id, mine);
    touched.set(id, Infinity);
    mine.then(done, done);
    return mine;
  }

  /* Ruling */

  const bar = desk.querySelector("#undo");
  let hiding = 0;

  function showBar(text, undoable) {
    clearTimeout(hiding);
    bar.hidden = true;
    bar.querySelector("button").hidden = !undoable;
    bar.querySelector("span").textContent = text;
    void bar.offsetWidth; // so that its line begins anew
    bar.hidden = false;
    hiding = setTimeout(() => (bar.hidden = true), UNDO_SHOWN);
  }

  function rule(form, submitter) {
    const row = current;
    if (!row || performance.now() < startled) return;
    const id = idOf(row);
    const body = new FormData(form, submitter);
    const text = submitter?.dataset.told || form.dataset.told;
    const ruling = { row, id, text, card: cards.get(id)?.element };
    const following = next(row) || previous(row);
    if (words.stays !== undefined) {
      row.classList.add("ruled");
      cards.delete(id);
    } else ruling.place = takeOut(row);
    const undoable = !("final" in form.dataset);
    if (undoable) rulings.push(ruling);
    move(following);
    showBar(text, undoable);
    say(text);
    ruling.answer = inTurn(id, () => {
      // Whoever takes a ruling back and rules anew has seen both.
      if (newest.has(id)) body.set("seen", newest.get(id));
      return post(form.action, body);
    });
    ruling.answer.catch((refused) => comeBack(ruling, refused));
  }

  function restore(ruling) {
    const { row, id, place } = ruling;
    row.classList.remove("ruled");
    if (place) putBack(row, place);
    if (ruling.card) keep(id, ruling.card);
    nothing.hidden = true;
  }

  function comeBack(ruling, refused) {
    const at = rulings.indexOf(ruling);
    if (at >= 0) rulings.splice(at, 1);
    if (ruling.takenBack) return;
    bar.hidden = true;
    restore(ruling);
    if (refused.card) replace(ruling.row, refused.card);
    else if (ruling.card) alertOn(ruling.card, refused.message);
    // Whoever was about to press a key meant the other card.
    startled = performance.now() + STARTLED;
    move(ruling.row);
    say(refused.message);
  }

  function alertOn(card, text) {
    card.querySelector(":scope > .error")?.remove();
    const made = Object.assign(document.createElement("p"), { className: "error", textContent: text });
    made.setAttribute("role", "alert");
    card.prepend(made);
  }

  /* What was done to a comment beside ruling on it: `done` is its answer, `back` takes it back, and
     is missing where nothing does. A ruling from before it is not to be taken back in its stead. */
  function remember(row, text, done, back) {
    const act = { row, id: idOf(row), done, back };
    rulings.push(act);
    showBar(text, Boolean(back));
    done.catch(() => {
      const at = rulings.indexOf(act);
      if (at >= 0) rulings.splice(at, 1);
      bar.hidden = true;
    });
  }

  function takeBack({ row, id, done, back }) {
    bar.hidden = true;
    if (row.isConnected && row !== current) move(row);
    say(words.undone);
    const undoing = inTurn(id, () => done.then(back));
    undoing.catch((refused) => say(refused.message)).then(() => row.isConnected && renew(row));
  }

  function undo() {
    const ruling = rulings.pop();
    if (!ruling || ("back" in ruling && !ruling.back)) return say(words.nothingToUndo);
    if (ruling.back) return takeBack(ruling);
    ruling.takenBack = true;
    bar.hidden = true;
    restore(ruling);
    move(ruling.row);
    say(words.undone);
    const undoing = inTurn(ruling.id, async () => {
      const { undo: url } = await ruling.answer;
      const { seen } = await post(url, token());
      if (seen) newest.set(ruling.id, seen);
    });
    undoing.catch((refused) => {
      say(refused.message);
      renew(ruling.row).then(() => current === ruling.row && cardShown() && alertOn(cardShown(), refused.message));
    });
  }

  /* Something else than a ruling here took it away: the list goes on where it was. */
  function takeOutAndLead(row) {
    const following = next(row) || previous(row);
    const here = current === row;
    row.remove();
    cards.delete(idOf(row));
    nothing.hidden = Boolean(rows.firstElementChild);
    if (here) move(following, { focusing: row.contains(document.activeElement) || document.activeElement === document.body });
  }

  desk.addEventListener("submit", (event) => {
    // Without a row there is no next one: then the form goes its own way.
    if (!current || !event.target.matches("#focus form[data-rule]")) return;
    event.preventDefault();
    rule(event.target, event.submitter);
  });
  bar.querySelector("button").addEventListener("click", undo);

  rows.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const row = link.closest("li");
    move(row, { focusing: false });
    const heading = cardShown()?.querySelector("h2");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: !narrow.matches });
  });

  /* The thread, in a panel below the words */

  async function thread() {
    const link = cardShown()?.querySelector("a[data-thread]");
    if (!link) return;
    const there = focus.querySelector(".thread-panel");
    if (there) {
      there.remove();
      link.ariaExpanded = "false";
      return linkOf(current)?.focus({ preventScroll: true });
    }
    const found = await panelAt(link.href);
    if (!found || !link.isConnected) return;
    link.closest(".case").append(found);
    link.ariaExpanded = "true";
    lookAt(found);
  }

  async function panelAt(url) {
    const answer = await fetch(url);
    if (!answer.ok) return void say(words.failed);
    return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".thread-panel");
  }

  function lookAt(panel) {
    panel.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: panel } }));
    panel.focus({ preventScroll: true });
    panel.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  /* Earlier and later parts of it take the place of the one that is shown. */
  async function leaf(link) {
    const found = await panelAt(link.href);
    const panel = link.closest(".thread-panel");
    if (!found || !panel?.isConnected) return;
    panel.replaceWith(found);
    lookAt(found);
  }

  focus.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-thread], .thread-panel a[data-around]");
    if (!link || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    if ("around" in link.dataset) leaf(link);
    else thread();
  });

  /* A selection of rows, for one ruling on all of them */

  const several = desk.querySelector("#several");
  function countChosen() {
    const chosen = rows.querySelectorAll("input:checked").length;
    if (!several) return;
    several.hidden = !chosen;
    several.querySelector("output").value = words.chosen.replace("%s", chosen);
  }
  rows.addEventListener("change", countChosen);
  countChosen();

  window.desk = {
    words, rows, focus, several, say, post, token, inTurn, move, lead, undo, remember, thread, renew, replace, takeOutAndLead, next, previous, rowOf, linkOf, idOf, cardShown, countChosen,
    get current() { return current; },
    get startled() { return performance.now() < startled; },
    drop: (id) => cards.delete(id),
    touchedSince: (id, moment) => (touched.get(id) || 0) > moment,
  };

  /* What the page came with */
  desk.classList.add("alive");
  if (current && cardShown()) keep(idOf(current), cardShown());
  else if (!current && rows.firstElementChild && !cardShown()) move(rows.firstElementChild, { focusing: false });
  if (current) prefetch();
})();
