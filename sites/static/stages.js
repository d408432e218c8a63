// The board of stages: a date by each of two clocks, a team and a list, all kept in the address; rows are drawn as they come into sight.
'use strict';

(() => {
  const { element, visible } = SiteData;
  const { date, when: whenGiven } = /** @type {any} */ (window).S;
  const head = SiteData.get('stages');
  const table = /** @type {HTMLTableElement} */ (document.getElementById('board'));
  if (!head || !table) return;

  const SPARE = 6; // rows beyond the window, above and below
  const MOST_PRINTED = 1000;
  const WEEK = 7;
  const PADDING = 6; // pixels of a row beside the lines of its other stages
  const REST = 150; // milliseconds after a move, until the address has it: some browsers allow 100 addresses in 30 s
  const FIRST = 2, MOST_NAMED = 40; // artifacts in the cell of a team, and in what the pointer is shown
  const MOST_OTHERS = 8; // stages without a column in the cell of an artifact, until its reader asks for all
  const LISTS = /** @type {Record<string, string>} */ ({
    changed: 'Changed since', behind: 'prod behind latest', old: 'prod older than a year', skipped: 'Skipped staging', unregistered: 'Unregistered',
  });
  const MEANINGS = /** @type {Record<string, string>} */ ({
    skipped: 'Skipped staging: a version came to prod without having been in staging, although the artifact has had versions in staging. ',
    unregistered: 'Unregistered: no tag registers what is in the stage as a version, so its commit is shown. ',
  });

  /** @type {string[]} */
  const stages = head.stages, teams = head.teams, repos = Columns.frontCoded(head.shared, head.repos), artifacts = Columns.texts(head.artifact);
  /** @type {number} */
  const count = head.count;
  const repoOf = Columns.sums(Columns.numbers(head.repo, count)), teamOf = new Int32Array(Columns.numbers(head.team, repos.length));
  const lost = new Set(head.lost), former = new Set(head.former), removed = new Set(head.removed); // not in the catalog now: without a page, or with one that says so
  /** @type {Map<number, [string, number]>} */
  const behindNow = new Map(head.behind.map((/** @type {[number, string, number]} */ [model, latest, versions]) => [model, [latest, versions]]));
  let now = StageBoard.periods(head.now, true);
  const others = stages.length > head.columns.length;
  const isWide = new Uint8Array(stages.length); // whether a stage has a column
  for (const stage of head.columns) isWide[stage] = 1;

  // --- What is asked, as the address has it

  const asked = new URLSearchParams(location.search);
  const state = Object.fromEntries(['at', 'known', 'team', 'list', 'since', 'q', 'rows'].map((name) => [name, asked.get(name) ?? '']));
  /** Lists and rows in the address that do not exist: they stay there until the reader chooses another. @type {Record<string, string>} */
  const unknown = {};
  for (const [name, values] of Object.entries({ list: Object.keys(LISTS), rows: ['teams'] })) {
    if (state[name] && !values.includes(state[name])) { unknown[name] = state[name]; state[name] = ''; }
  }
  let last = Date.now() / 1000, lastCrawl = Infinity; // when the last crawl was, and its number, as soon as that is known

  const dayOf = (/** @type {number} */ seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
  const say = (/** @type {number} */ seconds) => {
    const moment = new Date(seconds * 1000);
    return Number.isNaN(moment.getTime()) ? '' : date(moment);
  };
  /** The date in the address; empty where that is not a date: the board is as of now then. */
  const asOf = () => (StageBoard.moment(state.at) === null ? '' : state.at);
  const moment = () => StageBoard.moment(state.at) ?? StageBoard.ALWAYS;
  const since = () => StageBoard.moment(state.since) ?? StageBoard.moment(dayOf(Math.min(moment(), last) - WEEK * StageBoard.DAY)) ?? 0;
  /** @returns {number | null} */
  const crawl = () => {
    if (/^\d{1,15}$/.test(state.known)) return Number(state.known) <= lastCrawl ? Number(state.known) : null;
    const when = StageBoard.moment(state.known);
    return when === null ? null : StageBoard.crawlAt(head.crawls, when);
  };

  // --- The parts of the page

  const when = element('input', { type: 'date', 'aria-label': 'Date' });
  const present = element('button', { type: 'button', className: 'btn', textContent: 'Now' });
  const slider = element('input', { type: 'range', 'aria-label': 'Date, day by day', step: '1' });
  const knows = element('input', { type: 'checkbox' });
  const known = element('input', { type: 'date', 'aria-label': 'Date of the catalog’s knowledge' });
  const team = element('select', { 'aria-label': 'Team' }, element('option', { value: '', textContent: 'All teams' }),
    ...teams.map((/** @type {string} */ name) => element('option', { value: name || '-', textContent: visible(name) || 'no team' })));
  const kind = element('select', { 'aria-label': 'Rows' }, element('option', { value: '', textContent: 'A row for each artifact' }), element('option', { value: 'teams', textContent: 'A row for each team' }));
  const search = element('input', { type: 'search', placeholder: 'Filter artifacts', 'aria-label': 'Filter by name', value: state.q });
  const total = element('p', { className: 'note', role: 'status' });
  const from = element('input', { type: 'date', 'aria-label': 'Changed since' });
  /** @type {Map<string, HTMLButtonElement>} */
  const buttons = new Map();
  const lists = element('div', { className: 'lists', role: 'group', 'aria-label': 'Lists' });
  for (const [name, title] of [['', 'All'], ...Object.entries(LISTS)]) {
    const button = element('button', { type: 'button', className: 'chip', title: (MEANINGS[name] ?? '').trim() }, title, element('b'));
    button.addEventListener('click', () => { state.list = state.list === name ? '' : name; delete unknown.list; apply(); });
    buttons.set(name, button);
    lists.append(button);
    if (name === 'changed') lists.append(from);
  }
  document.getElementById('controls')?.replaceChildren(
    element('div', { className: 'bar when' }, when, present, slider),
    element('div', { className: 'bar' }, element('label', { className: 'knows' }, knows, 'As this catalog knew on'), known, team, kind, search),
    lists, total,
  );
  for (const part of document.querySelectorAll('.plain')) part.remove();

  // --- Data of the past, loaded where it is asked for

  /** @type {Map<string, Periods>} */
  const loaded = new Map();
  let seconds = false; // whether those of the present are known
  /** @type {Versions | null} */
  let versions = null;
  const isPresent = () => asOf() === '' && crawl() === null;
  /** The scripts that a question needs and that are not loaded. @param {number} earliest @param {number | null} known */
  const lacking = (earliest, known) => {
    const names = head.past.flatMap((/** @type {number} */ end, /** @type {number} */ number) => (end > earliest ? [`stages/past-${number}`] : []));
    if (known !== null) names.push('stages/known', 'stages/gone');
    if (asOf() || known !== null || state.since.includes('T')) names.push('stages/seconds');
    if (head.gone) names.push('stages/gone');
    if (state.list === 'behind' && !isPresent()) names.push('stages/versions');
    return [...new Set(names)].filter((name) => !(name === 'stages/seconds' ? seconds : name === 'stages/versions' ? versions : loaded.has(name)));
  };
  const fetchScripts = (/** @type {string[]} */ names) => Promise.all(names.map((name) => SiteData.load(name).then(() => {
    if (name === 'stages/seconds' && seconds) return;
    if (name === 'stages/seconds') { now = StageBoard.precise(now, SiteData.get(name)); seconds = true; return; }
    if (name === 'stages/versions') { versions = StageBoard.versions(SiteData.get(name)); return; }
    loaded.set(name, StageBoard.periods(SiteData.get(name), name.startsWith('stages/past')));
  })));

  // --- The answer

  /** @type {number[]} */
  let rows = []; // artifacts, and teams as -1 - team
  /** @type {Map<number, number[]>} */
  let ofTeam = new Map(); // the artifacts of each team that are shown
  const nothing = StageBoard.gone(now, count, 0, -1);
  let cells = nothing, struck = nothing, before = nothing, changes = new Uint8Array(count), longAgo = 0;
  /** @type {Map<number, [string, number]> | null} */
  let behind = behindNow; // null: of a past date, where that list is not asked for
  /** @type {string[]} */
  let words = [];
  const inProd = new Float64Array(count), flags = new Uint8Array(count); // of each model: since when a version is in production, and the flags of its rows
  const inColumns = new Int32Array(count), beyond = new Int32Array(count), mixed = new Uint8Array(count); // how many of its stages have columns, how many have none, and whether these are to be counted one by one
  /** @type {Set<number>} */
  const opened = new Set(); // models of which all stages are shown
  /** @type {Record<string, (model: number) => boolean>} */
  const belongs = {
    '': (model) => cells.has(model),
    changed: (model) => changes[model] > 0,
    behind: (model) => behind !== null && behind.has(model) && cells.has(model),
    old: (model) => inProd[model] < longAgo,
    skipped: (model) => (flags[model] & StageBoard.SKIPPED) > 0,
    unregistered: (model) => (flags[model] & StageBoard.UNREGISTERED) > 0,
  };

  const readFlags = () => {
    inProd.fill(Infinity);
    flags.fill(0);
    longAgo = Math.floor((Math.min(moment(), last) - StageBoard.YEAR) / StageBoard.DAY) * StageBoard.DAY; // of the present, periods begin with their day unless another date was asked for
    for (let place = 0; place < cells.count; place += 1) {
      const own = cells.tables[cells.table[place]], row = cells.row[place], model = own.model[row];
      flags[model] |= own.flags[row];
      if (own.stage[row] === head.prod) inProd[model] = StageBoard.since(own, row);
    }
  };

  /** Counts the stages of each model that are not empty. What is struck out, or was there before, may be in the stage of what is there. */
  const countStages = () => {
    for (const counts of [inColumns, beyond, mixed]) counts.fill(0);
    for (const chosen of [cells, struck, before]) {
      for (let place = 0; place < chosen.count; place += 1) {
        const own = chosen.tables[chosen.table[place]], row = chosen.row[place], model = own.model[row];
        if (isWide[own.stage[row]]) inColumns[model] += 1; else beyond[model] += 1;
        if (chosen !== cells) mixed[model] = 1;
      }
    }
  };

  /** The version of each model that is in production. */
  const productive = () => {
    /** @type {Map<number, string>} */
    const names = new Map();
    for (let place = 0; place < cells.count; place += 1) {
      const own = cells.tables[cells.table[place]], row = cells.row[place];
      if (own.stage[row] === head.prod) names.set(own.model[row], own.versions[own.version[row]]);
    }
    return names;
  };

  const compute = () => {
    const tables = [now, ...loaded.values()].filter((each) => each !== loaded.get('stages/gone') || crawl() !== null);
    const at = moment(), number = crawl(), tags = loaded.get('stages/gone');
    cells = StageBoard.chosen(tables, repoOf, head.absences, at, number);
    struck = tags ? StageBoard.gone(tags, count, at, number) : nothing;
    changes = StageBoard.changed(tables, count, since(), at, number);
    before = state.list === 'changed' ? StageBoard.chosen(tables, repoOf, head.absences, since(), number) : nothing;
    readFlags();
    countStages();
    behind = isPresent() ? behindNow : state.list === 'behind' && versions ? StageBoard.behind(versions, productive(), at, number) : null;
    const asks = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    if (asks.length && !words.length) words = artifacts.map((/** @type {string} */ name, /** @type {number} */ model) => `${repos[repoOf[model]]} ${name}`.toLowerCase());
    const counts = Object.fromEntries([...buttons.keys()].map((name) => [name, 0]));
    const struckOut = !state.list && !state.rows; // rows of nothing but that are not of the answer
    rows = [];
    ofTeam = new Map();
    for (let model = 0; model < count; model += 1) {
      const own = teamOf[repoOf[model]];
      if (state.team && (teams[own] || '-') !== state.team) continue;
      if (asks.length && !asks.every((word) => words[model].includes(word))) continue;
      for (const name of buttons.keys()) if (belongs[name](model)) counts[name] += 1;
      if (!belongs[state.list](model) && !(struckOut && struck.has(model))) continue;
      const others = ofTeam.get(own);
      if (others) others.push(model); else { ofTeam.set(own, [model]); rows.push(-1 - own); }
      if (!state.rows) rows.push(model);
    }
    for (const [name, button] of buttons) {
      button.setAttribute('aria-pressed', String(state.list === name));
      /** @type {HTMLElement} */ (button.lastElementChild).textContent = name === 'behind' && behind === null ? '' : counts[name].toLocaleString('en');
    }
  };

  /** A sentence for each value in the address that is not valid, and therefore not asked. @returns {string} */
  const complaints = () => {
    const expectedDate = 'expected one such as 2026-03-01';
    const wrong = [
      ['date', asOf() ? '' : state.at, expectedDate],
      /^\d+$/.test(state.known) ? ['crawl', crawl() === null ? state.known : '', Number.isFinite(lastCrawl) ? `expected one up to ${lastCrawl}` : 'expected its number'] : ['date', crawl() === null ? state.known : '', expectedDate],
      ['date', StageBoard.moment(state.since) === null ? state.since : '', expectedDate],
      ['list', unknown.list, `expected one of ${Object.keys(LISTS).join(', ')}`],
      ['rows', unknown.rows, 'expected teams'],
    ];
    return wrong.filter(([, value]) => value).map(([noun, value, expected]) => `Invalid ${noun} ${visible(value)}: ${expected}. `).join('');
  };

  const counted = (/** @type {number} */ number, /** @type {string} */ noun) => `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
  const describe = () => {
    const models = [...ofTeam.values()].flat(), shown = models.filter(belongs[state.list]).length;
    const beside = models.length - shown; // those of which all is struck out
    const at = asOf();
    const date = at ? `at ${at}` : 'now';
    const number = crawl();
    const clock = number === null ? 'as the tags say' : number === 0 ? 'as this catalog knew before its first crawl' : `as this catalog knew after crawl ${number}`;
    total.replaceChildren(complaints(),
      `${counted(shown, 'artifact')}${state.rows ? ` of ${counted(ofTeam.size, 'team')}` : ''} ${date}, ${clock}${beside ? `; ${beside.toLocaleString('en')} more struck out` : ''}. ${MEANINGS[state.list] ?? ''}`);
    // Without a date, the board has also what tags of the future say: as `catalog show` does, and `catalog at now` does not.
    const question = !at && number === null ? 'catalog show' : ['catalog at', at || 'now', ...(number === null ? [] : ['--known-at', String(number)])].join(' ');
    if (!state.list && !state.team && !state.q.trim()) total.append('In a terminal: ', element('code', { textContent: question })); // what answers the same
  };

  // --- Rows

  const body = table.tBodies[0];
  let printing = false;
  /** @type {number[]} */
  const wide = head.columns;
  body.replaceChildren();
  table.classList.add('live');
  table.style.setProperty('--columns', `minmax(160px, 2fr) repeat(${wide.length}, minmax(0, 1fr))${others ? ' minmax(140px, 2fr)' : ''}`);
  const first = element('th', { scope: 'col' });
  table.tHead?.rows[0].replaceChildren(first, ...wide.map((stage) => element('th', { scope: 'col' },
    element('span', { className: `pill s-${head.looks[stage]}`, textContent: visible(stages[stage]), title: visible(stages[stage]) }))), ...(others ? [element('th', { scope: 'col', textContent: 'Other stages' })] : []));

  const path = (/** @type {number} */ model) => `models/${head.repoPaths[repoOf[model]] ?? Columns.slug(repos[repoOf[model]])}/${head.paths[model] ?? Columns.slug(artifacts[model])}.html`;
  const withoutHost = (/** @type {string} */ repo) => (repo.startsWith(head.host) ? repo.slice(head.host.length) : repo);
  const short = (/** @type {string} */ version) => visible(/^[0-9a-f]{40}$/.test(version) ? version.slice(0, 7) : version);

  /** An element: its name, properties, and what is inside. @typedef {[keyof HTMLElementTagNameMap, Record<string, string>, ...(Part | string)[]]} Part */
  /** @param {Part} part @returns {HTMLElement} */
  const createPart = ([name, properties, ...inside]) => element(name, properties, ...inside.map((each) => (typeof each === 'string' ? each : createPart(each))));

  /** What the stages of a model show. @param {number} model */
  const stagesOf = (model) => StageBoard.inStages(cells.of(model), struck.of(model), state.list === 'changed' && changes[model] ? before.of(model) : null);
  /** The other stages of a model, and how many of them its cell shows. @param {number} model @param {Map<number, InStage>} shown */
  const beyondColumns = (model, shown) => {
    const all = [...shown].filter(([stage]) => !isWide[stage]).sort(([one], [other]) => one - other);
    return { all, most: printing || opened.has(model) ? all.length : StageBoard.fitting(all.length, MOST_OTHERS) };
  };
  /** Why a version is struck out. @param {Period} period */
  const why = ({ model, until }) => (until === Infinity && removed.has(model) ? 'Its repository is in the catalog no more' : 'The tag was deleted or rewritten');
  /** Versions that are struck out: the first, and how many more there are, which the pointer is shown. @param {Period[]} gone @returns {Part[]} */
  const struckParts = ([first, ...rest]) => {
    if (!first) return [];
    /** @type {Part} */
    const shown = ['s', { textContent: short(first.version), title: why(first) }];
    const names = rest.slice(0, MOST_NAMED).map((each) => `${short(each.version)}: ${why(each)}`);
    return rest.length ? [shown, ['i', { textContent: `+${rest.length}`, title: names.join('\n') }]] : [shown];
  };
  /** The versions in a stage. @param {number} stage @param {InStage} shown @returns {Part[]} */
  const versionParts = (stage, { own, gone }) => [
    .../** @type {Part[]} */ (own ? [['b', { className: `s-${head.looks[stage]}`, textContent: short(own.version), title: `${short(own.version)} since ${say(own.since)}` }]] : []),
    ...struckParts(gone),
  ];
  /** What was in a stage before, where the list says so. @param {InStage} shown @returns {Part[]} */
  const wasParts = ({ was, changed }) => (changed ? [['small', { textContent: was ? `was ${short(was.version)}` : 'was empty' }]] : []);
  /** What the cells of a model show: what each stage holds, and held. @param {number} model @returns {Part[][]} */
  const cellParts = (model) => {
    const shown = stagesOf(model);
    const parts = wide.map((stage) => {
      const own = shown.get(stage);
      if (!own) return [];
      const inside = [...versionParts(stage, own), ...wasParts(own)];
      if (state.list === 'changed') return inside;
      if (own.own && state.list === 'behind' && stage === head.prod) {
        const [latest, versions] = behind?.get(model) ?? ['', 0];
        inside.push(['small', { textContent: `latest ${short(latest)}, ${versions} ahead` }]);
      } else if (own.own) inside.push(['small', { textContent: say(own.own.since) }]);
      return inside;
    });
    if (others) parts.push(otherParts(model, shown));
    return parts;
  };
  /** The cell of the other stages: a line for each. @param {number} model @param {Map<number, InStage>} shown @returns {Part[]} */
  const otherParts = (model, shown) => {
    const { all, most } = beyondColumns(model, shown);
    const name = (/** @type {number} */ stage) => visible(stages[stage]);
    /** @type {Part[]} */
    const parts = all.slice(0, most).map(([stage, own]) => ['span', { className: 'other' },
      ['span', { className: `pill s-${head.looks[stage]}` }, ['span', { textContent: name(stage), title: name(stage) }], ' ', ...versionParts(stage, own)], ...wasParts(own)]);
    if (StageBoard.fitting(all.length, MOST_OTHERS) === all.length) return parts;
    const rest = all.slice(most).map(([stage, { own }]) => `${name(stage)} ${own ? short(own.version) : ''}`.trim());
    if (rest.length) parts.push(['button', { type: 'button', className: 'more', 'aria-expanded': 'false', textContent: `+${rest.length} stages`, title: rest.slice(0, MOST_NAMED).join(', ') }]);
    else parts.push(['button', { type: 'button', className: 'more', 'aria-expanded': 'true', textContent: 'Fewer stages' }]);
    return parts;
  };
  /** The row of a team: in each stage how many of its artifacts have a version there, and the first of these. @param {number} own */
  const drawTeam = (own) => {
    const shown = ofTeam.get(own) ?? [], periods = shown.flatMap((model) => cells.of(model));
    const narrowed = new URLSearchParams(Object.entries({ ...state, rows: '', team: teams[own] || '-' }).filter(([, value]) => value));
    const link = (/** @type {string} */ textContent) => {
      const to = element('a', { href: `?${narrowed}`, textContent });
      to.addEventListener('click', (event) => { event.preventDefault(); state.rows = ''; state.team = teams[own] || '-'; apply(); team.focus(); });
      return to;
    };
    const line = element('tr', {}, element('td', { className: 'name' }, link(visible(teams[own]) || 'no team'), element('small', { textContent: counted(shown.length, 'artifact') })));
    const cell = (/** @type {(stage: number) => boolean} */ belongs, /** @type {Record<string, string>} */ attributes, /** @type {string} */ look) => {
      const there = periods.filter((each) => belongs(each.stage));
      const names = there.slice(0, MOST_NAMED).map((each) => `${visible(artifacts[each.model])} ${short(each.version)}`);
      const first = `${names.slice(0, FIRST).join(', ')}${there.length > FIRST ? ', …' : ''}`;
      line.append(element('td', attributes, ...(there.length ? [element('b', { className: look, title: names.join(', ') }, link(there.length.toLocaleString('en'))), element('small', { textContent: first })] : [])));
    };
    for (const stage of wide) cell((each) => each === stage, { 'data-stage': visible(stages[stage]) }, `s-${head.looks[stage]}`);
    if (others) cell((each) => !wide.includes(each), { 'data-stage': 'other stages' }, '');
    return line;
  };
  const draw = (/** @type {number} */ row) => {
    if (row < 0 && state.rows) return drawTeam(-1 - row);
    if (row < 0) return element('tr', { className: 'team' }, element('th', { scope: 'rowgroup' }, visible(teams[-1 - row]) || 'no team'));
    const name = visible(artifacts[row]);
    const link = element(lost.has(row) ? 'span' : 'a', { textContent: name, ...(lost.has(row) ? {} : { href: path(row) }), ...(lost.has(row) || former.has(row) || removed.has(row) ? { title: 'Not in the catalog now' } : {}) });
    return element('tr', {}, element('td', { className: 'name' }, link, element('small', { textContent: visible(withoutHost(repos[repoOf[row]])) })),
      ...wide.map((stage) => element('td', { 'data-stage': visible(stages[stage]) })), ...(others ? [element('td', { className: 'others' })] : []));
  };

  /** @param {string} name @param {number} otherwise */
  const pixels = (name, otherwise) => parseFloat(getComputedStyle(table).getPropertyValue(name)) || otherwise;
  let grouped = '', noted = false, drawings = 0;
  /** @type {{ row: number, head: number, line: number, across: number } | null} */
  let lengths = null; // of the style sheet: of a row, of the name of a team above its artifacts, and of a line of stages; and how many stages have one, on a narrow screen
  let tops = new Float64Array(1); // where each row begins, and at last where all end
  /** A row in sight: its place, where it begins, how high it is, the number of the drawing that it is of, and the contents of its cells. @typedef {{ row: HTMLTableRowElement, place: number, top: number, height: number, drawing: number, contents: string[] }} Line */
  /** @type {Map<number, Line>} */
  const drawn = new Map(); // by what `rows` has: a move of the slider changes few cells, and most rows stay
  const clear = () => {
    for (const { row } of drawn.values()) row.remove();
    drawn.clear();
  };
  /** Draws the cells that say something else now. @param {Line} line @param {number} model */
  const update = (line, model) => {
    line.drawing = drawings;
    if (model < 0) return;
    cellParts(model).forEach((parts, place) => {
      const content = JSON.stringify(parts);
      if (line.contents[place] === content) return;
      line.contents[place] = content;
      line.row.cells[place + 1].replaceChildren(...parts.map(createPart));
    });
  };
  /** The place of the row at a height, or of the last one above it. @param {number} height */
  const placeAt = (height) => {
    let first = 0, end = rows.length;
    while (end - first > 1) {
      const middle = (first + end) >> 1;
      if (tops[middle] <= height) first = middle; else end = middle;
    }
    return first;
  };
  const showRows = () => {
    const top = body.getBoundingClientRect().top;
    const first = printing ? 0 : Math.max(0, placeAt(-top) - SPARE);
    const end = printing ? Math.min(rows.length, MOST_PRINTED) : Math.min(rows.length, placeAt(innerHeight - top) + 1 + SPARE);
    const inSight = new Set(rows.slice(first, end));
    for (const [id, { row }] of drawn) if (!inSight.has(id)) { row.remove(); drawn.delete(id); }
    /** @type {HTMLTableRowElement | null} */
    let below = null;
    for (let place = end - 1; place >= first; place -= 1) {
      const id = rows[place], line = drawn.get(id) ?? { row: draw(id), place: -1, top: -1, height: -1, drawing: -1, contents: [] };
      if (line.drawing !== drawings) update(line, id);
      const height = tops[place + 1] - tops[place];
      if (line.place !== place || line.top !== tops[place] || line.height !== height) {
        line.place = place;
        line.top = tops[place];
        line.height = height;
        line.row.style.transform = `translateY(${tops[place]}px)`;
        line.row.style.height = `${height}px`;
        line.row.dataset.tall = String(id >= 0 && height > (lengths?.row ?? 0));
        line.row.setAttribute('aria-rowindex', String(place + 2));
      }
      if (!drawn.has(id)) body.insertBefore(line.row, below); // those that stay are in order
      drawn.set(id, line);
      below = line.row;
    }
  };
  /** The lines of a model's row: of its other stages, one below the other; on a narrow screen of all, side by side. @param {number} model @param {number} across */
  const linesOf = (model, across) => {
    let columns = inColumns[model], rest = beyond[model], notes = 0;
    let most = opened.has(model) ? rest : StageBoard.fitting(rest, MOST_OTHERS);
    if (mixed[model] && (across || rest)) {
      const shown = stagesOf(model), own = beyondColumns(model, shown);
      ({ most } = own);
      rest = own.all.length;
      columns = shown.size - rest;
      notes = own.all.slice(0, most).filter(([, { changed }]) => changed).length;
    }
    const buttons = Number(rest > StageBoard.fitting(rest, MOST_OTHERS));
    return across ? Math.ceil(columns / across) + Math.ceil((most + buttons) / across) : most + buttons + notes;
  };
  /** Where rows begin. On a narrow screen the row of a team has a line for each stage that is not empty. */
  const measure = () => {
    lengths ??= { row: pixels('--row', 44), head: pixels('--team', 44), line: pixels('--line', 0), across: pixels('--across', 0) };
    const { row, head, line, across } = lengths;
    const ofModel = (/** @type {number} */ model) => (across ? row + line * linesOf(model, across) : Math.max(row, PADDING + line * linesOf(model, 0)));
    tops = new Float64Array(rows.length + 1);
    rows.forEach((id, place) => {
      if (!state.rows) { tops[place + 1] = tops[place] + (id < 0 ? head : ofModel(id)); return; }
      const lines = line && new Set((ofTeam.get(-1 - id) ?? []).flatMap((model) => cells.of(model)).map(({ stage }) => (wide.includes(stage) ? stage : -1))).size;
      tops[place + 1] = tops[place] + row + line * Number(lines);
    });
  };
  const redraw = () => {
    drawings += 1;
    if (state.rows || grouped) clear(); // rows of teams have other cells
    const notes = state.list === 'changed' || state.list === 'behind';
    if (grouped !== state.rows || noted !== notes) lengths = null;
    grouped = state.rows;
    noted = notes;
    table.classList.toggle('teams', grouped !== '');
    table.classList.toggle('noted', noted);
    measure();
    body.style.height = `${tops[rows.length]}px`;
    table.setAttribute('aria-rowcount', String(rows.length + 1));
    /** @type {HTMLElement} */ (document.getElementById('none')).hidden = rows.length > 0;
    showRows();
  };
  const resize = () => {
    lengths = null;
    clear();
    redraw();
  };
  body.addEventListener('click', (event) => {
    const row = /** @type {Element} */ (event.target).closest('button.more')?.closest('tr');
    const [model] = [...drawn].find(([, line]) => line.row === row) ?? [];
    if (!row || model === undefined) return;
    if (!opened.delete(model)) opened.add(model);
    redraw();
    /** @type {HTMLElement | null} */ (row.querySelector('button.more'))?.focus();
  });
  addEventListener('scroll', showRows, { passive: true });
  addEventListener('resize', resize, { passive: true });
  addEventListener('beforeprint', () => { printing = true; drawings += 1; showRows(); });
  addEventListener('afterprint', () => { printing = false; resize(); });

  // --- Showing what is asked

  const showControls = () => {
    const at = moment();
    when.value = at < StageBoard.ALWAYS ? dayOf(at) : dayOf(last);
    slider.min = String(Math.floor(Math.min(head.first ?? last, last) / StageBoard.DAY));
    slider.max = String(Math.floor(last / StageBoard.DAY));
    slider.value = String(Math.floor(Math.min(at, last) / StageBoard.DAY));
    slider.setAttribute('aria-valuetext', at < StageBoard.ALWAYS ? say(at) : 'now');
    present.disabled = state.at === '';
    const knowledge = StageBoard.moment(state.known);
    knows.checked = crawl() !== null;
    known.disabled = !knows.checked;
    known.value = knowledge === null ? dayOf(last) : dayOf(knowledge);
    from.value = dayOf(since());
    if (state.team && ![...team.options].some((option) => option.value === state.team)) team.append(element('option', { value: state.team, textContent: visible(state.team) }));
    team.value = state.team;
    kind.value = state.rows;
    first.textContent = state.rows ? 'Team' : 'Artifact';
  };
  const showAddress = () => {
    const address = new URLSearchParams(Object.entries({ ...state, ...unknown }).filter(([, value]) => value));
    try { history.replaceState(history.state, '', address.size ? `?${address}` : location.pathname); } catch (e) { /* some browsers forbid it to files */ }
  };
  const show = () => {
    compute();
    describe();
    redraw();
  };
  let asking = 0;
  /** Loads what the question needs, and shows the answer, unless another question came in between. */
  const answer = () => {
    const question = (asking += 1);
    showControls();
    const names = lacking(Math.min(moment(), since()), crawl());
    if (!names.length) { show(); return; }
    if (loaded.size === 0 && asOf() === '' && crawl() === null) show();
    fetchScripts(names).then(() => { if (question === asking) show(); }, (error) => { if (question === asking) total.textContent = `${error.message}: the board is not complete.`; });
  };

  let resting = 0, frame = 0;
  const apply = () => {
    clearTimeout(resting);
    showAddress();
    answer();
  };
  /** The same for what moves on and on. */
  const soon = () => {
    clearTimeout(resting);
    cancelAnimationFrame(frame);
    resting = setTimeout(showAddress, REST);
    frame = requestAnimationFrame(answer);
  };
  slider.addEventListener('input', () => {
    state.at = slider.value === slider.max ? '' : dayOf(Number(slider.value) * StageBoard.DAY);
    soon();
  });
  slider.addEventListener('change', () => { clearTimeout(resting); showAddress(); }); // the reader lets it go, and may follow a link
  when.addEventListener('change', () => { state.at = when.value; apply(); });
  present.addEventListener('click', () => { state.at = ''; apply(); });
  knows.addEventListener('change', () => { state.known = knows.checked ? dayOf(Math.min(moment(), last)) : ''; apply(); });
  known.addEventListener('change', () => { state.known = known.value; apply(); });
  team.addEventListener('change', () => { state.team = team.value; apply(); });
  kind.addEventListener('change', () => { state.rows = kind.value; delete unknown.rows; apply(); });
  from.addEventListener('change', () => { state.since = from.value; state.list = 'changed'; delete unknown.list; apply(); });
  search.addEventListener('input', () => { state.q = search.value; soon(); });

  whenGiven('as-of', (/** @type {{crawled: string, crawl: number} | null} */ asOf) => {
    if (!asOf) return;
    last = Date.parse(asOf.crawled) / 1000;
    lastCrawl = asOf.crawl;
    apply();
  });
  if (!asking) apply();
  performance.mark('board');
})();
