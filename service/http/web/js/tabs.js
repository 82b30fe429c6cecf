// One tab an item, each with what the box holds.

import { $, el, fill } from "./dom.js";
import { t } from "./language.js";
import { crop } from "./photo.js";
import { searchItem } from "./search.js";
import { activate, activeItem, listen, state } from "./state.js";

const list = $("tabs");

export function startTabs() {
  listen("items", draw);
  listen("active", () => { draw(); complete(); });
  listen("item", (item) => item.caption && draw());
  list.addEventListener("keydown", press);
}

export const nameOf = (item) => item.caption || (item.box ? t("items.one", { n: state.items.indexOf(item) + 1 }) : t("items.words"));

function draw() {
  const hadFocus = list.contains(document.activeElement);
  list.hidden = !state.photo || !state.items.length;
  fill(list, state.items.map(tab));
  if (hadFocus) list.children[state.active]?.focus();
  if (state.items.length) $("panel").setAttribute("aria-labelledby", `tab-${state.active}`);
}

function tab(item, number) {
  const isActive = number === state.active;
  const picture = crop(state.photo, item.box, 96);
  picture?.setAttribute("aria-hidden", "true");
  return el("button", {
    type: "button", id: `tab-${number}`, className: "tab", role: "tab", tabIndex: isActive ? 0 : -1,
    "aria-selected": String(isActive), "aria-controls": "panel", on: { click: () => activate(number) },
  }, picture, el("span", {}, nameOf(item)));
}

function press(event) {
  const count = state.items.length;
  const to = { ArrowRight: state.active + 1, ArrowLeft: state.active - 1, Home: 0, End: count - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  activate((to + count) % count);
}

// An item of a photo of several was found with the others: its words and its follow-ups come when
// its tab is opened, from a search of its box alone.
function complete() {
  const item = activeItem();
  if (state.photo && item?.box && (!item.isOwn || item.isStale || !item.matches)) searchItem(item);
}
