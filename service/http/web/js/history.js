// Recent searches, in this browser only: words and small pictures, never the photo itself.

import { $, button, el, fill } from "./dom.js";
import { t } from "./language.js";
import { fileOf, thumbnail } from "./photo.js";
import { usePhoto } from "./picker.js";
import { searchAll } from "./search.js";
import { listen, state } from "./state.js";

const KEY = "snapshelf.history";
const MOST = 12;

export function startHistory() {
  listen("done", () => remember(entryOf()));
  $("history-clear").addEventListener("click", () => { write([]); $("text").focus(); });
  draw();
}

function entryOf() {
  return { words: state.words, picture: state.photo && (state.photo.thumbnail ??= thumbnail(state.photo)) };
}

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => one.picture === null || one.picture?.startsWith("data:image/jpeg;base64,")) : [];
  } catch {
    return []; // storage is closed to this page, or somebody else wrote there
  }
}

function write(entries) {
  try {
    if (entries.length) localStorage.setItem(KEY, JSON.stringify(entries));
    else localStorage.removeItem(KEY);
  } catch {
    return; // full, or closed: a search goes on without
  }
  draw();
}

function remember(entry) {
  if (!entry.words && !entry.picture) return;
  const others = read().filter((one) => one.words !== entry.words || one.picture !== entry.picture);
  write([entry, ...others].slice(0, MOST));
}

function draw() {
  const entries = read();
  $("history").hidden = !entries.length;
  fill($("history-list"), entries.map((entry) => el("li", {}, entryButton(entry))));
}

function entryButton({ words, picture }) {
  const label = t("history.again", { what: words || t("history.photo") });
  const face = picture ? el("img", { src: picture, alt: "", width: 56, height: 56 }) : el("span", {}, words);
  return button(face, () => again({ words, picture }), { title: label, "aria-label": label, className: picture ? "plain" : "plain wordy" });
}

async function again({ words, picture }) {
  state.words = words;
  $("text").value = words;
  if (picture) return usePhoto(fileOf(picture), picture);
  return state.photo ? usePhoto(null) : searchAll();
}
