// The arrow keys go from tab to tab; Enter follows the link under them.
document.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step || !event.target.matches("a[role=tab]")) return;
  const tabs = [...event.target.parentElement.querySelectorAll("a[role=tab]")];
  event.preventDefault();
  tabs.at((tabs.indexOf(event.target) + step) % tabs.length).focus();
});

// Where not all of them fit, the open one is in sight.
for (const tab of document.querySelectorAll(".tabs [aria-selected=true]")) {
  const hidden = tab.getBoundingClientRect().right - tab.parentElement.getBoundingClientRect().right;
  if (hidden > 0) tab.parentElement.scrollLeft = hidden;
}
