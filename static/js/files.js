// input[data-files] says how much was chosen, and what of it Meta would not take, before anything is sent. A picture
// that is pasted into the message is chosen, too.
const MB = 1e6;
const size = (bytes) => (bytes < MB / 10 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / MB).toFixed(1)} MB`);

function problem(file, kinds) {
  if (!file.size) return `${file.name} is empty.`;
  const kind = kinds.find(({ formats }) => !formats.length || formats.includes(file.type));
  if (!kind) return file.type ? `${file.name} cannot be sent: only ${kinds.map(({ words }) => words).join(", ")}.` : "";
  return file.size > kind.most ? `${file.name} has ${size(file.size)}; ${kind.words} may have ${kind.most / MB} MB.` : "";
}

function problems(files, { files: rules, most, together }) {
  const kinds = JSON.parse(rules);
  const found = files.map((file) => problem(file, kinds)).filter(Boolean);
  const sum = files.reduce((total, file) => total + file.size, 0);
  if (files.length > most) found.push(`These are ${files.length} files; one message takes ${most}.`);
  if (sum > together) found.push(`Together they have ${size(sum)}; one message takes ${together / MB} MB.`);
  return found.join(" ");
}

function tell(input) {
  const files = [...input.files];
  const wrong = problems(files, input.dataset);
  const place = document.getElementById("files-error");
  input.setCustomValidity(wrong);
  input.ariaInvalid = wrong ? "true" : null;
  place.hidden = !wrong;
  if (wrong) input.closest("details").open = true;
  place.querySelector("span").textContent = wrong;
  const sum = size(files.reduce((total, file) => total + file.size, 0));
  const chosen = files.length === 1 ? files[0].name : `${files.length} files`;
  document.getElementById("files-chosen").textContent = files.length ? `${chosen}, ${sum}` : "";
}

document.addEventListener("change", ({ target }) => target.matches("input[data-files]") && tell(target));

document.addEventListener("paste", (event) => {
  const input = event.target.form?.querySelector("input[data-files]");
  if (!input || !event.clipboardData.files.length) return;
  const all = new DataTransfer();
  for (const file of [...input.files, ...event.clipboardData.files]) all.items.add(file);
  input.files = all.files;
  event.preventDefault();
  tell(input);
});

document.addEventListener("htmx:before:request", ({ detail }) => {
  const input = detail.ctx.sourceElement.querySelector?.("input[data-files]");
  if (input?.files.length) document.getElementById("files-chosen").textContent = "Sending the files …";
});
