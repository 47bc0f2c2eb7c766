// What is open is marked in the list, dialogs close when their work is done, and the focus is never lost.
const open = () => document.getElementById("talk")?.dataset.conversation;
let before = open();
let held = null;

function mark() {
  for (const link of document.querySelectorAll("#desk [data-talk] > a")) {
    const current = link.parentElement.dataset.talk === open();
    if (current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function close() {
  for (const dialog of document.querySelectorAll("#dialog dialog[open]")) dialog.close();
}

/** To where one goes on: the box of what was opened, else the first thing to do. */
function focus() {
  const talk = document.getElementById("talk");
  const next =
    talk.querySelector("textarea[data-send-on-enter]:not(:disabled)") ??
    talk.querySelector(".conversation") ??
    ["#offers button", "#desk [data-talk] > a", "#desk a", "#be-ready"].map((one) => document.querySelector(one)).find(Boolean);
  next?.focus({ preventScroll: true });
}

document.addEventListener("htmx:before:swap", () => (held = document.activeElement?.id ?? null));
document.addEventListener("htmx:after:swap", () => {
  mark();
  if (open() !== before) {
    before = open();
    close();
    return focus();
  }
  if (document.activeElement !== document.body || !held) return;
  const same = document.getElementById(held);
  if (same) same.focus({ preventScroll: true });
  else focus();
});
mark();
