// A thread stays at its newest message, unless someone has scrolled up to read: then a button offers the way down.
import { appear } from "./appear.js";

const newest = (thread) => [...thread.querySelectorAll("article")].at(-1)?.id;
const oldest = (thread) => thread.querySelector("article")?.id;

appear("[data-autoscroll]", (thread) => {
  const button = document.createElement("button");
  let following = true;
  let seen = newest(thread);
  let first = oldest(thread);
  let at = thread.scrollTop;

  const down = () => {
    thread.scrollTop = thread.scrollHeight;
    at = thread.scrollTop;
    button.remove();
  };
  // Only who scrolls up stops following: what opens below makes the thread smaller, too.
  const moved = () => {
    if (thread.scrollHeight - thread.scrollTop - thread.clientHeight < 60) {
      following = true;
      button.remove();
    } else if (thread.scrollTop < at) following = false;
    at = thread.scrollTop;
  };
  const changed = () => {
    const now = newest(thread);
    if (following) down();
    else if (now !== seen) thread.after(button);
    // At the very top browsers do not keep the place by themselves when earlier messages come in above.
    else if (thread.scrollTop === 0 && first !== oldest(thread)) document.getElementById(first)?.scrollIntoView();
    seen = now;
    first = oldest(thread);
  };

  button.type = "button";
  button.className = "button new-messages";
  button.textContent = "New messages";
  button.addEventListener("click", down);
  thread.addEventListener("scroll", moved, { passive: true });
  thread.addEventListener("load", () => following && down(), true);
  new ResizeObserver(() => following && down()).observe(thread);
  new MutationObserver(changed).observe(thread, { childList: true, subtree: true });
  down();
});
