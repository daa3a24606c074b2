"""What the pages are about, as schema.org JSON-LD, for programs that read pages."""

from __future__ import annotations

from typing import Any

from tipqa.search import Index
from tipqa.types import Profile, ProfileInfo, Source
from tipqa_api.addresses import web

Json = dict[str, Any]

_TYPES = {"law": "Legislation", "press": "NewsArticle", "statistics": "Dataset"}
_REPORTS = ("government report", "UN", "NGO")
_FILES = {"application/json": "", "text/csv": "csv", "application/x-bibtex": "bibtex"}


def site(here: str) -> Json:
    """The search page."""
    return {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "@id": f"{here}/",
        "url": f"{here}/",
        "name": "tipqa",
        "description": "Country profiles on human trafficking, each sentence with its sources",
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{here}/search?q={{words}}"},
            "query-input": "required name=words",
        },
    }


def profile(found: Profile, here: str, since: str) -> Json:
    """A profile as a report that cites its sources."""
    info = found.info
    address = f"{here}/profiles/{info.id}"
    return _given(
        {
            "@context": "https://schema.org",
            "@type": "Report",
            "@id": address,
            "url": address,
            "sameAs": web(info.url),
            "name": info.title,
            "about": _country(info),
            "datePublished": str(info.edition) if info.edition else None,
            "dateModified": since,
            "publisher": _publisher(info.extra.get("publisher")),
            "inLanguage": info.extra.get("language"),
            "isPartOf": {"@type": "Dataset", "@id": f"{here}/profiles"},
            "citation": [source(cited, here, whole=False) for cited in found.sources],
            "encoding": [
                {
                    "@type": "MediaObject",
                    "encodingFormat": media_type,
                    "contentUrl": f"{here}/v1/profiles/{info.id}"
                    + (f"?format={name}" if name else ""),
                }
                for media_type, name in _FILES.items()
            ],
        }
    )


def source(found: Source, here: str, *, whole: bool = True) -> Json:
    """A source as the kind of work that it is."""
    kind = "Report" if found.kind in _REPORTS else _TYPES.get(found.kind or "", "CreativeWork")
    address = f"{here}/sources/{found.id}"
    return _given(
        {
            "@context": "https://schema.org" if whole else None,
            "@type": kind,
            "@id": address,
            "name": found.title,
            "publisher": _publisher(found.publisher),
            "datePublished": str(found.year) if found.year else None,
            "sameAs": web(found.url),
        }
    )


def dataset(index: Index, here: str) -> Json:
    """All profiles together."""
    infos = index.generation.store.profiles()
    years = sorted({info.edition for info in infos if info.edition})
    countries = {info.country_name: _country(info) for info in infos if info.country_name}
    return _given(
        {
            "@context": "https://schema.org",
            "@type": "Dataset",
            "@id": f"{here}/profiles",
            "url": f"{here}/profiles",
            "name": "Country profiles on human trafficking",
            "description": f"{len(infos)} profiles of {len(countries)} countries; every sentence "
            "comes with the sources that its footnotes name.",
            "version": index.generation.name,
            "temporalCoverage": f"{years[0]}/{years[-1]}" if years else None,
            "spatialCoverage": list(countries.values()),
            "dateModified": max(since for _, since in index.generation.history.values()),
            "distribution": {
                "@type": "DataDownload",
                "encodingFormat": "application/json",
                "contentUrl": f"{here}/v1/profiles",
            },
        }
    )


def _country(info: ProfileInfo) -> Json | None:
    if not info.country_name:
        return None
    return _given({"@type": "Country", "name": info.country_name, "identifier": info.country})


def _publisher(name: object) -> Json | None:
    return {"@type": "Organization", "name": name} if isinstance(name, str) and name else None


def _given(properties: Json) -> Json:
    """Without those that nothing is known of."""
    return {name: value for name, value in properties.items() if value not in (None, [])}
