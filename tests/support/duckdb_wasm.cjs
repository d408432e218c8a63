// Asks DuckDB's browser build, in Node: standard input is [folder of node_modules, catalog, queries], standard output [version, answers].
const fs = require("fs");
const path = require("path");

async function main() {
  const [modules, catalog, queries] = JSON.parse(fs.readFileSync(0, "utf8"));
  const dist = path.join(modules, "@duckdb/duckdb-wasm/dist");
  const duckdb = require(path.join(dist, "duckdb-node-blocking.cjs"));
  const bundle = (name) => ({ mainModule: path.join(dist, `duckdb-${name}.wasm`), mainWorker: "" });
  const bundles = { mvp: bundle("mvp"), eh: bundle("eh") };
  const database = await duckdb.createDuckDB(bundles, new duckdb.VoidLogger(), duckdb.NODE_RUNTIME);
  await database.instantiate();
  database.registerFileBuffer("catalog.duckdb", new Uint8Array(fs.readFileSync(catalog)));
  database.open({ path: "catalog.duckdb", accessMode: 1 });
  const connection = database.connect();
  const statement = connection.prepare("select ref, score, matched from search(?)");
  const answer = (query) => statement.query(query).toArray().map((row) => [row.ref, Number(row.score), row.matched]);
  const answers = Object.fromEntries(queries.map((query) => [query, answer(query)]));
  process.stdout.write(JSON.stringify([database.getVersion(), answers]));
}

main();
