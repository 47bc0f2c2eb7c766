// Copy buttons, the person menu that submits itself, and an empty message box after sending.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const words = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = words; }, 1500);
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change] select")) event.target.form.submit();
});

document.addEventListener("htmx:after:request", (event) => {
  if (event.target.matches("[data-reset]")) event.target.reset();
});
