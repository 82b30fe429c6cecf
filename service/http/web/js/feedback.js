// What a shopper does with a match, told to the shop.

import * as api from "./api.js";

// Sends `click`, `buy` or `wrong`; says whether the shop took it.
export async function send(item, product, event) {
  if (!item.session) return false;
  try {
    await api.feedback({ session: item.session, item: item.index, product, event });
    return true;
  } catch (error) {
    if (error instanceof api.Problem) return false; // it must not get in the shopper's way
    throw error;
  }
}
