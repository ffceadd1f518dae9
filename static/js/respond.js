// A respondent's page, made safer: answers are saved as they are given and kept on this device until they
// arrived. Optional: everything works without it. No library, nothing is sent anywhere but to this site.
(() => {
  "use strict";

  const RETRY = [2, 5, 15, 30, 60]; // seconds
  let form, page, kept, sending, failures, timer, pressed;

  // What this device holds for one link: {key, values: {field: [values]}}. Where the server keeps a draft,
  // only what has not arrived there yet.
  const device = {
    name: (home) => "answers:" + home,
    read(home) {
      try { return JSON.parse(localStorage.getItem(this.name(home))) || { values: {} }; } catch { return { values: {} }; }
    },
    write() {
      if ("trial" in form.dataset) return; // a designer looks at it
      try {
        if (Object.keys(kept.values).length) localStorage.setItem(this.name(page.home), JSON.stringify(kept));
        else localStorage.removeItem(this.name(page.home));
      } catch { /* private mode or full: the page itself still holds everything */ }
    },
    wipe(home) { try { localStorage.removeItem(this.name(home)); } catch { /* nothing was kept */ } },
  };

  const fields = (name) => [...form.elements].filter((field) => field.name === name);
  const questions = () => new Set([...form.elements].map((field) => field.name).filter((name) => name.startsWith("q_")));
  const chosen = (field) => (["radio", "checkbox"].includes(field.type) ? field.checked : field.value.trim() !== "");
  const valuesOf = (name) => fields(name).filter(chosen).map((field) => field.value);
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  function fill(name, values) {
    const shown = fields(name).filter((field) => field.type !== "hidden");
    if (!shown.length) return carry(name, values);
    let place = 0; // several selects of one name are the places of a ranking
    for (const field of shown) {
      if (["radio", "checkbox"].includes(field.type)) field.checked = values.includes(field.value);
      else if (values[0] !== "na") { field.value = values[place++] || ""; grow(field); }
    }
    follow();
    form.querySelectorAll(".rank").forEach(draw);
  }

  // Answers of other sections travel in hidden fields where the server keeps no draft.
  function carry(name, values) {
    const box = document.getElementById("carried");
    if (!box) return;
    for (const old of fields(name)) old.remove();
    for (const value of values) box.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }

  function say(text, off = false) {
    page.state.classList.toggle("off", off);
    if (page.state.textContent !== text) page.state.textContent = text;
  }

  function grow(area) {
    if (area.tagName !== "TEXTAREA" || CSS.supports("field-sizing", "content")) return;
    area.style.height = "auto";
    area.style.height = area.scrollHeight + 2 + "px";
  }

  // What the answers of this page lead to; the server checks it again.
  function follow() {
    for (const part of form.querySelectorAll("[data-if]")) {
      part.hidden = !part.dataset.if.split(";").every((rule) => {
        const [name, wanted] = rule.split("=");
        const before = fields(name).find((field) => field.closest(".q"));
        return !(before && before.closest(".q").hidden) && valuesOf(name).some((value) => wanted.split(",").includes(value));
      });
    }
  }

  // Ranking by tapping: the selects of the places hold the answer and stay for whoever has no script.
  function rank(list) {
    const box = document.createElement("div"), hint = document.createElement("p");
    box.className = "rank";
    hint.className = "help";
    hint.textContent = list.dataset.places;
    for (const option of list.querySelector("select").options) {
      if (!option.value) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.value = option.value;
      button.append(document.createElement("b"), document.createTextNode(option.text));
      button.addEventListener("click", () => tap(box, list, button.value));
      box.append(button);
    }
    box.list = list;
    box.id = list.querySelector("select").id; // where the summary of errors leads
    box.tabIndex = -1;
    list.querySelector("select").removeAttribute("id");
    list.hidden = true;
    list.after(hint, box);
    draw(box);
  }

  const placesOf = (list) => [...list.querySelectorAll("select")];

  function tap(box, list, value) {
    const places = placesOf(list), order = places.map((select) => select.value).filter((given) => given);
    if (order.includes(value)) order.splice(order.indexOf(value), 1);
    else if (order.length < places.length) order.push(value);
    places.forEach((select, place) => { select.value = order[place] || ""; });
    const na = fields(places[0].name).find((field) => field.type === "checkbox");
    if (na) na.checked = false;
    draw(box);
    note(places[0].name);
  }

  function draw(box) {
    const order = placesOf(box.list).map((select) => select.value);
    for (const button of box.querySelectorAll("button")) {
      const place = order.indexOf(button.value);
      button.setAttribute("aria-pressed", place >= 0);
      button.firstChild.textContent = place >= 0 ? place + 1 : "";
    }
  }

  // Saving ------------------------------------------------------------------------------------------

  function note(name) {
    kept.key = form.elements.key.value;
    kept.values[name] = valuesOf(name);
    device.write();
    if (page.save) send();
    else say(page.words.kept);
  }

  function later() {
    say(navigator.onLine ? page.words.kept : page.words.offline, true);
    clearTimeout(timer);
    timer = setTimeout(send, 1000 * RETRY[Math.min(failures, RETRY.length - 1)]);
    failures += 1;
  }

  function send() {
    clearTimeout(timer);
    sending = sending || saveAll().finally(() => { sending = null; });
    return sending;
  }

  async function saveAll() {
    while (Object.keys(kept.values).length) {
      const going = { ...kept.values };
      let answer;
      try {
        answer = await fetch(page.save, { method: "POST", body: bodyOf(going), credentials: "same-origin" });
      } catch {
        return later();
      }
      if (answer.status >= 500 || answer.status === 429) return later();
      if (answer.status === 410 || answer.status === 403) return say(page.words.kept, true);
      const said = await answer.json();
      form.elements.rev.value = said.rev;
      failures = 0;
      if (answer.status === 409) { adopt(said.answers); continue; }
      for (const name of Object.keys(going)) if (same(kept.values[name], going[name])) delete kept.values[name];
      device.write();
      say(page.words.saved.replace("{time}", said.at));
    }
  }

  function bodyOf(answers) {
    const body = new URLSearchParams();
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.append("rev", form.elements.rev.value);
    for (const [name, values] of Object.entries(answers)) {
      body.append("uid", name.slice(2));
      for (const value of values) body.append(name, value);
    }
    return body;
  }

  // Another device saved meanwhile: its answers show here, except where something newer was given here.
  function adopt(answers) {
    for (const name of questions()) {
      if (name in kept.values) continue;
      const value = answers[name.slice(2)];
      fill(name, value === undefined ? [] : [value].flat().map(String));
    }
  }

  // Going on ----------------------------------------------------------------------------------------

  async function submit(event) {
    const button = event.submitter || pressed;
    if (button && button.name === "language") return; // a whole new page
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    for (const name of questions()) if (fields(name).some((field) => field.type !== "hidden")) kept.values[name] = valuesOf(name);
    kept.key = form.elements.key.value;
    device.write();
    await sending;
    const body = new URLSearchParams(new FormData(form));
    body.append("go", button ? button.value : "next");
    try {
      const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
      if (answer.status >= 500) throw new Error(answer.status);
      show(await answer.text(), answer.url);
    } catch {
      form.ariaBusy = "false";
      say(page.words.offline, true);
      page.waiting = button || true;
      clearTimeout(timer);
      timer = setTimeout(again, 1000 * RETRY[Math.min(page.tries, RETRY.length - 1)]);
      page.tries += 1;
    }
  }

  function again() {
    const button = page && page.waiting;
    if (!button) return form && page.save && send();
    page.waiting = null;
    pressed = button === true ? null : button;
    form.requestSubmit(pressed || undefined);
  }

  // The next page takes this one's place: going back never asks to send a form again.
  function show(html, url) {
    const next = new DOMParser().parseFromString(html, "text/html");
    for (const part of ["header", "main"]) document.querySelector(part).replaceWith(next.querySelector(part));
    document.title = next.title;
    const target = document.getElementById("answers");
    if (target && page.save) { kept.values = {}; device.write(); } // arrived: the server keeps it now
    if (target) url = new URL("?part=" + target.dataset.part, target.action).href;
    if (url !== location.href) history.pushState(null, "", url);
    start(true);
    const first = document.querySelector(".errors") || document.querySelector("main h1");
    first.tabIndex = -1;
    scrollTo(0, 0);
    first.focus();
  }

  // Starting ----------------------------------------------------------------------------------------

  function start(goesOn) {
    clearTimeout(timer);
    const done = document.querySelector("[data-wipe]");
    if (done) device.wipe(done.dataset.wipe);
    form = document.getElementById("answers");
    if (!form) return;
    const state = form.querySelector(".state");
    page = { home: new URL(form.action).pathname, save: form.dataset.save, state, words: { ...state.dataset }, waiting: null, tries: 0 };
    failures = 0;
    kept = device.read(page.home);
    form.querySelectorAll(".places").forEach(rank);
    follow();
    if (goesOn && !page.save) collect();
    else if (Object.keys(kept.values).length) "shared" in form.dataset ? ask() : restore();
    form.addEventListener("change", (event) => { follow(); note(event.target.name); });
    form.addEventListener("input", (event) => grow(event.target));
    form.addEventListener("submit", submit);
    form.querySelectorAll("textarea").forEach((area) => {
      area.addEventListener("input", () => { clearTimeout(area.pause); area.pause = setTimeout(() => area.isConnected && note(area.name), 1500); });
    });
  }

  // A page that came in answer to ours carries everything: the device learns from it.
  function collect() {
    for (const name of questions()) kept.values[name] = valuesOf(name);
    kept.key = form.elements.key.value;
    device.write();
  }

  function restore() {
    if (kept.key) form.elements.key.value = kept.key;
    for (const [name, values] of Object.entries(kept.values)) fill(name, values);
    if (page.save) send();
    else say(page.words.kept);
  }

  // An open link may be filled in by several people on one device: ask before showing what somebody typed.
  function ask() {
    const found = kept, box = document.createElement("div");
    const mine = () => { kept = { key: found.key, values: { ...found.values, ...kept.values } }; restore(); };
    kept = { values: {} };
    box.className = "note";
    box.append(Object.assign(document.createElement("p"), { textContent: page.words.ask }));
    for (const [word, act] of [["mine", mine], ["fresh", () => device.write()]]) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn quiet", textContent: page.words[word] });
      button.addEventListener("click", () => { box.remove(); act(); });
      box.append(button);
    }
    form.before(box);
  }

  document.addEventListener("click", (event) => { pressed = event.target.closest("button"); }, true);
  addEventListener("online", again);
  addEventListener("popstate", () => location.reload());
  addEventListener("pagehide", () => { if (form && page.save && Object.keys(kept.values).length) navigator.sendBeacon(page.save, bodyOf(kept.values)); });
  start(false);
})();
