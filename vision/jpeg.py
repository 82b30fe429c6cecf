"""Pictures to JPEG bytes."""

import io

from PIL import Image


def jpeg_of(image: Image.Image, quality: int) -> bytes:
    """Gives an RGB picture as JPEG without metadata.

    Args:
        image: RGB.
        quality: 1 to 95, Pillow's.
    """
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
