"""What a call by its dotted name waits for."""

import pytest

from fastapi_guard.knowledge.blocking import waits_for


@pytest.mark.parametrize("name", ["boto3.client.list_objects_v2", "redis.Redis.get", "requests.get"])
def test_a_call_of_a_service_waits(name: str) -> None:
    assert waits_for(name)


@pytest.mark.parametrize("name", ["boto3.client.list_objects_v2.get", "boto3.client.head_object.items"])
def test_looking_into_its_answer_does_not(name: str) -> None:
    assert not waits_for(name)
