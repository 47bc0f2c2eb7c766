// While somebody writes, the customer sees that; and that what stands in an open conversation has been read.
const EVERY = 10_000;
const LASTS = 20_000;
const typed = new Map();
const seen = new Map();

function tell(address, body = "") {
  const headers = JSON.parse(document.body.getAttribute("hx-headers:inherited"));
  headers["Content-Type"] = "application/x-www-form-urlencoded";
  fetch(address, { method: "POST", headers, body, keepalive: true }).catch(() => {});
}

function typing({ target, isTrusted }) {
  const address = target.form?.dataset.signals;
  if (!address || !isTrusted || !target.matches("textarea")) return;
  const passed = Date.now() - (typed.get(address) ?? 0);
  if (target.value.trim() && passed > EVERY) {
    typed.set(address, Date.now());
    tell(address, "on=yes");
  } else if (!target.value.trim() && passed < LASTS) {
    typed.delete(address);
    tell(address, "on=no");
  }
}

function read() {
  const thread = document.querySelector("[data-seen]");
  if (!thread?.dataset.newest || document.hidden || seen.get(thread.dataset.seen) === thread.dataset.newest) return;
  seen.set(thread.dataset.seen, thread.dataset.newest);
  tell(thread.dataset.seen);
}

document.addEventListener("input", typing);
document.addEventListener("htmx:after:swap", read);
document.addEventListener("visibilitychange", read);
read();
