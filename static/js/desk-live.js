/* Several editors at one desk: who reads what, what others decided, and what has come in. */
"use strict";

(() => {
  const { desk } = window;
  if (!desk) return;
  const { words, rows } = desk;
  const EVERY = 3000; // milliseconds between two questions
  const AT_ONCE = 100; // rows that one question is about
  const FAILED_LAST = 60000;
  const SETTLED = 400; // milliseconds on a card before it is claimed: whoever leafs through claims none
  const CLAIM_AGAIN = 60000; // well before a claim runs out
  const FAREWELL = 4000; // milliseconds for which the list says who decided
  const { since } = words;
  let wait = EVERY;
  let timer = 0;
  let asking = null;

  /* Asking */

  function plan() {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(ask, wait);
  }

  async function ask() {
    clearTimeout(timer);
    asking?.abort();
    const question = (asking = new AbortController());
    const asked = performance.now();
    const about = inTurn();
    const shown = about.map((row) => `${row.dataset.id}-${row.dataset.revision}`);
    const url = new URL(words.changes, location.href);
    url.searchParams.set("since", since);
    url.searchParams.set("shown", shown.join("."));
    try {
      const answer = await fetch(url, { cache: "no-store", signal: question.signal });
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      learn(await answer.json(), asked, about);
      wait = EVERY;
    } catch {
      if (asking !== question) return;
      wait = Math.min(FAILED_LAST, wait * 2);
    }
    if (asking === question) plan();
  }

  /* A question is about AT_ONCE rows; of a longer list the parts take turns. */
  let begun = 0;
  function inTurn() {
    const all = [...rows.children];
    if (all.length <= AT_ONCE) return all;
    if (begun >= all.length) begun = 0;
    const some = all.slice(begun, begun + AT_ONCE);
    begun += AT_ONCE;
    return some;
  }

  function learn(found, asked, about) {
    for (const [key, count] of Object.entries(found.counts)) {
      const place = document.querySelector(`[data-tab="${key}"] .number`);
      if (place && place.textContent !== count) place.textContent = count;
    }
    const told = [];
    for (const { id, said } of found.gone) {
      const row = desk.rowOf(id);
      if (!row || desk.touchedSince(String(id), asked)) continue; // it may tell of before
      leave(row, said);
      told.push(said);
    }
    for (const id of found.changed) {
      const row = desk.rowOf(id);
      if (row && row !== desk.current) desk.drop(String(id));
    }
    mark(found.claimed, about);
    // Of a part alone the others would count as new.
    if (rows.children.length <= AT_ONCE) came(found.came);
    if (told.length) desk.say(told.at(-1));
  }

  function mark(claimed, about) {
    for (const row of about) {
      const name = claimed[row.dataset.id] || "";
      const place = row.querySelector(".claim");
      if (place && place.textContent !== name) place.textContent = name;
    }
    if (!about.includes(desk.current)) return;
    const place = desk.cardShown()?.querySelector(".claim");
    const name = (desk.current && claimed[desk.idOf(desk.current)]) || "";
    if (place && place.textContent !== name) place.textContent = name;
  }

  /* Out of the list with a word of who it was; a card that is being read stays until it is left. */
  function leave(row, said) {
    if (row.classList.contains("gone")) return;
    row.classList.add("gone");
    const word = Object.assign(document.createElement("span"), { className: "farewell", textContent: said });
    desk.linkOf(row).append(word);
    desk.drop(desk.idOf(row));
    if (desk.current === row) {
      const card = desk.cardShown();
      const notice = Object.assign(document.createElement("p"), { className: "notice", textContent: said });
      notice.setAttribute("role", "status");
      card?.prepend(notice);
      card?.classList.add("overtaken");
      return;
    }
    setTimeout(() => desk.current === row || desk.takeOutAndLead(row), FAREWELL);
  }

  const fresh = document.getElementById("came");
  function came(count) {
    if (!fresh) return;
    fresh.hidden = !count;
    if (count) fresh.textContent = words.came.replace("%s", count);
  }

  /* Claiming */

  let claiming = 0;
  function claim() {
    clearTimeout(claiming);
    const row = desk.current;
    if (!row || document.hidden) return;
    claiming = setTimeout(claim, CLAIM_AGAIN);
    desk.post(row.dataset.claim, desk.token()).then(
      ({ claimed }) => desk.current === row && mark({ [desk.idOf(row)]: claimed }, [row]),
      () => {},
    );
  }

  const element = document.querySelector("[data-desk]");
  let before = desk.current;
  element.addEventListener("desk:focus", () => {
    if (before && before !== desk.current && before.classList.contains("gone") && before.isConnected) desk.takeOutAndLead(before);
    before = desk.current;
    clearTimeout(claiming);
    claiming = setTimeout(claim, SETTLED);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      clearTimeout(timer);
      clearTimeout(claiming);
    } else {
      wait = EVERY;
      ask();
      claim();
    }
  });
  addEventListener("pagehide", () => desk.post(words.release, desk.token()).catch(() => {}));
  claiming = setTimeout(claim, SETTLED);
  plan();
})();
