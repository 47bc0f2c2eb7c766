// The keyboard is enough for everything (the list is templates/workspace/_keys.html). A single key counts only while
// nothing is being typed; with Alt it counts everywhere.
const press = (name) => () => document.querySelector(`[data-key="${name}"]`)?.click();

function step(by) {
  const links = [...document.querySelectorAll("#desk [data-talk] > a")];
  if (!links.length) return;
  const now = links.findIndex((link) => link.getAttribute("aria-current") === "true");
  links[now < 0 ? (by > 0 ? 0 : links.length - 1) : (now + by + links.length) % links.length].click();
}

function write() {
  document.querySelector("#talk textarea[data-send-on-enter]")?.focus();
}

function note() {
  const box = document.querySelector("#talk .note-box");
  if (!box) return;
  box.open = true;
  box.querySelector("textarea").focus();
}

function turn() {
  const ready = document.querySelector('[data-key="ready"]')?.getAttribute("aria-pressed") === "true";
  press(ready ? "away" : "ready")();
}

const keys = {
  a: press("accept"),
  d: press("decline"),
  j: () => step(1),
  k: () => step(-1),
  m: write,
  n: note,
  c: press("answers"),
  t: press("transfer"),
  e: press("close"),
  o: press("reopen"),
  r: turn,
  "?": press("shortcuts"),
};

const typing = (target) => target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

/** On a Mac Option writes: Option+E begins an é. In a text it is an act only where Alt leaves the letter as it is. */
const writes = (event) => typing(event.target) && (!event.altKey || event.key.toLowerCase() !== letter(event));

/** The letter on the key: with Alt some systems put another sign in its place. */
const letter = (event) => (event.altKey && event.code.startsWith("Key") ? event.code.slice(3) : event.key).toLowerCase();

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.repeat) return;
  if (event.key === "Escape" && typing(event.target) && event.target.closest("#talk") && !document.querySelector("dialog[open]")) {
    return event.target.blur();
  }
  const act = keys[letter(event)];
  if (!act || document.querySelector("dialog[open]") || writes(event)) return;
  event.preventDefault();
  act();
});
