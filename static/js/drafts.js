/* Drafts: the words of an answer box, kept on the server a moment after the typing stops and when
   the page is left. Without this file a button does it. */
"use strict";

(() => {
  const words = document.querySelector("[data-fold]")?.dataset || {};

  const PAUSE = 1000; // milliseconds
  const BEACON = 15000; // characters; more may not leave with a page that closes
  const drafts = new Map(); // form -> its keeper

  function addDraft(form) {
    const box = form.querySelector("textarea");
    const told = form.querySelector("[data-kept]");
    const discard = form.querySelector("[name=discard]");
    let kept = "unsaved" in form.dataset ? null : box.value;
    let timer = 0;
    let under = null;

    async function keep({ leaving = false } = {}) {
      clearTimeout(timer);
      const text = box.value;
      if (drafts.get(form)?.sent || text === kept || (kept === null && !text.trim())) return;
      under?.abort();
      under = new AbortController();
      const before = kept;
      if (leaving) kept = text; // A page that is hidden and then left says so twice.
      let done = false;
      try {
        const answer = await fetch(form.dataset.draft, {
          method: "POST", body: new FormData(form), redirect: "manual", signal: under.signal,
          keepalive: leaving && text.length < BEACON,
        });
        done = answer.status === 204;
      } catch (error) {
        if (error.name === "AbortError") return;
      }
      kept = done ? text : before;
      told.textContent = done ? (text.trim() ? form.dataset.saved : "") : form.dataset.notSaved;
      told.classList.remove("unsaid");
      if (done) show(text);
    }

    function show(text) {
      discard.hidden = !text.trim();
      const parent = form.dataset.parent;
      if (parent) invite(document.getElementById(`c${parent}`), Boolean(text.trim()));
    }

    discard.addEventListener("click", async (event) => {
      event.preventDefault();
      event.stopPropagation(); // htmx would take it for the button that sends the form next
      box.select();
      // The deprecated command is the one way by which the browser's own undo brings it back.
      if (!document.execCommand("delete")) box.value = "";
      await keep();
      if (kept === "") told.textContent = form.dataset.discarded;
      discard.hidden = kept === "";
    });
    box.addEventListener("input", () => {
      clearTimeout(timer);
      // In its place already, so that nothing moves when it is said.
      told.textContent = form.dataset.saved;
      told.classList.add("unsaid");
      timer = setTimeout(keep, PAUSE);
    });
    form.addEventListener("submit", (event) => {
      if (event.submitter?.name) return;
      drafts.get(form).sent = true;
      clearTimeout(timer);
      under?.abort();
    });
    drafts.set(form, { keep, sent: false });
    if (kept === null) keep();
  }

  function keepAll() {
    drafts.forEach((draft) => draft.keep({ leaving: true }));
  }
  addEventListener("pagehide", keepAll);
  document.addEventListener("visibilitychange", () => document.hidden && keepAll());

  // Not sent after all: the words are a draft again.
  function notSent(event) {
    const draft = drafts.get(event.detail.elt);
    if (!draft) return;
    draft.sent = false;
    draft.keep();
  }
  document.addEventListener("htmx:sendError", notSent);
  document.addEventListener("htmx:responseError", notSent);
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    const { status } = event.detail.xhr;
    if (!drafts.has(form) || ![201, 409, 422, 429].includes(status)) return;
    drafts.delete(form); // another stands in its place
    if (status === 201 && form.dataset.parent) invite(document.getElementById(`c${form.dataset.parent}`), false);
  });

  function invite(thread, begun) {
    const link = thread?.querySelector(":scope > :is(.comment, .ignored > .comment) > .acts .answer-it");
    if (!link || !words.continue) return;
    link.dataset.plain ||= link.textContent;
    link.textContent = begun ? words.continue : link.dataset.plain;
  }

  function prepare(root) {
    if (root.matches?.("form[data-draft]")) addDraft(root);
    root.querySelectorAll("form[data-draft]").forEach(addDraft);
  }

  document.addEventListener("htmx:load", (event) => event.target === document.body || prepare(event.target));
  for (const id of (words.drafts || "").split(" ")) if (id) invite(document.getElementById(`c${id}`), true);
  prepare(document.body);
})();
