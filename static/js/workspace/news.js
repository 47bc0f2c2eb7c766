// The workspace stays true by itself: the server tells which pieces have changed, and htmx brings those. Where nothing
// can be pushed, or the connection breaks, it is asked instead, less often the longer that fails.
import { ASK, pause } from "./pace.js";
import { Piece } from "./piece.js";

const workspace = document.getElementById("workspace");
const LONGEST = 30_000;
const AGAIN = 20; // questions after which pushing is tried once more
const QUIET = 40_000; // the server gives a sign of life every 15 seconds
const SELDOM = 5000; // who waits changes with every customer
const STEPS = ["Sent", "Delivered", "Read"];

let told = {}; // all that the server told, of every conversation that is watched
let source = null;
let failures = 0;
let timer = 0;
let heard = 0;
let asked = "";
let questions = 0;

const shown = () => document.getElementById("talk")?.dataset.conversation ?? "";

/** With what it tells of the conversation that is shown under the names of the pieces. */
const here = (news) => ({ ...news, thread: news[`thread-${shown()}`], details: news[`details-${shown()}`] });

const piece = (name, selector, rest) => [name, new Piece(selector, () => here(told)[name], rest)];
const pieces = new Map([
  piece("offers", "#offers"),
  piece("queued", "#waiting", SELDOM),
  piece("thread", "#talk [role=log]"),
  piece("details", "#details"),
  piece("desk", "#desk"),
]);

function tell(text) {
  const live = document.getElementById("live");
  if (!live || live.textContent === text) return;
  live.textContent = text;
  live.hidden = !text;
}

function hear(news) {
  Object.assign(told, news);
  apply(here(news));
  further();
}

/** How far the newest answer has come is told itself: nothing is brought for that. */
function further() {
  const [id, word] = (told[`sent-${shown()}`] ?? "").split(" ");
  const state = id && document.querySelector(`#${id} > footer`);
  if (!state || state.childElementCount || STEPS.indexOf(state.textContent.trim()) >= STEPS.indexOf(word)) return;
  state.textContent = word;
}

/** Each piece that changed is brought anew; what brings the thread brings the list beside it. */
function apply(news) {
  if (news.waiting !== undefined) for (const count of document.querySelectorAll("[data-waiting]")) count.textContent = news.waiting;
  const withDesk = pieces.get("thread").isStale(news.thread);
  for (const [name, piece] of pieces) if (name !== "desk" || !withDesk) piece.hear(news[name]);
}

const concerned = ({ detail: { ctx } }) => [...pieces.values()].find((piece) => ctx.sourceElement.matches?.(piece.selector));

function bringing(event) {
  concerned(event)?.begins(event.detail.ctx.sourceElement);
}

function brought(event) {
  const { response } = event.detail.ctx;
  concerned(event)?.ends(Boolean(response) && response.status < 500);
}

function forget() {
  for (const piece of pieces.values()) piece.forget();
}

function again(work) {
  clearTimeout(timer);
  timer = setTimeout(work, pause(Math.min(LONGEST, ASK * 2 ** Math.max(0, failures - 1))));
}

async function ask() {
  const address = `${workspace.dataset.news}?${new URLSearchParams({ shown: shown(), token: asked })}`;
  try {
    const answer = await fetch(address, { redirect: "manual", headers: { Accept: "application/json" } });
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return tell("You are signed out. Reload the page to sign in again.");
    if (!answer.ok) throw new Error(answer.statusText);
    failures = 0;
    tell("");
    if (answer.status === 200) {
      const { token, ...news } = await answer.json();
      asked = token;
      hear(news);
    }
  } catch {
    failures += 1;
    if (failures > 1) tell("Not connected. Trying again …");
  }
  questions += 1;
  again(failures || questions % AGAIN === 0 ? connect : ask);
}

function connect() {
  source?.close();
  forget();
  told = {};
  watched = shown();
  const stream = new EventSource(`${workspace.dataset.stream}?${new URLSearchParams({ shown: shown() })}`);
  source = stream;
  heard = Date.now();
  stream.onopen = () => {
    heard = Date.now();
    forget();
  };
  stream.onmessage = ({ data }) => {
    heard = Date.now();
    failures = 0;
    tell("");
    hear(JSON.parse(data));
  };
  stream.addEventListener("crowded", () => {
    stream.close();
    source = null;
    ask();
  });
  // It reconnects by itself when the connection broke, and is closed when the server would rather be asked.
  stream.onerror = () => {
    if (stream !== source || stream.readyState !== EventSource.CLOSED) return;
    source = null;
    ask();
  };
}

let open = shown();
let watched = open; // besides the agent's own conversations, whichever the open stream was asked for
const isWatched = () => !shown() || shown() === watched || document.getElementById(`mine-${shown()}`);

/** What was told of a conversation while it was on its way to the screen counts, too. */
function follow() {
  if (!isWatched()) {
    asked = "";
    if (source) connect();
  } else if (shown() !== open) {
    const { thread, details } = here(told);
    apply({ thread, details });
  }
  open = shown();
  further();
}

if (workspace) {
  connect();
  document.addEventListener("htmx:before:request", bringing);
  document.addEventListener("htmx:finally:request", brought);
  document.addEventListener("htmx:after:swap", follow);
  // A machine that slept holds a dead connection; one that comes back looks at once.
  setInterval(() => source && Date.now() - heard > QUIET && source.readyState === EventSource.OPEN && reopen(), 10_000);
  addEventListener("online", () => reopen());
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", ({ persisted }) => persisted && connect());
}

function reopen() {
  clearTimeout(timer);
  connect();
}
