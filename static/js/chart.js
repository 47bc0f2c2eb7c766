// A chart says the numbers of the day under the pointer, or of the one the arrow keys have come to.
const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

function read(plot, slot) {
  plot.querySelector(".slot.on")?.classList.remove("on");
  slot?.classList.add("on");
  plot.parentElement.querySelector("[data-readout]").textContent = slot?.querySelector("title").textContent ?? "";
}

document.addEventListener("pointerover", (event) => {
  const slot = event.target.closest?.(".slot");
  if (slot) read(slot.closest("[data-chart]"), slot);
});

document.addEventListener("keydown", (event) => {
  const plot = event.target.closest?.("[data-chart]");
  if (!plot || !(event.key in STEPS)) return;
  event.preventDefault();
  const slots = [...plot.querySelectorAll(".slot")];
  const now = slots.findIndex((slot) => slot.classList.contains("on"));
  const start = now < 0 && event.key === "ArrowLeft" ? slots.length : now;
  read(plot, slots[Math.min(Math.max(start + STEPS[event.key], 0), slots.length - 1)]);
});

// A link to a closed table opens it.
function open() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
}
window.addEventListener("hashchange", open);
document.addEventListener("click", (event) => {
  if (event.target.closest?.(`a[href="${location.hash || "#"}"]`)) open();
});
open();
