/* What the discussion does beyond its links and forms. Everything here works without it. */
"use strict";

(() => {
  const words = document.querySelector("[data-fold]")?.dataset || {};
  const me = document.body.dataset.me;
  const said = document.getElementById("said");

  function say(text) {
    if (said && text) said.textContent = text;
  }

  function button(className, text) {
    return Object.assign(document.createElement("button"), { type: "button", className, textContent: text });
  }

  function each(root, selector, act) {
    if (root.matches?.(selector)) act(root);
    root.querySelectorAll(selector).forEach(act);
  }

  /* Branches fold. */

  function addFold(thread) {
    const header = thread.querySelector(":scope > .comment > :is(.by, p)");
    if (!header || header.querySelector(".fold") || !thread.querySelector(":scope > .replies > li")) return;
    const name = thread.querySelector(":scope > .comment .author")?.textContent || "";
    const fold = button("fold", "");
    const show = (folded) => {
      fold.ariaExpanded = String(!folded);
      fold.ariaLabel = (folded ? words.unfold : words.fold).replace("%s", name);
      if (folded) fold.dataset.count = thread.querySelectorAll(".replies > li").length;
      else delete fold.dataset.count;
    };
    fold.addEventListener("click", () => show(thread.toggleAttribute("data-folded")));
    show(false);
    header.append(fold);
  }

  /* Links are copied. */

  function addCopy(acts) {
    const link = acts.closest(".comment").querySelector(".by .when");
    if (!link || acts.querySelector(".copy") || !navigator.clipboard) return;
    const copy = button("copy", words.copy);
    copy.title = words.copy;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(link.href);
      copy.classList.add("copied");
      say(words.copied);
      setTimeout(() => copy.classList.remove("copied"), 2000);
    });
    acts.append(copy);
  }

  /* One's own live comments: withdrawn or, for a while, edited; not reacted to. */

  function makeOwn(comment) {
    const author = comment.querySelector(":scope > .by .author");
    const acts = comment.querySelector(":scope > .acts");
    if (!acts || author?.pathname !== me || !acts.querySelector(".report")) return;
    const age = (Date.now() - new Date(comment.querySelector(".by time").dateTime)) / 1000;
    acts.querySelectorAll(".reactions, .report").forEach((link) => link.remove());
    for (const [verb, text, shown] of [["edit", words.edit, age < Number(words.editSeconds)], ["withdraw", words.withdraw, true]]) {
      if (!shown) continue;
      const link = document.createElement("a");
      link.href = `${comment.querySelector(".by .when").pathname}${verb}/`;
      link.textContent = text;
      acts.insertBefore(link, acts.querySelector(".copy"));
    }
  }

  /* Replies and reactions happen in place, for who is signed in. */

  async function openReply(link) {
    const thread = link.closest("li");
    let replies = thread.querySelector(":scope > .replies");
    const open = replies?.querySelector(":scope > .answering");
    if (open) return open.querySelector("textarea")?.focus();
    if (!replies) {
      replies = document.createElement("ol");
      replies.className = "replies";
      thread.querySelector(":scope > :is(.comment, .ignored)").after(replies);
    }
    const item = document.createElement("li");
    item.className = "answering";
    replies.prepend(item);
    await htmx.ajax("GET", link.href, { target: item, swap: "innerHTML" });
    const box = item.querySelector("textarea");
    if (!box) return location.assign(link.href);
    box.focus();
  }

  function addClose(actions) {
    if (actions.querySelector(".close")) return;
    const close = button("button quiet close", words.close);
    close.addEventListener("click", () => {
      const item = close.closest(".answering");
      const link = item.closest(".threads li:not(.answering)").querySelector(".answer-it");
      item.remove();
      link.focus();
    });
    actions.append(close);
  }

  async function react(link) {
    const reactions = link.closest(".reactions");
    const acts = reactions.parentElement;
    const index = [...reactions.children].indexOf(link);
    const value = new URL(link.href).searchParams.get("value");
    await htmx.ajax("POST", link.href, { target: reactions, swap: "outerHTML", values: { value } });
    if (reactions.isConnected) return location.assign(link.href);
    acts.querySelector(".reactions").children[index].focus();
  }

  document.addEventListener("click", (event) => {
    if (!me || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest?.(".answer-it, .reactions a");
    if (!link || !link.closest("li")) return;
    event.preventDefault();
    (link.matches(".answer-it") ? openReply : react)(link);
  });

  /* What the server answers. */

  let shown = null; // ids of what stood in a thread, or a list, before the rest was asked for

  function tellFailure(form) {
    if (!form.matches("form")) return;
    const told = form.querySelector(".failed") || document.createElement("p");
    told.className = "error failed";
    told.setAttribute("role", "alert");
    told.textContent = words.failed;
    form.prepend(told);
  }

  for (const name of ["htmx:sendError", "htmx:responseError"]) {
    document.addEventListener(name, ({ detail: { elt, xhr } }) => {
      tellFailure(elt);
      // What is undecided is asked for again; what is not to be seen any more (403, 404) is not.
      if (elt.matches(".own") && !/^4(?!29)/.test(xhr.status)) setTimeout(() => look(elt), 15000);
    });
  }
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, elt, requestConfig } = event.detail; // elt: what is swapped, not what asked
    const forMore = requestConfig.elt.matches(".onward, .further a");
    if (forMore) shown = new Set([elt, ...elt.querySelectorAll("li[id]")].map((item) => item.id));
    // A whole page answers something else: an error page, or the sign-in.
    if (event.detail.shouldSwap && /^\s*<!doctype/i.test(xhr.responseText) && !forMore) {
      event.detail.shouldSwap = false;
      tellFailure(elt);
    }
    const reply = elt.matches("form[data-parent]") && elt.closest(".answering");
    if (reply && xhr.status === 201) {
      event.detail.target = reply;
      event.detail.swapOverride = "outerHTML";
    }
  });

  /* Focus follows what was posted, and stays with it when its state turns. */

  let held = null; // the number of one's own comment that was posted, or asked for, with the focus

  const numberOf = (item) => item.id.replace(/^own-|^c/, "");

  document.addEventListener("htmx:beforeSwap", ({ detail: { elt, xhr } }) => {
    if (elt.matches("form.answer") && xhr.status === 201) held = /id="own-(\d+)"/.exec(xhr.responseText)?.[1];
    if (elt.matches(".own") && elt.contains(document.activeElement)) held = numberOf(elt);
  });

  function focusFirstNew(thread) {
    if (!shown) return;
    const first = [thread, ...thread.querySelectorAll("li[id]")].find((item) => !shown.has(item.id));
    if (!first) return;
    shown = null;
    const comment = first.querySelector(":scope > :is(.comment, .ignored)");
    if (!comment) return;
    comment.tabIndex = -1;
    comment.focus();
  }

  function keepFocus(item) {
    if (numberOf(item) !== held) return;
    held = null;
    item.tabIndex = -1;
    item.focus({ preventScroll: true });
    const { top, bottom } = item.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight) item.scrollIntoView({ block: "center" });
  }

  /* One's own comments turn from state to state; nobody asks while nobody looks. */

  const states = new Map();
  const asleep = new Set();

  function look(own) {
    if (own.isConnected) htmx.trigger(own, "look");
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    const own = event.detail.elt;
    if (!own.matches?.(".own")) return;
    if (!document.hidden) return states.set(own.id.slice(4), own.dataset.state);
    event.preventDefault();
    asleep.add(own);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    asleep.forEach(look);
    asleep.clear();
  });

  function tellState(item) {
    const id = numberOf(item);
    if (!states.has(id)) return;
    const live = item.id.startsWith("c");
    if (live) item.classList.add("fresh");
    if (live || item.dataset.state !== states.get(id)) say(live ? words.live : item.dataset.told);
    states.delete(id);
  }

  function prepare(root) {
    each(root, ".threads li", addFold);
    const above = root.parentElement?.closest(".threads li");
    if (above) addFold(above);
    each(root, ".threads .acts:has(.report)", addCopy);
    if (me) each(root, ".threads .comment", makeOwn);
    each(root, ".answering .actions", addClose);
  }

  document.addEventListener("htmx:load", (event) => {
    if (event.target !== document.body) prepare(event.target);
    each(event.target, ".own, .thread", tellState);
    if (event.target.matches(".thread")) focusFirstNew(event.target);
    if (event.target !== document.body) each(event.target, ".own, .thread, .branch", keepFocus);
    each(event.target, ".answer .errorlist", (list) => list.closest("form").querySelector("textarea").focus());
  });
  prepare(document.body);
  if (!location.hash) document.querySelector(".one-thread .replies [aria-current] > .comment")?.scrollIntoView({ block: "center" });
})();
