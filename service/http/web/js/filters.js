// The filters of a request: values switched on and off, price bounds, and how they are said.

import { money, named, t } from "./language.js";
import { state, tell } from "./state.js";

export const FIELDS = ["category", "brand", "color", "merchant", "availability"];

export const isOn = (field, value) => state.filters[field]?.includes(value) ?? false;

export function toggle(field, value) {
  const others = (state.filters[field] ?? []).filter((one) => one !== value);
  set(field, isOn(field, value) ? others : [...others, value]);
}

// Bounds as the inputs hold them; empty ones are open.
export function setPrice(min, max, currency) {
  const price = { ...(min !== "" && { min }), ...(max !== "" && { max }) };
  set("price", Object.keys(price).length ? { ...price, ...(currency && { currency }) } : []);
}

export function clear() {
  state.filters = {};
  tell("filters");
}

function set(field, values) {
  const { [field]: _, ...others } = state.filters;
  state.filters = Array.isArray(values) && !values.length ? others : { ...others, [field]: values };
  tell("filters");
}

export const nameOf = (field, value) =>
  field === "availability" ? named("availability", value) : field === "category" ? value.split(">").at(-1).trim() : value;

// What filters say, as [field, value, text]; `value` is null for the price.
export function said(filters) {
  const values = FIELDS.flatMap((field) => (filters[field] ?? []).map((value) => [field, value, nameOf(field, value)]));
  const attributes = Object.values(filters.attributes ?? {}).flat().map((value) => ["attributes", value, value]);
  const unwanted = Object.entries(filters.not ?? {}).flatMap(([field, inner]) =>
    (Array.isArray(inner) ? inner : Object.values(inner).flat()).map((value) => [field, value, t("words.not", { value: nameOf(field, value) })]));
  return [...values, ...attributes, ...unwanted, ...(filters.price ? [["price", null, priceText(filters.price)]] : [])];
}

function priceText({ min, max, currency }) {
  const amount = (value) => (currency ? money({ amount: value, currency }) : value);
  if (min === undefined) return t("facet.upTo", { max: amount(max) });
  if (max === undefined) return t("facet.from", { min: amount(min) });
  return `${amount(min)} – ${amount(max)}`;
}
