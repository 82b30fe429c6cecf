// What a card does not show at once: the description, attributes and what the product cost before;
// asked for when it is opened.

import * as api from "./api.js";
import { el, fill } from "./dom.js";
import { language, named, t } from "./language.js";
import { pastOf } from "./past-prices.js";
import { phraseOf } from "./status.js";

const TRANSLATION = /^(title|description)_[a-z]{2}([-_](hans|hant|[a-z]{2}))?$/; // a feed's column of another language

export function detailsOf(match) {
  const frame = el("div", { className: "inside" });
  const details = el("details", { className: "more-of" }, el("summary", {}, t("details.title"), el("span", { className: "visually-hidden" }, `: ${match.title}`)), frame);
  details.addEventListener("toggle", async () => {
    if (!details.open || frame.dataset.isWhole) return;
    fill(frame, el("p", { className: "quiet", role: "status" }, t("details.loading")));
    try {
      const product = await api.product(match.id);
      fill(frame, parts(product, match));
      frame.dataset.isWhole = "yes";
    } catch (error) {
      if (!(error instanceof api.Problem)) throw error;
      fill(frame, el("p", { className: "quiet" }, phraseOf(error))); // opened again, it is asked for again
    }
  });
  return details;
}

// A product's attributes by name, without the columns that only say the same in another language.
export const attributesOf = (product) => Object.fromEntries(Object.entries(product?.attributes ?? {}).filter(([name]) => !TRANSLATION.test(name)));

function parts(product, match) {
  const found = [description(product), facts(product), pastOf(product, match.price)].filter(Boolean);
  return found.length ? found : [el("p", { className: "quiet" }, t("details.none"))];
}

// In the page's language where the feed has it.
function description({ description: text, attributes }) {
  const code = language.slice(0, 2);
  const own = attributes[`description_${code}`];
  return own || text ? el("p", { lang: own ? code : "" }, own || text) : null;
}

function facts(product) {
  const rows = [...Object.entries(attributesOf(product)), ["gtin", product.gtin]].filter(([, value]) => value);
  return rows.length ? el("dl", {}, rows.map(([name, value]) => el("div", {}, el("dt", {}, named("field", name)), el("dd", {}, value)))) : null;
}
