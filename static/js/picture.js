// A picture in a message that cannot be loaded, because Meta keeps it for days only, gives way to words.
import { appear } from "./appear.js";

function giveWay(picture) {
  const words = document.createElement("span");
  words.textContent = `${picture.alt} (could not be loaded)`;
  picture.replaceWith(words);
}

appear(".bubble-body img", (picture) => {
  if (picture.complete && picture.naturalWidth === 0) return giveWay(picture);
  picture.addEventListener("error", () => giveWay(picture));
});
