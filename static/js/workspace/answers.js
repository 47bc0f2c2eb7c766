// Canned answers: "/" in an empty box, or after a space, opens the search; Enter puts the chosen one where one was writing.
const box = () => document.querySelector("#talk textarea[data-send-on-enter]");
const dialog = () => document.getElementById("answers");
let caret = null; // where one was writing: a box that is swapped meanwhile forgets it
const rows = () => [...document.querySelectorAll("#answers-found [data-answer]")];

function mark(step) {
  const all = rows();
  const now = all.findIndex((row) => row.classList.contains("active"));
  const next = all[(now + step + all.length) % all.length];
  all[now]?.classList.remove("active");
  next?.classList.add("active");
  next?.scrollIntoView({ block: "nearest" });
  document.querySelector("[data-answer-search]")?.setAttribute("aria-activedescendant", next?.id ?? "");
}

function insert(text) {
  const area = box();
  dialog()?.close();
  if (!area) return;
  area.focus();
  const [start, end] = (caret ?? [area.selectionStart, area.selectionEnd]).map((at) => Math.min(at, area.value.length));
  area.setRangeText(text, start, end, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("focusout", ({ target }) => {
  if (target === box()) caret = [target.selectionStart, target.selectionEnd];
});

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (key === "/" && target === box() && /(^|\s)$/.test(target.value.slice(0, target.selectionStart))) {
    const button = document.querySelector("[data-answers]");
    if (!button) return;
    event.preventDefault();
    return button.click();
  }
  if (!target.matches?.("[data-answer-search]")) return;
  if (key === "/" && !target.value) {
    event.preventDefault();
    return insert("/");
  }
  if (key === "ArrowDown" || key === "ArrowUp") {
    event.preventDefault();
    return mark(key === "ArrowDown" ? 1 : -1);
  }
  const chosen = document.querySelector("#answers-found .active");
  if (key === "Enter" && chosen) {
    event.preventDefault();
    insert(chosen.dataset.answer);
  }
});

document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-answer]");
  if (!row || !dialog() || !box() || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  insert(row.dataset.answer);
});
