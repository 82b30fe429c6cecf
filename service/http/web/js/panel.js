// The panel of the active item: verdict, words, matches, comparison, follow-ups.

import { drawAnswer } from "./answer.js";
import { cardOf } from "./cards.js";
import { drawTurns } from "./chat.js";
import { comparison } from "./compare.js";
import { $, el, fill } from "./dom.js";
import { said } from "./filters.js";
import { percent, t } from "./language.js";
import { activeItem, listen, state } from "./state.js";

const SKELETONS = 4;

export function startPanel() {
  listen("items", draw);
  listen("active", draw);
  listen("item", (item) => item === activeItem() && draw());
  listen("understood", () => drawVerdict(activeItem())); // it comes last, and tells of filters
  listen("answer", (item) => item === activeItem() && drawAnswer($("answer"), item));
  listen("turns", (item) => item === activeItem() && drawTurns($("turns"), item));
  listen("busy", (isBusy) => $("panel").setAttribute("aria-busy", String(isBusy)));
  listen("problem", (problem) => problem && !activeItem()?.matches && fill($("matches")));
}

function draw() {
  const item = activeItem();
  $("panel").hidden = !state.photo && !state.words;
  drawVerdict(item);
  $("words").hidden = !item?.matches?.length && !item?.turns.length;
  if (!item?.matches) {
    fill($("compare"));
    return fill($("matches"), Array.from({ length: SKELETONS }, skeleton));
  }
  drawAnswer($("answer"), item);
  drawTurns($("turns"), item);
  fill($("matches"), item.matches.length ? item.matches.map((match, i) => cardOf(match, item, i + 1)) : []);
  fill($("compare"), comparison(item));
}

function skeleton() {
  return el("li", { className: "card skeleton", "aria-hidden": "true" }, el("div", { className: "pair" }), el("div", { className: "body" }, el("p"), el("p"), el("p")));
}

function drawVerdict(item) {
  $("empty").hidden = item?.matches?.length !== 0;
  $("empty-hint").textContent = t(isFiltered() ? "state.emptyFiltered" : "state.emptyHint");
  const seen = Object.values(item?.attributes ?? {}).join(", ");
  const isJudged = Boolean(item?.verdict);
  $("verdict").hidden = !item?.matches || (!isJudged && !seen && !item?.caption);
  $("verdict").dataset.kind = item?.verdict ?? "";
  fill($("verdict"),
    isJudged && el("h2", {}, t(`verdict.${item.verdict}`)),
    isJudged && (item.verdict === "not_in_catalogue" ? el("p", {}, t("verdict.nearest")) : sureness(item.confidence)),
    item?.verdict === "similar" && isFiltered() && el("p", { className: "quiet" }, t("verdict.filtered")),
    (item?.caption || seen) && el("p", { className: "quiet" }, t("items.seen", { what: item.caption || seen })));
}

const isFiltered = () => said(state.filters).length > 0 || said(state.understood?.filters ?? {}).length > 0;

function sureness(confidence) {
  const label = t("verdict.sure", { share: percent(confidence) });
  return el("p", { className: "sure" }, el("meter", { min: 0, max: 1, value: confidence, "aria-label": label }), label);
}
