"""What DVC leaves in Git of a run of the pipeline stage `train`: of the same number, every repository has the same data and model."""

from __future__ import annotations

from collections.abc import Sequence

PNG = b"\x89PNG\r\n\x1a\n"  # how a picture begins


def dvc_run(
    number: int, model: str, size: int, *, deps: Sequence[str] = (), params: str = "", outs: Sequence[str] = ()
) -> dict[str, str]:
    """`data.csv.dvc` and `dvc.lock` of the run that made the model at this path, of this size. `deps`, `outs`: entries beside the data and the model."""
    data, made = (f"{kind}{number}".ljust(32, "0") for kind in ("da", "b0de1"))
    inputs = [f"{{path: data.csv, hash: md5, md5: {data}, size: 2048}}", *deps]
    outputs = [*outs, f"{{path: {model}, hash: md5, md5: {made}, size: {size}}}"]
    lines = [
        "schema: '2.0'",
        "stages:",
        "  train:",
        "    cmd: python train.py",
        "    deps:",
        *(f"    - {each}" for each in inputs),
    ]
    lines += [f"    params: {{params.yaml: {params}}}"] if params else []
    lines += ["    outs:", *(f"    - {each}" for each in outputs)]
    return {
        "data.csv.dvc": f"outs:\n- {{md5: {data}, size: 2048, hash: md5, path: data.csv}}\n",
        "dvc.lock": "\n".join(lines) + "\n",
    }
