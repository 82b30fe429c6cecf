// The page: a photo or words to POST /v1/search/stream, matches as cards. No dependencies.

const $ = (id) => document.getElementById(id);
let photo = null;
let running = null;

function show(file) {
  photo = file;
  URL.revokeObjectURL($("preview").src);
  $("preview").hidden = !file;
  $("hint").hidden = Boolean(file);
  if (file) {
    $("preview").src = URL.createObjectURL(file);
    $("preview").alt = "your photo";
    search();
  }
}

function filters() {
  const wanted = {};
  const price = {};
  if ($("min").value !== "") price.min = $("min").value;
  if ($("max").value !== "") price.max = $("max").value;
  if (Object.keys(price).length) wanted.price = price;
  if ($("stock").checked) wanted.availability = ["in_stock"];
  return wanted;
}

function say(text, isError = false) {
  $("status").textContent = text;
  $("status").classList.toggle("error", isError);
}

async function search() {
  const text = $("text").value.trim();
  if (!photo && !text) return say("Choose a photo or type some words first.");
  running?.abort();
  running = new AbortController();
  const form = new FormData();
  if (photo) form.set("photo", photo);
  if (text) form.set("text", text);
  form.set("filters", JSON.stringify(filters()));
  form.set("k", "12");
  form.set("answer", "true");
  form.set("language", navigator.language);
  say("Searching …");
  $("answer").hidden = true;
  try {
    const response = await fetch("/v1/search/stream", { method: "POST", body: form, signal: running.signal });
    if (!response.ok) {
      const problem = await response.json();
      throw new Error(problem.detail || problem.title);
    }
    const shown = new Shown();
    for await (const [event, data] of events(response)) shown.on[event]?.(data);
  } catch (error) {
    if (error.name === "AbortError") return;
    $("matches").replaceChildren();
    say(error instanceof TypeError ? "The server does not answer." : error.message, true);
  }
}

// The events of a text/event-stream response, as [name, parsed data].
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const lines = block.split("\n");
      const named = (name) => lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2)).join("\n");
      if (named("event")) yield [named("event"), JSON.parse(named("data"))];
    }
  }
}

// What a search has shown so far; its events add to it.
class Shown {
  matches = [];
  text = "";

  on = {
    items: () => this.clear(),
    matches: (item) => this.add(item),
    "answer.delta": (piece) => this.write(piece),
    "answer.done": (answer) => this.link(answer),
    done: (body) => this.end(body),
    error: (problem) => { throw new Error(problem.detail || problem.title); },
  };

  clear() {
    $("matches").replaceChildren();
  }

  add(item) {
    this.matches.push(...item.matches);
    $("matches").append(...item.matches.map(card));
    if (item.caption) say(`Looks like: ${item.caption}`);
  }

  write({ text }) {
    this.text += text;
    $("answer").hidden = false;
    $("answer-text").textContent = this.text;
  }

  link(answer) {
    const links = Object.fromEntries(answer.citations.map((one) => [one.ref, one]));
    const pieces = answer.text.split(/(\[\d+\])/).map((piece) => {
      const cited = links[piece.match(/^\[(\d+)\]$/)?.[1]];
      return cited ? reference(piece, cited) : piece;
    });
    $("answer-text").replaceChildren(...pieces);
    $("answer-text").lang = answer.language;
    $("answer-writer").textContent = answer.writer === "facts" ? "" : `chosen by ${answer.writer}, every figure from the catalogue`;
  }

  end(body) {
    const count = this.matches.length === 1 ? "1 product" : `${this.matches.length} products`;
    const said = $("status").textContent.startsWith("Looks like") ? `${$("status").textContent} · ` : "";
    say(this.matches.length ? `${said}${count} in ${Math.round(body.timings_ms.total)} ms` : "Nothing passes these filters.");
  }
}

function reference(text, cited) {
  const link = document.createElement("a");
  link.href = `#match-${cited.id}`;
  link.textContent = text;
  return link;
}

function card(match) {
  const node = $("card").content.cloneNode(true);
  const li = node.querySelector("li");
  const picture = li.querySelector("img");
  picture.src = match.image;
  picture.alt = match.title;
  li.id = `match-${match.id}`;
  li.querySelector("h2").textContent = match.title;
  li.querySelector(".kind").textContent = [match.brand, match.color, match.category].filter(Boolean).join(" · ");
  li.querySelector(".price").append(...priceOf(match.offers[0], match));
  const meter = li.querySelector("meter");
  meter.value = Math.max(0, match.score);
  meter.title = Object.entries(match.scores).map(([name, value]) => `${name} ${value.toFixed(2)}`).join(", ");
  li.querySelector(".offers").append(...match.offers.map(offer));
  li.querySelector(".variants").append(...match.variants.map(variant));
  return node;
}

function money(price) {
  if (!price) return "no price";
  return new Intl.NumberFormat(navigator.language, { style: "currency", currency: price.currency }).format(price.amount);
}

function priceOf(first, match) {
  const parts = [money(match.price)];
  if (first?.regular_price) {
    const before = document.createElement("s");
    before.textContent = money(first.regular_price);
    parts.push(before);
  }
  return parts;
}

function offer(one) {
  const li = document.createElement("li");
  const who = document.createElement(one.link ? "a" : "span");
  who.textContent = one.merchant || "Buy";
  if (one.link) Object.assign(who, { href: one.link, rel: "noopener noreferrer", target: "_blank" });
  const terms = document.createElement("span");
  terms.textContent = one.availability === "in_stock" ? money(one.price) : `${money(one.price)}, ${one.availability.replaceAll("_", " ")}`;
  li.append(who, terms);
  return li;
}

function variant(one) {
  const li = document.createElement("li");
  const picture = document.createElement("img");
  Object.assign(picture, { src: one.image, alt: one.color || one.title, title: `${one.title} ${one.color} ${money(one.price)}`, loading: "lazy" });
  li.append(picture);
  return li;
}

$("photo").addEventListener("change", (event) => show(event.target.files[0] ?? null));
$("search").addEventListener("submit", (event) => { event.preventDefault(); search(); });
$("clear").addEventListener("click", () => {
  $("search").reset();
  show(null);
  $("matches").replaceChildren();
  $("answer").hidden = true;
  say("");
});
$("drop").addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); $("photo").click(); } });
for (const kind of ["dragover", "dragleave", "drop"]) {
  $("drop").addEventListener(kind, (event) => {
    event.preventDefault();
    $("drop").classList.toggle("over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files[0]) show(event.dataTransfer.files[0]);
  });
}
document.addEventListener("paste", (event) => { if (event.clipboardData.files[0]) show(event.clipboardData.files[0]); });

const ready = await fetch("/health/ready").then((response) => response.json()).catch(() => null);
if (ready?.products !== undefined) $("store").textContent = `${ready.products} products, ${ready.pictures} pictures`;
