// The sections of the page: each is asked for and drawn on its own, and fails on its own.

import { Problem } from "../api.js";
import { $, button, el, fill } from "../dom.js";
import { t } from "../language.js";
import { phraseOf } from "./api.js";

let whenRefused;

// `refused` is called with the problem when the key no longer opens the page.
export function startParts(refused) {
  whenRefused = refused;
}

// A part is { id, ask, draw }: `draw` gives the section's children for an answer.
export async function show(part, answer = null) {
  const section = $(part.id);
  const body = section.querySelector(".body");
  section.setAttribute("aria-busy", "true");
  if (!body.hasChildNodes()) fill(body, el("p", { className: "quiet" }, t("admin.loading")));
  try {
    fill(body, part.draw(answer ?? (await part.ask())));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 401 || error.status === 403) return whenRefused(error);
    fill(body, trouble(error, () => show(part)));
  } finally {
    section.removeAttribute("aria-busy");
  }
}

// What went wrong, and the way to try again.
export function trouble(error, retry) {
  return el("div", { className: "trouble", role: "alert" },
    el("p", {}, el("strong", {}, phraseOf(error))),
    error.detail && el("p", { className: "quiet" }, error.detail),
    button(t("state.retry"), retry));
}
