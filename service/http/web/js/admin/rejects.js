// What the last indexing run did not take, newest first, page by page.

import { button, el, fill } from "../dom.js";
import { t } from "../language.js";
import { Problem } from "../api.js";
import { ask } from "./api.js";
import { trouble } from "./parts.js";
import { moment, number } from "./words.js";

const PAGE = 20;

export const rejects = { id: "rejects", ask: () => ask("rejects", { limit: PAGE }), draw };

function draw(found) {
  if (!found.lines) return el("p", { className: "quiet" }, t("rejects.none"));
  const list = el("ul", { className: "list" }, ...found.rejects.map(line));
  const more = el("div", { className: "row" });
  offerMore(list, more, found.before);
  return [
    el("p", { className: "quiet" }, t("rejects.count", { n: found.lines, lines: number(found.lines), when: moment(found.written_at) })),
    list,
    more,
  ];
}

function line(one) {
  const where = t(one.line ? "rejects.where" : "rejects.feed", { feed: one.feed, line: number(one.line) });
  return el("li", { className: "reject" },
    el("p", {}, el("span", { className: one.kind === "warning" ? "mark warn" : "mark bad" }, t(`rejects.${one.kind}`)), " ", el("span", {}, one.reason)),
    el("p", { className: "quiet" }, [one.id, where, one.picture].filter(Boolean).join(" · ")));
}

function offerMore(list, place, before) {
  fill(place, before && button(t("rejects.more"), () => more(list, place, before)));
}

async function more(list, place, before) {
  try {
    const found = await ask("rejects", { limit: PAGE, before });
    const added = found.rejects.map(line);
    list.append(...added);
    offerMore(list, place, found.before);
    // the button that had the focus may be gone
    if (added.length) {
      added[0].tabIndex = -1;
      added[0].focus();
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    fill(place, trouble(error, () => more(list, place, before)));
  }
}
