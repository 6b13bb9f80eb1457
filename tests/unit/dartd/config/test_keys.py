"""What the sections say about a key."""

from msgspec import inspect

from dartd.config import Config
from dartd.config.keys import description_of, fields_of, key_at, kind_of


def test_path_leads_to_type_words_and_value() -> None:
    """A path of msgspec must lead to what the key wants and to what was found there."""
    key = key_at("$.cameras[1].fps", {"cameras": [{}, {"fps": 0}]})

    assert isinstance(key.kind, inspect.FloatType)
    assert (key.kind.ge, key.kind.le, key.description, key.found) == (1, 120, "frames per second", 0)


def test_path_into_something_else_finds_nothing() -> None:
    """A path through a value of another type must end at nothing instead of failing."""
    assert key_at("$.cameras[1].fps", {"cameras": 3}).found is None


def test_optional_is_distinguished() -> None:
    """A key that may be unset must be known as such, its type without the wrapping."""
    token = next(each for each in fields_of(key_at("$.auth", {}).kind) if each.name == "token")
    kind, optional = kind_of(token.type)

    assert isinstance(kind, inspect.StrType)
    assert optional
    assert description_of(token.type) == "the operator's token, at least 16 characters without spaces"


def test_only_tables_have_fields() -> None:
    """A plain type must have no keys."""
    assert fields_of(inspect.StrType()) == ()
    assert {each.name for each in fields_of(inspect.type_info(Config))} == set(Config.__struct_fields__)
