// In textarea[data-send-on-enter] Enter sends and Shift+Enter starts a line. On a touch keyboard Enter starts a line.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  if (!event.target.matches("textarea[data-send-on-enter]") || matchMedia("(pointer: coarse)").matches) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

// In input[data-presses] Enter presses the button of that id, whatever else its form can do.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("input[data-presses]")) return;
  event.preventDefault();
  document.getElementById(event.target.dataset.presses).click();
});
