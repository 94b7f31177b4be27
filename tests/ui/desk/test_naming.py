"""A name as it is typed is always one that a preset may have."""

from hypothesis import given
from hypothesis import strategies as st

from ui.desk.naming import LONGEST, Naming


def test_the_first_letter_begins_another_name() -> None:
    assert Naming("dub-2").typed("m").typed("y").typed(" ").typed("k").name == "my-k"


def test_what_is_offered_can_be_changed_at_its_end() -> None:
    assert Naming("dub-2").shortened().typed("7").name == "dub-7"


@given(st.lists(st.text(max_size=3) | st.none(), max_size=60))
def test_any_typing_leaves_a_name_that_can_be_a_files(keys: list[str | None]) -> None:
    naming = Naming("dub-2")
    for key in keys:
        naming = naming.shortened() if key is None else naming.typed(key)
    assert len(naming.name) <= LONGEST
    assert all(letter.isalnum() or letter in "-_" for letter in naming.name)
