// [data-select-all] ticks every [data-select] of its table; [data-selected] says how many, [data-needs-selection] waits for one.
const boxes = () => [...document.querySelectorAll("input[data-select]")];

function settle() {
  const all = boxes();
  const count = all.filter((box) => box.checked).length;
  for (const head of document.querySelectorAll("input[data-select-all]")) {
    head.checked = count > 0 && count === all.length;
    head.indeterminate = count > 0 && count < all.length;
  }
  for (const text of document.querySelectorAll("[data-selected]")) text.textContent = count || "";
  for (const button of document.querySelectorAll("[data-needs-selection]")) button.disabled = count === 0;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("input[data-select-all]")) for (const box of boxes()) box.checked = event.target.checked;
  if (event.target.matches("input[data-select], input[data-select-all]")) settle();
});
document.addEventListener("htmx:after:swap", settle);
settle();
