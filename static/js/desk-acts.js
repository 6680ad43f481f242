/* What an editor does beside ruling, without leaving the card: escalating, featuring, sanctions, and
   notes that are often sent. */
"use strict";

(() => {
  const { desk } = window;
  if (!desk) return;
  const person = document.getElementById("person");

  /* A form that leaves the comment in the list: sent, told, and the card shown anew. */
  desk.focus.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-act]") || !desk.current) return;
    event.preventDefault();
    const row = desk.current;
    const { told, back, backPicked } = form.dataset;
    const body = new FormData(form, event.submitter);
    const done = desk.inTurn(desk.idOf(row), () => desk.post(form.action, body));
    desk.remember(row, told, done, back && (() => {
      const undoing = desk.token();
      if (backPicked) undoing.set("picked", backPicked);
      return desk.post(back, undoing);
    }));
    try {
      await done;
      desk.say(told);
      await desk.renew(row);
    } catch (refused) {
      desk.say(refused.message);
      if (refused.card) desk.replace(row, refused.card);
    }
    if (desk.current === row) desk.lead();
  });

  /* A person and their sanctions, in a dialog: the page of that person, without its frame. */
  function show(html, url) {
    const found = new DOMParser().parseFromString(html, "text/html");
    const inside = found.querySelector("article.person");
    if (!inside) return location.assign(url);
    const place = person.querySelector("div");
    place.replaceChildren(...[found.querySelector("ul.messages"), inside].filter(Boolean));
    place.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: place } }));
    if (!person.open) person.showModal();
    person.querySelector("h2")?.setAttribute("tabindex", "-1");
    person.querySelector("h2")?.focus();
  }

  async function ask(url, options) {
    try {
      const answer = await fetch(url, options);
      if (!answer.ok && ![409, 422].includes(answer.status)) throw new Error(answer.statusText);
      show(await answer.text(), url);
    } catch {
      desk.say(desk.words.failed);
    }
  }

  desk.focus.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-person]");
    if (!link || !person || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    ask(link.href);
  });
  person?.addEventListener("submit", (event) => {
    if (event.target.method === "dialog") return;
    event.preventDefault();
    ask(event.target.action, { method: "POST", body: new FormData(event.target, event.submitter) });
  });
  // What was imposed shows on the card, and may have decided comments of the list.
  person?.addEventListener("close", () => {
    person.querySelector("div").replaceChildren();
    if (!desk.current) return;
    desk.renew(desk.current);
    desk.lead();
  });

  /* A note that is often sent, into the field where it can be changed. */
  desk.focus.addEventListener("change", (event) => {
    const field = event.target.dataset.fills && document.getElementById(event.target.dataset.fills);
    if (!field || !event.target.value) return;
    field.value = event.target.value;
    const reason = event.target.selectedOptions[0].dataset.reason;
    const radio = reason && field.form.querySelector(`input[type=radio][value="${CSS.escape(reason)}"]`);
    if (radio && !field.form.querySelector("input[name=reason]:checked")) radio.checked = true;
    field.focus();
  });

  /* New comments are shown where the list begins. */
  document.getElementById("came")?.addEventListener("click", (event) => location.assign(event.target.dataset.href));
})();
