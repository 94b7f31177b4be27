"""Print the JSON schema of everything said through the control door, as docs/door.md has it.

python scripts/door_schema.py
"""

import json
import sys
from pathlib import Path

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

sys.path.insert(0, str(Path(__file__).parents[1]))

from live_rig.control.protocol import Command, Desk, Done, DoorAddress, Hello, Refused, StageState, Welcome

MODELS: list[type[BaseModel]] = [Hello, Command, Welcome, StageState, Desk, Done, Refused, DoorAddress]


def schema() -> str:
    """One JSON schema with a definition for each message."""
    _, definitions = models_json_schema([(model, "validation") for model in MODELS], title="The control door")
    return json.dumps(definitions, indent=1, ensure_ascii=False)


if __name__ == "__main__":
    print(schema())
