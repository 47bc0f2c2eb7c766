// The workspace stays true by itself: the server tells which pieces have changed, and htmx brings those. Where nothing
// can be pushed, or the connection breaks, it is asked instead, less often the longer that fails.
const workspace = document.getElementById("workspace");
const ASK = 3000;
const LONGEST = 30_000;
const AGAIN = 20; // questions after which pushing is tried once more
const QUIET = 40_000; // the server gives a sign of life every 15 seconds
const SELDOM = 15_000; // who waits changes with every customer
const pieces = { desk: "#desk", offers: "#offers", queued: "#waiting", thread: "#talk [role=log]", details: "#details" };
const known = new Map(); // by piece: the token of what was brought last
const told = new Map(); // all that the server told, of every conversation that is watched
const underway = new Map(); // by piece: what is being brought anew
const passed = new Set(); // pieces of which more was told meanwhile: looked at again when they are there
const STEPS = ["Sent", "Delivered", "Read"];

let source = null;
let failures = 0;
let timer = 0;
let heard = 0;
let asked = "";
let questions = 0;
let listed = -SELDOM;
let later = 0;

const shown = () => document.getElementById("talk")?.dataset.conversation ?? "";

function tell(text) {
  const live = document.getElementById("live");
  if (!live || live.textContent === text) return;
  live.textContent = text;
  live.hidden = !text;
}

function stale(name, token) {
  const piece = document.querySelector(pieces[name]);
  if (!piece || !token || piece.dataset.token === token || known.get(name) === token) return null;
  return piece;
}

/** Of the conversation that is shown. */
const its = (news) => ({ thread: news[`thread-${shown()}`], details: news[`details-${shown()}`] });

function hear(news) {
  for (const [name, token] of Object.entries(news)) told.set(name, token);
  apply({ ...news, ...its(news) });
  further();
}

/** How far the newest answer has come is told itself: nothing is brought for that. */
function further() {
  const [id, word] = (told.get(`sent-${shown()}`) ?? "").split(" ");
  const state = id && document.querySelector(`#${id} > footer`);
  if (!state || state.childElementCount || STEPS.indexOf(state.textContent.trim()) >= STEPS.indexOf(word)) return;
  state.textContent = word;
}

/** Each piece that changed is brought anew; what brings the thread brings the list beside it. */
function apply(news) {
  if (news.waiting !== undefined) for (const count of document.querySelectorAll("[data-waiting]")) count.textContent = news.waiting;
  const thread = stale("thread", news.thread);
  for (const name of ["offers", "queued", "thread", "details", ...(thread ? [] : ["desk"])]) {
    const piece = stale(name, news[name]);
    if (!piece) continue;
    if (underway.get(name)?.isConnected) {
      passed.add(name);
      continue;
    }
    if (name === "queued" && tooSoon()) continue;
    known.set(name, news[name]);
    piece.dispatchEvent(new CustomEvent("news"));
  }
}

/** As it was told last. */
function look(name) {
  const news = Object.fromEntries(told);
  apply({ [name]: { ...news, ...its(news) }[name] });
}

/** The list of who waits is brought at once, and again when its time has come. */
function tooSoon() {
  const left = listed + SELDOM - performance.now();
  if (left <= 0) listed = performance.now();
  else later ||= setTimeout(now, left);
  return left > 0;
}

function now() {
  later = 0;
  look("queued");
}

const named = ({ detail: { ctx } }) => Object.keys(pieces).find((one) => ctx.sourceElement.matches?.(pieces[one]));

const pause = (milliseconds) => milliseconds * (0.75 + Math.random() / 2);

function bringing(event) {
  const name = named(event);
  if (name) underway.set(name, event.detail.ctx.sourceElement);
}

/** A piece that could not be brought is asked for once more, unless it is told of anew meanwhile. */
function brought(event) {
  const name = named(event);
  if (!name) return;
  underway.delete(name);
  const { response } = event.detail.ctx;
  if (response && response.status < 500) return passed.delete(name) && look(name);
  const token = known.get(name);
  if (!token) return;
  known.delete(name);
  setTimeout(() => known.has(name) || apply({ [name]: token }), pause(ASK));
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
  known.clear();
  told.clear();
  watched = shown();
  const stream = new EventSource(`${workspace.dataset.stream}?${new URLSearchParams({ shown: shown() })}`);
  source = stream;
  heard = Date.now();
  stream.onopen = () => {
    heard = Date.now();
    known.clear();
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
    apply(its(Object.fromEntries(told)));
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
