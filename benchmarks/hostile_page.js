// Runs in every frame before any script of the page. Whatever a hostile text could do there tells
// the harness at once; `hostileHarness` looks at what the page became.
(() => {
  "use strict";
  const tell = (kind, what) => {
    window.hostileTell?.(kind, String(what).slice(0, 300))?.catch?.(() => {});
  };
  const fix = (owner, name, value) =>
    Object.defineProperty(owner, name, { value, writable: false, configurable: false });

  /* What would run. */

  for (const name of ["alert", "confirm", "prompt", "print", "open"]) {
    fix(window, name, (...words) => tell("execution", `${name}(${words[0]})`));
  }
  Object.defineProperty(window, "__hostile", {
    get: () => () => tell("execution", "__hostile()"),
    set: () => tell("execution", "__hostile = ..."),
    configurable: false,
  });
  // Alpine, in the admin, makes functions from strings all day: only an attack's words count.
  const ATTACK = /__hostile|\b(?:alert|confirm|prompt|atob|eval)\s*[(`]|document\s*\.\s*(?:cookie|domain)|fromCharCode/;
  const judged = (maker) =>
    new Proxy(maker, {
      apply: (target, self, args) => (checked(args), Reflect.apply(target, self, args)),
      construct: (target, args, self) => (checked(args), Reflect.construct(target, args, self)),
    });
  const checked = (args) => {
    const source = args.join(" ");
    if (ATTACK.test(source)) tell("execution", `eval of ${source}`);
  };
  for (const sample of [function () {}, async function () {}, function* () {}]) {
    const prototype = Object.getPrototypeOf(sample);
    const made = judged(prototype.constructor);
    if (prototype === Function.prototype) window.Function = made;
    Object.defineProperty(prototype, "constructor", { value: made });
  }
  const evaluate = window.eval;
  window.eval = (source) => (checked([source]), evaluate(source));
  for (const name of ["setTimeout", "setInterval"]) {
    const start = window[name];
    window[name] = (what, ...rest) => {
      if (typeof what === "string") tell("execution", `${name} of ${what}`);
      return start.call(window, what, ...rest);
    };
  }
  const { open, write, close } = Document.prototype;
  for (const name of ["write", "writeln"]) {
    const original = Document.prototype[name];
    fix(Document.prototype, name, function (...words) {
      tell("execution", `document.${name}`);
      return original.apply(this, words);
    });
  }
  const listen = () =>
    document.addEventListener("securitypolicyviolation", (event) => {
      tell("report", `${event.disposition} ${event.effectiveDirective} ${event.blockedURI}`);
    });
  listen();

  /* What the page became. */

  const XHTML = "http://www.w3.org/1999/xhtml";
  const COMMENT = ["a", "blockquote", "br", "code", "em", "li", "ol", "p", "pre", "strong", "ul"];
  const ARTICLE = [...COMMENT, "h2", "h3", "h4", "hr", "table", "tbody", "td", "th", "thead", "tr"];
  const KINDS = [
    [".words:not(.source)", COMMENT, "ugc nofollow noopener"],
    [".prose", ARTICLE, "noopener"],
    [".words.source", ["mark"], ""],
  ];
  const FOLLOWED = ["http:", "https:", "mailto:"];

  function bodyFaults(box, tags, rel, links) {
    const faults = [];
    for (const element of box.querySelectorAll("*")) {
      const tag = element.localName;
      // The page's own line above a quoted comment.
      if (element.parentElement === box && box.matches(".cited") && element.matches("p.meta")) continue;
      if (element.namespaceURI !== XHTML || !tags.includes(tag)) faults.push(`element ${tag}`);
      for (const { name, value } of element.attributes) {
        const known =
          (tag === "a" && name === "href") ||
          (tag === "a" && name === "rel" && value === rel) ||
          (tag === "ol" && name === "start" && /^\d{1,9}$/.test(value)) ||
          (name === "class" && /^htmx-(?:added|settling|swapping)$/.test(value));
        if (!known) faults.push(`attribute ${name} of ${tag}`);
      }
      if (tag === "a" && element.hasAttribute("href")) {
        links.push(element);
        const inside = rel === "noopener" && element.origin === location.origin;
        if (!inside && !FOLLOWED.includes(element.protocol)) faults.push(`link to ${element.protocol}`);
        if (element.username || element.password) faults.push("link with a user name");
      }
    }
    return faults;
  }

  // Every link is clicked; those that lead where readers' links may lead are stopped there.
  function follow(links) {
    const stop = (event) => {
      if (FOLLOWED.includes(event.target.closest?.("a[href]")?.protocol)) event.preventDefault();
    };
    window.addEventListener("click", stop, true);
    links.forEach((link) => link.click());
    window.removeEventListener("click", stop, true);
  }

  const VALUED = /^(?:on|x-|@|:|hx-|data-hx-)|^(?:style|srcdoc|http-equiv|type|rel|method|target|enctype|id|name|for|form|is|slot|sandbox)$/;
  const LEADING = ["href", "src", "action", "formaction", "data", "poster", "background", "ping", "xlink:href"];

  function leads(value) {
    try {
      const { protocol, origin } = new URL(value, location.href);
      if (protocol !== "http:" && protocol !== "https:") return protocol;
      return origin === location.origin ? "here" : origin;
    } catch {
      return "nowhere";
    }
  }

  // What differs from page to page without a meaning: tokens, numbers, the address of an article.
  function folded(value) {
    return value
      .replace(/[A-Za-z0-9]{40,}/g, "T")
      .replace(/\/articles\/[\w-]+\//g, "/articles/A/")
      .replace(/\d+/g, "0")
      .replace(/\s+/g, " ")
      .trim();
  }

  // Every kind of element and attribute outside readers' own words, in its place.
  function vocabulary(skip, admin) {
    const found = new Set();
    const name = (element) => element.localName + (element.namespaceURI === XHTML ? "" : "*");
    const walk = (element) => {
      for (const attribute of element.attributes) {
        const said = `${name(element)}@${attribute.name}`;
        // The admin's scripts set styles all day, which its policy allows to it alone.
        if (admin && attribute.name === "style") found.add(said);
        else if (VALUED.test(attribute.name)) found.add(`${said}=${folded(attribute.value)}`);
        else if (LEADING.includes(attribute.name)) found.add(`${said}>${leads(attribute.value)}`);
        else found.add(said);
      }
      if (skip.has(element)) return;
      const place = `${name(element)}.${element.classList[0] || ""}`;
      for (const child of element.children) {
        found.add(`${place}>${name(child)}`);
        walk(child);
      }
    };
    walk(document.documentElement);
    return [...found];
  }

  function numbers(selector, attribute, pattern) {
    return [...document.querySelectorAll(selector)]
      .map((element) => pattern.exec(element.getAttribute(attribute))?.[1])
      .filter(Boolean)
      .map(Number);
  }

  function examine(url = location.href) {
    const admin = new URL(url, location.href).pathname.startsWith("/admin/");
    const links = [];
    const faults = [];
    const boxes = new Set();
    for (const [selector, tags, rel] of admin ? [] : KINDS) {
      for (const box of document.querySelectorAll(selector)) {
        boxes.add(box);
        faults.push(...bodyFaults(box, tags, rel, links));
      }
    }
    const words = vocabulary(boxes, admin);
    const all = (selector) => [...document.querySelectorAll(selector)];
    const sources = all(".card .words.source, .own .words.source").map((box) => [
      Number(/\d+/.exec(box.closest(".card, .own").id)[0]),
      box.textContent,
    ]);
    follow(links);
    return {
      type: document.contentType,
      admin,
      faults,
      words,
      links: links.length,
      bodies: boxes.size,
      live: numbers("article.comment > header a.when", "href", /\/c\/(\d+)\//),
      own: numbers("li.own", "id", /own-(\d+)/),
      cards: numbers("article.card", "id", /card-(\d+)/),
      listed: numbers("li[data-card]", "data-id", /(\d+)/),
      more: document.querySelector("a#more")?.getAttribute("href"),
      ledger: numbers(".ledger h2 a", "href", /(?:\/c\/|#own-)(\d+)/),
      told: numbers(".told [data-comment]", "data-comment", /(\d+)/),
      rows: all("#result_list tbody tr").length,
      ticked: numbers("input.action-select", "value", /(\d+)/),
      sources,
      box: document.querySelector("textarea[name=body]")?.value,
      pre: document.querySelector("pre")?.textContent,
      heading: document.querySelector("main h1")?.textContent,
      title: document.title,
      drafts: all("h2[id^=draft-]").map((heading) => [
        Number(heading.id.slice("draft-".length)),
        heading.closest("li").querySelector(".words.source").textContent,
      ]),
      hits: numbers(".hit h3 a.author", "href", /\/c\/(\d+)\//),
      next: all(".further a[rel=next]").pop()?.getAttribute("href"),
      picks: numbers("a[id^=pick-]", "id", /pick-(\d+)/),
      folded: numbers("details.ignored a.when", "href", /\/c\/(\d+)\//),
      cases: numbers("article.card", "id", /(?:appeal|notice)-(\d+)/),
      judged: document.querySelector(".words.source.cited")?.textContent,
      cited: all(".words.cited p").map((line) => line.innerText ?? line.textContent),
      nudged: document.querySelector(".nudge") !== null,
      name: document.querySelector("[name=display_name]")?.value,
      bio: document.querySelector("[name=bio]")?.value,
      kept: all("dd.words").map((box) => box.textContent),
      // Of readers' own words in a file that knows no formatting.
      within: all("dd.words *").length,
      data: all('script[type="application/ld+json"]').map((script) => script.textContent),
    };
  }

  /* Pages that show one text each: parsed one after another in a frame of a page of the site,
     under its policy. The page's own files are left out of the head; all else is as answered. */

  function parse(html) {
    open.call(document);
    listen();
    write.call(document, html);
    close.call(document);
  }

  const read = (answer) => answer.text().then((text) => [answer.status, text]);
  const written = (urls) => parsed(urls.map((url) => fetch(url).then(read)), urls);

  async function parsed(answers, urls) {
    // Hidden, because drawing it would cost more than all else; it runs what it is given all the same.
    const frame = document.createElement("iframe");
    frame.hidden = true;
    document.body.append(frame);
    const inner = frame.contentWindow.hostileHarness;
    const seen = [];
    for (const [index, answer] of answers.entries()) {
      const [status, html] = await answer;
      const end = html.indexOf("</head>");
      const head = html.slice(0, end).replace(/<(?:script|link) [^>]*\/static\/[^>]*>(?:<\/script>)?/g, "");
      inner.parse(head + html.slice(end));
      await new Promise((resume) => setTimeout(resume, 0));
      seen.push({ status, ...inner.examine(urls[index]) });
    }
    frame.remove();
    return seen;
  }

  /* The preview below the page's own form, for one text after another. */

  async function preview(texts) {
    const form = document.querySelector("form[data-box]");
    const button = form.querySelector("button[hx-post]");
    const place = form.querySelector(".preview");
    const faults = [];
    let shown = 0;
    for (const text of texts) {
      place.replaceChildren();
      form.elements.body.value = text;
      const answered = new Promise((resume) =>
        button.addEventListener("htmx:afterRequest", (event) => resume(event.detail.xhr.status), { once: true }),
      );
      button.click();
      const status = await answered;
      const links = [];
      if (status === 200) faults.push(...bodyFaults(place, COMMENT, KINDS[0][2], links));
      else if (status !== 422) faults.push(`answered ${status}`);
      if (!place.hasChildNodes()) faults.push("nothing was shown");
      follow(links);
      shown += 1;
    }
    return { shown, faults };
  }

  /* The page's own form, sent with one text after another, by a browser without a script... */

  function posted(texts) {
    const form = document.querySelector("form[data-box]");
    const send = (text) => {
      const body = new FormData(form);
      body.set("body", text);
      return fetch(form.action, { method: "POST", body }).then(read);
    };
    return parsed(texts.map(send), texts.map(() => form.action));
  }

  /* ... and with its script, which puts what comes back in the form's place. */

  async function sent([text]) {
    const form = document.querySelector("form[data-box]");
    form.elements.body.value = text;
    const answered = new Promise((resume) =>
      document.addEventListener("htmx:afterSettle", () => resume(), { once: true }),
    );
    form.requestSubmit();
    await answered;
    return examine();
  }

  /* An article with all the replies below it, which wait behind a button each thread has. */

  async function unfolded() {
    const buttons = document.querySelectorAll("#threads a.onward[hx-get]");
    for (const button of buttons) {
      const settled = new Promise((resume) =>
        document.addEventListener("htmx:afterSettle", () => resume(), { once: true }),
      );
      button.click();
      const late = new Promise((_resume, refuse) => setTimeout(refuse, 20000, new Error("a thread stayed folded")));
      await Promise.race([settled, late]);
    }
    // The page's script leads the focus on to what is new.
    document.querySelector("#threads [tabindex]:focus")?.removeAttribute("tabindex");
    return examine();
  }

  /* What an open page fetches and inserts. */

  async function inserted([url]) {
    const answer = await fetch(url);
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    const list = document.createElement("ol");
    list.append(holder.content);
    document.body.append(list);
    await new Promise((resume) => setTimeout(resume, 0));
    return { status: answer.status, ...examine() };
  }

  async function fetched([url]) {
    const answer = await fetch(url);
    const type = answer.headers.get("content-type");
    return { status: answer.status, type, named: answer.headers.get("content-disposition"), text: await answer.text() };
  }

  fix(
    window,
    "hostileHarness",
    Object.freeze({ examine, parse, written, preview, posted, sent, unfolded, inserted, fetched }),
  );
})();
