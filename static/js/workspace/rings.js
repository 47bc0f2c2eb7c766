// What rings and what is new is heard, said aloud, shown on the desktop where that is allowed, and counted in the title.
import { say } from "../announce.js";

const MUTED = "workspace:muted";
const title = /^\(\d+\) /;
let audio = null;
let offers = new Map();
let unread = new Map();

const muted = () => localStorage.getItem(MUTED) === "yes";

/** Notes are [hertz, after how many seconds]; a browser that was never clicked in stays silent. */
function play(notes) {
  if (muted()) return;
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume();
  for (const [pitch, after] of notes) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const at = audio.currentTime + after;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.14, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.32);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.34);
  }
}

const ring = () => play([[880, 0], [1175, 0.16], [880, 0.5], [1175, 0.66]]);
const chime = () => play([[660, 0]]);

function notify(text, id) {
  if (document.hasFocus() || !("Notification" in window) || Notification.permission !== "granted") return;
  const shown = new Notification(text, { tag: id });
  shown.onclick = () => {
    window.focus();
    shown.close();
  };
}

function read() {
  const rings = [...document.querySelectorAll("[data-offer]")].map((card) => [card.id, card.dataset.offer]);
  const talks = [...document.querySelectorAll("[data-talk]")].map((row) => [row.id, [Number(row.dataset.unread), row.dataset.name]]);
  return [new Map(rings), new Map(talks)];
}

function count(talks) {
  const total = [...talks.values()].reduce((sum, [number]) => sum + number, 0) + offers.size;
  const bare = document.title.replace(title, "");
  const wanted = total ? `(${total}) ${bare}` : bare;
  if (document.title !== wanted) document.title = wanted;
}

const isOpen = (id) => document.hasFocus() && id === `mine-${document.getElementById("talk")?.dataset.conversation}`;

function compare() {
  const [rings, talks] = read();
  for (const [id, name] of rings) {
    if (offers.has(id)) continue;
    ring();
    say(`${name} is calling. Press A to accept, D to decline.`);
    notify(`${name} is calling`, id);
  }
  for (const [id, [number, name]] of talks) {
    if (!unread.has(id) || number <= unread.get(id)[0] || isOpen(id)) continue;
    chime();
    say(`New message from ${name}`);
    notify(`New message from ${name}`, id);
  }
  [offers, unread] = [rings, talks];
  count(talks);
}

function left(element) {
  const seconds = Math.max(0, Math.ceil((new Date(element.dateTime) - Date.now()) / 1000));
  const text = seconds ? `${seconds} s` : "over";
  if (element.textContent !== text) element.textContent = text;
}

const tick = () => document.querySelectorAll("time[data-seconds]").forEach(left);

function dress() {
  const mute = document.querySelector("[data-mute]");
  if (mute) {
    mute.hidden = false;
    mute.setAttribute("aria-pressed", String(muted()));
  }
  const ask = document.querySelector("[data-notify]");
  if (ask) ask.hidden = !("Notification" in window) || Notification.permission !== "default";
}

document.addEventListener("click", async ({ target }) => {
  if (target.closest("[data-mute]")) {
    localStorage.setItem(MUTED, muted() ? "no" : "yes");
    say(muted() ? "Sound is off" : "Sound is on");
    if (!muted()) chime();
    dress();
  }
  if (target.closest("[data-notify]")) {
    await Notification.requestPermission();
    dress();
  }
});
document.addEventListener("htmx:after:swap", () => {
  compare();
  dress();
  tick();
});
[offers, unread] = read();
if (offers.size) ring();
count(unread);
dress();
tick();
setInterval(tick, 500);
