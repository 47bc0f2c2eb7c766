// A native <select data-combobox> becomes a list one can search. The select stays, hidden, and is what the form sends.
import { appear } from "./appear.js";

function build(select) {
  const box = document.createElement("div");
  box.className = "combobox";
  const input = document.createElement("input");
  const list = document.createElement("div");
  Object.assign(input, { type: "text", id: select.id, autocomplete: "off", spellcheck: false });
  Object.assign(input, { disabled: select.disabled, role: "combobox", ariaExpanded: "false", ariaAutoComplete: "list" });
  input.setAttribute("aria-controls", `${select.id}-options`);
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  Object.assign(list, { id: `${select.id}-options`, className: "options", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Options");
  select.id += "-native";
  select.hidden = true;
  select.after(box);
  box.append(input, list);
  return { box, input, list };
}

function row(option, at, input, chosen) {
  const element = document.createElement("div");
  element.id = `${input.id}-option-${at}`;
  element.textContent = option.label;
  element.setAttribute("role", "option");
  element.setAttribute("aria-selected", String(chosen));
  element.dataset.index = option.index;
  return element;
}

appear("select[data-combobox]", (select) => {
  const { box, input, list } = build(select);
  let active = -1;

  const shown = () => select.selectedOptions[0]?.label ?? "";
  const rest = () => {
    input.value = shown();
    list.hidden = true;
    input.ariaExpanded = "false";
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (at) => {
    const rows = list.querySelectorAll("[role=option]");
    rows[active]?.classList.remove("active");
    active = rows.length ? (at + rows.length) % rows.length : -1;
    if (active < 0) return input.removeAttribute("aria-activedescendant");
    rows[active].classList.add("active");
    rows[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", rows[active].id);
  };
  const open = (wanted) => {
    const found = [...select.options].filter((option) => option.label.toLowerCase().includes(wanted.toLowerCase()));
    list.replaceChildren(...found.map((option, at) => row(option, at, input, option.selected)));
    if (!found.length) list.append(Object.assign(document.createElement("div"), { className: "none", textContent: "No match" }));
    list.hidden = false;
    input.ariaExpanded = "true";
    active = -1;
    mark(wanted ? 0 : found.findIndex((option) => option.selected));
  };
  const choose = (element) => {
    select.selectedIndex = Number(element.dataset.index);
    rest();
    select.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const keys = {
    ArrowDown: () => (list.hidden ? open("") : mark(active + 1)),
    ArrowUp: () => (list.hidden ? open("") : mark(active - 1)),
    Enter: () => active >= 0 && choose(list.querySelectorAll("[role=option]")[active]),
    Escape: rest,
  };

  input.addEventListener("input", () => open(input.value));
  input.addEventListener("click", () => list.hidden && (input.select(), open("")));
  input.addEventListener("blur", rest);
  input.addEventListener("keydown", (event) => {
    const closed = list.hidden && (event.key === "Enter" || event.key === "Escape");
    if (event.isComposing || closed || !keys[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const element = event.target.closest("[role=option]");
    if (element) choose(element);
  });
  select.form?.addEventListener("reset", () => setTimeout(rest));
  rest();
});
