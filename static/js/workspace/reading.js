// A customer's message counts as read when it is on the screen of a window that has the focus; while the agent types, the
// customer is told.
const STILL = 6000;
const OFTEN = 10_000;
let told = "";
let typing = null;
let since = 0;
let timer = 0;

const conversation = () => document.getElementById("talk")?.dataset.conversation;
const csrf = () => JSON.parse(document.body.getAttribute("hx-headers:inherited"));
const address = (what) => `${location.pathname.split("/workspace/")[0]}/workspace/${conversation()}/${what}`;

function read() {
  const id = conversation();
  const row = document.getElementById(`mine-${id}`);
  if (!id || !row || !Number(row.dataset.unread) || !document.hasFocus() || document.hidden) return;
  const log = document.querySelector("#talk [role=log]");
  const last = [...(log?.querySelectorAll("article.in") ?? [])].at(-1)?.id;
  if (!last || !log.checkVisibility() || last === told) return;
  told = last;
  htmx.ajax("POST", address("reading"), { source: log, target: "#desk", swap: "none", values: { message_id: last.replace("message-", "") } });
}

function tell(on) {
  const body = new URLSearchParams({ on: on ? "yes" : "no" });
  fetch(typing, { method: "POST", body, headers: csrf(), keepalive: true }).catch(() => {});
}

function stop() {
  clearTimeout(timer);
  if (typing && since) tell(false);
  since = 0;
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches("#talk textarea[data-send-on-enter]")) return;
  if (!target.value.trim()) return stop();
  if (typing !== address("typing")) stop();
  typing = address("typing");
  if (Date.now() - since > OFTEN) {
    since = Date.now();
    tell(true);
  }
  clearTimeout(timer);
  timer = setTimeout(stop, STILL);
});
document.addEventListener("submit", ({ target }) => target.matches("#talk .composer") && ((since = 0), clearTimeout(timer)));
document.addEventListener("htmx:after:swap", read);
addEventListener("focus", read);
document.addEventListener("visibilitychange", read);
read();
