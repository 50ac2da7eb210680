"""Sets a note of a safetensors file and leaves its tensors as they are, byte for byte.

Usage: note.py FILE.safetensors KEY VALUE

The names of a network's columns, for instance, are the note `columns`, a JSON array
that `extract` writes: note.py models/en-1.safetensors columns "$(cat FOLDER/columns.json)"
"""

import json
import struct
import sys
from pathlib import Path

# Tensors begin at a multiple of this many bytes; the header is filled up with spaces.
ALIGNMENT = 8


def with_note(data, key, value):
    """The bytes of a file with a note: its size, the header, then the tensors, whose
    places are counted from the header's end."""
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    # The notes stand first, as safetensors writes them.
    notes = header.pop("__metadata__", {}) | {key: value}
    header = {"__metadata__": dict(sorted(notes.items())), **header}
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % ALIGNMENT)
    return struct.pack("<Q", len(text)) + text + data[8 + size :]


def main():
    path, key, value = sys.argv[1:]
    file = Path(path)
    file.write_bytes(with_note(file.read_bytes(), key, value))


if __name__ == "__main__":
    main()
