// Filters as facets with counts, in the shop's own values.

import * as api from "./api.js";
import { $, button, debounced, el, fill, icon } from "./dom.js";
import { FIELDS, clear, isOn, nameOf, said, setPrice, toggle } from "./filters.js";
import { t } from "./language.js";
import { searchAgain } from "./search.js";
import { listen, state } from "./state.js";

const TYPING_MS = 600;
const PANEL_PX = 288; // as the style sheet has it
const rows = new Map(); // "field value" to its row's parts

export async function startFacets() {
  listen("filters", () => { drawChosen(); refresh(); if (state.items.length) searchAgain(); });
  listen("understood", drawChosen);
  document.addEventListener("click", (event) => closeAll((details) => !details.contains(event.target)));
  $("facets").addEventListener("keydown", (event) => {
    const details = event.target.closest("details");
    if (event.key !== "Escape" || !details?.open) return;
    details.open = false;
    details.querySelector("summary").focus();
  });
  await refresh();
}

async function refresh() {
  const found = await api.facets(state.filters).catch((error) => {
    if (!(error instanceof api.Problem)) throw error;
    return null; // the search itself tells what is wrong
  });
  if (!found) return;
  if (!rows.size) build(found);
  for (const field of FIELDS) for (const one of found.facets[field]) update(field, one);
  $("facet-count").textContent = t("facet.count", { n: found.products });
}

function build({ facets, prices }) {
  fill($("facets"), FIELDS.filter((field) => facets[field].length).map((field) => group(field, facets[field])), prices.length ? priceGroup(prices) : null);
}

function facet(field, ...inside) {
  const details = el("details", { className: "facet", data: { field } },
    el("summary", {}, el("span", {}, t(`facet.${field}`)), el("span", { className: "chosen-count" }), icon("down")),
    el("fieldset", {}, el("legend", { className: "visually-hidden" }, t(`facet.${field}`)), inside));
  // Before it opens: `toggle` comes after the panel was drawn once.
  details.querySelector("summary").addEventListener("click", () => {
    details.classList.toggle("end", details.offsetLeft + PANEL_PX > $("facets").clientWidth);
  });
  details.addEventListener("toggle", () => {
    if (!details.open) return;
    closeAll((other) => other !== details);
  });
  return details;
}

function closeAll(isMeant) {
  for (const details of $("facets").querySelectorAll("details[open]")) if (isMeant(details)) details.open = false;
}

function group(field, values) {
  const ordered = field === "category" ? [...values].sort((a, b) => a.value.localeCompare(b.value)) : values;
  return facet(field, el("ul", {}, ordered.map(({ value }) => {
    const input = el("input", { type: "checkbox", on: { change: () => toggle(field, value) } });
    const count = el("span", { className: "count" });
    const line = el("li", {}, el("label", {}, input, el("span", {}, nameOf(field, value)), count));
    if (field === "category") line.style.paddingInlineStart = `${value.split(">").length - 1}rem`;
    rows.set(`${field} ${value}`, { line, input, count });
    return line;
  })));
}

function update(field, { value, count }) {
  const row = rows.get(`${field} ${value}`);
  if (!row) return; // new in the shop since the page was loaded
  row.input.checked = isOn(field, value);
  row.count.textContent = String(count);
  row.line.hidden = !count && !row.input.checked;
}

function priceGroup(prices) {
  const [first] = prices;
  const bound = (id, label, example) => el("label", {}, t(label),
    el("input", { type: "number", id, min: "0", step: "any", inputMode: "decimal", placeholder: example, on: { input: typed } }));
  const currency = el("select", { id: "price-currency", "aria-label": t("facet.currency"), hidden: prices.length < 2, on: { change: typed } },
    prices.map((one) => el("option", {}, one.currency)));
  return facet("price", el("div", { className: "bounds" }, bound("price-min", "facet.min", first.min), bound("price-max", "facet.max", first.max),
    prices.length < 2 ? el("span", {}, first.currency) : null, currency));
}

const typed = debounced(() => setPrice($("price-min").value, $("price-max").value, $("price-currency").value), TYPING_MS);

function drawChosen() {
  const chosen = said(state.filters);
  const asked = new Set(chosen.map(([, , text]) => text));
  const understood = state.understood ? said(state.understood.filters).filter(([, , text]) => !asked.has(text)) : [];
  for (const details of $("facets").querySelectorAll("details")) {
    const n = chosen.filter(([field]) => field === details.dataset.field).length;
    details.querySelector(".chosen-count").textContent = n ? String(n) : "";
  }
  $("chosen").hidden = !chosen.length && !understood.length;
  fill($("chosen"),
    chosen.map(([field, value, text]) => button([text, icon("close")], () => drop(field, value), { className: "chip", "aria-label": t("facet.remove", { value: text }) })),
    chosen.length ? button(t("facet.clear"), clearAll, { className: "plain" }) : null,
    understood.length ? el("span", { className: "quiet" }, t("words.understood"), understood.map(([, , text]) => el("span", { className: "chip still" }, text))) : null);
}

function drop(field, value) {
  if (value !== null) return toggle(field, value);
  emptyPrice();
  setPrice("", "", "");
}

function clearAll() {
  emptyPrice();
  clear();
}

function emptyPrice() {
  for (const id of ["price-min", "price-max"]) if ($(id)) $(id).value = "";
}
