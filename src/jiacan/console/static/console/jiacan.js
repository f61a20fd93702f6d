// What pages do beyond links and forms. Everything here is an addition: without it pages still work.

const words = document.getElementById("script-words")?.dataset ?? {};
const language = document.documentElement.lang || "en";

function typing(target) {
  return target.closest?.("input, textarea, select, [contenteditable]") !== null;
}

// --- lists: j and k move, Enter opens, / searches, x ticks ------------------------------------------------

function rowsOf(list) {
  return [...list.querySelectorAll(":scope > li, :scope > tr, :scope > tbody > tr")].filter((row) => !row.hidden);
}

function move(step) {
  const list = document.querySelector("[data-list]:has(.is-here)") ?? document.querySelector("[data-list]");
  if (!list) return;
  const rows = rowsOf(list);
  const now = rows.findIndex((row) => row.classList.contains("is-here"));
  const next = rows[Math.min(rows.length - 1, Math.max(0, now < 0 ? 0 : now + step))];
  if (!next) return;
  rows[now]?.classList.remove("is-here");
  next.classList.add("is-here");
  next.scrollIntoView({ block: "nearest" });
  (next.querySelector("a[href], button, input") ?? next).focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog:modal")) return;
  if (event.key === "Escape") {
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      menu.open = false;
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    });
    if (event.target.matches?.("[data-search]")) event.target.blur();
    return;
  }
  if (typing(event.target) && event.target.type !== "checkbox") return;
  const search = document.querySelector("[data-search]");
  const here = document.querySelector("[data-list] .is-here");
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "/" && search) search.select();
  else if (event.key === "x" && here) here.querySelector("input[type=checkbox]")?.click();
  else if (event.key === "Enter" && here && !event.target.closest("a, button")) here.querySelector("a[href]")?.click();
  else return;
  event.preventDefault();
  if (event.key === "/") search.focus();
});

const hint = document.querySelector("[data-keys-hint]");
if (hint && document.querySelector("[data-list]") && matchMedia("(hover: hover)").matches) hint.hidden = false;

// --- ticking rows -----------------------------------------------------------------------------------------

function count(form) {
  const ticked = form.querySelectorAll("[data-tick]:checked").length;
  form.querySelectorAll("[data-tick]").forEach((box) => {
    box.closest("tr, li")?.setAttribute("aria-selected", String(box.checked));
  });
  form.querySelectorAll("[data-ticked-count]").forEach((place) => { place.textContent = ticked.toLocaleString(language); });
  form.querySelectorAll("[data-ticked-bar]").forEach((bar) => { bar.hidden = ticked === 0; });
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form");
  if (event.target.matches("[data-tick-all]")) {
    form.querySelectorAll("[data-tick]").forEach((box) => { box.checked = event.target.checked; });
    count(form);
  } else if (event.target.matches("[data-tick]")) {
    count(form);
  } else if (event.target.matches("form[data-filter] select, form[data-filter] input[type=checkbox]")) {
    form.requestSubmit();
  }
});

// Filters that were left empty stay out of the address.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-filter]")) return;
  const fields = [...event.target.elements].filter((field) => field.name && !field.value);
  fields.forEach((field) => { field.disabled = true; });
  setTimeout(() => fields.forEach((field) => { field.disabled = false; }));
});

// --- menus, copying, confirming ---------------------------------------------------------------------------

document.addEventListener("click", async (event) => {
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  const copy = event.target.closest("[data-copy]");
  if (copy) await copyBeside(copy);
  const opens = event.target.closest("[data-opens]");
  const dialog = opens && document.getElementById(opens.dataset.opens);
  if (dialog?.showModal) {
    event.preventDefault();
    dialog.removeAttribute("popover");
    dialog.showModal();
    dialog.querySelectorAll("[data-typed]").forEach(agree);
  }
  const closes = event.target.closest("[data-closes]");
  if (closes?.closest("dialog:modal")) {
    event.preventDefault();
    closes.closest("dialog").close();
  }
});

async function copyBeside(button) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(button.parentElement.querySelector("[data-copied-text]").textContent);
    button.textContent = words.copied;
  } catch {
    button.textContent = words.copyFailed;
  }
  setTimeout(() => { button.textContent = before; }, 2000);
}

function agree(field) {
  const submit = field.form.querySelector("button:not([type=button])");
  submit.disabled = field.value.trim() !== field.dataset.typed;
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-typed]")) agree(event.target);
});

// A definition opens when it is pointed at, too.
document.addEventListener("pointerover", (event) => {
  const asks = event.pointerType === "mouse" && event.target.closest?.(".asks");
  if (!asks) return;
  const tip = document.getElementById(asks.getAttribute("popovertarget"));
  const timer = setTimeout(() => tip?.showPopover({ source: asks }), 250);
  asks.addEventListener("pointerleave", () => {
    clearTimeout(timer);
    if (tip?.matches(":popover-open") && !tip.matches(":hover")) tip.hidePopover();
  }, { once: true });
});

document.querySelector("[data-problems]")?.focus();
document.querySelectorAll(".tabs [aria-current]").forEach((tab) => tab.scrollIntoView({ block: "nearest", inline: "center" }));

