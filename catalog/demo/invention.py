"""Invents a history for models that nobody wrote a story about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from catalog.demo.cast import CAST, Person
from catalog.demo.story import StoryLine

_REASONS = (
    "Quarterly refit", "New features from the data registry", "Smaller and faster", "Fix the leak of the label",
    "Retrained after the holiday", "Better on the long tail", "Handles missing postcodes", "Two more countries",
    "Distilled from the large one", "New tokenizer", "Longer training window", "Calibrated on last month",
)  # fmt: skip
_REGRETS = ("Latency doubled", "Complaints from the stores", "Drift alarm", "Wrong on new customers", "A/B test lost")
_TODAY = datetime(2026, 11, 13)  # noqa: DTZ001 UTC; a story wants the time of the person, without a zone


def invent(dice: Random, names: list[str]) -> Iterator[StoryLine]:
    """A history of 3 to 40 tags: registrations, their way through the stages, and now and then a step back."""
    teller = _Teller(dice, names)
    total = min(dice.randint(3, 40), dice.randint(3, 40))
    while teller.count < total:
        yield from teller.release(dice.choice(names))


class _Teller:
    """Remembers what a made-up history has said so far."""

    def __init__(self, dice: Random, names: list[str]) -> None:
        self.dice = dice
        self.people = dice.sample([person for key, person in CAST.items() if key != "bot"], 3)
        self.stages = dice.choice((("dev", "prod"), ("staging", "prod"), ("dev", "staging", "prod"), ("test", "live")))
        self.latest = dict.fromkeys(names, (0, 9, 0))
        self.score = dice.uniform(0.55, 0.8)
        self.day = dice.uniform(200, 1200)  # before today
        self.count = 0

    def release(self, name: str) -> Iterator[StoryLine]:
        version = self._next_version(name)
        self.day *= self.dice.uniform(0.82, 0.97)
        self.score += self.dice.uniform(-0.01, 0.02) * (1 - self.score)
        reason = self.dice.choice(_REASONS)
        yield self._say(f"{name}@{version}", self.dice.choice(self.people), reason, score=f"{self.score:.4f}")
        for stage in self.stages[: self.dice.randint(0, len(self.stages))]:
            last = stage == self.stages[-1]
            who = self.dice.choice(self.people) if last else CAST["bot"]
            yield self._say(f"{name}#{stage}", who, reason if last else "", version=version)
            if last and self.dice.randrange(9) == 0:
                regret = self.dice.choice(_REGRETS)
                yield self._say(f"{name}#{stage}!", who, f"{regret}: back to the one before", version=version)
                if self.dice.randrange(3) == 0:
                    yield self._say(f"{name}@{version}!", who, regret)

    def _next_version(self, name: str) -> str:
        major, minor, patch = self.latest[name]
        minor_release, patch_release = (major, minor + 1, 0), (major, minor, patch + 1)
        new = self.dice.choice([(major + 1, 0, 0)] + [patch_release] * 2 + [minor_release] * 5) if major else (1, 0, 0)
        self.latest[name] = new
        return "v{}.{}.{}".format(*new)

    def _say(self, action: str, who: Person, message: str, **details: str) -> StoryLine:
        self.count += 1
        self.day -= self.dice.uniform(0.05, 3) * min(1, self.day / 50)
        when = f"{_TODAY - timedelta(days=self.day) + timedelta(minutes=who.offset):%Y-%m-%d %H:%M:%S}"
        return StoryLine(when=when, who=who, action=action, details=details, subject=message, message=message)
