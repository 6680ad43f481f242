/* Proof of work: before a newcomer's words or sign-up leave, the browser solves the small sum that
   the site may ask for. It begins when somebody begins to write, and nothing waits for it that does
   not have to. Without this file the words wait for an editor instead. */
"use strict";

(() => {
  const AT_ONCE = 500; // hashes between two breaths of the page
  const begun = new WeakMap(); // field -> promise of its proof

  const hex = (bytes) => Array.from(new Uint8Array(bytes), (b) => b.toString(16).padStart(2, "0")).join("");

  async function solve({ algorithm, challenge, maxNumber, salt, signature }) {
    const text = new TextEncoder();
    const look = async (number) =>
      hex(await crypto.subtle.digest(algorithm, text.encode(salt + number))) === challenge;
    for (let from = 0; from <= maxNumber; from += AT_ONCE) {
      const numbers = Array.from({ length: Math.min(AT_ONCE, maxNumber - from + 1) }, (_, i) => from + i);
      const found = (await Promise.all(numbers.map(look))).indexOf(true);
      if (found >= 0) {
        return btoa(JSON.stringify({ algorithm, challenge, number: from + found, salt, signature }));
      }
      await new Promise((go) => setTimeout(go));
    }
    return "";
  }

  async function prove(field) {
    try {
      const answer = await fetch(field.dataset.proof, { credentials: "same-origin", cache: "no-store" });
      const { challenge } = await answer.json();
      field.value = challenge && crypto.subtle ? await solve(challenge) : "";
    } catch {
      field.value = ""; // Then a person reads it first.
    }
    return field;
  }

  function begin(form) {
    const field = form.querySelector("input[data-proof]");
    if (!field) return null;
    if (!begun.has(field)) {
      const state = { done: false };
      state.proof = prove(field).then(() => { state.done = true; });
      begun.set(field, state);
    }
    return begun.get(field);
  }

  document.addEventListener("focusin", ({ target }) => {
    if (target.form) begin(target.form);
  });

  // What is sent before the sum is done waits for it, and is then sent as it was.
  document.addEventListener("submit", (event) => {
    const state = begin(event.target);
    if (!state || state.done || event.submitter?.formNoValidate) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // htmx would send it meanwhile
    const { target, submitter } = event;
    state.proof.then(() => target.requestSubmit(submitter));
  }, true);
})();
