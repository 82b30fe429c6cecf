// A photo by choosing, dropping, pasting or taking one.

import { takePhoto } from "./camera.js";
import { $ } from "./dom.js";
import { t } from "./language.js";
import { forget, loadPhoto } from "./photo.js";
import { searchAll } from "./search.js";
import { listen, state, tell } from "./state.js";

const drop = $("drop");

export function startPicker() {
  for (const name of ["file", "file-camera"]) {
    $(name).addEventListener("change", (event) => {
      usePhoto(event.target.files[0]);
      event.target.value = ""; // the same file can be chosen again
    });
  }
  for (const node of document.querySelectorAll("[data-choose]")) node.addEventListener("click", () => $("file").click());
  for (const node of document.querySelectorAll("[data-camera]")) node.addEventListener("click", () => takePhoto(usePhoto));
  $("photo-remove").addEventListener("click", () => usePhoto(null));
  for (const kind of ["dragover", "dragleave", "drop"]) drop.addEventListener(kind, dragged);
  document.addEventListener("paste", (event) => {
    const [file] = event.clipboardData.files;
    if (file) usePhoto(file);
  });
  listen("photo", show);
}

function dragged(event) {
  event.preventDefault();
  drop.classList.toggle("over", event.type === "dragover");
  if (event.type === "drop") usePhoto(event.dataTransfer.files[0]);
}

// Searches a photo; null takes the present one away. `small` is its thumbnail where it has one.
export async function usePhoto(file, small = null) {
  if (file === undefined) return;
  const photo = file && { ...(await loadPhoto(file)), thumbnail: small };
  forget(state.photo);
  Object.assign(state, { photo, items: [], active: 0, size: photo?.width ? { width: photo.width, height: photo.height } : null });
  tell("photo");
  tell("items");
  if (photo || state.words) await searchAll();
}

function show() {
  const { photo } = state;
  $("hint").hidden = Boolean(photo);
  $("stage").hidden = !photo?.url;
  $("unseen").hidden = !photo || Boolean(photo.url);
  $("photo-tools").hidden = !photo;
  drop.classList.toggle("full", Boolean(photo));
  $("preview").alt = t("photo.yours");
  if (photo?.url) $("preview").src = photo.url;
  else $("preview").removeAttribute("src");
}
