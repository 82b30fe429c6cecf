// The page: its parts are started here, each in a module of its own under js/.

import * as api from "./js/api.js";
import { startBoxes } from "./js/boxes.js";
import { startChat } from "./js/chat.js";
import { $, el } from "./js/dom.js";
import { startExamples } from "./js/examples.js";
import { startFacets } from "./js/facets.js";
import { startHistory } from "./js/history.js";
import { t, translate } from "./js/language.js";
import { startPanel } from "./js/panel.js";
import { startPicker } from "./js/picker.js";
import { searchAgain } from "./js/search.js";
import { startShopping } from "./js/shopping.js";
import { listen, state } from "./js/state.js";
import { hint, startStatus } from "./js/status.js";
import { startTabs } from "./js/tabs.js";
import { startViews } from "./js/views.js";

translate(document);
document.title = t("page.title");
for (const start of [startViews, startPicker, startTabs, startBoxes, startPanel, startChat, startStatus, startHistory, startShopping]) start();

$("search").addEventListener("submit", (event) => {
  event.preventDefault();
  state.words = $("text").value.trim();
  if (!state.photo && !state.words) return hint(t("state.ask"));
  searchAgain();
});

// Before the first search there is nothing beside the question.
listen("items", () => document.body.classList.toggle("asked", Boolean(state.photo || state.words)));

startFacets();
startExamples();
try {
  const { products } = await api.health();
  if (products !== undefined) $("shop").append(el("span", {}, t("shop.size", { n: products })));
} catch (error) {
  if (!(error instanceof api.Problem)) throw error;
}
