"""Every bench, one after the other: `python -m bench`."""

from __future__ import annotations

from bench import api, ledger, room, run, simulate

if __name__ == "__main__":
    for bench in (simulate, run, ledger):
        bench.main()
    api.main(seconds=2)
    room.measure(orders=50_000, in_run=4_000, requests=50)
