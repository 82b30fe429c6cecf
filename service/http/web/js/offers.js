// Prices and the merchants that ask them.

import { el, outward } from "./dom.js";
import { money, named, t } from "./language.js";
import { send } from "./feedback.js";

// The price of a product's first offer, with the one before a sale.
export function priceLine(match) {
  const before = match.offers[0]?.regular_price;
  return el("p", { className: "price" }, el("span", {}, money(match.price)), before && el("s", {}, money(before)),
    el("span", { className: `stock ${match.availability}` }, named("availability", match.availability)));
}

// Every offer with its link; a click on one is told to the shop.
export function offerList(match, item) {
  if (!match.offers.length) return null;
  return el("ul", { className: "offers", "aria-label": t("match.offers") }, match.offers.map((offer) =>
    el("li", {},
      outward(offer.merchant || t("match.anyMerchant"), offer.link, { on: { click: () => send(item, match.id, "click") } }),
      el("span", { className: "terms" },
        offer.availability === "in_stock" ? null : el("small", {}, named("availability", offer.availability)),
        el("span", {}, money(offer.price))))));
}
