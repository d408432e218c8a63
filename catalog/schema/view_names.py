"""The names of the catalog's views: no table can have one of them. A test holds them equal to the models of `catalog/database/sql`."""

from __future__ import annotations

VIEW_NAMES = frozenset(
    """
    artifacts assignments copied_artifacts copies crawl_times current_assignments deleted_tags dvc_lookups
    identical_versions import_sources input_nodes known_events latest_versions lead_times lineage lineage_commits
    lineage_edges lineage_imports lineage_links lineage_nodes metric_names mixed_runs open_problems original_artifacts
    outdated_locks output_nodes prod_vs_latest
    resolved_events rewritten_tags stage_changes stage_history stages time_skew tip_annotations uncompared_locks unreadable_projects
    version_artifact_files version_commands version_downloads
    version_files version_licences version_measure_files version_metrics version_owners version_params version_plots versions
    """.split()  # noqa: SIM905 - as in record.py
)
