// What is searched for and what was found; parts of the page listen to its changes.

const listeners = {};

export const state = {
  photo: null, // of photo.js
  size: null, // {width, height} of the upright photo, as the server saw it
  words: "",
  understood: null, // the server's reading of the words
  filters: {}, // in the form of a request
  items: [],
  active: 0,
};

// Calls `listener` whenever `event` is told: photo, items, item, answer, turns, active,
// filters, understood, busy, problem, done.
export function listen(event, listener) {
  (listeners[event] ??= []).push(listener);
}

export function tell(event, data) {
  for (const listener of listeners[event] ?? []) listener(data);
}

// One thing that is searched for; `box` is null where words alone are.
export function newItem(box, score = null) {
  return {
    box,
    score,
    caption: null,
    attributes: {},
    verdict: null,
    confidence: null,
    matches: null, // null: not found yet
    session: null, // of the search that found them, and its place there
    index: 0,
    isOwn: false, // that search was about this item alone, so it has an answer
    isEdited: false, // the box is not the detector's
    isStale: false, // words or filters have changed since
    answer: null,
    turns: [],
  };
}

export const activeItem = () => state.items[state.active] ?? null;

// Sets the active item.
export function activate(number) {
  if (number === state.active || !state.items[number]) return;
  state.active = number;
  tell("active");
}
