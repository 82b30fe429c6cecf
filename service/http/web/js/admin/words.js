// The admin page's own phrases, beside those of the search page; figures and times as people write them.

import { language, speak } from "../language.js";
import en from "./strings/en.js";
import hans from "./strings/zh-hans.js";
import hant from "./strings/zh-hant.js";

speak({ en, "zh-Hans": hans, "zh-Hant": hant });

const locale = navigator.language?.toLowerCase().startsWith(language.slice(0, 2)) ? navigator.language : language;
const numbers = new Intl.NumberFormat(locale);
const shares = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
const moments = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short" });

export const number = (value) => numbers.format(value);
export const share = (value) => shares.format(value);
export const moment = (iso) => moments.format(new Date(iso));
export const time = (iso) => clock.format(new Date(iso));
export const milliseconds = (ms) => (ms === null ? "–" : ms < 10 ? `${ms} ms` : `${number(Math.round(ms))} ms`);
