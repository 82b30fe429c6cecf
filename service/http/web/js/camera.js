// A photo with the camera: the device's own camera app where there is a touch screen, else a live
// picture in a dialog.

import { $ } from "./dom.js";
import { t } from "./language.js";
import { hint } from "./status.js";

const dialog = $("camera");
const video = $("camera-live");

// Calls `use` with the photo taken; not at all where the user cancels.
export async function takePhoto(use) {
  const isTouch = matchMedia("(pointer: coarse)").matches;
  if (isTouch || !navigator.mediaDevices?.getUserMedia) return $("file-camera").click();
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } } });
  } catch (error) {
    hint(t("camera.none", { why: error.message || error.name }));
    return $("file").click();
  }
  video.srcObject = stream;
  dialog.addEventListener("close", () => stop(stream), { once: true });
  $("camera-take").onclick = async () => {
    const file = await still();
    dialog.close();
    if (file) use(file);
  };
  $("camera-cancel").onclick = () => dialog.close();
  dialog.showModal();
  await video.play().catch(() => {}); // closed before it began
}

function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
  video.srcObject = null;
}

function still() {
  if (!video.videoWidth) return null;
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
}
