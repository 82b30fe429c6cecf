"""``/admin`` and ``/v1/admin``: what a catalogue's keeper sees and does."""

import datetime
import logging
from dataclasses import asdict
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse

from index.errors import StoreBusyError, StoreDamagedError
from index.health import examine
from index.overview import count_all, labels
from index.store import Store
from service.errors import BusyError, RequestError
from service.going_back import WentBack, obstacle, saved_after
from service.http.admin_schemas import (
    calibration_schema,
    changed_schema,
    example_schema,
    load_figures,
    version_schema,
)
from service.http.context import ServiceDep
from service.http.gate import DEADLINE
from service.http.load import together
from service.http.operations import WEB
from service.http.search import PROBLEMS, problem_responses
from service.read_rejects import RejectsPage, newest
from service.wire.admin import (
    FindingSchema,
    FindingsResponse,
    LoadResponse,
    LoadSchema,
    MinuteSchema,
    OverviewResponse,
    RejectSchema,
    RejectsResponse,
    RollbackRequest,
    RollbackResponse,
    VersionsResponse,
)

router = APIRouter(tags=["admin"], responses=PROBLEMS)
logger = logging.getLogger(__name__)

_MOST_REJECTS = 500


@router.get("/admin", include_in_schema=False)
async def page() -> FileResponse:
    """The admin page; it holds nothing, and asks for a key."""
    return FileResponse(WEB / "admin.html")


@router.get("/v1/admin/overview")
async def overview(service: ServiceDep) -> OverviewResponse:
    """Gives the catalogue in a few figures."""
    return await service.looks.run(_overview, service.store, service.embedder)


@router.get("/v1/admin/versions")
async def versions(service: ServiceDep) -> VersionsResponse:
    """Gives all saved states, newest first; checks every file of them."""
    return await service.looks.run(_versions, service.store)


@router.post("/v1/admin/rollback", responses=problem_responses(404))
async def rollback(service: ServiceDep, asked: RollbackRequest) -> RollbackResponse:
    """Makes the catalogue again what it was when a version was saved; what it is now stays one."""
    DEADLINE.set(None)  # half a change is none: it ends when it ends
    done = await service.changes.run(_rolled_back, service.store, asked.version)
    return RollbackResponse(
        went_back_to=done.to,
        present_state_kept_as=done.kept_as,
        version=done.saved_as,
        restored=changed_schema(done.changed.restored),
        removed=changed_schema(done.changed.removed),
    )


@router.get("/v1/admin/rejects")
async def rejects(
    service: ServiceDep,
    limit: Annotated[int, Query(ge=1, le=_MOST_REJECTS)] = 50,
    before: Annotated[int | None, Query(ge=1, le=2**53, description="of the page before")] = None,
) -> RejectsResponse:
    """Gives what the last indexing run on this machine did not take, newest first."""
    found: RejectsPage = await service.looks.run(newest, service.store.folder, limit, before)
    return RejectsResponse(
        lines=found.lines,
        written_at=found.written_at,
        rejects=[RejectSchema(**asdict(one)) for one in found.rejects],
        before=found.before,
    )


@router.get("/v1/admin/findings")
async def findings(service: ServiceDep) -> FindingsResponse:
    """Gives what is wrong with the catalogue.

    A large one takes long the first time: a 504 then, and the examination goes on; ask again.
    """
    return await service.examinations.run(_findings, service.store)


@router.get("/v1/admin/load")
async def load(service: ServiceDep) -> LoadResponse:
    """Gives the last hour by the minute."""
    minutes = service.load.minutes()
    return LoadResponse(
        since=service.load.since,
        hour=LoadSchema(**load_figures(together(minutes))),
        minutes=[MinuteSchema(began_at=one.began_at, **load_figures(one)) for one in minutes],
    )


def _overview(store: Store, embedder: str) -> OverviewResponse:
    snapshot = store.refresh()
    return OverviewResponse(
        **asdict(count_all(store.catalogue)),
        sequence=snapshot.sequence,
        embedder=embedder,
        version=snapshot.version,
        version_sequence=snapshot.version_sequence,
        indexed_at=snapshot.indexed_at,
        calibration=calibration_schema(snapshot.calibration),
    )


def _versions(store: Store) -> VersionsResponse:
    kept = store.history.versions()
    now = store.catalogue.sequence()
    states = store.saved_versions()[::-1]
    return VersionsResponse(
        sequence=now,
        versions=[version_schema(one, obstacle(one, kept, store.space, now)) for one in states],
    )


def _rolled_back(store: Store, name: str) -> WentBack:
    """The errors of a store name files, or are not told at all; these are for who asks."""
    _check_embedder(store, name)
    try:
        changed = store.rollback(name)
    except StoreBusyError as error:
        raise BusyError("an indexing run is writing; go back when it has ended") from error
    except StoreDamagedError as error:
        raise RequestError(f"version {name!r} is damaged: one cannot go back to it") from error
    logger.warning("went back to version %s", name)
    return saved_after(name, changed, store)


def _check_embedder(store: Store, name: str) -> None:
    """Refuses what would leave this server without one search until it is started anew."""
    for state in store.saved_versions():
        if state.name == name and state.manifest and state.manifest.space != store.space:
            raise RequestError(
                f"version {name!r} was made with the embedder {state.manifest.space.embedder}: "
                "run snapshelf rollback, and start the server with that embedder"
            )


def _findings(store: Store) -> FindingsResponse:
    return _examined(store, store.refresh().sequence)


@lru_cache(maxsize=1)
def _examined(store: Store, sequence: int) -> FindingsResponse:
    """Examined again once the catalogue has changed; the gate lets one in at a time."""
    health = examine(store)
    known = labels(store.catalogue, (one for found in health.findings for one in found.examples))
    return FindingsResponse(
        sequence=sequence,
        examined_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        products=health.products,
        pictures=health.pictures,
        findings=[
            FindingSchema(
                name=found.name,
                count=found.count,
                examples=[example_schema(known[one]) for one in found.examples if one in known],
                advice=found.advice,
            )
            for found in health.findings
        ],
    )
