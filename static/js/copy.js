// [data-copy] puts its text on the clipboard; where that is refused, the text is selected for the person to copy.
import { say } from "./announce.js";

function select(button) {
  const neighbour = button.parentElement.querySelector("input, textarea");
  if (neighbour) return neighbour.select();
  const text = button.previousElementSibling;
  if (text) getSelection().selectAllChildren(text);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    select(button);
    return say("Selected. Press Control and C to copy.");
  }
  say("Copied");
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), 1600);
});
