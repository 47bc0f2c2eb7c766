// What one types is kept with its conversation: on the way to another one and back, when the box is locked meanwhile,
// while an answer is on its way (the box is empty at once, as in any messenger), and when that answer could not go out.
const drafts = new Map();
const sent = new Map();
const adopted = new WeakSet();
const selector = "textarea[data-send-on-enter]";
const talk = (form) => form.getAttribute("action");

function show(box, text) {
  box.value = text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

// A box that took the place of another may be typed in before htmx tells of it: what was typed before goes first.
function adopt(box) {
  if (adopted.has(box)) return;
  adopted.add(box);
  const draft = drafts.get(talk(box.form));
  if (draft && !box.defaultValue) show(box, draft + box.value);
}

function bring() {
  const box = document.querySelector(selector);
  if (box) adopt(box);
  if (box && !box.value && drafts.get(talk(box.form))) show(box, drafts.get(talk(box.form)));
  const unsent = document.querySelector("textarea[data-unsent]");
  if (!unsent || unsent.value || !drafts.get(unsent.dataset.unsent)) return;
  unsent.value = drafts.get(unsent.dataset.unsent);
  unsent.closest("[hidden]").hidden = false;
}

function leave({ detail }) {
  const box = detail.ctx.sourceElement.querySelector?.(selector);
  if (!box) return;
  sent.set(talk(box.form), box.value);
  show(box, "");
}

function came({ detail }) {
  const form = detail.ctx.sourceElement;
  if (!form.matches?.("form") || !sent.has(talk(form))) return;
  const text = sent.get(talk(form));
  sent.delete(talk(form));
  const { response } = detail.ctx;
  const box = document.querySelector(selector);
  const failed = !response || (response.status >= 400 && response.status !== 422);
  if (response?.status === 422) drafts.set(talk(form), text + (drafts.get(talk(form)) ?? ""));
  if (failed && box && talk(box.form) === talk(form)) show(box, text + box.value);
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches(selector)) return;
  adopt(target);
  drafts.set(talk(target.form), target.value);
});
document.addEventListener("htmx:before:request", leave);
document.addEventListener("htmx:finally:request", came);
document.addEventListener("htmx:after:swap", bring);
