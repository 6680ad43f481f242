/* The desk by keyboard. No key acts while somebody types, with Ctrl, Alt or Meta, or beside an open
   dialog, and all of them can be switched off: whoever dictates would press them by speaking. */
"use strict";

(() => {
  const { desk } = window;
  if (!desk) return;
  const help = document.getElementById("keys");
  const SWITCH = "desk-keys";

  function typing(target) {
    return target.isContentEditable || target.matches?.("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");
  }

  /* A letter by its place where the keyboard writes another script. */
  function letterOf(event) {
    if (/^[!-~]$/.test(event.key)) return event.key.toLowerCase();
    if (event.key.length === 1) return event.code.replace(/^(Key|Digit)/, "").toLowerCase();
    return event.key;
  }

  const press = (selector) => {
    const found = desk.cardShown()?.querySelector(selector);
    found?.click();
    return Boolean(found);
  };

  function open(selector) {
    const details = desk.cardShown()?.querySelector(selector);
    if (!details) return false;
    details.open = true;
    details.querySelector("input[type=radio], textarea, select, .form button")?.focus();
    return true;
  }

  function step(direction) {
    const row = desk.current ? direction(desk.current) : desk.rows.firstElementChild;
    if (row) desk.move(row);
    else desk.say(desk.words.end);
  }

  const unless = (done) => done || desk.say(desk.words.notHere);
  const acts = {
    j: () => step(desk.next),
    k: () => step(desk.previous),
    a: () => unless(press("form[data-rule=approve] button[type=submit]")),
    r: () => unless(open("details.reject")),
    u: () => desk.undo(),
    o: () => unless(open("details.overturn")),
    s: () => unless(open("details.uphold")),
    e: () => unless(open("details.escalate") || press("[data-key=e]")),
    f: () => unless(press("[data-key=f]")),
    b: () => unless(press("[data-key=b]")),
    l: () => unless(press("[data-key=l]")),
    t: () => desk.thread(),
    x() {
      const box = desk.current?.querySelector("input[type=checkbox]");
      if (!box) return;
      box.checked = !box.checked;
      desk.countChosen();
      desk.say(box.checked ? desk.words.isChosen : desk.words.isNotChosen);
    },
    m: () => unless(desk.rows.querySelector("input:checked") && (desk.several.requestSubmit(), true)),
    "/": () => document.querySelector("[data-desk] input[type=search]")?.focus(),
    "?": () => help?.showModal(),
  };
  const AGAIN = new Set(["j", "k"]); // act for as long as they are held down

  /* Rejecting: one key for each reason, then Enter sends from the note. */
  function chooseReason(details, key) {
    const radio = [...details.querySelectorAll("input[type=radio][data-key]")].find((each) => each.dataset.key === key);
    if (!radio) return false;
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    details.querySelector("textarea")?.focus();
    return true;
  }

  function close(details) {
    details.open = false;
    (desk.current ? desk.linkOf(desk.current) : details.querySelector("summary")).focus({ preventScroll: true });
  }

  let on = true;
  try {
    on = localStorage.getItem(SWITCH) !== "off";
  } catch {
    // Where nothing may be kept, the keys are on.
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (document.querySelector("dialog[open]")) return;
    const target = event.target;
    const details = target.closest?.("#focus details[open]:is(.reject, .escalate, .overturn, .uphold)");
    if (event.key === "Escape" && details) {
      event.preventDefault();
      return close(details);
    }
    if (event.key === "Escape" && target.matches?.("input[type=search]") && desk.current) {
      return desk.linkOf(desk.current).focus({ preventScroll: true });
    }
    if (event.key === "Enter" && !event.shiftKey && target.matches?.("textarea") && details) {
      event.preventDefault();
      return target.form.requestSubmit(target.form.querySelector("[type=submit]"));
    }
    if (!on && event.key !== "?") return;
    if (typing(target)) return;
    const key = letterOf(event);
    if (details?.matches(".reject") && chooseReason(details, key)) return event.preventDefault();
    const act = Object.hasOwn(acts, key) ? acts[key] : null;
    if (!act || (event.shiftKey && key !== "?") || (event.repeat && !AGAIN.has(key))) return;
    event.preventDefault();
    if (!desk.startled || AGAIN.has(key)) act();
  });

  document.querySelector("[data-opens=keys]")?.addEventListener("click", () => help?.showModal());
  const box = help?.querySelector("input[type=checkbox]");
  if (box) {
    box.checked = on;
    box.addEventListener("change", () => {
      on = box.checked;
      try {
        localStorage.setItem(SWITCH, on ? "on" : "off");
      } catch {
        // It holds for this page.
      }
    });
  }
})();
