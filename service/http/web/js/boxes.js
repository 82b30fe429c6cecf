// The boxes over the photo: chosen, moved, resized, drawn and removed, by pointer and by keyboard.

import { area, middle, moved, resized, spanned } from "./box-geometry.js";
import { $, debounced, el, fill } from "./dom.js";
import { percent, t } from "./language.js";
import { searchItem } from "./search.js";
import { activate, listen, newItem, state, tell } from "./state.js";

const CLICK_PX = 4; // less movement is a click
const SETTLE_MS = 500; // after the last arrow key
const CORNERS = ["nw", "ne", "sw", "se"];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const layer = $("boxes");
const nodes = new Map(); // item to its element
let drag = null;

export function startBoxes() {
  for (const event of ["items", "active", "photo"]) listen(event, draw);
  layer.addEventListener("pointerdown", begin);
  layer.addEventListener("pointermove", move);
  layer.addEventListener("pointerup", end);
  layer.addEventListener("pointercancel", end);
  layer.addEventListener("keydown", press);
  $("box-draw").addEventListener("click", (event) => (event.detail ? drawing(!isDrawing()) : add(middle(state.size))));
  $("box-delete").addEventListener("click", () => remove(state.items[state.active]));
}

function draw() {
  const boxed = state.items.filter((item) => item.box && state.size);
  for (const item of nodes.keys()) if (!boxed.includes(item)) nodes.delete(item);
  for (const item of boxed) {
    if (!nodes.has(item)) nodes.set(item, boxNode(item));
    place(item);
  }
  const wanted = boxed.map((item) => nodes.get(item));
  if (wanted.length !== layer.children.length || wanted.some((node) => node.parentNode !== layer)) fill(layer, wanted);
  $("box-delete").disabled = boxed.length < 2;
  $("box-draw").disabled = !state.size || !state.photo?.url;
}

function boxNode(item) {
  const handles = CORNERS.map((edges) => el("span", { className: `handle ${edges}`, data: { edges } }));
  const node = el("div", { className: "box", role: "button", tabIndex: 0, "aria-roledescription": t("box.kind"), "aria-describedby": "box-help" },
    el("span", { className: "tag" }), handles);
  node.item = item;
  return node;
}

function place(item) {
  const node = nodes.get(item);
  const { width, height } = state.size;
  const [x0, y0, x1, y1] = item.box;
  const n = state.items.indexOf(item) + 1;
  const share = { x: x0 / width, y: y0 / height, w: (x1 - x0) / width, h: (y1 - y0) / height };
  Object.assign(node.style, {
    left: `${share.x * 100}%`, top: `${share.y * 100}%`, width: `${share.w * 100}%`, height: `${share.h * 100}%`,
    zIndex: String(1 + Math.round(1000 * (1 - area(item.box) / (width * height)))),
  });
  const shown = Object.fromEntries(Object.entries(share).map(([name, value]) => [name, percent(value)]));
  node.setAttribute("aria-label", t("box.label", { n, ...shown }));
  node.setAttribute("aria-pressed", String(n - 1 === state.active));
  node.querySelector(".tag").textContent = String(n);
}

const isDrawing = () => layer.classList.contains("drawing");

function drawing(isOn) {
  layer.classList.toggle("drawing", isOn);
  $("box-draw").setAttribute("aria-pressed", String(isOn));
  $("box-draw-text").textContent = t(isOn ? "box.drawing" : "box.draw");
}

function point(event) {
  const frame = layer.getBoundingClientRect();
  return [((event.clientX - frame.left) / frame.width) * state.size.width, ((event.clientY - frame.top) / frame.height) * state.size.height];
}

function begin(event) {
  if (!state.size || event.button !== 0) return;
  const node = isDrawing() ? null : event.target.closest(".box");
  if (!node && !isDrawing() && event.pointerType !== "mouse") return; // a finger scrolls the page
  drag = { item: node?.item, box: node?.item.box, edges: event.target.dataset.edges, from: point(event), at: [event.clientX, event.clientY], isMoved: false };
  layer.setPointerCapture(event.pointerId);
}

function move(event) {
  if (!drag) return;
  drag.isMoved ||= Math.hypot(event.clientX - drag.at[0], event.clientY - drag.at[1]) > CLICK_PX;
  if (!drag.isMoved) return;
  const [dx, dy] = point(event).map((value, axis) => value - drag.from[axis]);
  if (!drag.item) return sketch(spanned(drag.from, point(event), state.size));
  drag.item.box = drag.edges ? resized(drag.box, drag.edges, dx, dy, state.size) : moved(drag.box, dx, dy, state.size);
  place(drag.item);
}

function end(event) {
  if (!drag) return;
  const { item, isMoved, from, box } = drag;
  drag = null;
  sketch(null);
  if (event.type === "pointercancel") {
    if (item) Object.assign(item, { box });
    return draw();
  }
  if (!item && isMoved) return add(spanned(from, point(event), state.size));
  if (item && isMoved) return changed(item);
  if (item) activate(state.items.indexOf(item));
}

function sketch(box) {
  const line = $("box-sketch");
  line.hidden = !box;
  if (!box) return;
  const { width, height } = state.size;
  Object.assign(line.style, {
    left: `${(box[0] / width) * 100}%`, top: `${(box[1] / height) * 100}%`,
    width: `${((box[2] - box[0]) / width) * 100}%`, height: `${((box[3] - box[1]) / height) * 100}%`,
  });
}

const settled = debounced((item) => changed(item), SETTLE_MS);

function press(event) {
  const item = event.target.closest(".box")?.item;
  if (event.key === "Escape") return drawing(false);
  if (!item) return;
  if (event.key in ARROWS) {
    const step = Math.max(1, Math.round(Math.max(state.size.width, state.size.height) / 100));
    const [dx, dy] = ARROWS[event.key].map((value) => value * step);
    item.box = event.shiftKey ? resized(item.box, "se", dx, dy, state.size) : moved(item.box, dx, dy, state.size);
    place(item);
    settled(item);
  } else if (event.key === "Enter" || event.key === " ") activate(state.items.indexOf(item));
  else if (event.key === "Delete" || event.key === "Backspace") remove(item);
  else return;
  event.preventDefault();
}

function changed(item) {
  if (!state.items.includes(item)) return;
  item.box = item.box.map(Math.round);
  item.isEdited = true;
  state.active = state.items.indexOf(item);
  tell("items");
  searchItem(item);
}

function add(box) {
  drawing(false);
  if (!box) return;
  const item = newItem(box);
  state.items.push(item);
  changed(item);
  nodes.get(item).focus();
}

function remove(item) {
  if (!item || state.items.length < 2) return;
  const place = state.items.indexOf(item);
  state.items.splice(place, 1);
  for (const other of state.items) other.isEdited = true; // a search of the whole photo would bring it back
  state.active = Math.min(place, state.items.length - 1);
  tell("items");
  tell("active");
  nodes.get(state.items[state.active])?.focus();
}
