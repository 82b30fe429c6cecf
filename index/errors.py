"""What can go wrong with products and vectors.

IndexError_ is taken by Python, so the root is CatalogueError.

CatalogueError
├── FeedError               the feed as a whole cannot be read
│   └── UnknownFeedError    its format is none of those that are read here
├── RowError                one row is wrong; names the row, the field and the reason
├── FilterError             a filter that cannot be applied
├── UnknownProductError     no product has this id
├── CalibrationError        too little is known of a catalogue to calibrate its verdicts
└── StoreError              the folder or database
    ├── StoreMissingError       there is no store here
    ├── StoreBusyError          another process writes to it
    ├── StoreUnavailableError   its database, or what searches its vectors, does not answer
    │   └── VectorsLostError        the vectors there are gone; they are made again
    ├── StoreUnwritableError    read-only, or the disk is full
    ├── StoreDamagedError       a checksum does not hold and it cannot be mended
    ├── UnknownVersionError     no kept version has this name
    ├── StoreTooNewError        written by a later version of the program
    └── EmbedderMismatchError   its vectors were made with another model
"""


class CatalogueError(Exception):
    """Anything that this package raises on purpose."""


class FeedError(CatalogueError):
    """The feed as a whole cannot be read."""


class UnknownFeedError(FeedError):
    """The file's format is none of those that are read here."""


class RowError(CatalogueError):
    """One row of a feed is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class FilterError(CatalogueError):
    """A filter that cannot be applied."""


class UnknownProductError(CatalogueError):
    """No product has this id."""


class CalibrationError(CatalogueError):
    """Too little is known of a catalogue to calibrate its verdicts."""


class StoreError(CatalogueError):
    """The store is the reason."""


class StoreMissingError(StoreError):
    """There is no store at this place."""


class StoreBusyError(StoreError):
    """Another process is writing to the store."""


class StoreUnavailableError(StoreError):
    """Database, or vectors' server, does not answer; what was not acknowledged is not written."""


class VectorsLostError(StoreUnavailableError):
    """What searches the vectors lacks some of them; the next search makes them again."""


class StoreUnwritableError(StoreError):
    """The store's folder or database cannot be written."""


class StoreDamagedError(StoreError):
    """A file's checksum does not hold and the file cannot be made again."""


class UnknownVersionError(StoreError):
    """No version that can be gone back to has this name."""


class StoreTooNewError(StoreError):
    """The store was written by a later version of the program."""


class EmbedderMismatchError(StoreError):
    """The store's vectors were made with another model."""
