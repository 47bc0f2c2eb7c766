// textarea[data-limit] says in the element it names in data-counter when its text will go out in several messages.
const size = (text, unit) => (unit === "bytes" ? new TextEncoder().encode(text).length : [...text].length);

document.addEventListener("input", ({ target }) => {
  if (!target.matches("textarea[data-limit]")) return;
  const limit = Number(target.dataset.limit);
  const parts = Math.ceil(size(target.value.trim(), target.dataset.unit) / limit);
  const text = parts > 1 ? `Goes out as ${parts} messages or more` : "";
  const counter = document.getElementById(target.dataset.counter);
  if (counter.textContent !== text) counter.textContent = text;
});
