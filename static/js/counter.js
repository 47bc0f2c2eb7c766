// textarea[data-limit] says in the element it names in data-counter when its text will go out in several messages, and
// in that of data-count, where there is one, how much of the limit it takes.
const size = (text, unit) => (unit === "bytes" ? new TextEncoder().encode(text).length : [...text].length);

function say(id, text) {
  const place = document.getElementById(id);
  if (place && place.textContent !== text) place.textContent = text;
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches("textarea[data-limit]")) return;
  const { counter, count, unit } = target.dataset;
  const limit = Number(target.dataset.limit);
  const taken = size(target.value.trim(), unit);
  const parts = Math.ceil(taken / limit);
  say(counter, parts > 1 ? `Goes out as ${parts} messages or more` : "");
  say(count, taken ? `${taken.toLocaleString("en")} of ${limit.toLocaleString("en")} ${unit} written.` : "");
});
