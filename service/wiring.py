"""Picks the implementations that the settings name. The only place that does."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from threadpoolctl import ThreadpoolController

from index.picture_vectors import PULL
from index.place import Place
from index.store import Store
from index.types import SpaceId
from service.captioning import PictureCaptioner
from service.ingest import Ingest
from service.picture_sources import PictureSources
from service.pipeline import SearchPipeline
from service.reranking import Reranking
from service.search.shop_words import ShopWords
from service.settings import Settings
from vision.colour import LabHistogram
from vision.decode import PhotoLimits, decode
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
_CATALOGUE_CAPTION_S = 60.0


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

    from vision.float32_products import quick_float32_products

    quick_float32_products()
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
        return OpenClipEmbedder(settings.embedder, compute(settings))
    # its tower runs in ONNX Runtime; for the small work that is left to torch, threads cost
    # more than they give (preprocessing 53 ms with two threads on busy cores, 4 ms with one)
    torch.set_num_threads(1)
    folder = embedded_model_dir(settings.cache)
    return OpenClipEmbedder(f"local-dir:{folder}", compute(settings), EMBEDDED)


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


def catalogue_captioner(settings: Settings) -> Captioner | None:
    """Loads the captioner for the pictures of a catalogue, for which nobody waits.

    Raises:
        UnknownModelError: a name that is no captioner.
        ModelUnavailableError: the model cannot be loaded.
    """
    patience_s = max(settings.caption_timeout_s, _CATALOGUE_CAPTION_S)
    return _captioner(settings.model_copy(update={"caption_timeout_s": patience_s}))


def _captioner(
    settings: Settings, chats: Mapping[str, ChatModel] | None = None
) -> Captioner | None:
    name = settings.captioner
    if name == NONE:
        return None
    if name == EMBEDDED:
        from vision.embedded_captioner import EmbeddedCaptioner

        return EmbeddedCaptioner(
            compute=compute(settings), cache=settings.cache, timeout_s=settings.caption_timeout_s
        )
    from vision.chat_captioner import ChatCaptioner

    limits = ChatLimits(max_tokens=300, timeout_s=settings.caption_timeout_s)
    return ChatCaptioner(chats[name] if chats else _chat_model(name, settings), limits)


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

        return embedded_patch_reranker(compute(settings))
    from vision.qwen_reranker import QwenReranker, YesNoModel

    model = chats[name] if chats else _chat_model(name, settings)
    if not isinstance(model, YesNoModel):
        raise UnknownModelError(f"reranker {name!r}: allowed are none, embedded, qwen, qwen:NAME")
    return QwenReranker(model, ChatLimits(max_tokens=1, timeout_s=settings.caption_timeout_s))


def _chat_model(name: str, settings: Settings) -> ChatModel:
    """One engine a name: captioner, writer, detector and re-ranker share it."""
    if name == DEFAULT_QWEN:
        from vision.qwen_loading import default_qwen, device_memory_bytes

        memory = device_memory_bytes(compute(settings).resolved_device())
        return _chat_model(f"{QWEN}{default_qwen(memory)}", settings)
    if name.startswith(QWEN):
        from vision.qwen_vl import QwenVL

        # the batch size of the settings is the embedder's: so many conversations would not fit
        return QwenVL(name.removeprefix(QWEN), replace(compute(settings), batch_size=0))
    if name.startswith(OPENAI):
        from vision.openai_chat import OpenAIChat
        from vision.openai_endpoint import parse_openai_name

        return OpenAIChat(parse_openai_name(name), settings.openai_api_key.get_secret_value())
    raise UnknownModelError(
        f"model {name!r}: allowed are embedded, none, qwen, qwen:NAME, openai:MODEL@BASE_URL"
    )


def compute(settings: Settings) -> "ComputeOptions":
    """Where and how the models run."""
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


def ingest(
    settings: Settings, models: Models, store: Store, captioner: Captioner | None = None
) -> Ingest:
    """The other straight line, from a feed row to a committed product.

    Pictures get captions where a captioner is given; that of the models is for photos.
    """
    return Ingest(
        embedder=models.embedder,
        colours=models.colours,
        store=store,
        decode=partial(decode, limits=photo_limits(settings)),
        captioner=PictureCaptioner(captioner, store) if captioner else None,
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
