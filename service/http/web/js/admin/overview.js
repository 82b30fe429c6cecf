// The catalogue in a few figures.

import { el } from "../dom.js";
import { t } from "../language.js";
import { ask } from "./api.js";
import { moment, number } from "./words.js";

export const overview = { id: "overview", ask: () => ask("overview"), draw };

function draw(found) {
  const sizes = ["products", "pictures", "groups", "merchants"].map((name) => tile(t(`overview.${name}`), number(found[name])));
  const version = found.version
    ? t("overview.saved", { name: found.version, when: moment(found.indexed_at) })
    : t("overview.unsaved");
  const since = found.sequence - found.version_sequence;
  return [
    el("dl", { className: "tiles" }, ...sizes),
    el("dl", { className: "facts" },
      ...fact("overview.version", version, found.version && since > 0 && t("overview.since", { n: since })),
      ...fact("overview.sequence", number(found.sequence)),
      ...fact("overview.embedder", found.embedder),
      ...fact("overview.calibration", ...calibration(found.calibration))),
  ];
}

export function tile(name, value, className = "") {
  return el("div", { className }, el("dt", {}, name), el("dd", {}, value));
}

function fact(name, ...values) {
  const lines = values.filter(Boolean).map((value, place) => (place ? el("span", { className: "quiet" }, ` ${value}`) : value));
  return [el("dt", {}, t(name)), el("dd", {}, ...lines)];
}

function calibration(found) {
  if (!found) return [t("overview.uncalibrated"), t("overview.calibrate")];
  const known = t("overview.calibrated", { when: moment(found.made_at), n: found.questions, source: found.source });
  return [known, found.ece === null ? t("overview.noEce") : t("overview.ece", { ece: number(Math.round(found.ece * 1000) / 1000) })];
}
