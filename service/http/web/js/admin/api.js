// /v1/admin. The key is kept until the tab is closed, in this tab alone, and sent as a header.

import { Problem } from "../api.js";
import { t } from "../language.js";

const KEPT = "snapshelf.admin.key";
const KNOWN = [404, 429, 503, 504];

export const keep = (key) => sessionStorage.setItem(KEPT, key);
export const forget = () => sessionStorage.removeItem(KEPT);
export const hasKey = () => sessionStorage.getItem(KEPT) !== null;
// What a header can hold; no key has anything else.
export const isSendable = (key) => /^[\x21-\x7e]+$/.test(key);

async function answered(path, options = {}) {
  const key = sessionStorage.getItem(KEPT);
  let response;
  try {
    response = await fetch(path, { ...options, headers: { ...options.headers, ...(key && { Authorization: `Bearer ${key}` }) } });
  } catch {
    throw new Problem(0);
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new Problem(response.status, problem.detail ?? problem.title);
}

export const ask = async (name, params = {}) => (await answered(`/v1/admin/${name}?${new URLSearchParams(params)}`)).json();

export const rollback = async (version) => (await answered("/v1/admin/rollback", {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ version }),
})).json();

// Shows a product's picture: where searches need a key, pictures do too, and an <img> sends none.
export async function showPicture(image, path) {
  if (!hasKey()) {
    image.src = path;
    return;
  }
  try {
    const url = URL.createObjectURL(await (await answered(path)).blob());
    image.addEventListener("load", () => URL.revokeObjectURL(url), { once: true });
    image.src = url;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    image.classList.add("missing");
  }
}

export function phraseOf({ status }) {
  if (status === 0) return t(navigator.onLine ? "problem.network" : "problem.offline");
  if (KNOWN.includes(status)) return t(`admin.${status}`);
  return t(status >= 500 ? "problem.500" : "admin.422");
}
