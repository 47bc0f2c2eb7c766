// What the last action said can be put away.
import { appear } from "./appear.js";

appear("[data-dismiss]", (button) => {
  button.hidden = false;
  button.addEventListener("click", () => button.parentElement.remove());
});
