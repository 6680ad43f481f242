/* The answer box: its marks, its count and its quotes. Without this file it is a plain form. */
"use strict";

(() => {
  const words = document.querySelector("[data-fold]")?.dataset || {};
  const onMac = /Mac|iPhone|iPad/.test(navigator.platform);

  function each(root, selector, act) {
    if (root.matches?.(selector)) act(root);
    root.querySelectorAll(selector).forEach(act);
  }

  /* Text goes in so that the browser's own undo takes it out again. */

  function replace(box, start, end, text) {
    if (document.activeElement !== box) box.focus({ preventScroll: true });
    if (start === end && !text) return;
    box.setSelectionRange(start, end);
    if (document.execCommand(text ? "insertText" : "delete", false, text)) return;
    box.setRangeText(text, start, end, "end");
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  /* Marks around words: bold, italic, code. */

  const LEAD = /^((?:\s*(?:>|[-*+]\s|\d+[.)]\s)\s*)*\s*)(.*?)(\s*)$/;

  function run(text, at, step, char) {
    let count = 0;
    while (text[at + count * step] === char) count += 1;
    return count;
  }

  // Three stars are bold and italic at once.
  function has(count, mark) {
    return mark.length === 2 ? count >= 2 : count % 2 === 1;
  }

  function isMarked(text, mark) {
    const count = Math.min(run(text, 0, 1, mark[0]), run(text, text.length - 1, -1, mark[0]));
    return text.length > 2 * mark.length && has(count, mark);
  }

  function wordAround(text, at) {
    const letter = /[\p{L}\p{M}\p{N}_]/u;
    let [start, end] = [at, at];
    if (!letter.test(text[at] || "") || !letter.test(text[at - 1] || "")) return [at, at];
    while (start > 0 && letter.test(text[start - 1])) start -= 1;
    while (end < text.length && letter.test(text[end])) end += 1;
    return [start, end];
  }

  function wrap(box, mark) {
    const { value } = box;
    let { selectionStart: start, selectionEnd: end } = box;
    const caret = start === end ? start : null;
    while (start < end && /\s/.test(value[start])) start += 1;
    while (end > start && /\s/.test(value[end - 1])) end -= 1;
    if (start === end) [start, end] = wordAround(value, start);
    const text = value.slice(start, end);
    const size = mark.length;
    const around = Math.min(run(value, start - 1, -1, mark[0]), run(value, end, 1, mark[0]));
    if (has(around, mark)) {
      replace(box, start - size, end + size, text);
      const at = caret === null ? [start - size, end - size] : [caret - size, caret - size];
      return box.setSelectionRange(...at);
    }
    if (!text) {
      // Typed within marks: the same key steps out of them again.
      const opened = value.slice(value.lastIndexOf("\n", start - 1) + 1, start);
      const single = size === 1 && mark === "*" ? opened.replaceAll("**", "") : opened;
      if (value.startsWith(mark, start) && single.split(mark).length % 2 === 0) {
        return box.setSelectionRange(start + size, start + size);
      }
      replace(box, start, end, mark + mark);
      return box.setSelectionRange(start + size, start + size);
    }
    const lines = text.split("\n").map((line) => LEAD.exec(line).slice(1));
    const off = lines.every(([, core]) => !core || isMarked(core, mark));
    const marked = lines
      .map(([lead, core, tail]) => lead + (!core ? "" : off ? core.slice(size, -size) : mark + core + mark) + tail)
      .join("\n");
    replace(box, start, end, marked);
    if (caret !== null) return box.setSelectionRange(caret + size, caret + size);
    const within = lines.length === 1 && !lines[0][0] && !off ? size : 0;
    box.setSelectionRange(start + within, start + marked.length - within);
  }

  /* Marks before lines: quotes and lists. */

  function linesOf(box) {
    const { value, selectionStart, selectionEnd } = box;
    const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
    const last = selectionEnd > selectionStart && value[selectionEnd - 1] === "\n" ? selectionEnd - 1 : selectionEnd;
    const end = value.indexOf("\n", last);
    return [start, end < 0 ? value.length : end];
  }

  function prefix(box, mark, marked) {
    const caret = box.selectionStart === box.selectionEnd ? box.selectionStart : null;
    const [start, end] = linesOf(box);
    const lines = box.value.slice(start, end).split("\n");
    const off = lines.some((line) => marked.test(line)) && lines.every((line) => !line.trim() || marked.test(line));
    const whole = (line) => (line.trim() || mark[0] === ">" || lines.length === 1 ? mark + line : line);
    const text = lines.map((line) => (off ? line.replace(marked, "") : whole(line))).join("\n");
    // Without an empty line between, what follows would become part of it.
    const apart = !off && /^\n[^\n]/.test(box.value.slice(end)) ? "\n" : "";
    replace(box, start, end, text + apart);
    if (caret === null) return box.setSelectionRange(start, start + text.length);
    const at = Math.max(start, caret + text.length - (end - start));
    box.setSelectionRange(at, at);
  }

  function code(box) {
    const { value, selectionStart: start, selectionEnd: end } = box;
    const text = value.slice(start, end);
    if (!text.includes("\n")) return wrap(box, "`");
    const [from, to] = linesOf(box);
    const block = value.slice(from, to);
    const inner = /^```\n([^]*)\n```$/.exec(block);
    const now = inner ? inner[1] : `\`\`\`\n${block}\n\`\`\``;
    replace(box, from, to, now);
    box.setSelectionRange(from, from + now.length);
  }

  const ADDRESS = /^(?:https?:\/\/|mailto:)\S+$/i;

  function link(box) {
    const { value } = box;
    let { selectionStart: start, selectionEnd: end } = box;
    if (start === end) [start, end] = wordAround(value, start);
    const text = value.slice(start, end);
    const inner = /^\[([^\]]*)\]\([^)]*\)$/.exec(text);
    if (inner) {
      replace(box, start, end, inner[1]);
      return box.setSelectionRange(start, start + inner[1].length);
    }
    if (ADDRESS.test(text)) {
      replace(box, start, end, `[](${text})`);
      return box.setSelectionRange(start + 1, start + 1);
    }
    replace(box, start, end, `[${text}](https://)`);
    const at = text ? start + text.length + 3 : start + 1;
    box.setSelectionRange(at, text ? at + "https://".length : at);
  }

  const DOES = {
    bold: (box) => wrap(box, "**"),
    italic: (box) => wrap(box, "*"),
    code,
    link,
    quote: (box) => prefix(box, "> ", /^\s*> ?/),
    list: (box) => prefix(box, "- ", /^\s*[-*+] /),
  };

  function boxOf(within) {
    return within.closest("form").querySelector("textarea");
  }

  /* The toolbar is one stop of the Tab key; arrows move within it. */

  function addToolbar(toolbar) {
    const buttons = [...toolbar.querySelectorAll("button")];
    const { ctrl, shift } = toolbar.dataset;
    for (const button of buttons) {
      const { key, shifted } = button.dataset;
      const keys = onMac ? `${shifted === undefined ? "" : "⇧"}⌘${key}` : [ctrl, ...(shifted === undefined ? [] : [shift]), key].join("+");
      button.title = `${button.ariaLabel} (${keys})`;
      // The box keeps its selection, and a phone its keyboard.
      button.addEventListener("pointerdown", (event) => event.preventDefault());
      button.addEventListener("mousedown", (event) => event.preventDefault());
      button.addEventListener("click", () => DOES[button.dataset.does](boxOf(toolbar)));
    }
    toolbar.addEventListener("keydown", (event) => {
      const forward = getComputedStyle(toolbar).direction === "rtl" ? -1 : 1;
      const steps = { ArrowRight: forward, ArrowLeft: -forward };
      const at = buttons.indexOf(document.activeElement);
      const to = event.key === "Home" ? 0 : event.key === "End" ? buttons.length - 1 : event.key in steps ? at + steps[event.key] : null;
      if (to === null || at < 0) return;
      event.preventDefault();
      const next = buttons[(to + buttons.length) % buttons.length];
      buttons.forEach((button) => (button.tabIndex = button === next ? 0 : -1));
      next.focus();
    });
  }

  function actOf(event) {
    if (!(onMac ? event.metaKey : event.ctrlKey) || event.altKey) return null;
    const key = event.key.toLowerCase();
    if (!event.shiftKey) return { b: "bold", i: "italic", k: "link", e: "code" }[key];
    if (event.code === "Digit8") return "list";
    return event.code === "Period" || key === "." || key === ">" ? "quote" : null;
  }

  /* The Enter key goes on with a list or a quote, and ends it on an empty line. */

  function goOn(box, event) {
    const { value, selectionStart: at } = box;
    if (at !== box.selectionEnd) return;
    const start = value.lastIndexOf("\n", at - 1) + 1;
    const found = /^(\s*)((?:> ?)+|[-*+] |(\d{1,3})([.)]) )/.exec(value.slice(start, at));
    if (!found) return;
    event.preventDefault();
    if (value.slice(start, at).trim() === found[0].trim()) return replace(box, start, at, "");
    const mark = found[3] ? `${Number(found[3]) + 1}${found[4]} ` : found[2];
    replace(box, at, at, `\n${found[1]}${mark}`);
  }

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form[data-box]");
    if (!form || event.isComposing) return;
    const control = event.ctrlKey || event.metaKey;
    if (event.key === "Enter" && control) {
      event.preventDefault();
      return form.querySelector(".actions [type=submit]").click();
    }
    if (!event.target.matches("textarea")) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) return goOn(event.target, event);
    const act = actOf(event);
    if (!act) return;
    event.preventDefault();
    DOES[act](event.target);
  });

  // An address pasted over words makes them a link.
  document.addEventListener("paste", (event) => {
    const box = event.target.closest?.("form[data-box] textarea");
    const address = event.clipboardData?.getData("text/plain").trim();
    if (!box || !ADDRESS.test(address || "")) return;
    const { selectionStart: start, selectionEnd: end } = box;
    const text = box.value.slice(start, end);
    if (!text.trim() || /[\n[\]]/.test(text) || ADDRESS.test(text)) return;
    event.preventDefault();
    replace(box, start, end, `[${text}](${address})`);
  });

  /* The count. */

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

  /* Quotes: what was selected in a comment, or all of it when asked for. */

  function quoteInto(box, quote) {
    const before = box.value.slice(0, box.selectionStart).trimEnd();
    replace(box, before.length, box.selectionEnd, `${before ? "\n\n" : ""}${quote}`);
    if (box.selectionEnd === box.value.length) box.scrollTop = box.scrollHeight;
  }

  function selectedIn(comment) {
    const spoken = comment?.querySelector(":scope > .words");
    const selection = getSelection();
    if (!spoken || selection.isCollapsed || !selection.rangeCount) return "";
    const range = selection.getRangeAt(0);
    if (!range.intersectsNode(spoken)) return "";
    const inside = document.createRange();
    inside.selectNodeContents(spoken);
    if (range.compareBoundaryPoints(Range.START_TO_START, inside) > 0) inside.setStart(range.startContainer, range.startOffset);
    if (range.compareBoundaryPoints(Range.END_TO_END, inside) < 0) inside.setEnd(range.endContainer, range.endOffset);
    selection.removeAllRanges();
    selection.addRange(inside);
    return selection.toString().trim();
  }

  function asQuote(text) {
    return `${text.replace(/\n{2,}/g, "\n\n").split("\n").map((line) => `> ${line}`.trimEnd()).join("\n")}\n\n`;
  }

  let waiting = null; // what the reply box that opens next is to quote

  function takeSelection(event) {
    const reply = event.target.closest?.(".threads .answer-it");
    if (!reply) return;
    const text = selectedIn(reply.closest(".comment"));
    // Pressing the button may clear the selection before the click arrives.
    if (text || event.type === "pointerdown") waiting = { link: reply, text };
    if (event.type !== "click" || waiting?.link !== reply || !waiting.text) return;
    const open = reply.closest("li").querySelector(":scope > .replies > .answering textarea");
    if (open) quoteWaiting(open);
  }

  function quoteWaiting(box) {
    const { text } = waiting;
    waiting = null;
    quoteInto(box, asQuote(text));
  }

  document.addEventListener("pointerdown", takeSelection, true);
  document.addEventListener("click", takeSelection, true);

  async function quoteAll(link) {
    const form = link.closest("form");
    const answer = await fetch(link.href, { headers: { "HX-Request": "true" }, redirect: "manual" });
    if (!answer.ok) return location.assign(link.href);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const quote = fresh.querySelector("form[data-quoted]")?.dataset.quoted;
    const box = form.querySelector("textarea");
    if (quote && !box.value.includes(quote.trim())) quoteInto(box, quote);
    box.focus();
  }

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest?.("form[data-box] :is(.quote-it, [data-edit])");
    if (!link) return;
    event.preventDefault();
    if (link.matches(".quote-it")) return quoteAll(link);
    boxOf(link).focus();
  });

  /* A box that has just come. */

  function addBox(form) {
    const box = form.querySelector("textarea");
    addCount(box);
    if (form.dataset.parent && box.value) box.setSelectionRange(box.value.length, box.value.length);
    const thread = form.closest(".threads li:not(.answering)");
    if (waiting?.text && thread?.id === `c${form.dataset.parent}` && waiting.link.closest("li") === thread) quoteWaiting(box);
    const nudge = form.querySelector(".nudge");
    // Once edited, the words go out by the usual button.
    if (nudge) box.addEventListener("input", () => (nudge.querySelector(".either").hidden = true), { once: true });
    if (onMac) form.querySelectorAll(".keys kbd:first-child").forEach((key) => (key.textContent = "⌘"));
  }

  function prepare(root) {
    each(root, ".toolbar", addToolbar);
    each(root, "form[data-box]", addBox);
  }

  document.addEventListener("htmx:load", (event) => {
    if (event.target === document.body) return;
    prepare(event.target);
    each(event.target, ".nudge", (nudge) => nudge.focus());
  });
  prepare(document.body);
})();
