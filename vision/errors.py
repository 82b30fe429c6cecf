"""What can go wrong with pixels and models.

VisionError
├── PhotoError                  the caller sent something that cannot be searched
│   ├── PhotoTooLargeError      more bytes, pixels or length of side than allowed
│   ├── NotAPictureError        no picture, or a format that is not read here
│   ├── BrokenPictureError      a picture of a known format that does not decode
│   ├── PhotoTooSlowError       decoding it takes more time than allowed
│   ├── PhotoTooHeavyError      decoding it takes more memory than allowed
│   └── BadBoxError             a region that does not lie in the photo
├── DecoderUnavailableError     ours: no process that decodes can be started or is free
└── ModelError                  ours, or the operator's
    ├── ModelUnavailableError   the model cannot be loaded, or its endpoint is down
    ├── ModelTimeoutError       the model took longer than it may
    ├── ModelRefusedError       the model is up, but gave no usable answer to this request
    └── UnknownModelError       the setting names no model
"""


class VisionError(Exception):
    """Anything that this package raises on purpose."""


class PhotoError(VisionError):
    """The photo cannot be used; the message says what came and what is allowed."""


class PhotoTooLargeError(PhotoError):
    """More bytes, pixels or a longer side ratio than the limits allow."""


class NotAPictureError(PhotoError):
    """The bytes are no picture, or of a format that is not read here."""


class BrokenPictureError(PhotoError):
    """The format is known but the picture does not decode."""


class PhotoTooSlowError(PhotoError):
    """Decoding the picture takes more time than allowed."""


class PhotoTooHeavyError(PhotoError):
    """Decoding the picture takes more memory than allowed."""


class DecoderUnavailableError(VisionError):
    """No process that decodes can be started, or none became free."""


class BadBoxError(PhotoError):
    """A region that does not lie inside the photo."""


class ModelError(VisionError):
    """A model is the reason."""


class ModelUnavailableError(ModelError):
    """A model's weights are missing or damaged, or its endpoint does not answer."""


class ModelTimeoutError(ModelError):
    """The model took longer than its limit."""


class ModelRefusedError(ModelError):
    """The model works but refused this request, filtered its answer or was cut short in it."""


class UnknownModelError(ModelError):
    """The name in the settings is no model that can be loaded."""
