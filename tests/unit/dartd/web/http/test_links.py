"""Links of the OpenAPI document."""

from dartd.web.app import ENDPOINTS
from dartd.web.http.links import links_of

BY_ID = {endpoint.operation_id: endpoint for endpoint in ENDPOINTS}


def test_what_is_made_leads_to_reading_changing_and_deleting_it() -> None:
    """By the id in the answer."""
    links = links_of(BY_ID["post_api_v1_players"], ENDPOINTS)

    assert {"get_api_v1_players_player_id", "put_api_v1_players_player_id", "delete_api_v1_players_player_id"} <= set(links)
    assert links["delete_api_v1_players_player_id"]["parameters"] == {"player_id": "$response.body#/player_id"}


def test_what_is_read_leads_to_what_lies_below() -> None:
    """To the pictures of a throw and its feedback, and nowhere else; a list, which may be empty, leads nowhere."""
    throw = links_of(BY_ID["get_api_v1_throws_throw_id"], ENDPOINTS)
    listed = links_of(BY_ID["get_api_v1_throws"], ENDPOINTS)

    assert {name: link["parameters"] for name, link in throw.items()} == {
        "get_api_v1_throws_throw_id_images_camera_id_kind": {"throw_id": "$response.body#/throw_id"},
        "post_api_v1_throws_throw_id_feedback": {"throw_id": "$response.body#/throw_id"},
    }
    assert listed == {}


def test_an_answer_may_be_the_body_of_another_request() -> None:
    """A new account logs in, a login is refreshed, a calibration goes back to its camera."""
    made = links_of(BY_ID["post_api_v1_users"], ENDPOINTS)["post_api_v1_auth_login"]
    login = links_of(BY_ID["post_api_v1_auth_login"], ENDPOINTS)["post_api_v1_auth_refresh"]
    calibration = links_of(BY_ID["get_api_v1_cameras_camera_id_calibration"], ENDPOINTS)["put_api_v1_cameras_camera_id_calibration"]

    assert made["requestBody"] == {"username": "$response.body#/username", "password": "$request.body#/password"}
    assert login["requestBody"] == {"refresh_token": "$response.body#/refresh_token"}
    assert calibration["requestBody"] == "$response.body"


def test_every_answer_that_feeds_is_there() -> None:
    """No route names one that does not exist."""
    assert {name for endpoint in ENDPOINTS for name in endpoint.body_links} <= set(BY_ID)


def test_what_names_nothing_leads_nowhere() -> None:
    """An answer without an id has no links."""
    assert links_of(BY_ID["get_health"], ENDPOINTS) == {}
