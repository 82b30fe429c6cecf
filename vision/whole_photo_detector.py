"""The fallback detector: the photo is one item."""

from vision.types import DetectedItem, Photo


class WholePhotoDetector:
    """Takes the whole photo as its one item; costs nothing."""

    def detect(self, photo: Photo) -> list[DetectedItem]:
        """Gives one item, the photo's own box, with confidence 1."""
        return [DetectedItem(photo.box, 1.0)]
