"""A language model that may rephrase an answer. What it adds or changes of the numbers is thrown away."""

import asyncio
import logging
from typing import Final

import httpx2
import msgspec

from dartd.config.club import QueryConfig
from dartd.questions.numbers import has_no_other_numbers
from schemas.api.query import QuestionLanguage
from schemas.codec import UNREADABLE

_log = logging.getLogger(__name__)
_NAMES: Final = {"en": "English", "de": "German", "th": "Thai"}
_MOST_BYTES: Final = 64 * 1024
_LONGER: Final = 3  # times the plain answer
_ORDER: Final = (
    "Rephrase the answer to a question about darts in short, friendly {language}. Keep every number exactly, in order and as digits; "
    "add no number, no fact and no advice. Answer with the rephrased text alone."
)


class _Message(msgspec.Struct):
    content: str


class _Choice(msgspec.Struct):
    message: _Message


class _Completion(msgspec.Struct):
    choices: list[_Choice]


_completion = msgspec.json.Decoder(_Completion)


async def rephrase(config: QueryConfig, question: str, answer: str, language: QuestionLanguage) -> str | None:
    """Return the answer in the words of the model, None if there is no model, it failed, or its numbers are not ours."""
    if config.model_url is None:
        return None
    try:
        async with asyncio.timeout(config.timeout_s):
            text = await _ask(config, question, answer, language)
    except (TimeoutError, httpx2.HTTPError, httpx2.InvalidURL, OSError, *UNREADABLE, IndexError) as error:
        _log.warning("the language model did not rephrase an answer: %s: %s", type(error).__name__, error)
        return None
    if not text or len(text) > _LONGER * len(answer) + 200 or not has_no_other_numbers(text, answer):
        _log.warning("an answer of the language model was thrown away: its numbers are not those of the store, or it is too long")
        return None
    return text


async def _ask(config: QueryConfig, question: str, answer: str, language: QuestionLanguage) -> str:
    order = _ORDER.format(language=_NAMES[language])
    messages = [{"role": "system", "content": order}, {"role": "user", "content": f"Question: {question}\nAnswer: {answer}"}]
    headers = {} if config.model_key is None else {"Authorization": f"Bearer {config.model_key}"}
    body = {"model": config.model, "messages": messages, "temperature": 0, "stream": False}
    client = await asyncio.to_thread(httpx2.AsyncClient, follow_redirects=False, trust_env=False, timeout=None)
    async with client:
        url = f"{str(config.model_url).rstrip('/')}/chat/completions"
        async with client.stream("POST", url, json=body, headers=headers) as found:
            found.raise_for_status()
            read = bytearray()
            async for chunk in found.aiter_bytes():
                read += chunk
                if len(read) > _MOST_BYTES:
                    raise msgspec.DecodeError(f"the answer is longer than {_MOST_BYTES} bytes")
    return _completion.decode(bytes(read)).choices[0].message.content.strip()
