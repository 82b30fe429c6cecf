// Searches: of the whole photo (or of words), of one box, and what follows on one.

import * as api from "./api.js";
import { answerLanguage } from "./language.js";
import { activeItem, newItem, state, tell } from "./state.js";

const MATCHES = 12;
let running = null;

// Finds everything in the photo, or by words alone; `active` is the tab to come back to.
export async function searchAll(active = 0) {
  state.items = [];
  state.active = 0;
  tell("items");
  await run(null, {
    items: ({ photo, items }) => {
      state.size = photo;
      state.items = items.map(({ box, score }) => newItem(box, score));
      state.active = Math.min(active, state.items.length - 1);
      tell("items");
    },
    matches: ({ item, ...found }) => show(state.items[item], found),
    done: ({ session }) => state.items.forEach((item, index) => Object.assign(item, { session, index, isOwn: index === 0 })),
  }, () => state.items[0], () => searchAll(state.active));
}

// Finds what is in one item's box; what is shown meanwhile stays where it is still true.
export async function searchItem(item) {
  if (item.isStale || item.isEdited) Object.assign(item, { matches: null, verdict: null, caption: null, attributes: {} });
  Object.assign(item, { answer: null, turns: [], isStale: false });
  tell("item", item);
  await run(item.box, {
    items: () => {},
    matches: (found) => show(item, { ...found, box: item.box, score: item.score }),
    done: ({ session }) => Object.assign(item, { session, index: 0, isOwn: true }),
  }, () => item, () => searchItem(item));
}

// Words or filters have changed: boxes drawn by hand stay.
export async function searchAgain() {
  if (!state.photo || !state.items.some((item) => item.isEdited)) return searchAll(state.active);
  for (const item of state.items) item.isStale = true;
  return searchItem(activeItem());
}

// `answered` gives the item that the answer is about, `again` is what a failure offers.
async function run(box, on, answered, again) {
  running?.abort();
  const mine = (running = new AbortController());
  tell("problem", null);
  tell("busy", true);
  try {
    for await (const [event, data] of api.searchStream(formOf(box), mine.signal)) {
      if (event === "done") finish(data, on);
      else if (event.startsWith("answer.")) write(answered(), event, data);
      else on[event]?.(data);
    }
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof api.Problem)) throw error;
    tell("problem", { error, retry: again });
  } finally {
    if (running === mine) {
      running = null;
      tell("busy", false);
    }
  }
}

function formOf(box) {
  const form = new FormData();
  if (state.photo) form.set("photo", state.photo.blob, "photo");
  if (state.words) form.set("text", state.words);
  if (box) form.set("box", box.map(Math.round).join(","));
  form.set("filters", JSON.stringify(state.filters));
  form.set("k", String(MATCHES));
  form.set("answer", "true");
  form.set("language", answerLanguage);
  return form;
}

function show(item, found) {
  const before = item.matches?.map((match) => match.id).join();
  Object.assign(item, found);
  if (found.matches.map((match) => match.id).join() !== before) tell("item", item);
}

function write(item, event, data) {
  if (event === "answer.delta") {
    item.answer ??= { text: "", citations: [], isDone: false };
    item.answer.text += data.text;
  } else {
    item.answer = { ...data, citations: data.citations.map(owned), items: data.items?.map(owned), isDone: true };
  }
  tell("answer", item);
}

// With the item that it belongs to, which keeps its place in no list that the user may change.
const owned = (one) => ({ ...one, of: state.items[one.item] });

function finish(data, on) {
  on.done(data);
  state.understood = data.words;
  tell("understood");
  tell("done", data);
}
