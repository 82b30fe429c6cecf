// Follow-ups on an item: what was asked and answered, and the box to ask further.

import * as api from "./api.js";
import { answerText } from "./answer.js";
import { $, el, fill } from "./dom.js";
import { answerLanguage, t } from "./language.js";
import { activeItem, state, tell } from "./state.js";

export function startChat() {
  $("chat").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = $("chat-text").value.trim();
    const item = activeItem();
    if (text && item?.session) ask(item, text);
  });
}

async function ask(item, text) {
  const turn = { text, answer: null };
  item.turns.push(turn);
  $("chat-text").value = "";
  tell("turns", item);
  tell("busy", true);
  tell("problem", null);
  try {
    take(item, turn, await api.followUp(item.session, { text, language: answerLanguage }));
  } catch (error) {
    if (!(error instanceof api.Problem)) throw error;
    item.turns.splice(item.turns.indexOf(turn), 1);
    $("chat-text").value = text;
    tell("turns", item);
    tell("problem", { error, retry: () => ask(item, text) });
  } finally {
    tell("busy", false);
  }
}

// Items that the follow-up was not about come back as they were.
function take(item, turn, response) {
  turn.answer = response.answer && { ...response.answer, isDone: true };
  const told = response.items[response.follow_up.item];
  const target = state.items.find((one) => one.session === item.session && one.index === response.follow_up.item) ?? item;
  if (response.follow_up.kind !== "question") {
    const { matches, verdict, confidence } = told;
    Object.assign(target, { matches, verdict, confidence });
    tell("item", target);
  }
  tell("turns", item);
  tell("done", response);
}

export function drawTurns(frame, item) {
  frame.hidden = !item.turns.length;
  fill(frame, item.turns.map(({ text, answer }) =>
    el("li", {},
      el("p", { className: "asked" }, el("span", { className: "visually-hidden" }, `${t("chat.you")}: `), text),
      el("div", { className: "told" }, answer ? answerText(answer) : el("p", { className: "quiet" }, t("chat.thinking"))))));
  frame.scrollTop = frame.scrollHeight;
}
