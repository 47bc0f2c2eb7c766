// The arrow keys go from tab to tab; Enter follows the link under them.
document.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step || !event.target.matches("a[role=tab]")) return;
  const tabs = [...event.target.parentElement.querySelectorAll("a[role=tab]")];
  event.preventDefault();
  tabs.at((tabs.indexOf(event.target) + step) % tabs.length).focus();
});
