// [data-reveal] shows and hides what a password field holds.
import { appear } from "./appear.js";

appear("[data-reveal]", (button) => {
  const field = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
});
