// The HTTP interface: docs/http.md. Every failure is a Problem.

export class Problem extends Error {
  // status 0: no answer came.
  constructor(status, detail = "") {
    super(detail || `status ${status}`);
    this.status = status;
    this.detail = detail;
  }
}

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0);
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new Problem(response.status, problem.detail ?? problem.title);
}

const json = async (path, options) => (await ask(path, options)).json();

const posted = (body) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

// The events of a search, as [name, data]; the last is `done`, or a Problem is thrown.
export async function* searchStream(form, signal) {
  const response = await ask("/v1/search/stream", { method: "POST", body: form, signal });
  for await (const [event, data] of events(response)) {
    if (event === "error") throw new Problem(data.status, data.detail);
    yield [event, data];
    if (event === "done") return;
  }
  throw new Problem(-1); // the stream ended before its end
}

// The events of a text/event-stream response, as [name, parsed data].
export async function* events(response) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read().catch((error) => {
      if (error.name === "AbortError") throw error;
      throw new Problem(-1);
    });
    if (done) return;
    const blocks = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
    rest = blocks.pop();
    for (const block of blocks) {
      const event = lines(block, "event");
      if (event) yield [event, JSON.parse(lines(block, "data"))];
    }
  }
}

function lines(block, name) {
  return block
    .split(/\r?\n/)
    .filter((line) => line.startsWith(`${name}:`))
    .map((line) => line.slice(name.length + 1).replace(/^ /, ""))
    .join("\n");
}

export const followUp = (session, body) => json(`/v1/chat/${encodeURIComponent(session)}`, posted(body));

export const shoppingList = (form) => json("/v1/shopping-list", { method: "POST", body: form });

export const product = (id) => json(`/v1/products/${encodeURIComponent(id)}`);

export const facets = (filters) => json(`/v1/facets?filters=${encodeURIComponent(JSON.stringify(filters))}`);

export const health = () => json("/health/ready");

// Sent even while the page is left for the shop.
export const feedback = (body) => json("/v1/feedback", { ...posted(body), keepalive: true });

// Photos that the page offers: [{photo, shows}].
export const examples = () => json("/web/examples");

export const file = async (path) => (await ask(path)).blob();
