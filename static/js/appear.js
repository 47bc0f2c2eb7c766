/** Calls `greet` for each element that matches: those here now, and those htmx brings later. */
export function appear(selector, greet) {
  const known = new WeakSet();
  const look = () => {
    for (const element of document.querySelectorAll(selector)) {
      if (known.has(element)) continue;
      known.add(element);
      greet(element);
    }
  };
  look();
  document.addEventListener("htmx:after:swap", look);
}
