"""A process that has the engine loaded and forks one for each shard: torch alone takes 3 s of processor time to load.

`python -m workers.science.nursery FD` speaks on the socket FD, one JSON object a message. It says {"ready": true}. From
then on each message it gets carries three descriptors, to be standard input, output and error of a new process; it
answers {"forked": PID}, and says {"ended": PID, "status": N} when that process is gone.

Forking is safe because nothing is computed before it: no thread of ours, no parallel region and no CUDA context exists
yet. The few threads that libraries start when they load (OpenBLAS, Arrow's allocator) know how to survive a fork.
"""

import contextlib
import ctypes
import gc
import json
import os
import selectors
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from typing import NoReturn

N_STREAMS = 3
MESSAGE_BYTES = 1000
PR_SET_PDEATHSIG = 1  # from linux/prctl.h

Work = Callable[[], int]


class Nursery:
    """Lives until the other end of its socket is closed; its processes do not outlive it."""

    def __init__(self, control: socket.socket, work: Work) -> None:
        self._control, self._work = control, work
        self._libc = ctypes.CDLL(None)
        self._pid = os.getpid()
        self._wake_up, self._woken = socket.socketpair()

    def tend(self) -> None:
        self._listen_for_deaths()
        gc.collect()
        gc.freeze()  # a collection in a child would copy every page it looks at
        self._say(ready=True)
        with selectors.DefaultSelector() as selector:
            for source in (self._control, self._wake_up):
                selector.register(source, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if self._wake_up in ready:
                    self._wake_up.recv(MESSAGE_BYTES)
                    self._report_deaths()
                if self._control in ready and not self._answer(selector):
                    return

    def _listen_for_deaths(self) -> None:
        for end in (self._wake_up, self._woken):
            end.setblocking(False)
        signal.set_wakeup_fd(self._woken.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _report_deaths(self) -> None:
        with contextlib.suppress(ChildProcessError):  # none is left
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                self._say(ended=ended[0], status=os.waitstatus_to_exitcode(ended[1]))

    def _answer(self, selector: selectors.BaseSelector) -> bool:
        """Fork one process; False when there is nobody left who could ask."""
        message, streams, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, N_STREAMS)
        if not message:
            return False
        try:
            pid = os.fork()
        except OSError as error:
            self._say(refused=f"no process could be forked: {error.strerror}")
        else:
            if pid == 0:
                selector.close()
                self._become_child(streams)
            self._say(forked=pid)
        for stream in streams:
            os.close(stream)
        return True

    def _become_child(self, streams: list[int]) -> NoReturn:
        """Leave everything behind that is the nursery's, and do the work."""
        status = 1
        try:
            os.setsid()
            self._libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != self._pid:  # it died before we said so
                os._exit(1)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for end in (self._control, self._wake_up, self._woken):
                end.close()
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
                os.close(stream)
            status = _exit_status_of(self._work)
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(status)  # not by way of the nursery's own end

    def _say(self, **content: object) -> None:
        self._control.send(json.dumps(content).encode())


def _exit_status_of(work: Work) -> int:
    """As the interpreter would have it at its own end."""
    try:
        return work()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
        return 1


def main() -> None:
    from workers.science import shard  # late: this module alone loads no torch

    control = socket.socket(fileno=int(sys.argv[1]))
    shard.load_ahead()
    if threading.active_count() > 1:
        sys.exit("the engine starts threads when it is loaded: it cannot be forked")
    Nursery(control, shard.main).tend()


if __name__ == "__main__":
    main()