// --- colours ----------------------------------------------------------------------------------------------

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-theme-form]")) return;
  event.preventDefault();
  const chosen = event.submitter.value;
  if (chosen) document.documentElement.dataset.theme = chosen;
  else delete document.documentElement.dataset.theme;
  form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-pressed", String(button === event.submitter)));
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `jiacan_theme=${chosen}; path=/; max-age=${chosen ? 31536000 : 0}; samesite=lax${secure}`;
});

// --- ages: "3 minutes ago" --------------------------------------------------------------------------------

const spans = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const relative = new Intl.RelativeTimeFormat(language, { numeric: "always", style: "short" });

function age(since) {
  const seconds = Math.round((since - Date.now()) / 1000);
  const [unit, size] = spans.find(([, each]) => Math.abs(seconds) >= each) ?? spans.at(-1);
  return relative.format(Math.trunc(seconds / size), unit);
}

function tellAges() {
  document.querySelectorAll("time[data-age]").forEach((time) => { time.textContent = age(Date.parse(time.dateTime)); });
  document.querySelectorAll("time[data-countdown]").forEach((time) => { time.textContent = countdown(Date.parse(time.dateTime)); });
}

function countdown(until) {
  const left = Math.max(0, Math.floor((until - Date.now()) / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const days = Math.floor(left / 86400);
  const clock = `${two(Math.floor(left / 3600) % 24)}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
  return days ? `${new Intl.NumberFormat(language, { style: "unit", unit: "day", unitDisplay: "long" }).format(days)} ${clock}` : clock;
}

if (document.querySelector("time[data-age], time[data-countdown], [data-live]")) {
  tellAges();
  setInterval(tellAges, 1000);
}

// --- live figures -----------------------------------------------------------------------------------------
//
// <section data-live="/address/of/events"> holds elements with data-fragment="name". Each message is HTML with such
// elements; they take the place of those of the same name. The event "beat" only says that all is well; "over" ends it.

const OLD_SECONDS = 15;

function follow(root) {
  const badges = () => document.querySelectorAll("[data-live-state]");
  let seen = Date.parse(badges()[0]?.dataset.liveState ?? "") || Date.now();
  let state = "";
  let wait = 1;
  let source;

  const show = () => {
    const seconds = Math.round((Date.now() - seen) / 1000);
    const now = source?.readyState === EventSource.OPEN ? (seconds > OLD_SECONDS ? "old" : "fresh") : state === "over" ? "over" : state ? "lost" : "";
    if (!now) return;
    badges().forEach((badge) => {
      if (badge.dataset.state !== now) {
        badge.dataset.state = now;
        badge.replaceChildren({ fresh: words.fresh, old: words.old, lost: words.lost, over: words.over }[now], " ", document.createElement("time"));
      }
      const time = badge.querySelector("time");
      time.setAttribute("aria-hidden", "true");
      time.textContent = now === "over" ? "" : age(seen);
    });
    state = now;
  };

  const connect = () => {
    source = new EventSource(root.dataset.live);
    source.onopen = () => { wait = 1; seen = Date.now(); state ||= "fresh"; show(); };
    source.onmessage = (event) => { seen = Date.now(); swap(root, event.data); show(); };
    source.addEventListener("beat", () => { seen = Date.now(); show(); });
    source.addEventListener("over", () => { source.close(); state = "over"; show(); });
    source.onerror = () => {
      state = "lost";
      show();
      if (source.readyState === EventSource.CLOSED) {
        setTimeout(connect, wait * 1000);
        wait = Math.min(30, wait * 2);
      }
    };
  };

  connect();
  setInterval(show, 1000);
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
}

function swap(root, html) {
  const arrived = new DOMParser().parseFromString(html, "text/html");
  for (const fresh of arrived.querySelectorAll("[data-fragment]")) {
    const stale = root.querySelector(`[data-fragment="${CSS.escape(fresh.dataset.fragment)}"]`);
    // Whoever reads a definition or types is not disturbed; the next message comes soon.
    if (!stale || stale.isEqualNode(fresh) || stale.querySelector(":popover-open, input:focus, textarea:focus, select:focus, dialog[open]")) continue;
    const before = [...stale.querySelectorAll("[data-figure]")].map((figure) => figure.textContent);
    const open = new Set([...stale.querySelectorAll("details[open][id]")].map((details) => details.id));
    const focused = stale.contains(document.activeElement) ? document.activeElement.id : "";
    const placed = document.importNode(fresh, true);
    stale.replaceWith(placed);
    placed.querySelectorAll("[data-figure]").forEach((figure, place) => {
      if (place in before && before[place] !== figure.textContent) figure.classList.add("changed");
    });
    open.forEach((id) => { const details = document.getElementById(id); if (details) details.open = true; });
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    window.htmx?.process(placed);
  }
  tellAges();
}

document.querySelectorAll("[data-live]").forEach(follow);

// --- what went wrong between the page and the server -------------------------------------------------------

function warn(text) {
  const known = document.querySelector("[data-warned]");
  if (!text) return known?.remove();
  const notice = known ?? document.createElement("div");
  notice.className = "notice is-act";
  notice.dataset.warned = "";
  notice.setAttribute("role", "alert");
  notice.replaceChildren(Object.assign(document.createElement("div"), { textContent: text }));
  if (!known) document.querySelector("main").prepend(notice);
}

addEventListener("offline", () => warn(words.offline));
addEventListener("online", () => warn(""));
document.addEventListener("htmx:sendError", () => warn(words.offline));
document.addEventListener("htmx:responseError", () => warn(words.refused));
document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) warn(""); });
