"""The people of the demo company, and its CI bot: each signs with a name, an address and an offset from UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple


class Person(NamedTuple):
    """Who signs a commit or a tag; `offset` is minutes east of Greenwich."""

    name: str
    email: str
    offset: int

    def sign(self, when: str) -> bytes:
        """Git's line for this person at `when`, a local time such as `2024-03-01 09:30`."""
        epoch = int(datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp()) - self.offset * 60
        hours, minutes = divmod(abs(self.offset), 60)
        sign = "-" if self.offset < 0 else "+"
        return f"{self.name} <{self.email}> {epoch} {sign}{hours:02}{minutes:02}".encode()


CAST = {
    "ana": Person("Ana Ferreira", "ana.ferreira@demo.example", 0),
    "bogdan": Person("Bogdan Iliescu", "bogdan.iliescu@demo.example", 120),
    "chen": Person("Chen Yu-ting", "chen.yuting@demo.example", 480),
    "daria": Person("Daria Kowalczyk", "daria.kowalczyk@demo.example", 60),
    "elif": Person("Elif Şahin", "elif.sahin@demo.example", 180),
    "farid": Person("Farid Rahimi", "farid.rahimi@demo.example", 210),
    "grace": Person("Grace O'Neill", "grace.oneill@demo.example", -300),
    "hiro": Person("Hiroshi Tanaka", "hiroshi.tanaka@demo.example", 540),
    "ines": Person("Inès Laurent", "ines.laurent@demo.example", 60),
    "jonas": Person("Jonas Bergström", "jonas.bergstrom@demo.example", 60),
    "kavya": Person("Kavya Raman", "kavya.raman@demo.example", 330),
    "luis": Person("Luis Ortega", "luis.ortega@demo.example", -480),
    "bot": Person("release-bot", "release-bot@ci.demo.example", 0),
}
