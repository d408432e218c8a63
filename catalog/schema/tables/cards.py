"""The tables of what surrounds a model: its card, its licence, its owners, and what MLEM wrote about it."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.schema.record import Record, column, record


@record("cards", key=("commit", "file"), lives="revision")
class Card(Record):
    """Model cards and READMEs near artifacts, with what their front matter says. Fields after the model card metadata of the Hugging Face Hub."""

    commit: str = column("The commit.", identifies=True)
    file: str = column("The file, from the Git root.")
    folder: str = column(
        "The file's folder, empty for the Git root: the card nearest above an artifact is the artifact's."
    )
    is_model_card: bool = column(
        "It is named as a model card, or its front matter has a key of the Hub's model cards; otherwise a README like any other."
    )
    title: str | None = column("The first heading, or the model's name in the front matter.")
    licence: str | None = column("`license`, as stated.")
    licence_name: str | None = column("`license_name`, the name of a licence without an identifier of the Hub.")
    licence_link: str | None = column("`license_link`.")
    languages: tuple[str, ...] = column("`language`.")
    datasets: tuple[str, ...] = column("`datasets`.")
    base_models: tuple[str, ...] = column("`base_model`.")
    tags: tuple[str, ...] = column("`tags`.")
    metrics: tuple[str, ...] = column("`metrics`: the names of those that were used.")
    library: str | None = column("`library_name`.")
    task: str | None = column("`pipeline_tag`.")
    other: Mapping[str, str] = column("The other keys of the front matter; values that are not text are JSON.")
    text: str = column("The text without the front matter, up to 64 KiB. Markdown of a stranger.")


@record("card_results", key=("commit", "file", "place"), lives="revision")
class CardResult(Record):
    """The evaluation results that a model card states in `model-index`."""

    commit: str = column("The commit.", identifies=True)
    file: str = column("The card.")
    place: int = column("Its place in the card, from 0.")
    model: str | None = column("The model's name.")
    task: str | None = column("The task's type.")
    dataset: str | None = column("The dataset's name, or else its type.")
    metric: str = column("The metric's type.")
    number: float | None = column("The value, where it is a number.")
    text: str = column("The value as text.")


@record("card_images", key=("commit", "file", "path"), lives="revision")
class CardImage(Record):
    """The images in Git that cards show: PNG, JPEG, GIF and WebP of at most 200 KiB, at most 20 and 1 MiB of a card, 60 and 2 MiB of a commit."""

    commit: str = column("The commit.", identifies=True)
    file: str = column("The card.")
    path: str = column("The image, from the Git root.")
    content: str = column("The content: see `images`.", identifies=True)


@record("licences", key=("commit", "file"), lives="revision")
class Licence(Record):
    """The licence files at the root of each revision, and in folders of artifacts."""

    commit: str = column("The commit.", identifies=True)
    file: str = column("The file, from the Git root.")
    folder: str = column("The file's folder, empty for the Git root.")
    spdx: str | None = column("The SPDX identifier, where the text is one that is known.")
    title: str = column("The first line with text.")


@record("code_owners", key=("commit", "file", "line"), lives="revision")
class CodeOwner(Record):
    """The rules of CODEOWNERS: who answers for which paths."""

    commit: str = column("The commit.", identifies=True)
    file: str = column("The file, from the Git root.")
    line: int = column("The line, from 1: the last rule that matches counts.")
    section: str | None = column("The section, for GitLab.")
    pattern: str = column("The pattern as written.")
    owners: tuple[str, ...] = column(
        "Users, teams and e-mail addresses as written; empty where the rule removes owners."
    )
    artifacts: tuple[str, ...] = column("The annotated artifacts of the revision that the rule decides.")


@record("mlem_objects", key=("commit", "file"), lives="revision")
class MlemObject(Record):
    """What MLEM, until 2023, wrote about models, datasets and links in `.mlem` files."""

    commit: str = column("The commit.", identifies=True)
    file: str = column("The `.mlem` file, from the Git root.")
    name: str = column("The object's path without `.mlem`: that of the artifact, as a rule.")
    object_type: str = column("`model`, `data`, `link`, `env` or `deployment`.")
    framework: str | None = column("The model's type, for example `sklearn`.")
    methods: tuple[str, ...] = column("The model's methods, for example `predict`.")
    requirements: tuple[str, ...] = column("The packages that it needs, `name==version` where the version is stated.")
    description: str | None = column("The description as stated.")
    labels: tuple[str, ...] = column("The labels as stated.")
    link: str | None = column("What a link links to.")
    hash: str | None = column("The md5 of the artifact: DVC's, where DVC stores it.", identifies=True)
    size: int | None = column("Bytes.")
    stored_in: str | None = column("`local` or `dvc`.")
