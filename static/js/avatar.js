// A picture that cannot be loaded gives way to the initials beneath it.
import { appear } from "./appear.js";

appear("img[data-avatar]", (picture) => {
  if (picture.complete && picture.naturalWidth === 0) picture.hidden = true;
  picture.addEventListener("error", () => (picture.hidden = true));
});
