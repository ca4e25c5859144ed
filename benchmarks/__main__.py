"""`make bench`: every benchmark in turn, or only those named: `python -m benchmarks warc matching`."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import time

import benchmarks


def main() -> int:
    """Run each module of this folder that has a `main`; a benchmark that cannot run says why and does not stop the others."""
    wanted = set(sys.argv[1:])
    names = sorted(
        module.name
        for module in pkgutil.iter_modules(benchmarks.__path__)
        if not module.name.startswith("_") and module.name != "peers"
    )
    unknown = wanted - set(names)
    if unknown:
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(names)}")
        return 2
    failed = 0
    for name in names:
        if wanted and name not in wanted:
            continue
        module = importlib.import_module(f"benchmarks.{name}")
        if not hasattr(module, "main"):
            continue
        print(f"\n── {name}: {(module.__doc__ or '').splitlines()[0]}")
        started = time.perf_counter()
        try:
            module.main()
        except Exception as error:
            failed += 1
            print(f"   did not run: {type(error).__name__}: {error}")
        print(f"   ({time.perf_counter() - started:.0f} s)")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
