// Photos to try, where the shop offers some (the demo does): shown until the first search.

import * as api from "./api.js";
import { $, button, el, fill } from "./dom.js";
import { language } from "./language.js";
import { usePhoto } from "./picker.js";
import { hint, phraseOf } from "./status.js";

export async function startExamples() {
  const offered = await quietly(api.examples()) ?? [];
  fill($("examples-list"), offered.map((one) => el("li", {}, faceOf(one))));
  $("examples").hidden = !offered.length;
}

// The picture's description is the button's name.
function faceOf({ photo, shows }) {
  const picture = el("img", { src: photo, alt: shows[language] ?? shows.en ?? "", width: 480, height: 360 });
  return button(picture, () => tryPhoto(photo));
}

async function tryPhoto(address) {
  const photo = await quietly(api.file(address), (error) => hint(phraseOf(error)));
  if (!photo) return;
  await usePhoto(photo);
  // the button is gone, and the keyboard's place with it
  if (document.activeElement === document.body) $("found").focus({ preventScroll: true });
}

// What is promised; undefined where the server did not give it.
async function quietly(promised, tell = () => {}) {
  try {
    return await promised;
  } catch (error) {
    if (!(error instanceof api.Problem)) throw error;
    tell(error);
  }
}
