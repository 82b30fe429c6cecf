// Saved states, newest first, and the way back to each.

import { button, el } from "../dom.js";
import { t } from "../language.js";
import { ask } from "./api.js";
import { confirmBack } from "./rollback.js";
import { moment, number, share } from "./words.js";

export const versions = { id: "versions", ask: () => ask("versions"), draw };

function draw(found) {
  if (!found.versions.length) return el("p", { className: "quiet" }, t("versions.none"));
  return el("ul", { className: "list" }, ...found.versions.map(card));
}

function card(one) {
  return el("li", { className: "version", data: { version: one.name } },
    el("div", { className: "row spread" },
      el("h3", {}, one.name),
      el("span", { className: "row" },
        one.is_current && el("span", { className: "mark" }, t("versions.current")),
        el("span", { className: one.is_sound ? "mark good" : "mark bad" }, t(one.is_sound ? "versions.sound" : "versions.damaged")))),
    el("p", { className: "quiet" }, one.made_at && t("versions.made", { when: moment(one.made_at) })),
    one.products !== null && el("p", {}, t("versions.holds", { products: number(one.products), pictures: number(one.pictures), sequence: number(one.sequence) })),
    el("p", { className: "quiet" }, evaluation(one.evaluation)),
    el("div", { className: "row" },
      one.can_go_back
        ? button(t("versions.back"), () => confirmBack(one), { "aria-label": t("versions.backTo", { name: one.name }) })
        : el("span", { className: "quiet" }, t(`obstacle.${one.obstacle}`, { embedder: one.embedder }))));
}

function evaluation(found) {
  if (!found || found.recall_at_1 === null) return t("versions.unasked");
  const [low, high] = found.recall_at_1_ci95 ?? [found.recall_at_1, found.recall_at_1];
  return t("versions.recall", { share: share(found.recall_at_1), low: share(low), high: share(high), n: found.questions });
}
