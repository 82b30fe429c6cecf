// The answer in words, while it comes and when it is whole; its references lead to the cards.

import { goToCard } from "./cards.js";
import { button, el, fill } from "./dom.js";
import { t } from "./language.js";
import { activate, activeItem, state } from "./state.js";
import { nameOf } from "./tabs.js";

// A paragraph of the text; `[n]` becomes a link where a citation stands for it. Where the text speaks
// of several items, each on a line of its own, `of` of a citation is the item that it belongs to.
export function answerText(answer) {
  const cited = new Map(answer.citations.map((one) => [String(one.ref), one]));
  const pieces = answer.text.split(/(\[\d+\])/).map((piece) => {
    const citation = cited.get(piece.slice(1, -1));
    return citation !== undefined && piece.startsWith("[") ? reference(piece, citation) : piece;
  });
  return el("p", { className: "said", lang: answer.language ?? "" }, pieces);
}

function reference(text, { id, of }) {
  const go = (event) => {
    event.preventDefault();
    goTo(id, of);
  };
  return el("a", { className: "ref", href: `#match-${encodeURIComponent(id)}`, on: { click: go } }, text);
}

// The cards on the page are the active item's.
function goTo(id, of) {
  if (of && of !== activeItem()) activate(state.items.indexOf(of));
  goToCard(id);
}

// What the answer's part of the panel holds.
export function drawAnswer(frame, item) {
  const { answer, matches } = item;
  frame.setAttribute("aria-busy", String(!answer?.isDone));
  frame.hidden = matches?.length === 0; // the panel says so itself
  if (!answer) return fill(frame, el("h2", {}, t("answer.title")), el("p", { className: "quiet" }, t("answer.writing")));
  fill(frame,
    el("h2", {}, t("answer.title")),
    answerText(answer),
    answer.isDone && more(frame),
    picks(item),
    answer.isDone && answer.writer !== "facts" && el("p", { className: "quiet" }, t("answer.writer", { writer: answer.writer })));
  const said = frame.querySelector(".said");
  if (said.scrollHeight <= said.clientHeight) frame.querySelector(".more")?.click(); // it is short already
}

// On narrow screens a long text would push the matches away: it is short until it is asked for.
function more(frame) {
  frame.classList.add("short");
  return button(t("answer.more"), (event) => {
    frame.classList.remove("short");
    event.currentTarget.remove();
  }, { className: "plain more" });
}

function picks({ answer, matches }) {
  const named = answer.items
    ? answer.items.map(({ pick, of }) => [of ? nameOf(of) : "", pick, of])
    : [[t("answer.pick"), answer.pick], [t("answer.cheapest"), answer.cheapest]];
  const known = named.map(([name, id, of]) => [name, (of?.matches ?? matches)?.find((match) => match.id === id), of]).filter(([, match]) => match);
  if (!known.length) return null;
  return el("ul", { className: "picks" }, known.map(([name, match, of]) =>
    el("li", {}, el("span", { className: "quiet" }, name), button(match.title, () => goTo(match.id, of), { className: "plain" }))));
}
