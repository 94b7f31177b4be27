"""A name that is being typed, for what was made of a preset."""

from dataclasses import dataclass, replace

LONGEST = 40


@dataclass(frozen=True, slots=True)
class Naming:
    """The name so far. It begins with one that is free; the first letter that is typed begins another."""

    name: str
    is_offered: bool = True

    def typed(self, text: str) -> "Naming":
        """With what a key has typed; nothing where a preset's name may not have it."""
        letters = "".join("-" if letter == " " else letter for letter in text if letter.isalnum() or letter in " -_")
        if not letters:
            return self
        return Naming(("" if self.is_offered else self.name)[: LONGEST - len(letters)] + letters, is_offered=False)

    def shortened(self) -> "Naming":
        """Without its last letter."""
        return replace(self, name=self.name[:-1], is_offered=False)
