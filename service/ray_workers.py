"""How the processors of a cluster are shared out between reading and embedding."""

from dataclasses import dataclass

_READING_SHARE = 4
"""One processor in so many reads, where the others embed on a CPU."""
_READERS = 2
"""Tasks for each of them: half of reading is waiting for a disk or a host."""


@dataclass(frozen=True)
class Workers:
    """Who does what; Ray places them."""

    actors: int
    """Each with a model."""
    readers: int
    """Tasks that read and decode, at once."""
    actor_gpus: int
    actor_cpus: float = 0.5
    """Asked for; it uses more. Where machines are lost, the rest must still hold both kinds."""
    reader_cpus: float = 0.25
    """Likewise; another number than an actor's, or Ray Data makes one stage of the two."""

    @property
    def ahead(self) -> int:
        """Batches that keep all of them busy; an actor has a second one waiting."""
        return 2 * (self.readers + 2 * self.actors)


def workers_of(cpus: int, gpus: int) -> Workers:
    """Shares the processors of a cluster out.

    Args:
        cpus: of all nodes.
        gpus: of all nodes; each has an actor of its own. 0: three processors in four embed.
    """
    if gpus:
        return Workers(gpus, _READERS * max(1, cpus), 1, actor_cpus=0)
    reading = max(1, cpus // _READING_SHARE)
    return Workers(max(1, cpus - reading), _READERS * reading, 0)
