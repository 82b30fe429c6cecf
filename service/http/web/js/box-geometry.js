// Boxes as [x0, y0, x1, y1] in pixels of the photo: moved, resized, always inside it.

export const SMALLEST_PX = 12;

const between = (value, low, high) => Math.min(Math.max(value, low), high);

export function moved([x0, y0, x1, y1], dx, dy, { width, height }) {
  const x = between(dx, -x0, width - x1);
  const y = between(dy, -y0, height - y1);
  return [x0 + x, y0 + y, x1 + x, y1 + y];
}

// `edges` names the sides that move: "nw", "e" and so on.
export function resized([x0, y0, x1, y1], edges, dx, dy, { width, height }) {
  return [
    edges.includes("w") ? between(x0 + dx, 0, x1 - SMALLEST_PX) : x0,
    edges.includes("n") ? between(y0 + dy, 0, y1 - SMALLEST_PX) : y0,
    edges.includes("e") ? between(x1 + dx, x0 + SMALLEST_PX, width) : x1,
    edges.includes("s") ? between(y1 + dy, y0 + SMALLEST_PX, height) : y1,
  ];
}

// The box between two points; null where it is too small to be meant.
export function spanned([ax, ay], [bx, by], { width, height }) {
  const box = [
    between(Math.min(ax, bx), 0, width),
    between(Math.min(ay, by), 0, height),
    between(Math.max(ax, bx), 0, width),
    between(Math.max(ay, by), 0, height),
  ];
  return box[2] - box[0] < SMALLEST_PX || box[3] - box[1] < SMALLEST_PX ? null : box;
}

export function middle({ width, height }) {
  return [width / 4, height / 4, (width * 3) / 4, (height * 3) / 4].map(Math.round);
}

export const area = ([x0, y0, x1, y1]) => (x1 - x0) * (y1 - y0);
