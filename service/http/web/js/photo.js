// A photo in the browser: upright, small enough to send, and what is cut out of it.

const LONGEST_PX = 2048; // the models look at less; a phone's photo has twice as much
const THUMBNAIL_PX = 224;
const MARGIN = 0.12; // of the longer side

// {blob, url, width, height}; width is 0 where this browser cannot show the picture (HEIC).
export async function loadPhoto(file) {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return { blob: file, url: null, picture: null, width: 0, height: 0 };
  const scale = LONGEST_PX / Math.max(picture.width, picture.height);
  if (scale >= 1) return described(file, picture);
  const canvas = drawn(picture, [0, 0, picture.width, picture.height], scale);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
  return described(blob, await createImageBitmap(canvas));
}

function described(blob, picture) {
  return { blob, url: URL.createObjectURL(blob), picture, width: picture.width, height: picture.height };
}

export function forget(photo) {
  if (photo?.url) URL.revokeObjectURL(photo.url);
  photo?.picture?.close();
}

// A square around a box, as far as the photo goes, as a canvas of at most `longest` pixels a side;
// null where nothing can be shown. Without a box: the whole photo.
export function crop(photo, box, longest = 480) {
  if (!photo?.picture) return null;
  const part = box ? around(box, photo) : [0, 0, photo.width, photo.height];
  return drawn(photo.picture, part, Math.min(1, longest / Math.max(part[2] - part[0], part[3] - part[1])));
}

function around([x0, y0, x1, y1], { width, height }) {
  const side = Math.max(x1 - x0, y1 - y0) * (1 + 2 * MARGIN);
  const start = (low, high, end) => Math.max(0, Math.min((low + high - side) / 2, end - side));
  const [left, top] = [start(x0, x1, width), start(y0, y1, height)];
  return [left, top, Math.min(width, left + side), Math.min(height, top + side)];
}

// A small JPEG as data: address, for the history.
export function thumbnail(photo) {
  return crop(photo, null, THUMBNAIL_PX)?.toDataURL("image/jpeg", 0.8) ?? null;
}

// The bytes of a data: address as a file.
export function fileOf(address) {
  const bytes = Uint8Array.from(atob(address.split(",")[1]), (letter) => letter.charCodeAt(0));
  return new File([bytes], "photo.jpg", { type: "image/jpeg" });
}

function drawn(picture, [x0, y0, x1, y1], scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round((x1 - x0) * scale));
  canvas.height = Math.max(1, Math.round((y1 - y0) * scale));
  canvas.getContext("2d").drawImage(picture, x0, y0, x1 - x0, y1 - y0, 0, 0, canvas.width, canvas.height);
  return canvas;
}
