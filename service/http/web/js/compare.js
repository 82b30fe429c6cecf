// The matches of an item side by side; details are asked for when the table is opened.

import * as api from "./api.js";
import { cropOf } from "./cards.js";
import { attributesOf } from "./details.js";
import { el, fill } from "./dom.js";
import { day, money, named, t } from "./language.js";
import { offerList } from "./offers.js";
import { lowestEver } from "./past-prices.js";
import { state } from "./state.js";

const MOST = 6;

export function comparison(item) {
  const matches = item.matches.slice(0, MOST);
  if (matches.length < 2) return null;
  const frame = el("div", { className: "scroll", role: "region", tabIndex: 0, "aria-label": t("compare.table") });
  const details = el("details", { className: "compare" }, el("summary", {}, t("compare.title")), frame);
  details.addEventListener("toggle", async () => {
    if (!details.open || frame.childElementCount) return;
    fill(frame, table(item, matches, []));
    const found = await Promise.allSettled(matches.map(({ id }) => api.product(id)));
    fill(frame, table(item, matches, found.map((one) => one.value)));
  });
  return details;
}

// `products` are the matches' details, as far as they came.
function table(item, matches, products) {
  const attributes = products.map(attributesOf);
  const seen = (field) => item.attributes[field] ?? "";
  const named2 = (values) => values.map((value) => named("field", value)).join(", ");
  return el("table", {},
    el("thead", {}, el("tr", {}, el("td"), yours(item), matches.map((match) => el("th", { scope: "col" }, picture(match), match.title)))),
    el("tbody", {},
      row(t("compare.price"), "", matches.map((match) => money(match.price))),
      row(t("compare.lowest"), "", products.map((one, place) => lowest(one, matches[place]))),
      row(named("field", "availability"), "", matches.map((match) => named("availability", match.availability))),
      row(t("compare.merchants"), "", matches.map((match) => offerList(match, item))),
      ["brand", "color", "category"].map((field) => row(named("field", field), seen(field), matches.map((match) => match[field]))),
      columns(attributes).map((name) => row(named("field", name), seen(name), attributes.map((one) => one[name]))),
      row(t("compare.agrees"), "", matches.map(({ why }) => named2(why.agrees))),
      row(t("compare.differs"), "", matches.map(({ why }) => named2(why.differs))),
      row(t("compare.likeness"), "", matches.map(({ score }) => score.toFixed(2)))));
}

// What it cost when it cost least, and when that was.
function lowest(product, { price }) {
  const found = product && lowestEver(product, price);
  return found && `${money(found.price)}, ${day(found.time)}`;
}

// Attributes that at least two of the products have.
function columns(attributes) {
  const counts = {};
  for (const one of attributes) for (const name of Object.keys(one)) counts[name] = (counts[name] ?? 0) + 1;
  return Object.keys(counts).filter((name) => counts[name] > 1);
}

const yours = (item) => (state.photo ? el("th", { scope: "col" }, cropOf(item), t("match.crop")) : null);

const picture = (match) => el("img", { src: match.image, alt: "", width: 96, height: 96, loading: "lazy" });

// null where nothing is known of any.
function row(name, own, values) {
  if (!values.some(Boolean)) return null;
  return el("tr", {}, el("th", { scope: "row" }, name), state.photo && el("td", {}, own || t("compare.missing")),
    values.map((value) => el("td", {}, value || t("compare.missing"))));
}
