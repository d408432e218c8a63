// Draws lineage as a graph in layers: `lineage.html?of=repository:artifact@version&way=up`, and the nearest steps on the page of an artifact.
(() => {
  'use strict';
  /** @typedef {{key: string, title: string, sub: string, href: string, kind: string, stages: [string, string][], inProd: boolean, node: GraphNode, names: string[]}} Shown */
  /** @typedef {{key: string, layer: number, row: number, dummy?: boolean}} Place */
  const { walk, contract, resolve, root, EQUAL } = /** @type {any} */ (window).LineageGraph;
  const { LineageNames } = /** @type {any} */ (window);
  const { element, drawing, visible } = SiteData;
  const MOST_NODES = 150; // that are drawn; of more, those within two steps are
  const NEAR = 2; // steps, where not all are drawn
  const MOST_NEAR = 24, FILES_NEAR = 20; // nodes on the page of an artifact, and repositories that are read for them
  const DEPTH = 100; // as far as `catalog lineage` may go
  const SWEEPS = 8;
  const SUBTITLE = 32; // characters
  const HOST = /^(?:[^/]*[.:][^/]*|local|localhost)\//; // with which the name of a repository may begin
  const WIDE = 196, HIGH = 42, ACROSS = 52, BETWEEN = 14, EDGE = 8;
  const pill = (/** @type {[string, string]} */ [stage, look]) => element('span', { className: `pill s-${look}`, textContent: stage });
  const counted = (/** @type {number} */ count) => `${count.toLocaleString('en')} ${count === 1 ? 'node' : 'nodes'}`;
  const clip = (/** @type {string} */ text, /** @type {number} */ most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

  /** The versions that are the content of a node, and what else is to be said of it. @type {(node: GraphNode) => Shown} */
  const describe = (node) => {
    if (!node.graph) return { key: node.key, title: node.label, sub: 'outside this catalog', href: '', kind: 'outside', stages: [], inProd: false, node, names: [] };
    const { file } = node.graph;
    const [path, hash, , stage] = file.nodes[node.place];
    // Several versions may have the same bytes: the one in production names them all, and its stages stand first.
    const versions = node.graph.versions.filter((version) => version.place === node.place).sort((a, b) => Number(b.inProd) - Number(a.inProd) || b.stages.length - a.stages.length);
    const names = [...new Set(versions.map((version) => `${version.artifact}@${version.version}`))];
    const stages = versions.flatMap((version) => version.stages), inProd = versions.some((version) => version.inProd);
    const page = versions.length ? file.artifacts[versions[0].artifact] : null;
    const title = stage || (names.length > 1 ? `${names[0]} +${names.length - 1}` : names[0]) || path;
    return { key: node.key, title, sub: stage ? `${file.repo} · ${path}` : names.length ? file.repo : `${file.repo} · ${(hash || '').slice(0, 7)}`,
      href: page ? `${root}${page[1]}#${versions[0].version}` : '', kind: stage ? 'step' : names.length ? 'version' : 'data', stages, inProd, node, names };
  };

  /** Layers by the longest path; a step that would close a circle is left out of the order. @type {(keys: string[], edges: GraphEdge[]) => Map<string, number>} */
  const layered = (keys, edges) => {
    /** @type {Map<string, string[]>} */
    const before = new Map(keys.map((key) => [key, []]));
    for (const { from, to } of edges) if (from !== to) before.get(to)?.push(from);
    /** @type {Map<string, number>} */
    const layers = new Map();
    const open = new Set();
    for (const root of keys) { // no recursion: a chain may be long
      const stack = [root];
      while (stack.length) {
        const key = stack[stack.length - 1];
        if (layers.has(key)) { stack.pop(); continue; }
        const waiting = open.has(key) ? [] : (before.get(key) || []).filter((other) => !layers.has(other) && !open.has(other));
        open.add(key);
        if (waiting.length) { stack.push(...waiting); continue; }
        layers.set(key, Math.max(-1, ...(before.get(key) || []).map((other) => layers.get(other) ?? -1)) + 1);
        stack.pop();
      }
    }
    return layers;
  };

  /** The order within layers: each node goes to the mean of its neighbours, sweep by sweep. @type {(keys: string[], edges: GraphEdge[]) => {places: Map<string, Place>, rows: number, layers: number, bends: Map<GraphEdge, string[]>}} */
  const arrange = (keys, edges) => {
    const layers = layered(keys, edges);
    /** @type {Place[][]} */
    const columns = [];
    /** @type {Map<string, Place>} */
    const places = new Map();
    const put = (/** @type {string} */ key, /** @type {number} */ layer, dummy = false) => {
      const column = columns[layer] ??= [];
      const place = { key, layer, row: column.length, dummy };
      column.push(place);
      places.set(key, place);
    };
    keys.forEach((key) => put(key, layers.get(key) ?? 0));
    /** @type {Map<GraphEdge, string[]>} */
    const bends = new Map();
    /** @type {Map<string, string[]>} */
    const left = new Map(), right = new Map();
    const join = (/** @type {string} */ a, /** @type {string} */ b) => { right.set(a, [...(right.get(a) || []), b]); left.set(b, [...(left.get(b) || []), a]); };
    edges.forEach((edge, number) => {
      const [from, to] = [layers.get(edge.from) ?? 0, layers.get(edge.to) ?? 0];
      const bent = [];
      for (let layer = from + 1; layer < to; layer += 1) { put(`${number} ${layer}`, layer, true); bent.push(`${number} ${layer}`); }
      bends.set(edge, bent);
      if (to > from) [edge.from, ...bent, edge.to].reduce((a, b) => { join(a, b); return b; });
    });
    for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
      const near = sweep % 2 ? right : left;
      for (const column of sweep % 2 ? [...columns].reverse() : columns) {
        const mean = new Map(column.map((place) => {
          const rows = (near.get(place.key) || []).map((key) => places.get(key)?.row ?? 0);
          return [place, rows.length ? rows.reduce((sum, row) => sum + row, 0) / rows.length : place.row];
        }));
        column.sort((a, b) => (mean.get(a) ?? 0) - (mean.get(b) ?? 0) || a.row - b.row).forEach((place, row) => { place.row = row; });
      }
    }
    const rows = Math.max(1, ...columns.map((column) => column.length));
    for (const column of columns) column.forEach((place) => { place.row += (rows - column.length) / 2; });
    return { places, rows, layers: columns.length, bends };
  };

  /** A text cut at its front, where paths are alike. @type {(text: string, most: number) => string} */
  const tail = (text, most) => (text.length > most ? `…${text.slice(1 - most)}` : text);

  /** Where a node is, without the host that all share. @type {(each: Shown, host: string) => string} */
  const where = (each, host) => (each.node.graph && each.sub.startsWith(host) ? each.sub.slice(host.length) : each.sub);

  /** The second line of a box: its stage, and where it is. @type {(each: Shown, look: [string, string] | undefined, host: string) => string} */
  const subtitle = (each, look, host) => {
    const stage = look ? `${clip(look[0], SUBTITLE / 2)} · ` : '';
    return stage + tail(where(each, host), SUBTITLE - stage.length);
  };

  /** What all of these begin with: the host of their repositories, where it is one. @type {(shown: Iterable<Shown>) => string} */
  const sharedHost = (shown) => {
    const hosts = new Set([...shown].flatMap(({ node }) => (node.graph ? [HOST.exec(node.graph.file.repo)?.[0] ?? ''] : [])));
    return hosts.size === 1 ? [...hosts][0] : '';
  };

  /** @type {(shown: Map<string, Shown>, edges: GraphEdge[], marked: Set<string>, own: Set<string>) => SVGElement} */
  const picture = (shown, edges, marked, own) => {
    const host = sharedHost(shown.values());
    const { places, rows, layers, bends } = arrange([...shown.keys()], edges);
    const x = (/** @type {Place} */ place) => EDGE + place.layer * (WIDE + ACROSS);
    const y = (/** @type {Place} */ place) => EDGE + place.row * (HIGH + BETWEEN);
    const at = (/** @type {string} */ key) => /** @type {Place} */ (places.get(key));
    const width = EDGE * 2 + layers * WIDE + (layers - 1) * ACROSS, height = EDGE * 2 + rows * HIGH + (rows - 1) * BETWEEN;
    const svg = drawing('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'group', 'aria-label': `Lineage: ${counted(shown.size)}` });
    for (const edge of edges) {
      const points = [edge.from, ...(bends.get(edge) || []), edge.to].map(at);
      let path = '';
      points.forEach((place, number) => {
        const [left, middle] = [x(place), y(place) + HIGH / 2];
        if (!number) { path = `M${left + WIDE} ${middle}`; return; }
        const before = points[number - 1], from = x(before) + WIDE, half = (left - from) / 2;
        path += ` C${from + half} ${y(before) + HIGH / 2} ${left - half} ${middle} ${left} ${middle}${place.dummy ? ` L${left + WIDE} ${middle}` : ''}`;
      });
      const line = drawing('path', { d: path, class: `edge${EQUAL.includes(edge.kind) ? ' equal' : ''}${marked.has(edge.to) && marked.has(edge.from) ? ' hit' : ''}` });
      line.append(drawing('title', {}, edge.kind));
      svg.append(line);
    }
    for (const [key, each] of shown) {
      const place = at(key);
      const look = each.stages.find((stage) => stage[1] === 'prod') ?? each.stages[0];
      const box = drawing(each.href ? 'a' : 'g', { class: `node ${each.kind}${own.has(key) ? ' own' : ''}${marked.has(key) && each.inProd && !own.has(key) ? ' hit' : ''}${look ? ` s-${look[1]}` : ''}`, transform: `translate(${x(place)} ${y(place)})`, ...(each.href ? { href: each.href } : {}) });
      box.append(drawing('title', {}, [each.title, each.sub, ...each.names, ...each.stages.map(([stage]) => stage)].join('\n')));
      box.append(drawing('rect', { width: WIDE, height: HIGH, rx: each.kind === 'step' ? HIGH / 2 : 6 }));
      if (look) box.append(drawing('rect', { class: 'mark', width: 4, height: HIGH - 12, x: 4, y: 6, rx: 2 }));
      box.append(drawing('text', { x: 16, y: 18, class: 'title' }, clip(each.title.split('/').slice(-2).join('/'), 26)));
      box.append(drawing('text', { x: 16, y: 33, class: 'sub' }, subtitle(each, look, host)));
      svg.append(box);
    }
    return svg;
  };

  /** The nodes and edges of both ways from a version. @type {(found: {graph: Graph, version: GraphVersion}, way: string, files?: number) => Promise<Walked & {marked: Set<string>, own: Set<string>}>} */
  const both = async ({ graph, version }, way, files) => {
    const nodes = new Map(), edges = new Map(), marked = new Set();
    let cut = false;
    for (const down of [false, true]) {
      if (way === (down ? 'up' : 'down')) continue;
      const walked = await walk({ graph, place: version.place, commit: version.commit }, down, DEPTH, files);
      for (const [key, node] of walked.nodes) { nodes.set(key, nodes.get(key) ?? { ...node, down }); if (down) marked.add(key); }
      for (const [key, edge] of walked.edges) edges.set(key.split('\n').sort().join('\n') + edge.from, edge);
      cut ||= walked.cut;
    }
    return { nodes, edges, cut, marked, own: new Set([`${graph.file.repo} ${version.place}`]) };
  };

  /** What is drawn of more nodes than have room: the versions that are nearest, with the pipelines between them as lines; where there are none, the nearest nodes.
   * @type {(walked: Walked & {own: Set<string>}, all: Shown[], most: number) => {near: Shown[], edges: GraphEdge[], versions: boolean}} */
  const nearest = (walked, all, most) => {
    const kept = new Map(all.filter((each) => each.kind === 'version' || walked.own.has(each.key)).map((each) => [each.key, each]));
    const { levels, edges } = contract(walked, new Set(kept.keys()), [...walked.own], NEAR);
    const rank = (/** @type {Shown} */ each) => [levels.get(each.key) ?? NEAR, Number(!each.inProd), Number(!each.stages.length)];
    const versions = [...kept.values()].filter((each) => levels.has(each.key))
      .sort((a, b) => rank(a).map((value, place) => value - rank(b)[place]).find((difference) => difference) ?? 0).slice(0, most);
    return versions.length > 1 ? { near: versions, edges, versions: true }
      : { near: all.filter((each) => each.node.level <= NEAR).slice(0, most), edges: [...walked.edges.values()], versions: false };
  };

  /** @type {(walked: Walked & {marked: Set<string>, own: Set<string>}, near: Shown[], edges: GraphEdge[]) => SVGElement} */
  const drawn = (walked, near, edges) => {
    const shown = new Map(near.map((each) => [each.key, each]));
    return picture(shown, edges.filter((edge) => shown.has(edge.from) && shown.has(edge.to) && edge.from !== edge.to), walked.marked, walked.own);
  };

  /** Scrolls a drawing so that the version that was asked for is in its middle. @type {(svg: SVGElement) => void} */
  const centre = (svg) => {
    const frame = /** @type {HTMLElement} */ (svg.parentElement), [inner, outer] = [svg.querySelector('.own') || svg, frame].map((each) => each.getBoundingClientRect());
    frame.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
  };

  // On the page of an artifact: the nearest versions.
  for (const figure of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('.lineage[data-near]'))) {
    resolve(figure.dataset.of).then(async (/** @type {any} */ found) => {
      const walked = await both(found, 'both', FILES_NEAR);
      if (walked.nodes.size < 2) return;
      const { near, edges } = nearest(walked, [...walked.nodes.values()].map(describe), MOST_NEAR);
      const svg = drawn(walked, near, edges);
      figure.append(element('div', { className: 'card scroll' }, svg));
      figure.hidden = false;
      centre(svg);
      window.S.enhance(figure);
    }).catch(() => { /* no lineage is known of it */ });
  }

  const holder = document.getElementById('lineage');
  if (!holder || holder.dataset.lineage === undefined) return;
  const asked = new URLSearchParams(location.search);
  const chosen = { of: asked.get('of') || '', way: asked.get('way') || 'both' };
  const WAYS = { both: 'Both ways', up: 'Made from', down: 'Used by' };

  const keep = () => {
    try { history.replaceState(null, '', `${location.pathname}?${new URLSearchParams(chosen)}`); } catch (e) { /* file:// in some browsers */ }
  };
  /** What is in production and follows from the version. @type {(all: Shown[], walked: {marked: Set<string>, own: Set<string>}, host: string) => HTMLElement} */
  const following = (all, walked, host) => {
    const lines = all.filter((each) => walked.marked.has(each.key) && !walked.own.has(each.key)).flatMap((each) => {
      const graph = /** @type {Graph | null} */ (each.node.graph);
      return (graph?.versions || []).filter((version) => version.place === each.node.place && version.inProd)
        .map((version) => ({ version, graph: /** @type {Graph} */ (graph) }));
    }).map(({ version, graph }) => element('li', {}, element('a', { className: 'strong', href: `${root}${graph.file.artifacts[version.artifact][1]}#${version.version}`,
      textContent: `${graph.file.repo.slice(host.length)}:${version.artifact}@${version.version}`, title: graph.file.repo }), ' ', ...version.stages.map(pill)));
    return element('section', { id: 'following' }, element('h2', { textContent: 'In production, and follows from it ' }, element('b', { textContent: String(lines.length) })),
      lines.length ? element('ul', {}, ...lines) : element('p', { className: 'muted', textContent: 'No version in production was made from it.' }));
  };
  /** @type {(all: Shown[], open: boolean, host: string) => HTMLElement} */
  const table = (all, open, host) => element('details', { className: 'fold', open }, element('summary', { textContent: all.length > 1 ? `All ${counted(all.length)} as a table` : 'The node as a table' }),
    element('div', { className: 'card scroll' }, element('table', { className: 'tbl' },
      element('thead', {}, element('tr', {}, ...['Steps', 'Name', 'Where', 'Stages'].map((word) => element('th', { textContent: word })))),
      element('tbody', {}, ...all.map((each) => element('tr', {}, element('td', { textContent: String(each.node.level) }),
        element('td', {}, each.href ? element('a', { className: 'strong', href: each.href, textContent: each.names.join(', ') || each.title }) : each.title),
        element('td', { textContent: where(each, host) }), element('td', {}, ...each.stages.map(pill))))))));

  let times = 0;
  const show = async () => {
    times += 1;
    const turn = times;
    keep();
    document.getElementById('lists')?.toggleAttribute('hidden', chosen.of !== '');
    holder.classList.toggle('chosen', chosen.of !== '');
    const input = element('input', { type: 'text', value: chosen.of, placeholder: 'artifact, artifact@version or artifact#stage', ariaLabel: 'Reference of a version', autocomplete: 'off' });
    const completions = element('datalist', { id: 'completions' });
    input.setAttribute('list', completions.id);
    input.addEventListener('input', async () => {
      const text = input.value, names = await LineageNames.completions(text);
      if (text === input.value) completions.replaceChildren(...names.map((/** @type {string} */ value) => element('option', { value })));
    });
    const go = () => { chosen.of = input.value.trim(); show(); };
    input.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => { if (event.key === 'Enter') go(); });
    const bar = element('div', { className: 'bar' }, input, completions, element('button', { type: 'button', className: 'btn', textContent: 'Show', onclick: go }));
    if (!chosen.of) { holder.replaceChildren(bar, element('p', { className: 'empty', textContent: 'No version is chosen yet.' })); return; }
    try {
      const found = await LineageNames.find(chosen.of);
      const versions = found.graph.versions.filter((/** @type {GraphVersion} */ each) => each.artifact === found.version.artifact);
      const select = element('select', { ariaLabel: 'Version' }, ...versions.map((/** @type {GraphVersion} */ each) => element('option', { value: each.version, selected: each === found.version,
        textContent: [each.version, ...each.stages.map(([stage]) => stage)].join(' · ') })));
      select.addEventListener('change', () => { chosen.of = `${found.id}@${select.value}`; show(); });
      bar.append(select, ...Object.entries(WAYS).map(([way, words]) => element('button', { type: 'button', className: 'btn', ariaPressed: String(way === chosen.way), textContent: words,
        onclick: () => { chosen.way = way; show(); } })));
      const walked = await both(found, chosen.way);
      if (turn !== times) return;
      const all = [...walked.nodes.values()].map(describe), host = sharedHost(all), fewer = all.length > MOST_NODES;
      const { near, edges, versions: contracted } = fewer ? nearest(walked, all, MOST_NODES) : { near: all, edges: [...walked.edges.values()], versions: false };
      const svg = drawn(walked, near, edges);
      const notes = [...(fewer ? [`${counted(all.length)}: the picture has the ${near.length.toLocaleString('en')}${contracted ? ' versions' : ''} within two steps, the table all.`] : []),
        ...(walked.cut ? ['More repositories than a page reads: catalog lineage has all.'] : [])].map((words) => element('p', { className: 'note', textContent: words }));
      holder.replaceChildren(bar, element('div', { className: 'lineage' }, element('div', { className: 'card scroll' }, svg)), ...notes,
        ...(chosen.way === 'up' ? [] : [following(all, walked, host)]), table(all, fewer, host));
      window.S.enhance(holder);
      centre(svg);
    } catch (error) {
      const candidates = /** @type {{candidates?: string[]}} */ (error).candidates || [];
      if (turn !== times) return;
      holder.replaceChildren(bar, element('p', { className: 'notice' }, element('span', { textContent: visible(error instanceof Error ? error.message : String(error)) })),
        element('ul', { id: 'candidates' }, ...candidates.map((of) => element('li', {}, element('a', { className: 'strong', href: `?${new URLSearchParams({ ...chosen, of })}`, textContent: visible(of) })))));
    }
  };
  show();
})();
