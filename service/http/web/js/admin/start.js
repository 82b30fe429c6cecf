// The admin page: asks for a key where one is needed, then shows what it opens.

import { Problem } from "../api.js";
import { $, el, fill } from "../dom.js";
import { t, translate } from "../language.js";
import * as api from "./api.js";
import { findings } from "./findings.js";
import { load } from "./load.js";
import { overview } from "./overview.js";
import { show, startParts } from "./parts.js";
import { rejects } from "./rejects.js";
import { startRollback } from "./rollback.js";
import { versions } from "./versions.js";
import "./words.js";

const PARTS = [overview, load, versions, findings, rejects];

translate(document);
document.title = t("admin.title");
startParts((error) => $("shown").hidden || refused(error)); // the first of several says it
startRollback(PARTS);

$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const key = $("key").value.trim();
  if (!key) return complain("key.empty");
  if (!api.isSendable(key)) return complain("key.wrong");
  complain(null);
  api.keep(key);
  open();
});
$("again").addEventListener("click", () => PARTS.forEach((part) => show(part)));
$("forget").addEventListener("click", () => {
  api.forget();
  location.reload();
});
for (const event of ["online", "offline"]) {
  window.addEventListener(event, () => { $("offline").textContent = navigator.onLine ? "" : t("problem.offline"); });
}

open();

// Without a key first: a server on this machine that has none needs none.
async function open() {
  let answer;
  $("ask").setAttribute("aria-busy", "true");
  try {
    answer = await api.ask("overview");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return refused(error);
  } finally {
    $("ask").removeAttribute("aria-busy");
  }
  $("key").value = "";
  $("ask").hidden = $("closed").hidden = true;
  $("shown").hidden = $("again").hidden = false;
  $("forget").hidden = !api.hasKey();
  if (api.hasKey()) $("shown").focus();
  show(overview, answer);
  PARTS.slice(1).forEach((part) => show(part));
}

// Back to the question for a key, or why no key would help.
function refused(error) {
  $("shown").hidden = $("again").hidden = $("forget").hidden = true;
  const isKeyed = api.hasKey();
  if (error.status === 401 || (error.status === 403 && isKeyed)) {
    api.forget();
    $("ask").hidden = false;
    $("closed").hidden = true;
    complain(isKeyed ? (error.status === 401 ? "key.wrong" : "key.scope") : null);
    return $("key").focus();
  }
  const words = error.status === 403 ? t("key.closed") : api.phraseOf(error);
  $("closed").hidden = false;
  fill($("closed"), el("p", {}, el("strong", {}, words)), error.detail && el("p", { className: "quiet" }, error.detail),
    el("button", { type: "button", on: { click: open } }, t("state.retry")));
}

function complain(phrase) {
  $("key-say").textContent = phrase ? t(phrase) : "";
  if (phrase) $("key").setAttribute("aria-invalid", "true");
  else $("key").removeAttribute("aria-invalid");
}
