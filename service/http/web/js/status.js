// What goes on: searching, found, failed, offline.

import { $, button, el, fill } from "./dom.js";
import { t } from "./language.js";
import { activeItem, listen } from "./state.js";

const KNOWN = [413, 415, 422, 404, 429, 503, 504];

export function startStatus() {
  listen("busy", (isBusy) => {
    hint("");
    if (isBusy) say(t("state.searching"));
  });
  listen("done", ({ timings_ms: { total } }) => {
    const n = activeItem()?.matches?.length ?? 0;
    say(n ? t("state.found", { n, ms: Math.round(total) }) : "");
  });
  listen("problem", showProblem);
  for (const event of ["online", "offline"]) window.addEventListener(event, showNetwork);
  showNetwork();
}

function say(text) {
  $("say").textContent = text;
}

// Beside the question: what is missing before anything can be searched.
export function hint(text) {
  $("ask-say").textContent = text;
}

function showNetwork() {
  $("offline").textContent = navigator.onLine ? "" : t("state.offline");
}

export function phraseOf({ status }) {
  if (status === 0) return t(navigator.onLine ? "problem.network" : "problem.offline");
  if (status === -1) return t("problem.broken");
  return t(KNOWN.includes(status) ? `problem.${status}` : status >= 500 ? "problem.500" : "problem.422");
}

function showProblem(problem) {
  $("problem").hidden = !problem;
  if (!problem) return fill($("problem"));
  say("");
  const { error, retry } = problem;
  fill($("problem"),
    el("p", {}, el("strong", {}, phraseOf(error))),
    error.detail && el("p", { className: "quiet" }, error.detail),
    retry && button(t("state.retry"), retry));
}
