// Opens and closes native dialogs: [data-dialog], [data-dialog-close], a click beside it, and dialogs that htmx brings.
import { appear } from "./appear.js";

const show = (dialog) => dialog && !dialog.open && dialog.showModal();

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener?.commandForElement) return; // the browser does it by itself
  if (opener) return show(document.getElementById(opener.dataset.dialog));
  const closer = event.target.closest("[data-dialog-close]");
  if (closer || event.target.matches("dialog.dialog")) {
    const dialog = event.target.closest("dialog");
    if (dialog && closer?.href) event.preventDefault(); // the page it leads back to lies under the dialog
    dialog?.close();
  }
});

appear("#dialog dialog[data-dialog-now]", (dialog) => {
  dialog.addEventListener("close", () => dialog.remove());
  show(dialog);
});

// A confirmed action is on its way: the question has been answered.
document.addEventListener("htmx:before:request", (event) => {
  event.target.closest?.("dialog:not([data-dialog-now])")?.close();
});
