"""Metrics and parameters in files by the last components of their names, and what the page reads of them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from sites.data.lists import MeasureRow
from sites.view_models.measure_index import files
from support.frontend import node

STATIC = Path(__file__).parents[3] / "sites" / "static"


def measure(name, component, numbers=(), texts=(), kind="metric"):
    """A row: pairs of a place and what it has there."""
    return MeasureRow(
        kind=kind,
        name=name,
        component=component,
        numbered=[place for place, _ in numbers],
        numbers=[number for _, number in numbers],
        worded=[place for place, _ in texts],
        texts=[text for _, text in texts],
    )


ROWS = [
    measure("ends.", "_", [(0, 1.0)]),
    measure("test.auc", "auc", [(1, 0.5), (4, float("inf")), (5, float("-inf")), (6, float("nan"))]),
    measure("val/AUC", "auc", [(1, 0.75), (2, 1e-07)], [(3, "n/a")]),
    measure("auc", "auc", [(0, 3.0)], [(2, "Adam"), (2, "sgd")], kind="param"),
]


def test_the_files_of_four_measures():
    assert dict(files(ROWS, ["_", "a"], ["rmse"])) == {
        "index/measures/_.js": b'S("measures/_",{"metric":{"ends.":["0","1.0","",[]]},"param":{}});\n',
        "index/measures/a.js": b'S("measures/a",{"metric":{"test.auc":["1,3,1,1","0.5,inf,-inf,nan","",[]],"val/AUC":["1,1","0.75,1e-07","3",["n/a"]]},'
        b'"param":{"auc":["0","3.0","2,0",["Adam","sgd"]]}});\n',
        "index/measures.js": b'S("measures",{"shards":["_","a"],"lower":["rmse"]});\n',
    }


def test_without_measures_there_is_the_index_alone():
    assert dict(files([], [], [])) == {"index/measures.js": b'S("measures",{"shards":[],"lower":[]});\n'}


READ = """
const data = {};
globalThis.S = (name, value) => { data[name] = value; };
const { MeasureSearch, QueryLanguage } = new Function(`${process.env.SCRIPTS}; return { MeasureSearch, QueryLanguage };`)();
new Function('S', process.env.DATA)(globalThis.S);
const named = (kind, name) => {
  const file = MeasureSearch.fileOf(name, data.measures);
  return file === null ? [] : MeasureSearch.named(name, data[file][kind]);
};
const rowsOf = (mask) => [...mask.keys()].filter((row) => mask[row]);
const leaf = (operator, value) => ({ kind: 'measure', of: 'metric', name: 'auc', operator, value, column: 1 });
const numbers = MeasureSearch.numbersByRow(named('metric', 'auc'));
const sorted = (descending) => MeasureSearch.sortByNumber([0, 1, 2, 3, 4, 5, 6], numbers, descending);
console.log(JSON.stringify({
  names: ['auc', 'AUC', 'test.auc', 'test/auc', 'c', 'rmse', 'ends.'].map((name) => named('metric', name).map((each) => each.name)),
  params: named('param', 'auc').map((each) => each.name),
  above: rowsOf(MeasureSearch.matches(leaf('>', '0.5'), named('metric', 'auc'), 7, (number) => number > 0.5)),
  text: rowsOf(MeasureSearch.matches(leaf('=', 'N/*'), named('metric', 'auc'), 7, () => false)),
  shown: [...numbers].map(([row, each]) => [row, each.name, String(each.number)]),
  sorted: [sorted(true), sorted(false)],
}));
"""


def test_the_page_reads_them_as_they_were():
    scripts = "".join((STATIC / name).read_text("utf-8") for name in ("query.js", "search.js", "measures.js"))
    data = b"".join(content for _, content in files(ROWS, ["_", "a"], ["rmse"])).decode()
    answer = subprocess.run(
        [str(node()), "-e", READ], env={"SCRIPTS": scripts, "DATA": data}, capture_output=True, text=True, check=True
    )
    assert json.loads(answer.stdout) == {
        "names": [
            ["val/AUC", "test.auc"],
            ["val/AUC", "test.auc"],
            ["test.auc"],
            ["test.auc"],
            [],
            [],
            ["ends."],
        ],
        "params": ["auc"],
        "above": [1, 4],
        "text": [3],
        "shown": [
            [1, "val/AUC", "0.75"],
            [2, "val/AUC", "1e-7"],
            [4, "test.auc", "Infinity"],
            [5, "test.auc", "-Infinity"],
            [6, "test.auc", "NaN"],
        ],
        "sorted": [[4, 1, 2, 5, 6, 0, 3], [5, 2, 1, 4, 6, 0, 3]],
    }
