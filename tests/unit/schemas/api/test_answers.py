"""What answers have in common."""

import msgspec
import pytest

from schemas.api.answers import Listed, ListQuery, Pagination


def test_page_is_data_and_where_it_lies() -> None:
    """Written in this order, with null where nothing follows."""
    page = Listed(data=(1,), pagination=Pagination(total=1, limit=20, offset=0, next_cursor=None))

    assert msgspec.json.encode(page) == b'{"data":[1],"pagination":{"total":1,"limit":20,"offset":0,"next_cursor":null}}'


@pytest.mark.parametrize("given", [{"limit": "0"}, {"limit": "101"}, {"offset": "-1"}, {"colour": "red"}])
def test_query_is_strict(given: dict[str, str]) -> None:
    """Out of bounds or unknown is refused; 20 when nothing is said."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given, ListQuery, strict=False)

    assert msgspec.convert({}, ListQuery, strict=False).limit == 20
