"""Writes the dashboard's TypeScript types from the JSON contract in `monitor/station/wire.py`.

`python monitor/station/web/generate_wire.py` writes `src/wire.gen.ts`; with `--check` it writes nothing and
exits 1 when the committed file differs from what it would write.
"""

from __future__ import annotations

import argparse
import sys
import types
import typing
from pathlib import Path

import msgspec

from monitor.station import wire

TARGET = Path(__file__).parent / "src" / "wire.gen.ts"
HEAD = "// Generated from monitor/station/wire.py by generate_wire.py: change it there, then run the generator again.\n"
SCALARS = {str: "string", float: "number", int: "number", bool: "boolean", type(None): "null"}


def generate() -> str:
    """The whole text of `wire.gen.ts`: one interface per struct, one alias per union, in the contract's order."""
    parts = [HEAD]
    for name, thing in vars(wire).items():
        if isinstance(thing, type) and issubclass(thing, msgspec.Struct):
            parts.append(_interface(thing))
        elif isinstance(thing, types.UnionType):
            parts.append(f"export type {name} = {_type(thing)};\n")
    return "\n".join(parts)


def _interface(struct: type[msgspec.Struct]) -> str:
    """A struct as an interface, with its docstring as the comment."""
    comment = "\n".join(f" * {line.strip()}".rstrip() for line in (struct.__doc__ or "").strip().splitlines())
    lines = ["/**", comment, " */", f"export interface {struct.__name__} {{"]
    config = struct.__struct_config__
    if config.tag is not None:
        lines.append(f'  {config.tag_field}: "{config.tag}";')
    hints = typing.get_type_hints(struct)
    lines += [f"  {field}: {_type(hints[field])};" for field in struct.__struct_fields__]
    return "\n".join([*lines, "}"]) + "\n"


def _type(hint: object) -> str:
    """A Python annotation in TypeScript.

    Raises:
        TypeError: the contract uses a type this generator has no word for.
    """
    if isinstance(hint, type) and hint in SCALARS:
        return SCALARS[hint]
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint.__name__
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return " | ".join(f'"{word}"' for word in arguments)
    if origin in (types.UnionType, typing.Union):
        return " | ".join(_type(argument) for argument in arguments)
    if origin is list:
        inner = _type(arguments[0])
        return f"({inner})[]" if " | " in inner else f"{inner}[]"
    if origin is dict:
        return f"Record<{_type(arguments[0])}, {_type(arguments[1])}>"
    raise TypeError(f"no TypeScript word for {hint!r}: add it to generate_wire.py")


def main(arguments: list[str]) -> int:
    """Write or check; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 when the file is out of date")
    check = parser.parse_args(arguments).check
    text = generate()
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == text:
        return 0
    if check:
        print(f"{TARGET} does not match monitor/station/wire.py: run {Path(__file__).name}", file=sys.stderr)
        return 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
