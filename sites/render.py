"""Renders templates, and knows the files that pages load: every value is escaped, undefined names are errors, and invisible characters are made visible."""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import cache_from_source
from pathlib import Path
from pickle import PickleError
from typing import NamedTuple

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    DictLoader,
    Environment,
    FileSystemBytecodeCache,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateSyntaxError,
    nodes,
)
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup

from catalog.errors import ConfigError
from catalog.text import plural
from sites import text, urls
from sites.pages import FORMER, OF_TIME, PAGES, Page
from sites.program import program_digest
from sites.static_files import StaticFiles
from sites.theme import NO_THEME, TEMPLATES, Theme
from sites.theme import read as read_theme


class _CompiledTemplates(FileSystemBytecodeCache):
    """Compiled templates, where Python keeps compiled modules, by the digest of the program: to compile them takes a tenth of a second.

    Where nothing can be written there, each process compiles them.
    """

    def __init__(self) -> None:
        super().__init__(str(Path(cache_from_source(__file__)).parent), f"%s.jinja-{program_digest()}.pyc")

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, PickleError, ValueError):  # damaged
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            super().dump_bytecode(bucket)
            current = Path(self.directory, self.pattern % (bucket.key,))
            for other in set(current.parent.glob(self.pattern.partition("-")[0] % (bucket.key,) + "-*.pyc")) - {
                current
            }:
                other.unlink(missing_ok=True)  # of another version of the program


class _WithNamedFiles(BaseLoader):
    """Templates in which files of `static/` have the names that they have in the site."""

    def __init__(self, loader: BaseLoader, static: StaticFiles) -> None:
        self._loader, self._static = loader, static

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, file, is_current = self._loader.get_source(environment, template)
        return self._static.named(source), file, is_current

    def list_templates(self) -> list[str]:
        return self._loader.list_templates()


class _Printing(CodeGenerator):
    """Compiles `{{ value }}` into one call, of `text.printed`, where Jinja has three, of `escape`, `finalize` and `Markup`.

    Pages of text alone take 0.7 times the processor time (`benchmarks/bench_site.py`). Jinja does not document these two methods; without them, `finalize`
    and autoescape print the same.
    """

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.printed(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_post(node, frame, finalize)
        else:
            self.write(")")


class _Environment(Environment):
    code_generator_class = _Printing
    printed = staticmethod(text.printed)


@cache
def environment() -> Environment:
    """The environment of all templates, which are compiled once."""
    env = _Environment(
        loader=_WithNamedFiles(PackageLoader("sites"), static_files()),
        bytecode_cache=_CompiledTemplates(),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=text.shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        cache_size=-1,
    )
    env.filters |= {
        "day": text.day,
        "minute": text.minute,
        "person": text.person,
        "number": text.number,
        "of_type": text.of_type,
        "plural": plural,
        "size": text.size,
        "short": text.short,
        "clip": text.clip,
        "pill": text.pill,
        "look": text.look,
        "with_code": text.with_code,
    }
    env.globals |= {"repository_path": urls.repository, "team_path": urls.team, "fragment": urls.fragment}
    return env


def load_theme(folder: Path | None) -> Theme:
    """The theme in a folder, whose templates can be compiled; ConfigError, with what is wrong, where it cannot be used."""
    theme = read_theme(folder)
    ours = {name for name in environment().list_templates() if name.endswith(".html")}
    env = _themed(theme, static_files(theme))
    for name in theme.templates:
        place = f"{theme.folder}/{TEMPLATES}/{name}"
        if name not in ours:
            near = get_close_matches(name, ours, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ConfigError(f"{place}: no template of the site has this name{hint}")
        try:
            env.get_template(name)
        except TemplateSyntaxError as error:
            raise ConfigError(f"{place}: line {error.lineno}: {error.message}") from error
    return theme


def _themed(theme: Theme, static: StaticFiles) -> Environment:
    """The environment in which a theme's templates come first; ours are also there as `catalog/NAME`, for those that extend them."""
    if not theme.templates and static.paths == static_files().paths:
        return environment()
    ours = PackageLoader("sites")
    loader = ChoiceLoader([DictLoader(theme.templates), ours, PrefixLoader({"catalog": ours})])
    return environment().overlay(loader=_WithNamedFiles(loader, static), bytecode_cache=None)


class Inline(NamedTuple):
    """What stands in a page itself, with the words by which the page's policy allows it."""

    text: Markup
    source: Markup


class Renderer:
    """Renders the pages of one site."""

    def __init__(
        self,
        title: str,
        theme: Theme = NO_THEME,
        catalog_url: str | None = None,
        static: StaticFiles | None = None,
    ) -> None:
        """`catalog_url`: where the database that the site publishes will be, if that is known. `static`: the files that pages load."""
        self._static = static_files(theme) if static is None else static
        paths = self._static.paths
        self._title, self._catalog_url = title, catalog_url
        self._theme = replace(
            theme, logo=paths.get(theme.logo, theme.logo), styles=paths.get(theme.styles, theme.styles)
        )
        env = _themed(theme, self._static)
        self._templates = {page.name: env.get_template(page.template) for page in (*PAGES, *OF_TIME, *FORMER)}

    def __call__(self, page: Page, context: dict[str, object], *, root: str | None = None) -> bytes:
        """One page. `root` leads from it to the root of the site; without one it follows from the page's path. ConfigError where a template of the theme fails."""
        prefix = urls.root(page) if root is None else root
        given = {
            "root": prefix,
            "page": page.name,
            "site_title": self._title,
            "theme": self._theme,
            "catalog_url": self._catalog_url,
        }
        try:
            return self._templates[page.name].render(context, **given).encode("utf-8")
        except Exception as error:
            if not self._theme.templates:
                raise
            raise ConfigError(
                f"{self._theme.folder}/{TEMPLATES}: the page {page.name!r} cannot be rendered: {error}"
            ) from error

    def inline(self, name: str) -> Inline:
        """A style sheet or script of ours, for the page that cannot know where its files are."""
        text = self._static.named((files("sites") / "templates" / name).read_text("utf-8"))
        digest = b64encode(sha256(text.encode()).digest()).decode()
        return Inline(Markup(text), Markup("'sha256-{}'").format(digest))  # noqa: S704 - ours


class AssetLicence(NamedTuple):
    """The licence of something that the site brings from others."""

    path: str
    name: str
    first: str
    text: str


def licences() -> list[AssetLicence]:
    """Those that lie beside what they are of."""
    return [
        AssetLicence(path, path.rpartition("/")[2].partition(".")[0].replace("-", " "), text.partition("\n")[0], text)
        for path, data in assets().items()
        if "licence" in path.lower() and (text := data.decode("utf-8", "replace"))
    ]


@cache
def assets() -> dict[str, bytes]:
    """The files that pages load: path in the program → bytes."""
    return dict(sorted(_files(files("sites") / "static", "static")))


def static_files(theme: Theme = NO_THEME) -> StaticFiles:
    """The files that pages load, with those of a theme in place of ours and beside them."""
    if not theme.files:
        return _own_static_files()
    return StaticFiles({**assets(), **theme.files}, plain=frozenset(theme.files))


@cache
def _own_static_files() -> StaticFiles:
    return StaticFiles(assets())


def _files(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(entry, f"{path}/{entry.name}")
        else:
            yield f"{path}/{entry.name}", entry.read_bytes()
