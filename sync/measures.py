"""What a hub counts of its work, in the text format of Prometheus: numbers of requests and entries, and of nobody."""

import ctypes
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from sync.merge import Merged

_SECONDS: Final = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Measures:
    """The counters of one hub process. Safe to share between threads."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "fieldapp_hub_requests",
            "Requests answered; a code other than done is the reason of a refusal.",
            ["path", "status", "code"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "fieldapp_hub_request_seconds",
            "Time from the headers of a request to its answer.",
            ["path"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._received = Counter("fieldapp_hub_received_bytes", "Bytes of bodies received.", registry=self.registry)
        self._sent = Counter("fieldapp_hub_sent_bytes", "Bytes of bodies sent.", registry=self.registry)
        self._entries = Counter(
            "fieldapp_hub_entries",
            "Entries in merged requests: new (those in quarantine among them), known before, quarantined.",
            ["outcome"],
            registry=self.registry,
        )
        self.in_hand = Gauge(
            "fieldapp_hub_in_hand", "Exchanges whose bodies are being read or merged.", registry=self.registry
        )
        self.registry.register(_Process())

    def answered(self, path: str, status: int, code: str, seconds: float, received: int, sent: int) -> None:
        """A request was answered, well or with a refusal."""
        self._requests.labels(path, str(status), code).inc()
        self._seconds.labels(path).observe(seconds)
        self._received.inc(received)
        self._sent.inc(sent)

    def merged(self, merged: Merged) -> None:
        """A request was merged durably."""
        self._entries.labels("new").inc(merged.new)
        self._entries.labels("known").inc(merged.known)
        self._entries.labels("quarantined").inc(merged.quarantined)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)


class _Process:
    """Processor time and memory of this process, on every system."""

    def __init__(self) -> None:
        self._started = time.time()

    def describe(self) -> Iterable[Any]:
        return self.collect()

    def collect(self) -> Iterable[Any]:
        yield CounterMetricFamily("process_cpu_seconds", "Processor time used.", value=time.process_time())
        yield GaugeMetricFamily("process_resident_memory_bytes", "Memory in use.", value=memory_bytes())
        yield GaugeMetricFamily("process_start_time_seconds", "Start, since 1970 UTC.", value=self._started)


def memory_bytes() -> int:
    """Bytes of memory that this process keeps in use; on macOS the most it ever did."""
    if sys.platform == "win32":
        return _windows_memory_bytes()
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        return pages * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _windows_memory_bytes() -> int:
    class Counters(ctypes.Structure):
        _fields_ = [
            ("cb", ctypes.c_uint32),
            ("page_faults", ctypes.c_uint32),
            *[
                (name, ctypes.c_size_t)
                for name in (
                    "peak_working_set",
                    "working_set",
                    "peak_paged_pool",
                    "paged_pool",
                    "peak_pool",
                    "pool",
                    "pagefile",
                    "peak_pagefile",
                )
            ],
        ]

    counters = Counters(cb=ctypes.sizeof(Counters))
    kernel: Any = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined, unused-ignore]
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    kernel.K32GetProcessMemoryInfo.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32]
    found = kernel.K32GetProcessMemoryInfo(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.cb)
    return int(counters.working_set) if found else 0
