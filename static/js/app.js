/* Staff pages. Everything here is a convenience: each page works without it. No inline handlers, no eval, nothing in web storage. */
(function () {
  "use strict";

  const root = document.documentElement;
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  root.classList.add("has-script");

  /* ---- menus: close on Escape and on a click elsewhere ---- */
  document.addEventListener("click", (event) => {
    for (const menu of all("details.menu[open], details.filters[open]")) if (!menu.contains(event.target)) menu.open = false;
    const opener = event.target.closest("[data-open]");
    if (opener) document.getElementById(opener.dataset.open).showModal();
    if (event.target.closest("[data-print]")) window.print();
    if (event.target.matches("dialog.sheet")) event.target.close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of all("details.menu[open], details.filters[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  /* ---- what scrolls sideways can be scrolled with the keys ---- */
  const wide = new ResizeObserver((boxes) => {
    for (const { target } of boxes) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  const watch = () => all(".table-wrap, .table-responsive").forEach((box) => wide.observe(box));
  watch();
  document.addEventListener("htmx:afterSettle", watch);

  /* ---- fields that matter only with certain choices of another field (core/conditional.py) ---- */
  function fit(form) {
    for (const field of all("[data-with]", form)) {
      const [name, values] = field.dataset.with.split("=");
      field.closest(".field").hidden = !values.split(",").includes(form.elements[name].value);
    }
  }
  for (const form of new Set(all("[data-with]").map((field) => field.form))) {
    fit(form);
    form.addEventListener("change", () => fit(form));
  }

  /* ---- rows: click anywhere opens, keys walk, boxes select ---- */
  const INTERACTIVE = "a, button, input, select, textarea, label, summary, [contenteditable]";
  let cursor = null;

  const rows = () => all("[data-keys] tbody tr, a.todo");
  const address = (row) => row.dataset.href || row.getAttribute("href");

  function open(row, elsewhere) {
    if (!row || !address(row)) return;
    if (elsewhere) window.open(address(row), "_blank", "noopener");
    else window.location.assign(address(row));
  }

  function point(row) {
    if (cursor) cursor.classList.remove("is-cursor");
    cursor = row;
    if (!row) return;
    row.classList.add("is-cursor");
    row.scrollIntoView({ block: "nearest" });
    if (row.matches("a")) row.focus();
  }

  function walk(step) {
    const found = rows();
    if (!found.length) return;
    const here = found.indexOf(cursor);
    point(found[Math.min(Math.max(here < 0 ? (step > 0 ? 0 : found.length - 1) : here + step, 0), found.length - 1)]);
  }

  function pick(row) {
    const box = row && row.querySelector("input[type=checkbox]");
    if (!box) return;
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function count() {
    for (const bar of all("[data-bulk]")) {
      const picked = all("[data-keys] tbody input[type=checkbox]:checked").length;
      bar.hidden = !picked;
      for (const number of all("[data-picked]", bar)) number.textContent = picked;
    }
  }

  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-href]");
    if (!row || event.target.closest(INTERACTIVE) || String(window.getSelection())) return;
    open(row, event.ctrlKey || event.metaKey);
  });
  document.addEventListener("auxclick", (event) => {
    const row = event.target.closest("tr[data-href]");
    if (row && event.button === 1 && !event.target.closest(INTERACTIVE)) open(row, true);
  });
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.matches("thead input[type=checkbox]")) {
      for (const other of all("tbody input[type=checkbox]", box.closest("table"))) {
        other.checked = box.checked;
        other.closest("tr").classList.toggle("is-picked", box.checked);
      }
    } else if (box.matches("[data-keys] tbody input[type=checkbox]")) {
      box.closest("tr").classList.toggle("is-picked", box.checked);
    }
    if (box.matches("input[type=checkbox]")) count();
    if (box.closest("[data-autosubmit]")) box.form.requestSubmit();
  });

  /* ---- keys: never while somebody types or an input method composes ---- */
  const TYPING = "input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit]), textarea, select, [contenteditable]";
  let leader = 0;

  /* the sheet also tells the keys that only this page has, by the words of what they press */
  function tell(sheet) {
    const line = sheet.querySelector("[data-page-key]");
    for (const old of all("[data-told]", sheet)) old.remove();
    for (const target of all("[data-key]")) {
      if ("np".includes(target.dataset.key)) continue; // told for every page
      const key = line.cloneNode(true), what = line.nextElementSibling.cloneNode(true);
      const words = target.cloneNode(true);
      for (const drawn of all("kbd, svg", words)) drawn.remove();
      key.firstElementChild.textContent = target.dataset.key;
      what.textContent = target.getAttribute("aria-label") || words.textContent.trim();
      for (const part of [key, what]) { part.hidden = false; part.dataset.told = ""; line.before(part); }
    }
  }

  const KEYS = {
    "/": () => { const field = document.querySelector("[data-search]"); if (field) { field.focus(); field.select(); } },
    "?": () => { const sheet = document.getElementById("keys"); if (sheet && !sheet.open) { tell(sheet); sheet.showModal(); } },
    g: () => { leader = Date.now(); },
    j: () => walk(1),
    k: () => walk(-1),
    o: () => open(cursor),
    Enter: () => open(cursor),
    x: () => pick(cursor),
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest && event.target.closest(TYPING)) return;
    if (event.key === "Enter" && (!cursor || event.target.closest(INTERACTIVE))) return;
    const led = Date.now() - leader < 1200;
    leader = 0;
    const target = document.querySelector(`[data-${led ? "go" : "key"}="${CSS.escape(event.key)}"]`);
    if (!target && (led || !KEYS[event.key])) return;
    event.preventDefault();
    if (target) target.click();
    else KEYS[event.key]();
  });

  /* ---- forms: focus the errors, warn before losing what was typed, send once ---- */
  let dirty = null;

  document.addEventListener("input", (event) => { dirty = event.target.closest("form[data-guard]") || dirty; });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) return event.preventDefault();
    if (form === dirty) dirty = null;
    if (!("once" in form.dataset)) return undefined;
    if (form.dataset.once === "sent") return event.preventDefault();
    form.dataset.once = "sent";
    return undefined;
  });
  window.addEventListener("pageshow", () => { for (const form of all("form[data-once]")) form.dataset.once = ""; });

  /* ---- HTMX: inside #rows or [data-rows], links and forms marked data-swap exchange the rows instead of the page ---- */
  function prepare(within) {
    for (const place of all("#rows, [data-rows][id]")) {
      for (const part of all("[data-swap]", place)) {
        if (part.hasAttribute("hx-get")) continue;
        part.setAttribute("hx-get", part.getAttribute("href") || window.location.pathname);
        part.setAttribute("hx-target", `#${place.id}`);
        part.setAttribute("hx-push-url", "true");
        if (window.htmx) window.htmx.process(part);
      }
    }
    const errors = within.querySelector("[data-focus]");
    if (errors) errors.focus();
    cursor = null;
    count();
  }

  function say(text) {
    const note = document.createElement("div");
    note.className = "note is-danger";
    note.textContent = text;
    const notices = document.getElementById("notices");
    if (notices) notices.replaceChildren(note);
  }

  document.addEventListener("htmx:beforeRequest", () => root.classList.add("is-loading"));
  document.addEventListener("htmx:afterRequest", () => root.classList.remove("is-loading"));
  document.addEventListener("htmx:afterSettle", (event) => prepare(event.target));
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => say(document.body.dataset.offline));
  }

  /* ---- the device changed between light and dark: pictures drawn with token colours want to know ---- */
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new Event("themechange")));

  prepare(document);
})();
