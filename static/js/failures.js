// A request that failed says so in a few calm words and leaves the page as it was.
const unreachable = "The server could not be reached. Check your connection and try again.";
const words = {
  400: "This page is out of date. Reload it and try again.",
  401: "You have been signed out. Reload the page to sign in again.",
  403: "You do not have the right to do that.",
  404: "This is no longer here. Reload the page.",
  413: "That is too large.",
  429: "That was too often. Wait a moment and try again.",
};
const failing = new WeakSet();
let timer;

function tell(text) {
  const toast = document.getElementById("toast");
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => (toast.hidden = true), 7000);
}

/** Something that asks again and again, such as a list that polls or waits for news, speaks only of its first failure. */
function report(source, text) {
  if (source && failing.has(source)) return;
  if (/every|news/.test(source?.getAttribute?.("hx-trigger"))) failing.add(source);
  tell(text);
}

document.addEventListener("htmx:before:swap", (event) => {
  const { response, hx, sourceElement } = event.detail.ctx;
  if (!response) return;
  if (response.status < 400 || response.status === 422 || hx.retarget) return failing.delete(sourceElement);
  event.preventDefault();
  report(sourceElement, words[response.status] ?? "That did not work. Try again in a moment.");
});

document.addEventListener("htmx:error", ({ detail }) => {
  if (detail.ctx && !detail.ctx.response) report(detail.ctx.sourceElement, unreachable);
});
