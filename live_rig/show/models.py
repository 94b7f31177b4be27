"""A page, or the items of a list on it, as the models that say what may be written there."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from live_rig.show.faults import Fault
from live_rig.show.toml_page import Page
from live_rig.show.words import in_words

Model = TypeVar("Model", bound=BaseModel)


def read_as(page: Page, model: type[Model]) -> Model | list[Fault]:
    """The whole page as a `model`, or what is wrong with it."""
    try:
        return model.model_validate(page.values)
    except ValidationError as error:
        return page.all_placed(in_words(error, model))


def good_items(page: Page, key: str, model: type[Model]) -> dict[int, Model]:
    """Those items of the list `key` that can be checked further whatever else is wrong, by their place.

    Where only a key with a default is wrong, the item is there with the default.
    """
    items = page.values.get(key)
    read = {number: _mended(item, model) for number, item in enumerate(items if isinstance(items, list) else [])}
    return {number: item for number, item in read.items() if item is not None}


def _mended(item: object, model: type[Model]) -> Model | None:
    try:
        return model.model_validate(item)
    except ValidationError as error:
        wrong = {each["loc"][0] for each in error.errors() if each["loc"]}
    if not isinstance(item, dict) or not wrong:
        return None
    try:
        return model.model_validate({key: value for key, value in item.items() if key not in wrong})
    except ValidationError:
        return None
