// Times arrive in UTC and are shown in the viewer's zone; relative ones and countdowns stay true.
// The zone is the profile's, else the browser's, which the server is told so that it cuts days at the same hour.
const timeZone = document.documentElement.dataset.zone || Intl.DateTimeFormat().resolvedOptions().timeZone;
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone });
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone });
const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone });
const relative = new Intl.RelativeTimeFormat("en-GB", { numeric: "auto", style: "short" });
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function ago(at) {
  const age = Date.now() - at;
  if (age < MINUTE) return "just now";
  if (age < HOUR) return relative.format(-Math.floor(age / MINUTE), "minute");
  if (age < DAY) return relative.format(-Math.floor(age / HOUR), "hour");
  return age < 7 * DAY ? relative.format(-Math.floor(age / DAY), "day") : day.format(at);
}

function left(at) {
  const rest = at - Date.now();
  if (rest <= 0) return "closed";
  const days = Math.floor(rest / DAY);
  const hours = Math.floor((rest % DAY) / HOUR);
  const minutes = Math.floor((rest % HOUR) / MINUTE);
  if (days) return `${days} d ${hours} h left`;
  return hours ? `${hours} h ${minutes} min left` : `${Math.max(minutes, 1)} min left`;
}

function age(at) {
  const minutes = Math.max(Math.floor((Date.now() - at) / MINUTE), 0);
  if (minutes < 1) return "under 1 min";
  const hours = Math.floor(minutes / 60);
  if (hours < 1) return `${minutes} min`;
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d`;
}

function local(at) {
  return date.format(at) === date.format(new Date()) ? clock.format(at) : full.format(at);
}

function tick() {
  for (const element of document.querySelectorAll("time[data-local], time[data-relative], time[data-countdown], time[data-age]")) {
    const at = new Date(element.dateTime);
    const { relative: since, countdown, age: waited } = element.dataset;
    const words = countdown !== undefined ? left : since !== undefined ? ago : waited !== undefined ? age : local;
    const text = words(at);
    if (element.textContent !== text) element.textContent = text;
    element.title = full.format(at);
  }
}

document.cookie = `zone=${timeZone};path=/;max-age=31536000;samesite=lax`;
tick();
setInterval(tick, MINUTE / 2);
document.addEventListener("htmx:after:swap", tick);
