// Links with data-popup open a small window; the page there reports back when something has changed.
// A browser that refuses the window follows the link in this one.
const DONE = "webgateway:done";
// Beside postMessage, because a page on the way (Meta's dialog) may cut the tie between the two windows.
const channel = new BroadcastChannel("webgateway");
let popup = null; // the last one: its window, and whether it has reported
let heard = null;

function noteBeside(link) {
  let note = link.parentElement.querySelector("[data-popup-status]");
  if (!note) {
    note = document.createElement("p");
    note.className = "soft";
    note.dataset.popupStatus = "";
    note.setAttribute("role", "status");
    link.after(note);
  }
  return note;
}

// A screen reader tells of what changes in a status, not of a new one.
const say = (note, text) => setTimeout(() => (note.textContent = text));

/** The next one may open before it is seen that this one is closed. */
function watch(note, opened) {
  const timer = setInterval(() => {
    if (!opened.window.closed) return;
    clearInterval(timer);
    say(note, opened.done ? "" : "The window was closed before it finished.");
  }, 400);
}

// Morphed, so that switches ticked meanwhile stay ticked.
function refresh() {
  const regions = document.querySelectorAll("[data-popup-refresh]");
  for (const region of regions) {
    const url = region.dataset.popupRefresh || location.href;
    htmx.ajax("GET", url, { target: region, swap: "outerMorph", select: `#${region.id}` });
  }
  if (!regions.length && popup) location.reload();
}

function hear({ type, id } = {}) {
  if (type !== DONE || id === heard) return;
  heard = id;
  if (popup) popup.done = true;
  // The step that led to the window has been taken.
  document.querySelector("dialog[open] [data-popup]")?.closest("dialog").close();
  refresh();
}

function tell() {
  const message = { type: DONE, id: `${Date.now()}-${Math.random()}` };
  window.opener?.postMessage(message, location.origin);
  channel.postMessage(message);
}

/** A window that nobody opened stays; one that was opened closes once the click in it has ended. */
function leave() {
  tell();
  if (window.opener) setTimeout(() => window.close(), 150);
}

addEventListener("message", (event) => event.origin === location.origin && hear(event.data));
channel.addEventListener("message", (event) => hear(event.data));

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-popup]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (popup && !popup.window.closed) {
    event.preventDefault();
    return popup.window.focus();
  }
  const left = screenX + Math.max(0, (outerWidth - 680) / 2);
  const top = screenY + Math.max(0, (outerHeight - 760) / 2);
  const opened = window.open(link.href, "webgateway", `popup,width=680,height=760,left=${left},top=${top}`);
  popup = opened && { window: opened, done: false };
  if (!popup) return;
  event.preventDefault();
  const note = noteBeside(link);
  say(note, "Go on in the window that has opened.");
  watch(note, popup);
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-popup-close]") || !window.opener) return;
  event.preventDefault();
  leave();
});

// What says it is a button is pressed with the space bar too.
document.addEventListener("keydown", (event) => {
  if (event.key !== " " || !event.target.matches("a[role=button]")) return;
  event.preventDefault();
  event.target.click();
});

if (document.querySelector("[data-popup-done]")) tell();
if (document.querySelector("[data-popup-finished]")) leave();
