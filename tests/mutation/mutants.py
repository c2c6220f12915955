"""Changed copies of a source file's functions, one change each.

What is changed, and how, is mutmut's choice (numbers, comparisons, arguments, keywords, ...). How a change gets into
the running tests is our own (`trial.py`): mutmut calls every function through a switch, which made these tests seven
times slower, and a run of the core longer than a day.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

import libcst as cst
from mutmut.mutation.file_mutation import create_mutations


@dataclass(frozen=True)
class Mutant:
    """One change in one function.

    Attributes:
        path: the source file, relative to the checkout.
        function: qualified name of the function.
        lines: first and last line of the changed statement (head of a compound one).
        before, after: the changed lines.
        code: the changed function, compiled.
    """

    path: Path
    function: str
    lines: tuple[int, int]
    before: str
    after: str
    code: CodeType

    def __str__(self) -> str:
        return f"{self.path}:{self.lines[0]} {self.function}: {self.before}  ->  {self.after}"


def mutants_of(path: Path, chosen: Callable[[str], bool]) -> Iterator[Mutant]:
    """Changes of the file's functions; none that only touches words meant for people, or a default value.

    Args:
        path: the source file, relative to the working directory.
        chosen: asked once for each change, in the file's order, whether it is wanted; with the name of the
            function or class that it is in, empty outside of any.
    """
    source = path.read_text(encoding="utf-8")
    module, mutations, _, _ = create_mutations(str(path), source)
    original = functions(compile(source, str(path), "exec"))
    statements = spans(ast.parse(source))
    for mutation in mutations:
        inside = mutation.contained_by_top_level_function
        name = inside.name.value if isinstance(inside, cst.FunctionDef | cst.ClassDef) else ""
        if not chosen(name) or inside is None:
            continue
        if words_only(mutation.original_node):
            continue
        changed = module.deep_replace(mutation.original_node, mutation.mutated_node)
        assert isinstance(changed, cst.Module)
        number, before, after = difference(source, changed.code)
        codes = functions(compile(changed.code, str(path), "exec"))
        function = innermost(original, codes)
        if function is not None:
            yield Mutant(path, function, statement_at(statements, number), before, after, codes[function])


def functions(code: CodeType, inside: str = "") -> dict[str, CodeType]:
    """Top-level functions and methods of a compiled module, by qualified name."""
    found: dict[str, CodeType] = {}
    for constant in code.co_consts:
        if not isinstance(constant, CodeType) or constant.co_name.startswith("<"):
            continue
        name = f"{inside}{constant.co_name}"
        if constant.co_flags & 0x02:  # CO_NEWLOCALS: a function, not the body of a class
            found[name] = constant
        else:
            found |= functions(constant, f"{name}.")
    return found


def innermost(original: dict[str, CodeType], changed: dict[str, CodeType]) -> str | None:
    """The function whose compiled body differs; None when none does (a default value, or no change at all)."""
    for name, code in changed.items():
        if name in original and body(original[name]) != body(code):
            return name
    return None


def body(code: CodeType) -> tuple[object, ...]:
    """What a code object does, without where its lines stand."""
    inner = tuple(body(one) if isinstance(one, CodeType) else (type(one), repr(one)) for one in code.co_consts)
    return (code.co_code, inner, code.co_names, code.co_varnames, code.co_freevars)


def difference(source: str, changed: str) -> tuple[int, str, str]:
    """Line number of the first change, and the changed lines before and after."""
    old, new = source.splitlines(), changed.splitlines()
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            return a + 1, " ".join(line.strip() for line in old[a:b]), " ".join(line.strip() for line in new[c:d])
    return 1, "", ""


def words_only(node: cst.CSTNode) -> bool:
    """Whether the change is in a text for people: one with a blank in it. Reasons, names and codes have none."""
    return isinstance(node, cst.SimpleString) and " " in node.raw_value


def spans(tree: ast.Module) -> list[tuple[int, int]]:
    """First and last line of every statement; of a compound one, of its head."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            inner = getattr(node, "body", None) or getattr(node, "cases", None)
            head = inner[0] if inner else None
            end = (head.lineno if isinstance(head, ast.stmt) else head.pattern.lineno) - 1 if head else node.end_lineno
            found.append((node.lineno, max(node.lineno, end or node.lineno)))
    return found


def statement_at(statements: list[tuple[int, int]], line: int) -> tuple[int, int]:
    """The narrowest statement around a line."""
    around = [span for span in statements if span[0] <= line <= span[1]]
    return min(around, key=lambda span: span[1] - span[0]) if around else (line, line)
