/* What the discussion does beyond its links and forms. Everything here works without it. */
"use strict";

(() => {
  const words = document.querySelector("[data-fold]")?.dataset || {};
  const headers = JSON.parse(document.body.getAttribute("hx-headers") || "null");
  const me = document.body.dataset.me;
  const said = document.getElementById("said");

  function say(text) {
    if (said && text) said.textContent = text;
  }

  function button(className, text, label) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = className;
    made.textContent = text;
    if (label) made.setAttribute("aria-label", label);
    return made;
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
    const fold = button("fold", "", words.fold.replace("%s", name));
    fold.setAttribute("aria-expanded", "true");
    fold.addEventListener("click", () => {
      const folded = thread.toggleAttribute("data-folded");
      fold.setAttribute("aria-expanded", String(!folded));
      fold.setAttribute("aria-label", (folded ? words.unfold : words.fold).replace("%s", name));
      if (folded) fold.dataset.count = thread.querySelectorAll(".replies > li").length;
      else delete fold.dataset.count;
    });
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

  /* Boxes count. */

  function addCount(box) {
    const limit = Number(box.dataset.limit);
    const told = box.closest(".field").querySelector("[data-count]");
    const count = () => {
      const left = limit - [...box.value.normalize().trim()].length;
      const close = left < Math.min(500, limit / 5);
      const text = close ? (left < 0 ? words.over : words.left).replace("%s", Math.abs(left)) : "";
      if (told.textContent !== text) told.textContent = text;
      told.classList.toggle("over", left < 0);
    };
    box.addEventListener("input", count);
    count();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest?.("form[data-box]");
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  });

  /* Replies and reactions happen in place, for who is signed in. */

  async function openReply(link) {
    const thread = link.closest("li");
    let replies = thread.querySelector(":scope > .replies");
    const open = replies?.querySelector(":scope > .answering");
    if (open) return open.querySelector("textarea")?.focus();
    const response = await fetch(link.href, { headers: { "HX-Request": "true" } });
    if (!response.ok || response.redirected) return location.assign(link.href);
    if (!replies) {
      replies = document.createElement("ol");
      replies.className = "replies";
      thread.querySelector(":scope > .comment").after(replies);
    }
    const item = document.createElement("li");
    item.className = "answering";
    item.innerHTML = await response.text();
    replies.prepend(item);
    htmx.process(item);
    prepare(item);
    item.querySelector("textarea").focus();
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
    const response = await fetch(link.href, {
      method: "POST",
      headers: { ...headers, "HX-Request": "true" },
      body: new URL(link.href).searchParams,
    });
    if (!response.ok || response.redirected) return location.assign(link.href);
    const old = link.closest(".reactions");
    const index = [...old.children].indexOf(link);
    old.insertAdjacentHTML("afterend", await response.text());
    const fresh = old.nextElementSibling;
    old.remove();
    fresh.children[index].focus();
  }

  document.addEventListener("click", (event) => {
    if (!headers || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest?.(".answer-it, .reactions a");
    if (!link || !link.closest("li")) return;
    event.preventDefault();
    (link.matches(".answer-it") ? openReply : react)(link).catch(() => location.assign(link.href));
  });

  /* What the server answers. */

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig, elt } = event.detail;
    // A whole page is an answer to something else: an error page, or the sign-in.
    if (/^\s*<!doctype/i.test(xhr.responseText) && !elt.matches(".onward")) event.detail.shouldSwap = false;
    const reply = requestConfig.elt.matches("form[data-parent]") && requestConfig.elt.closest(".answering");
    if (reply && xhr.status === 201) {
      event.detail.target = reply;
      event.detail.swapOverride = "outerHTML";
    }
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest?.("form[data-box]");
    if (!form?.isConnected || (event.detail.successful && event.detail.xhr.status)) return;
    if ([409, 422, 429].includes(event.detail.xhr.status) && event.detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/html")) return;
    let told = form.querySelector(".failed");
    if (!told) {
      told = document.createElement("p");
      told.className = "error failed";
      told.setAttribute("role", "alert");
      form.prepend(told);
    }
    told.textContent = words.failed;
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const own = event.detail.elt;
    if (own.matches?.(".own")) states.set(own.id.slice(4), own.dataset.state);
  });

  const states = new Map();

  function tellState(item) {
    const id = item.id.replace(/^own-|^c/, "");
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
    each(root, "textarea[data-limit]", addCount);
  }

  document.addEventListener("htmx:load", (event) => {
    if (event.target !== document.body) prepare(event.target);
    each(event.target, ".own, .thread", tellState);
    each(event.target, ".answer .errorlist", (list) => list.closest("form").querySelector("textarea").focus());
  });
  prepare(document.body);
  if (!location.hash) document.querySelector(".one-thread .replies [aria-current] > .comment")?.scrollIntoView({ block: "center" });
})();
