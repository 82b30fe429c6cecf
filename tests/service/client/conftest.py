"""One running service for all tests of its clients, around fakes."""

from collections.abc import Iterator

import pytest

from service.client import SnapshelfClient
from service.http.app import create_app
from tests.service.fake_service import fake_service, served


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with (
        fake_service(tmp_path_factory.mktemp("shop")) as service,
        served(create_app(service)) as at,
    ):
        yield at


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[SnapshelfClient]:
    with SnapshelfClient(url) as opened:
        yield opened
