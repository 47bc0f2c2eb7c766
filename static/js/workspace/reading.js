// A customer's message counts as read when it is on the screen of a window that has the focus.
let told = "";

const conversation = () => document.getElementById("talk")?.dataset.conversation;
const address = (what) => `${location.pathname.split("/workspace/")[0]}/workspace/${conversation()}/${what}`;

function read() {
  const id = conversation();
  const row = document.getElementById(`mine-${id}`);
  if (row && !Number(row.dataset.unread)) told = ""; // what comes late stands above what was read, and is told of again
  if (!id || !row || !Number(row.dataset.unread) || !document.hasFocus() || document.hidden) return;
  const log = document.querySelector("#talk [role=log]");
  const last = [...(log?.querySelectorAll("article.in") ?? [])].at(-1)?.id;
  if (!last || !log.checkVisibility() || last === told) return;
  told = last;
  // In the name of the row: one that waits for the thread's own request would keep the next one from being made.
  htmx.ajax("POST", address("reading"), { source: row, target: "#desk", swap: "none", values: { message_id: last.replace("message-", "") } });
}

document.addEventListener("htmx:after:swap", read);
addEventListener("focus", read);
document.addEventListener("visibilitychange", read);
document.addEventListener("DOMContentLoaded", read);
