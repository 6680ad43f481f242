/* On every page: times in the reader's own zone and language, and a menu that closes. */
"use strict";

(() => {
  const language = document.documentElement.lang || undefined;
  const timeZone = document.body.dataset.zone || undefined;
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const full = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short", timeZone });
  const date = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone });
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone });

  function words(moment, now) {
    const minutes = Math.round((now - moment) / 60000);
    if (minutes < 0 || minutes >= 7 * 1440) {
      return (Math.abs(minutes) < 300 * 1440 ? day : date).format(moment);
    }
    if (minutes < 60) return relative.format(-minutes, "minute");
    if (minutes < 1440) return relative.format(-Math.floor(minutes / 60), "hour");
    return relative.format(-Math.floor(minutes / 1440), "day");
  }

  function tellTimes(root) {
    const now = Date.now();
    for (const time of root.querySelectorAll("time[datetime*=T]")) {
      const moment = new Date(time.dateTime);
      if (isNaN(moment)) continue;
      const whole = full.format(moment);
      time.textContent = "full" in time.dataset ? whole : "date" in time.dataset || time.closest(".byline") ? date.format(moment) : words(moment, now);
      time.title = whole;
    }
  }

  tellTimes(document);
  setInterval(() => document.hidden || tellTimes(document), 60000);
  document.addEventListener("htmx:load", (event) => tellTimes(event.target));

  function closeMenus(except) {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(except)) menu.open = false;
    }
  }
  document.addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const summary = document.querySelector("details.menu[open] summary");
    closeMenus(null);
    summary?.focus();
  });
})();
