"""Catalogue text as it may be shown: quoted data, never markup, never an instruction."""

import html
import re
import unicodedata
from urllib.parse import urlsplit

from vision.model_text import one_line

MAX_NAME_CHARACTERS = 80
MAX_VALUE_CHARACTERS = 40
MAX_VALUE_WORDS = 5

_MARKUP = re.compile(
    r"[<>\[\]{}|`*_#\\^~=]|\b\w+:(?=\S)|\"\s*:|www\.|\S+@\S+|\S+://\S*|&\w+;|&#\d+;"
)
_PRICE = re.compile(  # the title's own price may be old; the offer's is the one that counts
    r"(?:[A-Z]{0,3}[$€£¥￥]|\b(?:USD|EUR|GBP|CNY|JPY)) ?\d"
    r"|\d[\d.,]* ?(?:[$€£¥￥元]|(?:USD|EUR|GBP|CNY|JPY|dollars?|euros?)\b)",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"<[^<>]*>|\[[^\[\]]*\]|\{[^{}]*\}")
_DOMAIN = re.compile(r"\b[\w-]+\.[a-z]{2,}(?:/\S*)?\b", re.IGNORECASE)
_BASE64 = re.compile(r"\b(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])[\w+/]{24,}={0,2}")
_QUOTES = dict.fromkeys(map(ord, '"“”„«»‹›「」『』《》'))
_PLAIN_VALUE = re.compile(r"[\w\s.,/%&'’+°×()-]+")

# What a shop does not call a product, but someone who talks to a model says. This list is no
# safeguard (the model's words are checked whatever it reads); it keeps such titles off the page.
_COMMAND = re.compile(
    r"""\b(?:
      ignor\w*|disregard\w*|missachte\w*|jailbreak\w*|override|oublie\w*|olvid\w*|vergiss|
      forget\ (?:the|all|every\w*|your|previous)|
      instructions?|instrucci\w+|anweisung\w*|consignes?|prompts?|chatgpt|llm|developer\ mode|
      (?:system|assistant|human|user)\s*:|system\ (?:prompt|message|override)|
      you\ (?:are|must|will)\ |the\ user|du\ bist|eres\ un|must\ be\ |end\ of\ (?:data|facts)|
      (?:always|immer|siempre|toujours)\ (?:pick|choose|recommend|say|answer)|
      (?:say|tell|reply|answer|respond|print|output|write)\ (?:that|only|with|to|your|the|a|in)\ |
      (?:say|pick|choose|rank|recommend)\ (?:this|me|hi|hello|it)|recommend$|execute|reveal\ |
      respond[ae]\ |réponde[zr]?\ |répondez|recomiend\w*|recommandez|empfiehl\w*|antworte\w*|
      best\ choice
    )|忽略|无视|無視|忽視|指令|指示|你是|你必[须須]|请说|請說|回答|系[统統](?:提示|消息|[:：])|助手[:：]""",
    re.IGNORECASE | re.VERBOSE,
)


def visible(text: str) -> str:
    """Gives the text in NFC on one line, without control, zero-width and bidi characters."""
    return one_line(unicodedata.normalize("NFC", text))


def is_command(text: str) -> bool:
    """Whether a text reads like words to a model; compatibility forms are folded first."""
    return bool(_COMMAND.search(unicodedata.normalize("NFKC", visible(text))))


def shown_name(title: str) -> str:
    """Gives a title as it stands between quotation marks; empty where nothing fit is left.

    Markup, addresses, encoded blobs and prices end the name, quotation marks and what stands in
    brackets of markup go; a title that reads like words to a model gives nothing.
    """
    plain = html.unescape(title)  # feeds carry "CoolTech&trade;"
    first_line = next((line for line in plain.splitlines() if visible(line)), "")
    if is_command(plain):
        return ""
    text = _BRACKETED.sub(" ", visible(first_line))
    for cut in (_MARKUP, _DOMAIN, _BASE64, _PRICE):
        text = cut.split(text, maxsplit=1)[0]
    text = _shortened(visible(text.translate(_QUOTES)).strip(" -–—:;,.!?/"))
    return text if any(one.isalpha() for one in text) else ""


def shown_value(value: str) -> str:
    """Gives a colour, material, brand or merchant as it may be said; empty where it is no value."""
    text = visible(value)
    is_value = (
        len(text) <= MAX_VALUE_CHARACTERS
        and len(text.split()) <= MAX_VALUE_WORDS
        and _PLAIN_VALUE.fullmatch(text)
        and not _DOMAIN.search(text)
        and not _BASE64.search(text)
        and not is_command(text)
    )
    return text if is_value else ""


def safe_link(link: str) -> str:
    """Gives an http(s) address with a host and no hidden characters; else empty."""
    try:
        parts = urlsplit(link)
        is_safe = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    is_plain = visible(link) == link and not re.search(r"[\s<>\"'`{}|\\^]", link)
    return link if is_safe and is_plain else ""


def _shortened(text: str) -> str:
    if len(text) <= MAX_NAME_CHARACTERS:
        return text
    words = text[: MAX_NAME_CHARACTERS + 1].rsplit(" ", 1)
    return words[0][:MAX_NAME_CHARACTERS].rstrip(" -–—:;,.")
