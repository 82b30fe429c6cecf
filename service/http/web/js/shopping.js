// The shopping list: what is needed, what was found for it, and baskets with totals.

import * as api from "./api.js";
import { $, el, fill, outward } from "./dom.js";
import { answerLanguage, money, named, t } from "./language.js";
import { phraseOf } from "./status.js";
import { listen, state } from "./state.js";

export function startShopping() {
  $("list-form").addEventListener("submit", (event) => {
    event.preventDefault();
    make();
  });
  listen("photo", () => {
    $("list-photo-row").hidden = !state.photo;
    $("list-photo").checked = Boolean(state.photo);
    if (state.photo?.url) $("list-thumb").src = state.photo.url;
  });
}

async function make() {
  const hasPhoto = state.photo && $("list-photo").checked;
  const text = $("list-text").value.trim();
  const status = $("list-say");
  if (!text && !hasPhoto) return (status.textContent = t("state.ask"));
  status.textContent = t("list.making");
  $("list-result").setAttribute("aria-busy", "true");
  fill($("list-problem"));
  try {
    draw(await api.shoppingList(formOf(text, hasPhoto)));
  } catch (error) {
    if (!(error instanceof api.Problem)) throw error;
    fill($("list-result"));
    fill($("list-problem"), el("p", {}, el("strong", {}, phraseOf(error))), error.detail && el("p", { className: "quiet" }, error.detail));
  } finally {
    status.textContent = "";
    $("list-result").setAttribute("aria-busy", "false");
  }
}

function formOf(text, hasPhoto) {
  const form = new FormData();
  if (hasPhoto) form.set("photo", state.photo.blob, "photo");
  form.set("text", text);
  form.set("budget", $("list-budget").value.trim());
  form.set("language", answerLanguage);
  return form;
}

function draw(list) {
  fill($("list-result"),
    el("section", { className: "entries" }, el("h2", {}, t("list.entries")), el("ul", {}, list.entries.map(entryNode)), notes(list)),
    el("section", { className: "baskets" }, el("h2", {}, t("list.baskets")), basketsOf(list)));
}

function entryNode(entry) {
  const quantity = entry.quantity > 1 ? `${t("list.quantity", { n: entry.quantity })} ` : "";
  return el("li", { className: "entry" },
    entry.pick ? el("img", { src: entry.pick.image, alt: "", width: 72, height: 72 }) : el("span", { className: "nothing", "aria-hidden": "true" }),
    el("div", {},
      el("p", { className: "kind" }, `${quantity}${entry.label}`),
      entry.pick ? el("p", {}, el("strong", {}, outward(entry.pick.title, entry.pick.link)), " ", money(entry.pick.price)) : null,
      entry.status !== "found" && el("p", { className: "quiet" }, named("status", isOtherwise(entry) ? "otherwise" : entry.status)),
      others(entry)));
}

// Sold, but not in the colour or at the price that was asked for.
const isOtherwise = ({ status, alternates }) => status === "nothing_found" && alternates.length > 0;

function others({ alternates }) {
  if (!alternates.length) return null;
  return el("details", {}, el("summary", {}, t("list.alternates", { n: alternates.length })),
    el("ul", { className: "others" }, alternates.map((match) =>
      el("li", {}, el("img", { src: match.image, alt: "", width: 40, height: 40, loading: "lazy" }), outward(match.title, match.link), el("span", {}, money(match.price))))));
}

function notes(list) {
  const missing = list.missing && t("list.missing", { total: money(list.complete_total), missing: money(list.missing) });
  return el("div", { className: "notes" },
    list.budget && el("p", {}, t("list.budgetIs", { price: money(list.budget) })),
    missing && el("p", { className: "warning" }, missing),
    !list.is_optimal && el("p", {}, t("list.unproven")),
    list.notes.map((note) => el("p", { className: "quiet", lang: "en" }, note)));
}

function basketsOf({ baskets, entries }) {
  const every = [[t("list.mixed"), baskets.mixed], ...baskets.by_merchant.map((one) => [one.merchant || t("match.anyMerchant"), one]), [t("list.cheapest"), baskets.cheapest]];
  const filled = every.filter(([, basket]) => basket?.lines.length);
  return filled.length ? filled.map(([name, basket], number) => basketNode(name, basket, entries, number === 0)) : el("p", {}, t("list.empty"));
}

function basketNode(name, basket, entries, isOpen) {
  const out = basket.left_out.map((place) => entries[place].label).join(", ");
  return el("details", { className: "basket", open: isOpen },
    el("summary", {}, el("span", {}, name), el("strong", {}, money(basket.total))),
    el("table", {},
      el("tbody", {}, basket.lines.map((line) => el("tr", {},
        el("td", {}, outward(line.title, line.link), el("small", {}, line.merchant)),
        el("td", {}, t("list.quantity", { n: line.quantity })),
        el("td", {}, money(line.line_total))))),
      el("tfoot", {}, el("tr", {}, el("th", { scope: "row", colSpan: 2 }, t("list.total")), el("td", {}, money(basket.total))))),
    out && el("p", { className: "quiet" }, t("list.leftOut", { what: out })));
}
