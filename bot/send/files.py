"""Puts deliveries into a folder: written aside, then renamed, so that a reader sees a whole file or none."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from bot.errors import SendRejected, SendRetry
from bot.model import Delivery, Receipt
from bot.ports import Clock


@dataclass(frozen=True, slots=True)
class FileSender:
    """A Send port that writes the files of a delivery into `folder`; the same delivery gives the same files."""

    folder: Path
    clock: Clock

    def __call__(self, delivery: Delivery, /, *, resend: bool) -> Receipt:
        # Writing the same bytes again is no repeat, so `resend` changes nothing here.
        files = _named(delivery)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for name, text in files.items():
                place = self.folder / name
                aside = place.with_name(f".{name}.part")
                aside.write_text(text, encoding="utf-8", errors="replace")
                aside.replace(place)
        except OSError as error:
            raise SendRetry(f"{self.folder}: {error.strerror}", code="folder", subject=str(self.folder)) from None
        return Receipt(id=str(self.folder / next(iter(files), "")), at=self.clock())

    def reconcile(self, delivery: Delivery) -> Receipt | None:
        """The receipt of files that are there already with this content, else None."""
        files = _named(delivery)
        for name, text in files.items():
            try:
                if (self.folder / name).read_text(encoding="utf-8") != text:
                    return None
            except (OSError, UnicodeDecodeError):
                return None
        return Receipt(id=str(self.folder / next(iter(files), "")), at=self.clock())

    def check(self) -> tuple[str, ...]:
        """What is wrong with this way out, in words."""
        place = next((one for one in (self.folder, *self.folder.parents) if one.exists()), Path("/"))
        if not place.is_dir():
            return (f"{self.folder}: {place} is not a folder",)
        return () if os.access(place, os.W_OK) else (f"{self.folder}: cannot be written",)


def _named(delivery: Delivery) -> dict[str, str]:
    files: dict[str, str] = json.loads(delivery.payload)["files"]
    for name in files:
        if not name or name != Path(name).name or name.startswith(".") or len(name.encode()) > 200:
            raise SendRejected(f"{name!r} is no name for a file", code="file-name", subject=delivery.key)
    return files
