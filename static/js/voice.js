// What is typed outlives a reload or a lost connection in this tab, and is wiped with the receipt. Optional.
(() => {
  "use strict";

  const NAME = "voice", KEPT = ["kind", "text", "wish", "by", "phone", "email", "name"];
  const store = {
    read() { try { return JSON.parse(sessionStorage.getItem(NAME)) || {}; } catch { return {}; } },
    write(values) { try { sessionStorage.setItem(NAME, JSON.stringify(values)); } catch { /* the page itself still holds it */ } },
    wipe() { try { sessionStorage.removeItem(NAME); } catch { /* nothing was kept */ } },
  };

  if (document.querySelector("[data-wipe]")) return store.wipe();
  const form = document.getElementById("voice");
  const state = form.querySelector(".state");
  const values = () => Object.fromEntries(KEPT.map((name) => [name, form.elements[name].value]));
  const empty = JSON.stringify(values());

  if ("fresh" in form.dataset) {
    for (const [name, value] of Object.entries(store.read())) if (value) form.elements[name].value = value;
    if (JSON.stringify(values()) !== empty) state.textContent = state.dataset.kept;
  }
  form.addEventListener("input", () => {
    store.write(values());
    state.textContent = state.dataset.kept;
  });
  form.addEventListener("submit", () => { // without a file there is less to send
    form.enctype = form.elements.files.files.length ? "multipart/form-data" : "application/x-www-form-urlencoded";
  });
})();
