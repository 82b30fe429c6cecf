"""Puts together what answers requests: queues, limits, keys, answers, around models and a store.

Beside ``service.wiring`` since none of it is needed to index, and its imports take a second.
"""

import os
from dataclasses import replace

from index.sessions import Sessions
from index.store import Store
from service.access_keys import parse_keys
from service.answer.answers import AnswerWriter
from service.batching_embedder import BatchingEmbedder, BatchRules
from service.bounded_captioner import BoundedCaptioner
from service.conversation import Conversation
from service.feedback import FeedbackBook
from service.fetching import Fetcher, FetchLimits
from service.http.access import Access, AccessPolicy
from service.http.context import Service
from service.http.gate import Gate
from service.http.intake import IntakeLimits, Traffic
from service.http.load import Load
from service.http.metrics import observe_batch
from service.http.photo_url import WEB_PORTS, PhotoUrls
from service.http.rate_limits import RateLimits
from service.ingest import Ingest
from service.key_file import ReloadingKeyring
from service.pipeline import SearchPipeline
from service.sessions import SessionKeeper
from service.settings import FILE, Settings, load_settings
from service.shopping.lister import ShoppingLists
from service.shopping.themes import ThemeWriter
from service.wiring import Models, compute, photo_limits, picture_sources, search_pipeline
from vision.decode_child import DecodeCost
from vision.decode_pool import DecodePool
from vision.types import ChatLimits

_FETCHES = 8
"""Photos fetched at once for searches; a thread each."""
_WAITING_ADMIN = 8
"""Questions of the admin page; a page asks five at once."""
_FORM_BYTES = 1_000_000
"""For the words around the pictures of a request."""


def decode_pool(settings: Settings) -> DecodePool | None:
    """Processes for strangers' photos; None where the settings want none."""
    if not settings.decode_processes:
        return None
    cost = DecodeCost(settings.decode_cpu_s, settings.decode_memory_bytes, settings.decode_wall_s)
    return DecodePool(photo_limits(settings), cost, settings.decode_processes)


def shared_models(settings: Settings, models: Models) -> Models:
    """The models as many requests at once may use them."""
    embedder, captioner = models.embedder, models.captioner
    is_batched = settings.batching == "on"
    if settings.batching == "auto":
        is_batched = compute(settings).resolved_device().type == "cuda"
    if is_batched:
        rules = BatchRules(max_wait_s=settings.batch_wait_ms / 1e3, on_batch=observe_batch)
        embedder = BatchingEmbedder(embedder, rules)
    if captioner is not None:
        places = settings.max_concurrent_captions
        captioner = BoundedCaptioner(captioner, places, settings.caption_timeout_s)
    return replace(models, embedder=embedder, captioner=captioner)


def intake_limits(settings: Settings) -> IntakeLimits:
    """What taking in a request may cost."""
    return IntakeLimits(
        body_bytes=settings.max_photo_bytes + _FORM_BYTES,
        pending_bytes=settings.max_pending_bytes,
        head_s=settings.head_timeout_s,
        body_s=settings.body_timeout_s,
        stall_s=settings.body_stall_s,
        request_s=settings.request_timeout_s,
        send_s=settings.send_timeout_s,
    )


def conversation(
    settings: Settings, pipeline: SearchPipeline, answers: AnswerWriter
) -> Conversation:
    """Follow-ups on searches of a store; opens the database of its sessions.

    Raises:
        StoreUnwritableError, StoreDamagedError: as ``Sessions``.
    """
    sessions = Sessions(pipeline.store.sessions())
    keeper = SessionKeeper(sessions, str(pipeline.store.space), settings.session_minutes)
    return Conversation(pipeline, keeper, answers)


def answer_writer(settings: Settings, models: Models) -> AnswerWriter:
    """What turns matches into a comparison."""
    limits = ChatLimits(timeout_s=settings.answer_timeout_s)
    return AnswerWriter(
        models.writer, settings.writer_mode, limits, places=settings.max_concurrent_answers
    )


def shopping_lists(settings: Settings, models: Models, pipeline: SearchPipeline) -> ShoppingLists:
    """What makes shopping lists; the writer, where there is one, proposes for occasions."""
    limits = ChatLimits(max_tokens=500, timeout_s=settings.answer_timeout_s)
    places = settings.max_concurrent_answers
    themes = ThemeWriter(models.writer, limits, places) if models.writer else None
    return ShoppingLists(pipeline, themes)


def access(settings: Settings, host: str) -> Access:
    """Who may ask, and how often.

    Raises:
        SettingsError: as ``RateLimits``.
    """
    keys = ReloadingKeyring(parse_keys(settings.keys), FILE, lambda: load_settings().keys)
    rates = RateLimits(
        {
            "search": settings.rate_search,
            "write": settings.rate_write,
            "wrong_keys": settings.rate_wrong_keys,
        },
        settings.rate_storage.get_secret_value(),
    )
    return Access(AccessPolicy(keys, settings.open_search, host), rates)


def photo_urls(settings: Settings) -> PhotoUrls:
    """What fetches photos for searches; private addresses are refused whatever is set for feeds."""
    gate = Gate("photo urls", _FETCHES, settings.max_waiting_searches)
    if not settings.fetch_photo_urls:
        return PhotoUrls(None, gate)
    limits = FetchLimits(
        settings.max_photo_bytes, settings.fetch_timeout_s, attempts=1, ports=WEB_PORTS
    )
    return PhotoUrls(Fetcher(limits).fetch, gate)


def http_service(settings: Settings, models: Models, store: Store, host: str) -> Service:
    """Everything that the HTTP routes need; to be closed."""
    decoders = decode_pool(settings)  # first: the processes start while the rest is made
    models = shared_models(settings, models)
    places = settings.max_concurrent_searches or min(16, max(2, os.cpu_count() or 1))
    searches = Gate("searches", places, settings.max_waiting_searches)
    pipeline = search_pipeline(settings, models, store)
    if decoders is not None:
        pipeline = replace(pipeline, decode=decoders.decode)
    pipeline.words.read_ahead()
    answers = answer_writer(settings, models)
    talk = conversation(settings, pipeline, answers)
    return Service(
        pipeline=pipeline,
        ingest=Ingest(models.embedder, models.colours, store, pipeline.decode),
        store=store,
        sources=picture_sources(settings, root=None),
        embedder=store.space.embedder,
        intake=intake_limits(settings),
        access=access(settings, host),
        cors_origins=settings.cors_origins,
        trusted_proxies=settings.trusted_proxies,
        photo_urls=photo_urls(settings),
        answers=answers,
        searches=searches,
        writings=Gate("answers", settings.max_concurrent_answers, settings.max_waiting_answers),
        changes=Gate("changes", 1, settings.max_waiting_changes),
        looks=Gate("admin", 2, _WAITING_ADMIN),
        examinations=Gate("examinations", 1, _WAITING_ADMIN),
        conversation=talk,
        feedback=FeedbackBook(talk.keeper, store.catalogue),
        shopping=shopping_lists(settings, models, pipeline),
        traffic=Traffic(searches),
        load=Load(),
        decoders=decoders,
    )
