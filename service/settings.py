"""All settings: environment variables ``SNAPSHELF_...`` or ``snapshelf.toml``, read here alone."""

import os
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from service.access_settings import Keys, Networks, Origins, RateText
from service.errors import SettingsError
from service.fusion import CaptionUse
from service.logs import LogFormat

FILE = Path("snapshelf.toml")
"""In the folder of the process."""
_SECRET = frozenset({"keys", "index", "openai_api_key", "rate_storage"})
"""Never repeated in an error: a secret may stand there."""


class Settings(BaseSettings):
    """One value a line; ``snapshelf settings`` prints them."""

    model_config = SettingsConfigDict(
        env_prefix="SNAPSHELF_", env_ignore_empty=True, toml_file=FILE, extra="forbid"
    )

    embedder: str = Field(
        "embedded",
        description="embedded, hf-hub:ORG/REPO, local-dir:PATH, or ARCHITECTURE/PRETRAINED",
    )
    index: SecretStr = Field(
        SecretStr(""),
        description="where vectors are searched: empty, in this process (FAISS); gpu or "
        "gpu:NUMBER, in a GPU's memory; milvus://USER:PASSWORD@HOST:PORT/NAME or milvus:///PATH/FILE.db",
    )
    detector: str = Field(
        "embedded",
        description="embedded: the things that stand out in a photo; none: the photo is one item; "
        "qwen, qwen:NAME, openai:MODEL@BASE_URL: as a model locates and describes them",
    )
    max_items: int = Field(5, ge=1, le=20, description="most items of one photo")
    captioner: str = Field(
        "embedded",
        description="embedded, none, qwen (the size that fits the GPU), qwen:ORG/REPO or "
        "qwen:FOLDER, openai:MODEL@BASE_URL",
    )
    caption_use: CaptionUse = Field(
        "beside",
        description="captions in a search by photo: off, beside the photo, alone (to measure)",
    )
    reranker: str = Field(
        "none",
        description="a closer look at the best 20: none, embedded (local agreement of pictures), "
        "qwen or qwen:NAME as captioner; whether it pays is measured on a shop's own pictures",
    )
    writer: str = Field(
        "embedded",
        description="embedded (facts in fixed sentences, no model), or as captioner",
    )
    writer_mode: Literal["structured", "prose"] = Field(
        "structured",
        description="structured: the model chooses and code writes; prose: it writes, checked",
    )
    openai_api_key: SecretStr = Field(
        SecretStr(""), description="for openai: models; most local servers need none"
    )
    caption_timeout_s: float = Field(
        10.0,
        gt=0,
        description="a search goes on without captions, items and re-ranking that take longer",
    )
    answer_timeout_s: float = Field(
        20.0, gt=0, description="an answer goes on without a model that takes longer"
    )
    device: str = Field("auto", description="auto (CUDA when there is one), cpu, cuda, cuda:1")
    dtype: str = Field(
        "auto", description="auto (bfloat16 on CUDA, float32 on a CPU) or a torch name"
    )
    batch_size: int = Field(
        0,
        ge=0,
        description="pictures a forward pass; 0: what the memory holds on CUDA, 8 on a CPU",
    )
    engine: Literal["auto", "eager", "traced", "compile", "onnx", "int8"] = Field(
        "auto",
        description="how the image model runs on a CPU; int8 is the fastest, with vectors of its "
        "own: a store made with it is searched with it",
    )
    calibration: Path = Field(
        Path(__file__).parents[1] / "data" / "demo",
        description="folder of pictures that the int8 engine is calibrated on",
    )
    threads: int = Field(
        0, ge=0, description="CPU threads of the models; 0: as many as there are cores"
    )
    ray_address: str = Field(
        default_factory=lambda: os.environ.get("RAY_ADDRESS", ""),
        description="the cluster of `index --engine ray`, as 10.0.0.1:6379, or auto for the one "
        "that this machine is part of; default: RAY_ADDRESS; empty: one is started on this machine",
    )
    cache: Path = Field(
        Path(platformdirs.user_cache_dir("snapshelf")),
        description="folder for models that are put together or converted at first use, and for "
        "this machine's copies of the index of stores in PostgreSQL",
    )
    max_photo_bytes: int = Field(20_000_000, ge=1, description="largest upload")
    max_photo_pixels: int = Field(50_000_000, ge=1, description="most pixels of a picture")
    max_photo_ratio: float = Field(200.0, ge=1, description="longest side over shortest")
    fetch_pictures: bool = Field(
        True, description="fetch pictures that a feed or a product write names by URL"
    )
    fetch_private_addresses: bool = Field(
        False, description="fetch from loopback and private networks too"
    )
    fetch_timeout_s: float = Field(20.0, gt=0, description="for one picture, redirects included")
    decode_processes: int = Field(
        2,
        ge=0,
        description="processes that decode uploads to a search; 0: in the server's own, where "
        "the next three limits do not hold",
    )
    decode_cpu_s: float = Field(5.0, gt=0, description="processor time to decode one photo")
    decode_wall_s: float = Field(15.0, gt=0, description="clock time to decode one photo")
    decode_memory_bytes: int = Field(
        1_000_000_000, ge=100_000_000, description="memory of a process that decodes"
    )
    max_concurrent_searches: int = Field(
        0, ge=0, description="searches at work at once, more wait; 0: one a core, from 2 to 16"
    )
    max_waiting_searches: int = Field(
        16, ge=0, description="searches that may wait for their turn; more are refused at once"
    )
    max_concurrent_captions: int = Field(
        2, ge=1, description="searches at the captioner at once; more wait for caption_timeout_s"
    )
    max_concurrent_answers: int = Field(
        8, ge=1, description="answers being written at once; more wait for their turn"
    )
    max_waiting_answers: int = Field(
        16, ge=0, description="answers that may wait for their turn; more are refused at once"
    )
    max_waiting_changes: int = Field(
        16, ge=0, description="product writes that may wait for the one at work"
    )
    batching: Literal["auto", "on", "off"] = Field(
        "auto",
        description="embed what several requests ask for in one batch; auto: on CUDA, since on "
        "a CPU it gains nothing",
    )
    batch_wait_ms: float = Field(
        5.0, ge=0, le=1000, description="a batch waits so long for more while requests overlap"
    )
    request_timeout_s: float = Field(
        30.0, gt=0, description="from the last byte of a request to its answer; writes have none"
    )
    head_timeout_s: float = Field(
        10.0, gt=0, description="for a request's head to come; the connection is closed then"
    )
    body_timeout_s: float = Field(60.0, gt=0, description="for a request's body to come")
    body_stall_s: float = Field(
        10.0, gt=0, description="a body of which less than 16 kB comes in this time is cut"
    )
    send_timeout_s: float = Field(
        15.0, gt=0, description="for a client to take a piece of an answer"
    )
    max_pending_bytes: int = Field(
        256_000_000, ge=1, description="of all requests at once; more are refused"
    )
    drain_timeout_s: float = Field(
        15.0, gt=0, description="after SIGTERM, for accepted requests to end"
    )
    log_format: LogFormat = Field(
        "auto", description="of the server: json, an object a line; text; auto: text on a terminal"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="INFO has a line a request; WARNING only what went wrong"
    )
    otel_endpoint: str = Field(
        "",
        description="send OpenTelemetry spans there, as http://127.0.0.1:4318/v1/traces; empty: "
        "nowhere",
    )
    session_minutes: float = Field(
        30.0,
        ge=0,
        le=10_080,
        description="for follow-ups a search is kept so long after its last use; 0: not at all",
    )
    keys: Keys = Field(
        {}, description="API keys as hashes, by name: lines that `snapshelf key` prints"
    )
    open_search: bool = Field(
        True,
        description="where keys are set, searches and product reads need none; writes always do",
    )
    rate_search: RateText = Field(
        "",
        description="searches a key, or without one an address, may ask for: 120/minute, or "
        "10/second; 1000/hour; empty: no limit",
    )
    rate_write: RateText = Field("", description="writes, likewise")
    rate_wrong_keys: RateText = Field(
        "", description="requests an address may make with a wrong or missing key, likewise"
    )
    rate_storage: SecretStr = Field(
        SecretStr("memory://"),
        description="where requests are counted: memory:// (each process for itself), or "
        "redis://HOST:PORT/0 for several processes",
    )
    trusted_proxies: Networks = Field(
        (),
        description="addresses and networks of proxies whose X-Forwarded-For is believed, "
        "separated by commas",
    )
    cors_origins: Origins = Field(
        (),
        description="pages elsewhere that may ask, as https://shop.example, separated by commas; "
        "*: all",
    )
    fetch_photo_urls: bool = Field(
        False, description="fetch photos that a search names by photo_url; public addresses alone"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, the environment over ``snapshelf.toml``."""
        file = TomlConfigSettingsSource(settings_cls)
        return init_settings, _EnvironmentSource(settings_cls), file


class _EnvironmentSource(EnvSettingsSource):
    """``SNAPSHELF_KEYS={}`` counts as not set: it must not take the keys of the file away."""

    def __call__(self) -> dict[str, object]:
        found: dict[str, object] = super().__call__()
        if "".join(str(found.get("keys")).split()) == "{}":
            del found["keys"]
        return found


def load_settings(**overrides: object) -> Settings:
    """Reads the settings; overrides that are None do not count.

    Raises:
        SettingsError: names the setting, what came and what is allowed; or why the file cannot
            be read.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError(_told(error.errors()[0])) from None
    except (ValueError, OSError) as error:  # no TOML, no UTF-8, a number without end
        raise SettingsError(f"{FILE} cannot be read: {error}") from None
    except RecursionError:
        raise SettingsError(f"{FILE} or a variable cannot be read: nested too deeply") from None


def _told(error: ErrorDetails) -> str:
    """Names the setting, what is allowed, and what came unless that may be a secret.

    A key in the wrong place is an unknown setting, or a table where a value should be.
    """
    name = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"setting {name}: there is none of this name; `snapshelf settings` lists all"
    is_secret = error["loc"][0] in _SECRET or isinstance(error["input"], dict | list)
    return f"setting {name}: {error['msg']}" + ("" if is_secret else f" (came: {error['input']!r})")


def secret_from(variable: str) -> str:
    """Gives what an environment variable of the operator's choice holds.

    Raises:
        SettingsError: it is not set, or empty.
    """
    value = os.environ.get(variable, "").strip()
    if not value:
        raise SettingsError(f"the environment variable {variable} is not set")
    return value
