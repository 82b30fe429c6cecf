// What a product cost before: in words, as a chart, and as a table.

import { el } from "./dom.js";
import { day, money, t } from "./language.js";
import { MOST_LINES, chart } from "./price-chart.js";

// Null where no price of this currency has ever changed. `price` is the one that the card shows.
export function pastOf({ price_history: history = [], offers }, price) {
  const steps = stepsOf(history, price?.currency);
  if (!hasChanged(steps)) return null;
  const [first] = steps;
  const lines = linesOf(steps, offers).slice(0, MOST_LINES);
  const drawn = lines.flatMap((one) => one.steps);
  const end = Math.max(Date.now(), steps.at(-1).time);
  const low = lowestOf(steps);
  const label = t("past.chart", { from: day(first.time), low: money(low.price), high: money(highestOf(steps).price) });
  return el("section", { className: "past", "aria-label": t("past.title") },
    el("h4", {}, t("past.title")),
    el("p", {}, inWords(low, first, price, offers)),
    chart(lines, end, label, [money(highestOf(drawn).price), money(lowestOf(drawn).price)]),
    el("ul", { className: "legend" }, lines.map(({ merchant }, place) => el("li", { data: { line: place } }, nameOf(merchant)))),
    table(steps));
}

// The lowest price that was ever asked; null where nothing has changed.
export function lowestEver({ price_history: history = [] }, price) {
  const steps = stepsOf(history, price?.currency);
  return hasChanged(steps) ? lowestOf(steps) : null;
}

export const nameOf = (merchant) => merchant || t("match.anyMerchant");

const stepsOf = (history, currency) => history
  .filter(({ price }) => price.currency === currency)
  .map((one) => ({ ...one, amount: Number(one.price.amount), time: Date.parse(one.since) }));

// Whether any merchant has asked more than one price.
const hasChanged = (steps) => new Set(steps.map((one) => one.merchant)).size < steps.length;

// Of two that are equal the later: it is nearer to what can be had.
const lowestOf = (steps) => steps.reduce((best, one) => (one.amount <= best.amount ? one : best));
const highestOf = (steps) => steps.reduce((best, one) => (one.amount >= best.amount ? one : best));

// One line a merchant, those that sell it now first; a line of a merchant that no longer does ends.
function linesOf(steps, offers) {
  const selling = new Set(offers.filter((one) => one.price).map((one) => one.merchant));
  const merchants = [...new Set([...offers.map((one) => one.merchant), ...steps.map((one) => one.merchant)])];
  return merchants.map((merchant) => ({ merchant, isOpen: selling.has(merchant), steps: steps.filter((one) => one.merchant === merchant) }))
    .filter((one) => one.steps.length);
}

function inWords(low, first, price, offers) {
  const now = { price: money(price), merchant: nameOf(offers.find((one) => one.price?.amount === price.amount && one.price.currency === price.currency)?.merchant) };
  if (Number(price.amount) <= low.amount) return t("past.isLowest", { ...now, day: day(first.time) });
  return `${t("past.now", now)} ${t("past.lowest", { price: money(low.price), merchant: nameOf(low.merchant), day: day(low.time) })}`;
}

function table(steps) {
  return el("details", {}, el("summary", {}, t("past.table")),
    el("div", { className: "rows", role: "region", tabIndex: 0, "aria-label": t("past.title") },
      el("table", {},
        el("thead", {}, el("tr", {}, ["past.day", "facet.merchant", "facet.price"].map((key) => el("th", { scope: "col" }, t(key))))),
        el("tbody", {}, steps.toReversed().map((one) =>
          el("tr", {}, el("th", { scope: "row" }, day(one.time)), el("td", {}, nameOf(one.merchant)), el("td", {}, money(one.price))))))));
}
