// Prices over time as lines that step: a price holds until the next. SVG without text, so that it
// may be stretched; what it says stands beside it.

import { drawn, el } from "./dom.js";
import { day, t } from "./language.js";

export const MOST_LINES = 6; // as many dashes and colours as the style sheet tells apart
const [WIDTH, HEIGHT, PAD] = [100, 40, 4];

// `lines` are {isOpen, steps: [{time, amount}]}, `end` is now in ms, `label` says it in words,
// `scale` is the highest and the lowest price.
export function chart(lines, end, label, scale) {
  const steps = lines.flatMap((one) => one.steps);
  const start = Math.min(...steps.map((one) => one.time));
  const place = placing(steps.map((one) => one.amount), start, end);
  const svg = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": label },
    ...lines.flatMap((line, number) => shapes(line, number, place)));
  return el("figure", { className: "plot" },
    el("div", { className: "scale up", "aria-hidden": "true" }, scale.map((text) => el("span", {}, text))),
    svg,
    el("div", { className: "scale", "aria-hidden": "true" }, el("span", {}, day(start)), el("span", {}, t("past.today"))));
}

function placing(amounts, start, end) {
  const [low, high] = [Math.min(...amounts), Math.max(...amounts)];
  return {
    x: (time) => (WIDTH * (time - start)) / (end - start || 1),
    y: (amount) => (high > low ? PAD + ((HEIGHT - 2 * PAD) * (high - amount)) / (high - low) : HEIGHT / 2),
    end: WIDTH,
  };
}

// The line, and a dot where a price began: a line of no length with round ends is never an oval.
function shapes({ steps, isOpen }, number, { x, y, end }) {
  const [first, ...others] = steps.map((one) => [x(one.time).toFixed(2), y(one.amount).toFixed(2)]);
  const path = `M${first.join(" ")}${others.map(([left, top]) => `H${left}V${top}`).join("")}${isOpen ? `H${end}` : ""}`;
  const dots = [first, ...others].map((point) => `M${point.join(" ")}h0`).join("");
  return [drawn("path", { d: path, "data-line": number }), drawn("path", { d: dots, class: "dots", "data-line": number })];
}
