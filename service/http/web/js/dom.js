// Elements without innerHTML: text is always text, addresses are http(s) or of this server.

export const $ = (id) => document.getElementById(id);

// An element with properties (or attributes, where no property has that name) and children.
// `on` holds listeners, `data` the dataset; null, undefined and false are left out.
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  fill(node, ...children);
  return node;
}

// Replaces all children.
export function fill(node, ...children) {
  node.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
}

// A button; `inside` is text, an element, or a list of them.
export function button(inside, onClick, props = {}) {
  return el("button", { type: "button", on: { click: onClick }, ...props }, inside);
}

// The address where it is absolute and http(s); otherwise null.
export function webAddress(text) {
  try {
    const url = new URL(text);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

// A link to another site, in a tab of its own; plain text where the address cannot be trusted.
export function outward(text, address, props = {}) {
  const href = webAddress(address);
  return href ? el("a", { href, rel: "noopener noreferrer", target: "_blank", ...props }, text) : el("span", {}, text);
}

// A line drawing of the sheet in the page: `camera`, `check` and so on.
export function icon(name) {
  return drawn("svg", { class: "icon", "aria-hidden": "true" }, drawn("use", { href: `#icon-${name}` }));
}

// An element of a drawing.
export function drawn(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// Calls once, `wait` ms after the last call.
export function debounced(call, wait) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...args), wait);
  };
}

export function reveal(node) {
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  node.scrollIntoView({ behavior: isCalm ? "auto" : "smooth", block: "nearest" });
}
