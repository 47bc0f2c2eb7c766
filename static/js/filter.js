// A search field with data-filter="id" hides what does not contain its words among the children of that element.
import { appear } from "./appear.js";

appear("input[data-filter]", (input) => {
  const list = document.getElementById(input.dataset.filter);
  const narrow = () => {
    const words = input.value.trim().toLowerCase();
    for (const child of list.children) child.hidden = !child.textContent.toLowerCase().includes(words);
  };
  input.hidden = false;
  input.addEventListener("input", narrow);
  input.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
});
