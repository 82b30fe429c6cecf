"""Picks the implementations that the settings name. The only place that does."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from threadpoolctl import ThreadpoolController

from index.picture_vectors import PULL
from index.place import Place
from index.sessions import Sessions
from index.store import Store
from index.types import SpaceId
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
from service.picture_sources import PictureSources
from service.pipeline import SearchPipeline
from service.reranking import Reranking
from service.search.shop_words import ShopWords
from service.sessions import SessionKeeper
from service.settings import FILE, Settings, load_settings
from service.shopping.lister import ShoppingLists
from service.shopping.themes import ThemeWriter
from vision.colour import LabHistogram
from vision.decode import PhotoLimits, decode
from vision.decode_child import DecodeCost
from vision.decode_pool import DecodePool
from vision.embedded_model import embedded_model_dir
from vision.errors import UnknownModelError
from vision.protocols import (
    Captioner,
    ChatModel,
    ColourDescriber,
    Detector,
    Embedder,
    Reranker,
)
from vision.types import ChatLimits
from vision.whole_photo_detector import WholePhotoDetector

if TYPE_CHECKING:  # torch takes seconds
    from vision.compute import ComputeOptions

EMBEDDED = "embedded"
NONE = "none"
DEFAULT_QWEN, QWEN, OPENAI = "qwen", "qwen:", "openai:"
_FETCHES = 8
"""Photos fetched at once for searches; a thread each."""
_WAITING_ADMIN = 8
"""Questions of the admin page; a page asks five at once."""
_FORM_BYTES = 1_000_000
"""For the words around the pictures of a request."""


@dataclass(frozen=True)
class Models:
    """The loaded models; they are shared by everything in a process."""

    embedder: Embedder
    colours: ColourDescriber
    detector: Detector = field(default_factory=WholePhotoDetector)
    captioner: Captioner | None = None
    reranker: Reranker | None = None
    writer: ChatModel | None = None
    """None: answers are the facts in fixed sentences."""

    @property
    def space(self) -> SpaceId:
        """What the vectors of these models are, for the store to check."""
        identity = self.embedder.identity
        return SpaceId(
            embedder=str(identity),
            dimension=identity.dimension,
            colour=f"{self.colours.identity}, drawn {PULL:g} to their mean",
            colour_dimension=self.colours.dimension,
        )


def load_models(settings: Settings, *, is_searching: bool = True) -> Models:
    """Loads what the settings name; imports torch and open_clip, which takes seconds.

    Captioner and writer are left out where nothing is searched.

    Raises:
        UnknownModelError: a name that is no model.
        ModelUnavailableError: a model that cannot be loaded.
    """
    import torch

    if settings.threads:
        torch.set_num_threads(settings.threads)
    # numpy's products are small here: threads that spin for one another make a copy of 80 rows
    # take 10 ms on busy cores in place of 0.2; what searches share out is whole requests
    ThreadpoolController().select(prefix="libscipy_openblas").limit(limits=1)
    if not is_searching:
        return Models(embedder=_embedder(settings), colours=LabHistogram())
    chats = {
        name: _chat_model(name, settings)
        for name in {settings.captioner, settings.writer, settings.detector, settings.reranker}
        if name not in {EMBEDDED, NONE}
    }
    return Models(
        embedder=_embedder(settings),
        colours=LabHistogram(),
        detector=load_detector(settings, chats),
        captioner=_captioner(settings, chats),
        reranker=load_reranker(settings, chats),
        writer=chats.get(settings.writer),
    )


def _embedder(settings: Settings) -> Embedder:
    import torch

    from vision.open_clip_embedder import OpenClipEmbedder

    if settings.embedder != EMBEDDED:
        return OpenClipEmbedder(settings.embedder, _compute(settings))
    # its tower runs in ONNX Runtime; for the small work that is left to torch, threads cost
    # more than they give (preprocessing 53 ms with two threads on busy cores, 4 ms with one)
    torch.set_num_threads(1)
    folder = embedded_model_dir(settings.cache)
    return OpenClipEmbedder(f"local-dir:{folder}", _compute(settings), EMBEDDED)


def load_detector(settings: Settings, chats: Mapping[str, ChatModel] | None = None) -> Detector:
    """Loads what finds the items of a photo; a chat model that is loaded already is shared.

    Raises:
        UnknownModelError: a name that is no detector.
        ModelUnavailableError: its package is missing, or the model cannot be loaded.
    """
    if settings.detector == NONE:
        return WholePhotoDetector()
    from vision.item_boxes import ItemRules

    rules = ItemRules(max_items=settings.max_items)
    if settings.detector == EMBEDDED:
        from vision.saliency_detector import SaliencyDetector

        return SaliencyDetector(settings.cache, settings.threads, rules)
    from vision.chat_grounder import ChatGrounder
    from vision.grounding_boxes import LIMITS
    from vision.grounding_detector import Grounder, GroundingDetector

    name = settings.detector
    model = chats[name] if chats else _chat_model(name, settings)
    grounder = model if isinstance(model, Grounder) else ChatGrounder(model)
    limits = replace(LIMITS, timeout_s=settings.caption_timeout_s)
    return GroundingDetector(grounder, limits, rules)


def _captioner(settings: Settings, chats: Mapping[str, ChatModel]) -> Captioner | None:
    if settings.captioner == NONE:
        return None
    if settings.captioner == EMBEDDED:
        from vision.embedded_captioner import EmbeddedCaptioner

        return EmbeddedCaptioner(
            compute=_compute(settings), cache=settings.cache, timeout_s=settings.caption_timeout_s
        )
    from vision.chat_captioner import ChatCaptioner

    limits = ChatLimits(max_tokens=300, timeout_s=settings.caption_timeout_s)
    return ChatCaptioner(chats[settings.captioner], limits)


def load_reranker(
    settings: Settings, chats: Mapping[str, ChatModel] | None = None
) -> Reranker | None:
    """Loads what looks at the best matches once more; a model that is loaded already is shared.

    Raises:
        UnknownModelError: a name that is no re-ranker.
        ModelUnavailableError: the model cannot be loaded.
    """
    name = settings.reranker
    if name == NONE:
        return None
    if name == EMBEDDED:
        from vision.patch_reranker import embedded_patch_reranker

        return embedded_patch_reranker(_compute(settings))
    from vision.qwen_reranker import QwenReranker, YesNoModel

    model = chats[name] if chats else _chat_model(name, settings)
    if not isinstance(model, YesNoModel):
        raise UnknownModelError(f"reranker {name!r}: allowed are none, embedded, qwen, qwen:NAME")
    return QwenReranker(model, ChatLimits(max_tokens=1, timeout_s=settings.caption_timeout_s))


def _chat_model(name: str, settings: Settings) -> ChatModel:
    """One engine a name: captioner, writer, detector and re-ranker share it."""
    if name == DEFAULT_QWEN:
        from vision.qwen_loading import default_qwen, device_memory_bytes

        memory = device_memory_bytes(_compute(settings).resolved_device())
        return _chat_model(f"{QWEN}{default_qwen(memory)}", settings)
    if name.startswith(QWEN):
        from vision.qwen_vl import QwenVL

        # the batch size of the settings is the embedder's: so many conversations would not fit
        return QwenVL(name.removeprefix(QWEN), replace(_compute(settings), batch_size=0))
    if name.startswith(OPENAI):
        from vision.openai_chat import OpenAIChat
        from vision.openai_endpoint import parse_openai_name

        return OpenAIChat(parse_openai_name(name), settings.openai_api_key.get_secret_value())
    raise UnknownModelError(
        f"model {name!r}: allowed are embedded, none, qwen, qwen:NAME, openai:MODEL@BASE_URL"
    )


def _compute(settings: Settings) -> "ComputeOptions":
    from vision.compute import ComputeOptions

    return ComputeOptions(
        device=settings.device,
        dtype=settings.dtype,
        batch_size=settings.batch_size,
        engine=settings.engine,
        threads=settings.threads,
        cache=settings.cache,
        calibration=settings.calibration,
    )


def photo_limits(settings: Settings) -> PhotoLimits:
    """The limits of the settings as the decoder takes them."""
    return PhotoLimits(
        settings.max_photo_bytes, settings.max_photo_pixels, settings.max_photo_ratio
    )


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
        is_batched = _compute(settings).resolved_device().type == "cuda"
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


def open_store(
    place: Place | Path, models: Models, *, create: bool = False, fresh: bool = False
) -> Store:
    """Opens the store for these models."""
    return Store(place, models.space, create=create, fresh=fresh)


def search_pipeline(settings: Settings, models: Models, store: Store) -> SearchPipeline:
    """The straight line from a photo to matches."""
    return SearchPipeline(
        detector=models.detector,
        embedder=models.embedder,
        colours=models.colours,
        store=store,
        words=ShopWords(store),
        decode=partial(decode, limits=photo_limits(settings)),
        captioner=models.captioner,
        caption_use=settings.caption_use,
        reranking=Reranking(models.reranker) if models.reranker else None,
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


def ingest(settings: Settings, models: Models, store: Store) -> Ingest:
    """The other straight line, from a feed row to a committed product."""
    return Ingest(
        embedder=models.embedder,
        colours=models.colours,
        store=store,
        decode=partial(decode, limits=photo_limits(settings)),
    )


def picture_sources(settings: Settings, root: Path | None) -> PictureSources:
    """Where pictures named in feeds are read from; ``root`` None refuses paths."""
    return PictureSources(
        root=root,
        max_bytes=settings.max_photo_bytes,
        fetch=settings.fetch_pictures,
        allow_private=settings.fetch_private_addresses,
        timeout_s=settings.fetch_timeout_s,
    )


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
