// Says aloud how many entries a refreshed list has: [data-announce], when a swap has changed it.
export function say(text) {
  const announcer = document.getElementById("announcer");
  announcer.textContent = "";
  setTimeout(() => (announcer.textContent = text), 50);
}

const words = () => document.querySelector("[data-announce]")?.dataset.announce ?? "";

let last = words();

document.addEventListener("htmx:after:swap", () => {
  const now = words();
  if (now && now !== last) say(now);
  last = now;
});
