"""The tables: facts that were read, and what the crawl itself did. `TABLES` has them all.

Each class is a table, each field a column. Modules: what Git says, the registry, DVC's files, metrics, cards, the
inventory with its crawls, observations, problems.
"""

from __future__ import annotations

from catalog.schema.record import Record
from catalog.schema.tables.cards import Card, CardResult, CodeOwner, Licence, MlemObject
from catalog.schema.tables.dvc import (
    Dataset,
    Dependency,
    Import,
    Metafile,
    Output,
    OutputFile,
    Param,
    PipelineStage,
    Remote,
)
from catalog.schema.tables.git import Branch, Commit, History, Revision, Tag
from catalog.schema.tables.inventory import Crawl, MetricDirection, Repo, Source, StageName, Visit
from catalog.schema.tables.metrics import Experiment, Image, MeasureFile, Metric, Plot, PlotSeries
from catalog.schema.tables.observations import Observation
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Annotation, Event, GtoConfig

PARTITION: tuple[type[Record], ...] = (
    Branch,
    Commit,
    History,
    Revision,
    Tag,
    Event,
    Annotation,
    GtoConfig,
    Metafile,
    Output,
    OutputFile,
    Dependency,
    Import,
    PipelineStage,
    Remote,
    Dataset,
    Param,
    MeasureFile,
    Metric,
    Plot,
    PlotSeries,
    Image,
    Experiment,
    Card,
    CardResult,
    Licence,
    CodeOwner,
    MlemObject,
    Problem,
)
CRAWL: tuple[type[Record], ...] = (Repo, Source, StageName, MetricDirection, Crawl, Visit, Observation)
TABLES: tuple[type[Record], ...] = (*CRAWL, *PARTITION)
