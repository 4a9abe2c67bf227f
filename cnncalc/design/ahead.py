"""Work on the pieces of a sweep by several processes, the results in order."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable
from typing import Any, TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")

_work: Callable[[Any], Any]


def ahead(work: Callable[[Piece], Result], pieces: Iterable[Piece], jobs: int) -> Generator[Result, None, None]:
    """What ``work`` makes of each piece, by so many processes, which are only a few pieces ahead of what is taken."""
    if jobs == 1:
        yield from map(work, pieces)
        return
    from concurrent.futures import Future, ProcessPoolExecutor

    with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(work,)) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for piece in pieces:
                waiting.append(pool.submit(_call, piece))
                if len(waiting) > jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _begin(work: Callable[[Any], Any]) -> None:
    """In each process: what is to be done. An interruption is the first process's to deal with, which lets each finish
    its piece; to end one in the midst can leave the queue between them locked.
    """
    global _work
    _work = work
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _call(piece: Any) -> Any:
    return _work(piece)
