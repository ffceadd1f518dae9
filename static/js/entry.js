/* Typing in a questionnaire: digits choose, Enter goes on, Ctrl and Enter stores. The page works without it. */
(() => {
  "use strict";

  const form = document.querySelector("[data-entry]");
  const questions = [...form.querySelectorAll("[data-q]")];
  const first = (question) => question.querySelector("input:checked") || question.querySelector("input, textarea, select");
  let ten = null; // the scale on which 1 was pressed just now

  function go(question) {
    const target = questions.slice(questions.indexOf(question) + 1).find((one) => one.offsetParent); // shown ones only
    (target ? first(target) : form.querySelector(".acts .btn-primary")).focus();
  }

  function choose(question, digit) {
    const boxes = [...question.querySelectorAll("input[type=radio], input[type=checkbox]")];
    const scale = "scale" in question.dataset, value = scale && ten === question && digit === "0" ? "10" : digit;
    const answers = boxes.filter((box) => !("na" in box.dataset));
    const box = scale ? answers.find((one) => one.value === value)
      : digit === "0" ? boxes.find((one) => "na" in one.dataset) : answers[Number(digit) - 1];
    if (!box) return;
    box.checked = box.type === "radio" || !box.checked;
    box.focus();
    for (const kind of ["input", "change"]) box.dispatchEvent(new Event(kind, { bubbles: true }));
    ten = scale && digit === "1" ? question : null;
    if (box.type === "radio" && !scale) go(question);
  }

  form.addEventListener("keydown", (event) => {
    const question = event.target.closest("[data-q]");
    if (event.key === "Enter" && event.ctrlKey) return form.requestSubmit(form.querySelector(".acts .btn-primary"));
    if (!question || event.ctrlKey || event.altKey || event.metaKey) return undefined;
    if (event.key === "Enter" && event.target.tagName !== "TEXTAREA") {
      event.preventDefault();
      return go(question);
    }
    if (/^[0-9]$/.test(event.key) && ["radio", "checkbox"].includes(event.target.type)) {
      event.preventDefault();
      choose(question, event.key);
    }
    return undefined;
  });
  if (questions.length && !form.querySelector("[role=alert]")) first(questions[0]).focus();
})();
