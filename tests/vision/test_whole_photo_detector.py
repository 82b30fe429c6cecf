"""The fallback detector."""

from tests.fakes import encoded, picture
from vision.decode import decode
from vision.types import Box, DetectedItem
from vision.whole_photo_detector import WholePhotoDetector


def test_the_whole_photo_is_the_one_item() -> None:
    photo = decode(encoded(picture(size=(30, 20))))
    assert WholePhotoDetector().detect(photo) == [DetectedItem(Box(0, 0, 30, 20), 1.0)]
