// A match as a card: the item's crop beside the product, price, offers, why, variants, feedback.

import * as api from "./api.js";
import { detailsOf } from "./details.js";
import { button, el, icon, reveal } from "./dom.js";
import { send } from "./feedback.js";
import { money, named, t } from "./language.js";
import { offerList, priceLine } from "./offers.js";
import { crop } from "./photo.js";
import { state } from "./state.js";

const idOf = (id) => `match-${encodeURIComponent(id)}`;

export function cardOf(match, item, number) {
  return el("li", { className: "card", id: idOf(match.id), tabIndex: -1 },
    pair(match, item, number),
    el("div", { className: "body" },
      el("p", { className: "kind" }, [match.brand, match.color].filter(Boolean).join(" · ")),
      el("h3", {}, match.title),
      priceLine(match),
      whyList(match),
      offerList(match, item),
      match.also_listed_as?.length ? el("p", { className: "quiet" }, t("match.also", { n: match.also_listed_as.length })) : null,
      variantRow(match, item, number),
      feedbackRow(match, item)),
    detailsOf(match));
}

// Shows the card of a product and puts the focus there.
export function goToCard(id) {
  const card = document.getElementById(idOf(id));
  if (!card) return;
  reveal(card);
  card.focus({ preventScroll: true });
}

function pair(match, item, number) {
  const picture = el("img", { src: match.image, alt: match.title, width: 256, height: 256, loading: number > 4 ? "lazy" : "eager", decoding: "async" });
  return el("div", { className: "pair" }, cropOf(item), el("div", { className: "product" }, picture),
    el("span", { className: "number" }, el("span", { className: "visually-hidden" }, t("match.number", { n: number })), el("span", { "aria-hidden": "true" }, String(number))));
}

// The item as cut out of the photo, with its name; null where there is no photo.
export function cropOf(item) {
  const canvas = crop(state.photo, item.box);
  if (!canvas) return null;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", t("match.crop"));
  return el("div", { className: "yours" }, canvas);
}

function whyList({ why }) {
  const chips = [
    ...why.agrees.map((field) => el("li", { className: "agrees" }, icon("check"), t("match.agrees", { what: named("field", field) }))),
    ...why.differs.map((field) => el("li", { className: "differs" }, icon("differs"), t("match.differs", { what: named("field", field) }))),
  ];
  return chips.length ? el("ul", { className: "why", "aria-label": t("match.why") }, chips) : null;
}

function variantRow(match, item, number) {
  if (!match.variants.length) return null;
  return el("ul", { className: "variants", "aria-label": t("match.variants") }, match.variants.map((one) => {
    const label = [one.color || one.title, money(one.price), one.availability === "in_stock" ? "" : named("availability", one.availability)].filter(Boolean).join(", ");
    const picture = el("img", { src: one.image, alt: "", width: 44, height: 44, loading: "lazy" });
    return el("li", {}, el("button", { type: "button", title: label, "aria-label": label, on: { click: (event) => swap(event.currentTarget, match, one, item, number) } }, picture));
  }));
}

// Shows a variant in the match's place; the match becomes one of its variants.
async function swap(pressed, match, variant, item, number) {
  pressed.disabled = true;
  try {
    const found = await api.product(variant.id);
    const variants = match.variants.map((one) => (one.id === variant.id ? asVariant(match) : one));
    const card = cardOf({ ...match, ...found, image: variant.image, variants, why: { agrees: [], differs: [] }, also_listed_as: [] }, item, number);
    pressed.closest(".card").replaceWith(card);
    card.focus({ preventScroll: true });
  } catch (error) {
    if (!(error instanceof api.Problem)) throw error;
    pressed.disabled = false; // it is gone, or the server is: the match stays
  }
}

const asVariant = ({ id, title, color, price, availability, image }) => ({ id, title, color, price, availability, image });

function feedbackRow(match, item) {
  const note = el("span", { className: "quiet", role: "status" });
  const tell = async (event, pressed) => {
    if (!(await send(item, match.id, event))) return;
    pressed.setAttribute("aria-pressed", "true");
    pressed.closest(".card")?.classList.toggle("wrong", event === "wrong");
    note.textContent = t("match.thanks");
  };
  const press = (event) => (click) => tell(event, click.currentTarget);
  return el("div", { className: "acts" },
    button(t("match.bought"), press("buy"), { className: "plain" }),
    button(t("match.wrong"), press("wrong"), { className: "plain" }), note);
}
