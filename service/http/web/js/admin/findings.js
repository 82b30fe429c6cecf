// What is wrong with the catalogue, with the products that show it.

import { el } from "../dom.js";
import { phraseOr, t } from "../language.js";
import { ask, showPicture } from "./api.js";
import { moment, number } from "./words.js";

export const findings = { id: "findings", ask: () => ask("findings"), draw };

function draw(found) {
  const examined = el("p", { className: "quiet" }, t("findings.examined", { n: found.products, products: number(found.products), when: moment(found.examined_at) }));
  if (!found.findings.length) return [el("p", {}, t("findings.none")), examined];
  return [el("ul", { className: "list" }, ...found.findings.map(card)), examined];
}

function card(one) {
  return el("li", { className: "finding" },
    el("h3", {}, phraseOr(`finding.${one.name}`, one.name), " ", el("span", { className: "mark" }, number(one.count))),
    el("p", { className: "quiet" }, phraseOr(`advice.${one.name}`, one.advice)),
    el("ul", { className: "examples" }, ...one.examples.map(example)));
}

function example(one) {
  return el("li", {}, picture(one), el("span", {}, one.title || one.id), el("small", { className: "quiet" }, one.title ? one.id : ""));
}

function picture(one) {
  if (!one.image) return el("span", { className: "missing" }, el("span", {}, t("findings.noPicture")));
  const image = el("img", { alt: "", width: 96, height: 96, loading: "lazy" });
  showPicture(image, one.image);
  return image;
}
