"""A federated catalog of the model registries that live in Git repositories: `catalog.open("output").model("churn").version("#prod").metrics`."""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

_MODULES = {
    "Ambiguous": "errors",
    "Answer": "query.answer",
    "Catalog": "query.catalog",
    "CatalogError": "errors",
    "ConfigError": "errors",
    "FacetAnswer": "query.search.answers",
    "InvalidArgument": "errors",
    "Misuse": "errors",
    "Model": "query.objects",
    "NotFound": "errors",
    "OriginError": "errors",
    "QueryError": "query.search.terms",
    "SearchAnswer": "query.search.answers",
    "SqlError": "query.answer",
    "StoreError": "errors",
    "Version": "query.objects",
    "VersionReport": "query.report",
}

__all__ = [
    "Ambiguous",
    "Answer",
    "Catalog",
    "CatalogError",
    "ConfigError",
    "FacetAnswer",
    "InvalidArgument",
    "Misuse",
    "Model",
    "NotFound",
    "OriginError",
    "QueryError",
    "SearchAnswer",
    "SqlError",
    "StoreError",
    "Version",
    "VersionReport",
    "open",
]


def __getattr__(name: str) -> object:
    """A public name, imported when it is first asked for: the crawler needs none of them. `__init__.pyi` has them for type checkers."""
    if name == "open":
        return __getattr__("Catalog").open  # type: ignore[attr-defined]  # a class
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """What completion offers: the public names, imported or not."""
    return sorted({*globals(), *__all__})
