from catalog.errors import Ambiguous as Ambiguous
from catalog.errors import CatalogError as CatalogError
from catalog.errors import ConfigError as ConfigError
from catalog.errors import InvalidArgument as InvalidArgument
from catalog.errors import Misuse as Misuse
from catalog.errors import NotFound as NotFound
from catalog.errors import OriginError as OriginError
from catalog.errors import StoreError as StoreError
from catalog.query.answer import Answer as Answer
from catalog.query.answer import SqlError as SqlError
from catalog.query.catalog import Catalog as Catalog
from catalog.query.objects import Model as Model
from catalog.query.objects import Version as Version
from catalog.query.report import VersionReport as VersionReport
from catalog.query.search.answers import FacetAnswer as FacetAnswer
from catalog.query.search.answers import SearchAnswer as SearchAnswer
from catalog.query.search.terms import QueryError as QueryError

__version__: str

open = Catalog.open  # noqa: A001 - `catalog.open`
