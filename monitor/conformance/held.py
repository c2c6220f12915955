"""How much memory a decoder holds, measured from outside, so that it cannot leave anything out of its own account."""

from __future__ import annotations

import gc
import sys
from collections import deque
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Final

APART: Final = (type, FunctionType, BuiltinFunctionType, ModuleType)


def held_bytes(decoder: object) -> int:
    """Size of everything reachable from the decoder, classes, functions and modules apart."""
    seen: set[int] = set()
    queue: deque[object] = deque([decoder])
    total = 0
    while queue:
        each = queue.popleft()
        if id(each) in seen or isinstance(each, APART):
            continue
        seen.add(id(each))
        total += sys.getsizeof(each)
        queue.extend(gc.get_referents(each))
    return total
