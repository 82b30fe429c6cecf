// Requests of the last hour: a bar a minute, and the figures as a table.

import { $, drawn, el } from "../dom.js";
import { t } from "../language.js";
import { ask } from "./api.js";
import { tile } from "./overview.js";
import { milliseconds, moment, number, time } from "./words.js";

const HEIGHT = 60;
const CLASSES = ["2xx", "3xx", "4xx", "5xx", "left"];

export const load = { id: "load", ask: () => ask("load"), draw };

function draw({ since, hour, minutes }) {
  const note = el("p", { className: "quiet" }, t("load.since", { when: moment(since) }));
  if (!hour.requests) return [el("p", {}, t("load.none")), note];
  const failed = hour.by_class["5xx"] - hour.busy;
  return [
    el("dl", { className: "tiles small" },
      tile(t("load.requests"), number(hour.requests)),
      tile(t("load.refused"), number(hour.refused), hour.refused ? "warn" : ""),
      tile(t("load.busy"), number(hour.busy), hour.busy ? "warn" : ""),
      tile(t("load.failed"), number(failed), failed ? "bad" : ""),
      tile(t("load.p50"), milliseconds(hour.p50_ms)),
      tile(t("load.p99"), milliseconds(hour.p99_ms))),
    chart(minutes),
    table(minutes.filter((one) => one.requests)),
    note,
  ];
}

function chart(minutes) {
  const most = minutes.reduce((best, one) => (one.requests > best.requests ? one : best));
  const svg = drawn("svg", { viewBox: `0 0 60 ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": t("load.chart", { most: number(most.requests), when: time(most.began_at) }) });
  minutes.forEach((one, place) => bars(one, 60 - minutes.length + place, HEIGHT / most.requests).forEach((bar) => svg.append(bar)));
  const last = minutes.at(-1).began_at;
  const anHourAgo = new Date(new Date(last).getTime() - 59 * 60_000);
  return el("figure", { className: "chart" },
    el("div", { className: "scale quiet", "aria-hidden": "true" }, el("span", {}, t("load.scale", { most: number(most.requests) }))),
    svg,
    el("div", { className: "scale quiet", "aria-hidden": "true" }, el("span", {}, time(anHourAgo)), el("span", {}, time(last))),
    el("ul", { className: "legend" }, ...["ok", "wrong", "bad"].map((name) => el("li", { className: name }, t(`load.${name}`)))));
}

// One minute: answered, refused or wrong, failed, from the ground up.
function bars({ by_class: found }, x, scale) {
  let y = HEIGHT;
  const parts = [["ok", found["2xx"] + found["3xx"]], ["wrong", found["4xx"] + found.left], ["bad", found["5xx"]]];
  return parts.filter(([, count]) => count).map(([name, count]) => {
    const height = count * scale;
    y -= height;
    return drawn("rect", { class: name, x: x + 0.1, y, width: 0.8, height });
  });
}

function table(minutes) {
  const head = ["load.minute", "load.requests", ...CLASSES.map((name) => `class.${name}`), "load.refused", "load.busy", "load.p50", "load.p99"];
  const isOpen = $("load").querySelector("details")?.open; // stays so when it is drawn anew
  return el("details", { open: isOpen },
    el("summary", {}, t("load.table")),
    el("div", { className: "wide", tabIndex: 0, role: "region", "aria-label": t("load.table") },
      el("table", {},
        el("thead", {}, el("tr", {}, ...head.map((name) => el("th", { scope: "col" }, t(name))))),
        el("tbody", {}, ...minutes.toReversed().map(row)))));
}

function row(one) {
  const figures = [one.requests, ...CLASSES.map((name) => one.by_class[name]), one.refused, one.busy].map(number);
  return el("tr", {}, el("th", { scope: "row" }, time(one.began_at)),
    ...[...figures, milliseconds(one.p50_ms), milliseconds(one.p99_ms)].map((text) => el("td", {}, text)));
}
