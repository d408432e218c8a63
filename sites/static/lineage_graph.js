// The graph of lineage: read from one script for each repository, and walked in as `catalog lineage` walks in the tables (catalog/database/sql/lineage/walk.sql).
/** @typedef {{repo: string, nodes: any[][], digits: Record<string, string>, commits: Record<string, string>, kinds: string[], edges: any[][], links: any[][],
 *   repos: [string, string][], versions: any[][], artifacts: Record<string, [string, string]>}} GraphFile */
/** @typedef {{need: number, kind: string, place?: number, commit?: number, repo?: [string, string], digits?: string, digitsOfCommit?: string, label?: string}} Step */
/** @typedef {{artifact: string, version: string, place: number, commit: number, latest: boolean, stages: [string, string][], inProd: boolean, oid: string}} GraphVersion */
/** @typedef {{file: GraphFile, up: Map<number, Step[]>, down: Map<number, Step[]>, places: Map<string, number>, commits: Map<string, number>, versions: GraphVersion[]}} Graph */
/** @typedef {{key: string, graph: Graph | null, place: number, label: string, level: number}} GraphNode */
/** @typedef {{from: string, to: string, kind: string, level: number, node: string}} GraphEdge */
/** @typedef {{nodes: Map<string, GraphNode>, edges: Map<string, GraphEdge>, cut: boolean}} Walked */
(() => {
  'use strict';
  const MOST_FILES = 300; // of which a page reads the graphs: what lies beyond is left out, and said
  const ANY = 0;
  const DECLARED = ['version', 'import'];
  const EQUAL = ['content', 'value']; // no metafile declares these
  const root = /** @type {HTMLScriptElement} */ (document.currentScript).src.replace(/static\/[^/]*$/, '');
  /** @type {Map<string, Promise<Graph | null>>} */
  const graphs = new Map();
  /** @type {Promise<Record<string, string>> | undefined} */
  let odd;

  /** The steps of a graph from each node, up and down. @type {(file: GraphFile) => Graph} */
  const prepare = (file) => {
    /** @type {Graph} */
    const graph = {
      file, up: new Map(), down: new Map(),
      places: new Map(Object.entries(file.digits).map(([place, digits]) => [digits, +place])),
      commits: new Map(Object.entries(file.commits).map(([commit, digits]) => [digits, +commit])),
      versions: file.versions.map(([artifact, version, place, commit, latest, stages, inProd, oid]) => ({ artifact, version, place, commit, latest: !!latest, stages, inProd: !!inProd, oid })),
    };
    /** @type {(steps: Map<number, Step[]>, place: number, step: Step) => void} */
    const add = (steps, place, step) => { if (steps.has(place)) steps.get(place)?.push(step); else steps.set(place, [step]); };
    for (const [kind, from, to, moments] of file.edges) {
      for (const moment of moments) {
        const [before, after] = Array.isArray(moment) ? moment : [moment, moment];
        add(graph.up, to, { need: after, kind: file.kinds[kind], place: from, commit: before });
        add(graph.down, from, { need: before, kind: file.kinds[kind], place: to, commit: after });
      }
    }
    for (const [incoming, kind, place, commit, repo, digits, digitsOfCommit, label] of file.links) {
      const other = { kind: file.kinds[kind], repo: file.repos[repo], digits, digitsOfCommit, label };
      if (incoming) add(graph.up, place, { need: commit, ...other });
      else add(graph.down, place, { need: digitsOfCommit === '0' ? ANY : commit, ...other }); // what is equal is equal whatever the commit
    }
    return graph;
  };

  /** The graph of a repository by the path of its script; null where there is none. @type {(path: string) => Promise<Graph | null>} */
  const load = (path) => {
    let promise = graphs.get(path);
    if (!promise) {
      promise = new Promise((resolve) => {
        /** @type {any} */ (window.S).when(path.slice(0, -3), (/** @type {GraphFile} */ file) => resolve(prepare(file)));
        const script = document.createElement('script');
        script.src = root + path;
        script.onload = () => resolve(null); // after the data, where the script had them
        script.onerror = () => resolve(null);
        document.head.append(script);
      });
      graphs.set(path, promise);
    }
    return promise;
  };

  /** Whether a walk that is in a commit may take a step. @type {(need: number, commit: number, down: boolean) => boolean} */
  const fits = (need, commit, down) => need === commit || (down ? (need === ANY) !== (commit === ANY) : need === ANY);

  /** Walks from data up to what it was made from, or down to what was made from it in any commit. @type {(start: {graph: Graph, place: number, commit: number}, down: boolean, depth: number, files?: number) => Promise<Walked>} */
  const walk = async (start, down, depth, files = MOST_FILES) => {
    const key = (/** @type {Graph} */ graph, /** @type {number} */ place) => `${graph.file.repo} ${place}`;
    const first = { key: key(start.graph, start.place), graph: start.graph, place: start.place, label: '', level: 0 };
    /** @type {Walked} */
    const walked = { nodes: new Map([[first.key, first]]), edges: new Map(), cut: false };
    /** @type {{node: GraphNode, commit: number}[]} */
    let frontier = [{ node: first, commit: down ? ANY : start.commit }];
    const visited = new Set([`${first.key} ${frontier[0].commit}`]);
    for (let level = 1; frontier.length && level <= depth; level += 1) {
      const steps = frontier.flatMap(({ node, commit }) => ((node.graph && (down ? node.graph.down : node.graph.up).get(node.place)) || [])
        .filter((step) => fits(step.need, commit, down)).map((step) => ({ near: node, step })));
      const repos = new Map(steps.flatMap(({ step }) => (step.repo ? [step.repo] : [])));
      const wanted = [...repos].filter(([, path]) => graphs.has(path));
      const others = [...repos].filter(([, path]) => !graphs.has(path));
      const room = Math.max(0, files - graphs.size);
      walked.cut ||= others.length > room;
      const loaded = new Map(await Promise.all([...wanted, ...others.slice(0, room)].map(async ([repo, path]) => /** @type {[string, Graph | null]} */ ([repo, await load(path)]))));
      frontier = [];
      for (const { near, step } of steps) {
        const graph = step.repo ? loaded.get(step.repo[0]) : step.digits ? null : near.graph;
        if (graph === undefined) continue; // beyond the room
        const place = step.place ?? graph?.places.get(step.digits || '') ?? -1;
        const commit = step.commit ?? (step.digitsOfCommit === '0' ? ANY : graph?.commits.get(step.digitsOfCommit || '') ?? -1);
        const name = graph && place >= 0 ? key(graph, place) : `outside ${step.digits}`;
        const node = walked.nodes.get(name) ?? { key: name, graph: place >= 0 ? graph : null, place, label: step.label || step.repo?.[0] || 'outside this catalog', level };
        walked.nodes.set(name, node);
        const edge = `${name}\n${near.key}`;
        const known = walked.edges.get(edge);
        if (!known) walked.edges.set(edge, { from: down ? near.key : name, to: down ? name : near.key, kind: step.kind, level, node: name });
        else if (DECLARED.includes(step.kind) && known.kind !== 'version') known.kind = step.kind; // what was declared goes before what is only equal
        if (node.graph && !visited.has(`${name} ${commit}`)) {
          visited.add(`${name} ${commit}`);
          frontier.push({ node, commit });
        }
      }
    }
    return walked;
  };

  /** Steps between the nodes of `kept`, past all others, up to so many from `own` in both directions; a path that metafiles declare goes before one that is only equal.
   * @type {(walked: Walked, kept: Set<string>, own: string[], steps: number) => {levels: Map<string, number>, edges: GraphEdge[]}} */
  const contract = (walked, kept, own, steps) => {
    const levels = new Map(own.map((key) => [key, 0]));
    /** @type {Map<string, GraphEdge>} */
    const edges = new Map();
    for (const down of [true, false]) {
      /** @type {Map<string, {key: string, equal: boolean}[]>} */
      const next = new Map();
      for (const { from, to, kind } of walked.edges.values()) {
        const [start, key] = down ? [from, to] : [to, from], step = { key, equal: EQUAL.includes(kind) };
        const others = next.get(start);
        if (others) others.push(step); else next.set(start, [step]);
      }
      let frontier = own;
      for (let level = 1; level <= steps; level += 1) {
        const reached = [];
        for (const start of frontier) {
          for (const [key, equal] of reach(start, next, kept)) {
            const [from, to] = down ? [start, key] : [key, start];
            edges.set(`${from}\n${to}`, { from, to, kind: equal ? 'content' : 'made from', level, node: key });
            if (levels.has(key)) continue;
            levels.set(key, level);
            reached.push(key);
          }
        }
        frontier = reached;
      }
    }
    return { levels, edges: [...edges.values()] };
  };

  /** The first nodes of `kept` on each path, and whether only equal content leads there. @type {(start: string, next: Map<string, {key: string, equal: boolean}[]>, kept: Set<string>) => Map<string, boolean>} */
  const reach = (start, next, kept) => {
    const reached = new Map(), visited = new Set();
    const declared = [start], equal = /** @type {string[]} */ ([]);
    while (declared.length || equal.length) {
      const isEqual = !declared.length, key = /** @type {string} */ ((isEqual ? equal : declared).pop());
      if (visited.has(key)) continue;
      visited.add(key);
      if (key !== start && kept.has(key)) { reached.set(key, isEqual); continue; }
      for (const step of next.get(key) || []) (isEqual || step.equal ? equal : declared).push(step.key);
    }
    return reached;
  };

  /** Whether a name is the beginning of the commit of a version. @type {(version: GraphVersion, name: string) => boolean} */
  const isCommit = ({ oid }, name) => /^[0-9a-f]{7,40}$/.test(name) && oid.startsWith(name);

  /** The version that a reference names, `repository:artifact`, with `@version`, `@` and the beginning of a commit, `#stage`, or none of these for the latest. @type {(ref: string) => Promise<{graph: Graph, version: GraphVersion, id: string}>} */
  const resolve = async (ref) => {
    const paths = await names();
    const known = Object.keys(paths).find((id) => ref.startsWith(id) && ['', '@', '#'].includes(ref.charAt(id.length)));
    const parts = known === undefined ? ref.match(/^([^:]+(?::\d+[^:]*)?:.+?)(?:@([^@#]+)|#([^@#]+))?$/) : [ref, known, ...suffix(ref.slice(known.length))];
    if (!parts) throw new Error(`invalid reference ${JSON.stringify(ref)}: expected repository:artifact@version`);
    const [, id, name, stage] = parts;
    const slug = (/** @type {string} */ part) => part.replaceAll(':', '~~').replaceAll('/', '~');
    const folder = known === undefined ? slug(id.replace(/^([^:]+(?::\d+[^:]*)?):.*$/, '$1')) : paths[known].split('/')[1];
    const graph = await load(`lineage/${folder}.js`);
    const artifact = id.slice((graph?.file.repo.length ?? 0) + 1);
    const versions = graph?.versions.filter((version) => version.artifact === artifact) ?? [];
    const ofCommit = name && !stage ? versions.filter((each) => each.version === name || isCommit(each, name)) : [];
    if (new Set(ofCommit.map((each) => each.version)).size > 1) {
      const candidates = [...new Set(ofCommit.map((each) => `${id}@${each.version}`))].sort();
      throw Object.assign(new Error(`${JSON.stringify(ref)} names ${candidates.length} versions, expected one`), { candidates });
    }
    const version = ofCommit[0] ?? versions.find((each) => (stage ? each.stages.some(([own]) => own === stage) : (!name || name === 'latest') && each.latest))
      ?? (name || stage ? undefined : versions[0]);
    if (!graph || !version) throw new Error(unknown(id, versions, name, stage));
    return { graph, version, id };
  };

  /** Why a reference names no version in the graph, and which there are. @type {(id: string, versions: GraphVersion[], name?: string, stage?: string) => string} */
  const unknown = (id, versions, name, stage) => {
    if (!versions.length) return `no lineage is known of ${id}`;
    const expected = SiteData.oneOf(versions.flatMap((each) => (stage ? each.stages.map(([own]) => own) : [each.version])));
    return stage ? `no version of ${id} with known lineage is in stage ${JSON.stringify(stage)}${expected}`
      : `${id} has no ${name && name !== 'latest' ? `version ${JSON.stringify(name)}` : 'latest version'} with known lineage${expected}`;
  };

  /** The version or the stage at the end of a reference. @type {(text: string) => (string | undefined)[]} */
  const suffix = (text) => [text.startsWith('@') ? text.slice(1) : undefined, text.startsWith('#') ? text.slice(1) : undefined];

  /** The paths of artifacts that do not follow from their names. @type {() => Promise<Record<string, string>>} */
  const names = () => (odd ??= new Promise((done) => {
    /** @type {any} */ (window.S).when('names', done);
    const script = document.createElement('script');
    script.src = `${root}models/names.js`;
    script.onerror = () => done({});
    document.head.append(script);
  }));

  /** @type {any} */ (window).LineageGraph = { root, load, walk, contract, resolve, EQUAL };
})();
