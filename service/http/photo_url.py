"""``photo_url``: a photo that the server fetches itself, where the operator allows it."""

from collections.abc import Callable
from dataclasses import dataclass

from service.errors import FetchError, RequestError
from service.http.gate import Gate

WEB_PORTS = frozenset({80, 443})
MAX_URL_CHARACTERS = 2_000


@dataclass(frozen=True)
class PhotoUrls:
    """Fetches photos for searches, a few at once."""

    fetch: Callable[[str], bytes] | None
    """None: switched off."""
    gate: Gate
    """Apart from the searches: a slow host must not hold them up."""

    async def photo(self, url: str) -> bytes:
        """Gives the bytes at an address.

        Raises:
            RequestError: it is switched off here.
            FetchError: it gave nothing; for whatever reason, the same words: a stranger must not
                learn from them which names and addresses there are in the server's network.
            BusyError, RequestTimeoutError: as ``Gate.run``.
        """
        if self.fetch is None:
            raise RequestError("photo_url is switched off on this server: send the photo itself")
        try:
            return await self.gate.run(self.fetch, url)
        except FetchError:
            raise FetchError(
                "photo_url could not be fetched; allowed is an address on the public internet, "
                "http or https on the usual port, that answers with a picture within the limits "
                "of an upload"
            ) from None
