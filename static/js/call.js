/* Call screen: Ctrl+Enter saves, a lookup leads to what comes next, parts that do not apply stay out of the way. Works without it. */
(function () {
  "use strict";

  const form = document.querySelector("[data-call]");
  if (!form) return;
  const save = form.querySelector("[data-call-save]");

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      save.click();
    } else if (event.target.matches("input:not([name=number]):not([type=checkbox]):not([type=radio])")) {
      event.preventDefault(); // Enter looks a number up only where the number stands
    }
  });

  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing && event.target.matches("input, textarea, select")) event.target.blur(); // single keys act outside fields
  });

  function show() {
    const who = form.querySelector("[name=who]:checked");
    const fresh = form.querySelector(".call-new"), follow = form.querySelector(".call-follow-up");
    const wants = form.querySelector("[name=with_follow_up]");
    if (fresh) {
      fresh.hidden = Boolean(who) && /^(contact|customer):/.test(who.value);
      const customer = fresh.querySelector("#div_id_customer_name");
      if (customer) customer.hidden = !who || who.value !== "new";
    }
    if (follow && wants) follow.hidden = !wants.checked;
  }

  form.addEventListener("change", show);
  document.addEventListener("htmx:afterSettle", (event) => {
    show();
    if (event.detail.elt && event.detail.elt.id === "callers") {
      (form.querySelector("[name=who]:checked[value^='c']") ? form.elements.summary : form.querySelector("[name=who]")).focus();
    }
  });
  show();
})();
