// form[data-unsaved]: shows what was changed and not yet saved, and asks before it is left behind. [data-aside] is sent
// along and kept nowhere.
import { appear } from "./appear.js";

const question = "You have unsaved changes. Leave without saving?";
let saving = false;

function differs(control) {
  if (control.matches("[type=hidden], button, [role=combobox], [data-aside]")) return false;
  if (control.matches("[type=checkbox], [type=radio]")) return control.checked !== control.defaultChecked;
  if (!control.matches("select")) return control.value !== control.defaultValue;
  const start = [...control.options].findIndex((option) => option.defaultSelected);
  return control.selectedIndex !== Math.max(start, 0);
}

// A refused form comes back with what was typed as its starting values: it is still unsaved. A refused switch shows
// the true state again.
const refused = (control) => control.getAttribute("aria-invalid") === "true" && !control.matches("[role=switch]");
// [data-changed] comes with what was arranged: its starting values are not those that are kept.
const dirty = (form) =>
  form.querySelector("[data-changed]") || [...form.elements].some((control) => differs(control) || refused(control));
const forms = () => [...document.querySelectorAll("form[data-unsaved]")].filter(dirty);

function show(form) {
  for (const control of form.elements) control.closest(".switch")?.classList.toggle("changed", differs(control));
  for (const note of form.querySelectorAll("[data-unsaved-status]")) note.hidden = !dirty(form);
}

appear("form[data-unsaved]", show);

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => event.target.form?.matches("[data-unsaved]") && show(event.target.form));
}
document.addEventListener("htmx:after:swap", () => document.querySelectorAll("form[data-unsaved]").forEach(show));
document.addEventListener("reset", (event) => setTimeout(() => event.target.matches("[data-unsaved]") && show(event.target)));

document.addEventListener("submit", (event) => {
  saving = !event.defaultPrevented && event.target.matches("[data-unsaved]");
});

addEventListener("beforeunload", (event) => {
  if (!saving && forms().length) event.preventDefault();
  saving = false;
});

document.addEventListener("htmx:before:request", (event) => {
  const { target, request, swap } = event.detail.ctx;
  if (swap?.endsWith("Morph")) return; // What was changed stays as it is.
  const loses = (form) => [...form.elements].some((control) => differs(control) && target?.contains(control));
  const lost = forms().some((form) => form !== request.form && loses(form));
  if (lost && !confirm(question)) event.preventDefault();
});
