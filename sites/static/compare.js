// Versions beside each other: `compare.html?v=artifact@version&v=…`. The numbers, the best and the differences are those of `catalog compare`.
(() => {
  'use strict';
  const { load, signed, text, size, pill } = /** @type {any} */ (window).models;
  const { LineageNames } = /** @type {any} */ (window);
  const { visible, oneOf } = SiteData;
  const MOST = 7;
  const MOST_OFFERED = 8; // artifacts that a name may mean
  const place = /** @type {HTMLElement} */ (document.getElementById('compare'));
  /** @type {(name: string, properties?: object, ...inside: (Node | string)[]) => any} */
  const make = (name, properties = {}, ...inside) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...inside);
    return element;
  };
  /** @typedef {{text: string, number?: number | null, comparable?: number | null, best?: boolean, delta?: number}} Cell */
  /** @typedef {{part: string, name: string, direction?: string, cells: (Cell | null)[], differs: boolean}} Row */
  /** @typedef {{ref: string, model: Model, at: number, version: Version}} Column */

  // Which versions, the first of which is the baseline, and whether rows without a difference are shown.
  const asked = new URLSearchParams(location.search);
  let refs = [...new Set(asked.getAll('v'))].slice(0, MOST);
  let all = asked.get('all') === '1';
  const keep = () => {
    const address = new URLSearchParams(refs.map((ref) => ['v', ref]));
    if (all) address.set('all', '1');
    try { history.replaceState(null, '', address.size ? `?${address}` : location.pathname); } catch (e) { /* file:// in some browsers */ }
  };

  /** The version of an artifact, by its name, the beginning of its commit, or its stage. @type {(id: string, versions: Version[], name?: string, stage?: string) => Version} */
  const versionOf = (id, versions, name, stage) => {
    const stagesOf = (/** @type {Version} */ each) => (each.stages || []).map(([own]) => own);
    if (stage) {
      const inStage = versions.find((each) => stagesOf(each).includes(stage));
      if (inStage) return inStage;
      throw new Error(`no version of ${id} is in stage ${JSON.stringify(stage)}${oneOf(versions.flatMap(stagesOf))}`);
    }
    const isCommit = /^[0-9a-f]{7,40}$/.test(name || '');
    const named = !name || name === 'latest' ? versions.filter((each) => each.latest)
      : versions.filter((each) => each.version === name || (isCommit && each.commit.startsWith(name)));
    if (new Set(named.map((each) => each.version)).size > 1) {
      const candidates = [...new Set(named.map((each) => `${id}@${each.version}`))].sort();
      throw Object.assign(new Error(`${JSON.stringify(`${id}@${name}`)} names ${candidates.length} versions, expected one`), { candidates });
    }
    if (named.length) return named[0];
    throw new Error(`${id} has no ${!name || name === 'latest' ? 'latest version' : `version ${JSON.stringify(name)}`}${oneOf(versions.map((each) => each.version))}`);
  };

  /** The version that a full reference names. @type {(ref: string) => Promise<Omit<Column, 'ref'>>} */
  const read = async (ref) => {
    const parts = ref.match(/^(.+?:.+?)(?:@([^@#]+)|#([^@#]+))?$/s);
    if (!parts) throw new Error(`invalid reference ${JSON.stringify(ref)}: expected artifact, artifact@version or artifact#stage`);
    const [, id, name, stage] = parts;
    const names = await load('models/names.js', 'names').catch(() => ({}));
    const repo = id.replace(/^([^:]+(?::\d+[^:]*)?):.*$/s, '$1'); // a host may have a port
    const slug = (/** @type {string} */ part) => part.replaceAll(':', '~~').replaceAll('/', '~');
    const path = Object.hasOwn(names, id) ? names[id] : `models/${slug(repo)}/${slug(id.slice(repo.length + 1))}`;
    const model = await load(`${path}.js`, id).catch(() => { throw new Error(`no artifact ${JSON.stringify(id)} in this catalog`); });
    const version = versionOf(id, model.versions, name, stage);
    return { model, at: model.versions.indexOf(version), version };
  };

  /** The version that a reference names, in the words of the page of lineage. @type {(ref: string) => Promise<Column>} */
  const column = async (ref) => ({ ...await LineageNames.find(ref, read), ref });

  /** Best, differences and whether anything differs, for the cells of a row. @type {(part: string, name: string, direction: string | undefined, cells: (Cell | null)[]) => Row} */
  const row = (part, name, direction, cells) => {
    const comparable = cells.map((cell) => cell?.comparable).filter((number) => number !== null && number !== undefined);
    const [least, most] = [Math.min(...comparable), Math.max(...comparable)];
    const base = cells[0]?.number;
    for (const cell of cells) {
      if (!cell) continue;
      if (direction && least < most) cell.best = cell.comparable === (direction === 'lower' ? least : most);
      if (cell !== cells[0] && base !== null && base !== undefined && cell.number !== null && cell.number !== undefined) cell.delta = cell.number - base;
    }
    const said = new Set(cells.filter(Boolean).map((cell) => (cell?.number ?? null) === null || /^-?\d{16,}$/.test(cell?.text || '') ? cell?.text : cell?.number));
    return { part, name, direction, cells, differs: said.size > 1 || cells.some((cell) => cell === null) !== cells.every((cell) => cell === null) };
  };

  /** The rows of metrics or parameters, with the file where a version has several of a name. @type {(columns: Column[], kind: 'metrics' | 'params', part: string) => Row[]} */
  const measured = (columns, kind, part) => {
    /** @type {{name: string, file: string, direction?: string, column: number, cell: Cell}[]} */
    const found = [];
    columns.forEach(({ model, at, version }, number) => {
      for (const series of model[kind]) {
        const point = series.points.find((/** @type {any} */ each) => each[0] === at);
        if (!point) continue;
        const ofProject = (point[3] || 0) & 1;
        const mixed = version.mixed && !version.other_inputs;
        found.push({ name: series.name || '', file: series.file, direction: series.direction, column: number,
          cell: { text: text(point), number: point[1] ?? null, comparable: ofProject || mixed ? null : point[1] ?? null } });
      }
    });
    const many = new Set(found.filter((one) => found.some((other) => other !== one && other.column === one.column && other.name === one.name)).map(({ name }) => name));
    /** @type {Map<string, {direction?: string, cells: (Cell | null)[]}>} */
    const rows = new Map();
    for (const { name, file, direction, column: number, cell } of found) {
      const label = many.has(name) ? `${file}:${name}` : name || file;
      if (!rows.has(label)) rows.set(label, { direction, cells: columns.map(() => null) });
      const entry = /** @type {{cells: (Cell | null)[]}} */ (rows.get(label));
      entry.cells[number] = cell;
    }
    return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { direction, cells }]) => row(part, name, direction, cells));
  };

  /** All rows. @type {(columns: Column[]) => Row[]} */
  const rowsOf = (columns) => {
    /** @type {(name: string, read: (version: any) => string | undefined) => Row} */
    const fact = (name, read) => row('Version', name, undefined, columns.map(({ version }) => { const words = read(version); return words ? { text: words } : null; }));
    const sizes = row('Version', 'size', undefined, columns.map(({ version }) => (version.size === undefined ? null : { text: size(version.size), number: version.size })));
    const inputs = [...new Set(columns.flatMap(({ model, at }) => model.inputs.filter((/** @type {any} */ input) => input.points.some((/** @type {any} */ point) => point[0] === at)).map((/** @type {any} */ input) => input.path)))].sort();
    return [
      fact('registered', (version) => version.at.slice(0, 16).replace('T', ' ')),
      fact('stages', (version) => (version.stages || []).map((/** @type {any} */ stage) => stage[0]).join(', ')),
      fact('storage', (version) => version.storage),
      fact('hash', (version) => version.hash?.slice(0, 12)),
      sizes,
      fact('runs', (version) => (version.other_inputs ? 'other inputs' : version.mixed ? 'different' : version.uncompared ? 'not all compared' : undefined)),
      ...measured(columns, 'metrics', 'Metrics'),
      ...measured(columns, 'params', 'Parameters'),
      ...inputs.map((path) => row('Inputs', path, undefined, columns.map(({ model, at }) => {
        const point = model.inputs.find((/** @type {any} */ input) => input.path === path)?.points.find((/** @type {any} */ each) => each[0] === at);
        return point ? { text: [(point[1] || 'in Git').slice(0, 12), point[3]].filter(Boolean).join(' at ') } : null;
      }))),
    ].filter(({ cells }) => cells.some(Boolean));
  };

  /** How a number of a metric differs from the baseline: better, worse or neither. @type {(row: Row, cell: Cell) => string} */
  const trend = ({ direction }, { delta }) => (!direction || !delta ? '' : (delta > 0) === (direction === 'higher') ? 'up' : 'down');
  const hasDelta = (/** @type {Row} */ { part }, /** @type {Cell} */ cell) => part !== 'Version' && cell.delta !== undefined && !Number.isNaN(cell.delta);
  const shown = (/** @type {Row[]} */ rows) => rows.filter(({ part, differs }) => all || differs || part === 'Metrics' || part === 'Version');

  /** @type {(columns: Column[], rows: Row[]) => string} */
  const markdown = (columns, rows) => {
    const safe = (/** @type {string} */ words) => words.replace(/[\\|`*_<>[\]]/g, '\\$&').replace(/\s+/g, ' ');
    const lines = [['', ...columns.map(({ model, version }) => `${model.name}@${version.version}`)], columns.map(() => '---').concat('---')];
    for (const each of shown(rows)) {
      lines.push([each.name, ...each.cells.map((cell) => (cell ? `${cell.text}${cell.best ? ' (best)' : ''}${hasDelta(each, cell) ? ` (${signed(cell.delta)})` : ''}` : ''))]);
    }
    return `${lines.map((cells, number) => `| ${cells.map((cell) => (number === 1 ? cell : safe(cell))).join(' | ')} |`).join('\n')}\n`;
  };

  /** @type {(words: string) => Promise<boolean>} */
  const copy = async (words) => {
    try { await navigator.clipboard.writeText(words); return true; } catch (e) { /* no secure context */ }
    const area = make('textarea', { value: words });
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  };

  /** The button that removes a reference. @type {(ref: string) => HTMLElement} */
  const removal = (ref) => make('button', { type: 'button', className: 'btn', textContent: 'Remove', ariaLabel: `Remove ${visible(ref)}`,
    onclick: () => { refs = refs.filter((each) => each !== ref); show(); } });

  /** @type {(columns: Column[], rows: Row[]) => HTMLElement} */
  const table = (columns, rows) => {
    const heads = columns.map(({ ref, model, version }, number) => make('th', { scope: 'col' },
      make('a', { href: `${model.page}#${version.version}`, textContent: version.version }), make('small', { textContent: `${model.repo}:${model.name}` }),
      ...(version.stages || []).map(pill),
      make('div', {}, ...(number ? [make('button', { type: 'button', className: 'btn', textContent: 'Baseline', onclick: () => { refs = [ref, ...refs.filter((each) => each !== ref)]; show(); } })] : [make('small', { textContent: 'baseline' })]),
        removal(ref))));
    const body = make('tbody');
    let part = '';
    for (const each of shown(rows)) {
      if (each.part !== part) body.append(make('tr', { className: 'part' }, make('th', { colSpan: columns.length + 1, textContent: each.part })));
      part = each.part;
      const name = make('th', { scope: 'row', textContent: each.name });
      if (each.direction) name.append(make('i', { textContent: each.direction === 'higher' ? ' ↑' : ' ↓', title: `${each.direction} is better` }));
      body.append(make('tr', {}, name, ...each.cells.map((cell) => make('td', {}, ...(cell ? [make(cell.best ? 'b' : 'span', { textContent: cell.text })] : []),
        ...(cell && hasDelta(each, cell) ? [' ', make('span', { className: `d ${trend(each, cell)}`, textContent: signed(cell.delta) })] : [])))));
    }
    const card = make('div', { className: 'card scroll', tabIndex: 0, role: 'group', ariaLabel: 'Comparison' },
      make('table', { className: 'tbl cmp' }, make('thead', {}, make('tr', {}, make('td'), ...heads)), body));
    return card;
  };

  // Plots that several of the versions have, in one figure each; of a model, they are kept of the latest version and of those in stages.
  const FIGURES = 6;
  const VEGA = 'static/vendor/vega.js'; // is there where models have numbers of plots
  /** @type {(columns: Column[]) => Promise<any[]>} */
  const overlaid = async (columns) => {
    /** @type {Map<string, any>} */
    const plots = new Map();
    for (const { model, version } of columns) {
      const theirs = model.plots ? await window.PlotFigures.numbers(model.plots).catch(() => []) : [];
      for (const plot of theirs.filter(Boolean)) {
        const own = plot.series.filter((/** @type {any} */ each) => each.of === version.version);
        const label = columns.some((other) => other.model !== model) ? `${model.name}@${version.version}` : version.version;
        const key = JSON.stringify([plot.title, plot.template, plot.x, plot.y, plot.own?.template]);
        if (own.length) plots.set(key, { ...plot, series: [...(plots.get(key)?.series || []), ...own.map((/** @type {any} */ each) => ({ ...each, version: label }))] });
      }
    }
    return [...plots.values()].map((plot) => window.PlotFigures.part(plot, plot.series))
      .filter((plot) => plot && new Set(plot.series.map((/** @type {any} */ each) => each.version)).size > 1).slice(0, FIGURES);
  };
  /** @type {(plot: any) => HTMLElement} */
  const figure = (plot) => {
    const element = make('figure', {}, make('figcaption', {}, make('b', { textContent: plot.title })));
    window.PlotFigures.prepare(element, async () => plot, VEGA)();
    return element;
  };

  /** Why a reference failed, what it may mean, and a button that removes it. @type {(ref: string, error: any) => HTMLElement} */
  const notice = (ref, error) => {
    const choose = (/** @type {string} */ candidate) => { refs = [...new Set(refs.map((each) => (each === ref ? candidate : each)))]; show(); };
    /** @type {string[]} */
    const candidates = (error.candidates || []).slice(0, MOST_OFFERED);
    return make('p', { className: 'notice' }, make('span', { textContent: visible(error.message) }),
      ...candidates.map((each) => make('button', { type: 'button', className: 'btn', textContent: visible(each), onclick: () => choose(each) })),
      removal(ref));
  };

  let shownTimes = 0;
  const show = async () => {
    shownTimes += 1;
    const number = shownTimes;
    keep();
    const answers = await Promise.allSettled(refs.map(column));
    const columns = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    const failed = answers.flatMap((answer, place) => (answer.status === 'rejected' ? [notice(refs[place], answer.reason)] : []));
    const input = make('input', { type: 'text', placeholder: 'artifact, artifact@version or artifact#stage', ariaLabel: 'Reference of a version' });
    const add = () => { if (input.value.trim() && refs.length < MOST) { refs = [...new Set([...refs, input.value.trim()])]; show(); } };
    input.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => { if (event.key === 'Enter') add(); });
    const bar = make('div', { className: 'bar' }, input, make('button', { type: 'button', className: 'btn', textContent: 'Add', disabled: refs.length >= MOST, onclick: add }));
    const rows = rowsOf(columns);
    if (columns.length) {
      const toggle = make('input', { type: 'checkbox', checked: !all });
      toggle.addEventListener('change', () => { all = !toggle.checked; show(); });
      const button = make('button', { type: 'button', className: 'btn', textContent: 'Copy as Markdown' });
      button.addEventListener('click', async () => { button.textContent = (await copy(markdown(columns, rows))) ? 'Copied' : 'This browser does not let pages copy'; });
      bar.append(make('label', {}, toggle, 'Changed parameters and inputs only'), button);
    }
    const rest = columns.length ? [table(columns, rows)] : [make('p', { className: 'empty', textContent: 'No version is chosen yet.' })];
    place.replaceChildren(bar, ...failed, ...rest);
    const plots = await overlaid(columns);
    if (number === shownTimes && plots.length) place.append(make('h2', { textContent: 'Plots' }), make('div', { className: 'plots' }, ...plots.map(figure)));
  };
  show();
})();
