// Two views of one page: the search and the shopping list.

import { $ } from "./dom.js";

const VIEWS = ["search", "list"];

export function startViews() {
  window.addEventListener("hashchange", show);
  show();
}

function show() {
  const wanted = VIEWS.find((view) => location.hash === `#/${view}`) ?? "search";
  for (const view of VIEWS) {
    $(`view-${view}`).hidden = view !== wanted;
    const link = $(`to-${view}`);
    if (view === wanted) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}
