// The phone's menu closes with Escape, and with a tap beside it.
const open = () => document.querySelector("[data-menu][open]");

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && open();
  if (!menu) return;
  menu.open = false;
  menu.firstElementChild.focus();
});

document.addEventListener("click", (event) => {
  const menu = open();
  if (menu && !menu.parentElement.contains(event.target)) menu.open = false;
});
