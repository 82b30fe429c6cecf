// Going back to a version: asked twice, told what changed, and how to go forward again.

import { Problem } from "../api.js";
import { $, button, el, fill } from "../dom.js";
import { t } from "../language.js";
import { phraseOf, rollback } from "./api.js";
import { show } from "./parts.js";
import { moment, number } from "./words.js";

const dialog = $("back");
let parts;
let wanted;

export function startRollback(all) {
  parts = all;
  $("back-cancel").addEventListener("click", () => dialog.close());
  $("back-do").addEventListener("click", goBack);
  // Escape closes the dialog only while nothing is being changed.
  dialog.addEventListener("cancel", (event) => $("back-do").disabled && event.preventDefault());
}

// `version` is one of the list, or { name } alone.
export function confirmBack(version) {
  wanted = version;
  $("back-title").textContent = t("back.title", { name: version.name });
  fill($("back-what"),
    version.made_at && el("p", {}, t("back.what", { when: moment(version.made_at), products: number(version.products) })),
    el("p", {}, t("back.later")),
    el("p", { className: "quiet" }, t("back.kept")));
  fill($("back-say"));
  busy(false);
  dialog.showModal();
  $("back-cancel").focus();
}

async function goBack() {
  busy(true);
  try {
    done(await rollback(wanted.name));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    $("back-say").textContent = [phraseOf(error), error.detail].filter(Boolean).join(" ");
  } finally {
    busy(false);
  }
}

function busy(isBusy) {
  $("back-do").disabled = $("back-cancel").disabled = isBusy;
  $("back-do").textContent = t(isBusy ? "back.doing" : "back.do");
  dialog.setAttribute("aria-busy", String(isBusy));
}

function done(changes) {
  dialog.close();
  const { went_back_to: name, present_state_kept_as: kept } = changes;
  fill($("back-done"),
    el("p", {}, el("strong", {}, t("back.done", { name }))),
    el("ul", {}, changed("back.restored", changes.restored), changed("back.removed", changes.removed)),
    el("p", {}, t("back.forward", { name: kept }), " ", changes.version ? t("back.saved", { name: changes.version }) : t("back.unsaved")),
    button(t("back.again", { name: kept }), () => confirmBack({ name: kept })));
  $("back-done").focus();
  parts.forEach((part) => show(part));
}

function changed(phrase, { count, examples }) {
  const more = count > examples.length ? " …" : "";
  return el("li", {}, t(phrase, { n: count }), count > 0 && `: ${examples.join(", ")}${more}`);
}
