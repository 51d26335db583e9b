"""New objects of a dataset's source are copied to where uploads arrive: each once, however often and often at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass, replace

from serin.domain.charter import Charter, sources_of
from serin.domain.datasets import arrival_correlation
from serin.domain.errors import Conflict, Denied, NotFound, Rejected, SerinError, TooLarge
from serin.domain.sources import Acquired, Acquisition, Source, SourceObject, raw_key
from serin.ports import Catalog, Clock, Sources


@dataclass(frozen=True)
class Acquirer:
    """One look at the source of `dataset`; `run` is its id.

    `may_go_on` says whether there is time for one more object; `tell` hears of each that was copied.
    """

    dataset: str
    source: Source
    run: str
    _: KW_ONLY
    sources: Sources
    catalog: Catalog
    clock: Clock
    may_go_on: Callable[[], bool]
    tell: Callable[[Acquired], None]

    def acquire(self) -> Acquisition:
        """Copy what is new, in the order of keys, to the end or until time is short, and say how far it came.

        What cannot be copied is counted and holds up nothing else; the next look tries it again. Raises what ends
        the look as a whole, such as NotFound for its bucket, once that is recorded.
        """
        begun = self._begun()
        look = self._to_the_end(begun)
        if begun.after is not None and look.after is None:
            # What came meanwhile before the place it went on from would wait for the next look.
            look = self._to_the_end(replace(look, seen=0, refused=0, error=None, remedy=None))
        return look

    def _begun(self) -> Acquisition:
        """A look that goes on where the last one had no time left."""
        last = self.catalog.acquisition(self.dataset)
        after = last.after if last and last.source == self.source.url else None
        return Acquisition(self.dataset, self.source.url, self.run, self.clock.now(), after=after)

    def _to_the_end(self, look: Acquisition) -> Acquisition:
        is_over = False
        while not is_over:
            try:
                look, is_over = self._one_page_further(look)
            except SerinError as error:
                self.catalog.save_acquisition(_with(error, look))
                raise
            self.catalog.save_acquisition(look)
        return look

    def _one_page_further(self, look: Acquisition) -> tuple[Acquisition, bool]:
        """The look after one more page of the listing, and whether it is at the end or out of time."""
        listing = self.sources.listing(self.source.bucket, self.source.prefix, look.after)
        known = self._known(listing.objects)
        for item in listing.objects:
            if not self.may_go_on():
                return look, True
            is_new = item.is_file and not (item.key in known and known[item.key].is_of(item))
            look = replace(look, after=item.key, seen=look.seen + item.is_file)
            look = self._with_a_copy(look, item) if is_new else look
        return (replace(look, after=None), True) if listing.is_last else (look, False)

    def _known(self, objects: tuple[SourceObject, ...]) -> dict[str, Acquired]:
        """The markers of a page by key."""
        if not objects:
            return {}
        span = objects[0].key, objects[-1].key
        return {item.key: item for item in self.catalog.acquired(self.dataset, self.source.bucket, *span)}

    def _with_a_copy(self, look: Acquisition, source: SourceObject) -> Acquisition:
        try:
            self._copy(source)
        except Conflict:
            # Written again or gone since it was listed: the next look sees what is there then.
            return look
        except (TooLarge, Denied, Rejected) as error:
            return replace(_with(error, look) if look.error is None else look, refused=look.refused + 1)
        return replace(look, copied=look.copied + 1)

    def _copy(self, source: SourceObject) -> None:
        """The marker follows the copy: who dies between them leaves an object that is copied again, never one lost.

        The second copy has the same bytes and the same key, and accept_upload knows content it has seen.
        """
        source.check_size()
        raw = raw_key(self.dataset, self.source.bucket, source)
        version = self.sources.copy(self.source.bucket, source, raw)
        made = Acquired(
            self.dataset,
            self.source.bucket,
            source.key,
            source.etag,
            source.modified,
            raw,
            self.clock.now(),
            arrival_correlation(raw, version),
            self.run,
        )
        self.catalog.note_acquired(made)
        self.tell(made)


def source_of(dataset: str, charters: Iterable[Charter]) -> Source:
    """The source of a dataset; NotFound when no charter names one any more."""
    known = sources_of(charters)
    if dataset not in known:
        raise NotFound(f"No charter names a source of {dataset!r}.", "Name one, or wait until the deploy has ended.")
    return known[dataset]


def _with(error: SerinError, look: Acquisition) -> Acquisition:
    return replace(look, error=error.message, remedy=error.remedy)
