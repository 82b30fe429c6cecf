// The page's words in the language of the browser: English, or Chinese in either script.

import en from "./strings/en.js";
import hans from "./strings/zh-hans.js";
import hant from "./strings/zh-hant.js";

const TABLES = { en, "zh-Hans": hans, "zh-Hant": hant };
const TRADITIONAL = /^zh-(hant|tw|hk|mo)\b/i;

// The language of the first wish that is spoken here.
export function chosen(wishes) {
  for (const wish of wishes) {
    if (/^zh\b/i.test(wish)) return TRADITIONAL.test(wish) ? "zh-Hant" : "zh-Hans";
    if (/^en\b/i.test(wish)) return "en";
  }
  return "en";
}

export const language = chosen(navigator.languages?.length ? navigator.languages : [navigator.language]);
const table = TABLES[language];
const plural = new Intl.PluralRules(language);

// A phrase with its {gaps} filled; one with forms is chosen by `n`.
export function t(key, gaps = {}) {
  const phrase = table[key];
  if (phrase === undefined) throw new Error(`no phrase ${key}`);
  const form = typeof phrase === "string" ? phrase : (phrase[plural.select(gaps.n)] ?? phrase.other);
  return form.replaceAll(/\{(\w+)\}/g, (_, name) => String(gaps[name]));
}

// Adds the phrases of another page, by language.
export function speak(tables) {
  Object.assign(table, tables[language]);
}

// A phrase without gaps, or other words where there is none.
export const phraseOr = (key, otherwise) => table[key] ?? otherwise;

// A name of the interface (`in_stock`, `color`), or its own letters where no phrase names it.
export function named(kind, value) {
  return table[`${kind}.${value}`] ?? String(value).replaceAll("_", " ");
}

// Languages for the answer: whatever the browser asks for, not only what the page speaks.
export const answerLanguage = navigator.language || language;

export function money(price) {
  if (!price) return t("price.none");
  try {
    return new Intl.NumberFormat(navigator.language, { style: "currency", currency: price.currency }).format(price.amount);
  } catch {
    return `${price.amount} ${price.currency}`;
  }
}

// A moment, in ms or as ISO 8601, as a date; in UTC, as prices are dated.
export function day(moment) {
  return new Intl.DateTimeFormat(navigator.language, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(moment));
}

export function percent(share) {
  return new Intl.NumberFormat(navigator.language, { style: "percent" }).format(share);
}

// Puts the phrases into the page: data-t is the text, data-t-NAME an attribute.
export function translate(root) {
  document.documentElement.lang = language;
  for (const node of root.querySelectorAll("[data-t], [data-t-label], [data-t-placeholder]")) {
    const { t: text, tLabel, tPlaceholder } = node.dataset;
    if (text) node.textContent = t(text);
    if (tLabel) node.setAttribute("aria-label", t(tLabel));
    if (tPlaceholder) node.placeholder = t(tPlaceholder);
  }
}
