// The list of models: rows drawn as they come into sight, facets with live counts, order and filters in the address, ticks for a comparison, and export.
'use strict';

(() => {
  const { element, drawing, icon, visible, age } = SiteData;
  const table = /** @type {HTMLTableElement} */ (document.getElementById('models'));
  const aside = /** @type {HTMLElement} */ (document.getElementById('facets'));
  const bar = /** @type {HTMLElement} */ (document.getElementById('bar'));
  if (!table || !aside || !bar) return;

  const SHOWN = 8; // values of a facet, before "more"
  const MOST_SHOWN = 200; // of an opened one; the box above it finds the others
  const SPARE = 6; // rows beyond the window, above and below
  const MOST_COMPARED = 7;
  const MOST_PRINTED = 1000;
  const KEPT = 400; // rows that were drawn, for when they come into sight again
  const PAUSE = 150; // milliseconds after a key until facets count anew
  const PILLS = 2; // in a row
  const NAMES = /** @type {Record<string, string>} */ ({ stage: 'Stage', type: 'Type', team: 'Team', label: 'Label', framework: 'Framework', licence: 'Licence',
    owner: 'Owner', has: 'Has', updated: 'Updated', state: 'State' });
  const WORDS = /** @type {Record<string, Record<string, string>>} */ ({
    updated: { week: 'past 7 days', month: 'past 30 days', year: 'past year', older: 'more than a year ago' },
    state: { unread: 'not read in the last crawl' },
    stage: { '': 'in no stage' }, type: { '': 'no type' }, team: { '': 'no team' },
  });
  /** @type {Record<string, {title: string, width: string, number?: boolean, descending?: boolean}>} */
  const COLUMNS = {
    stages: { title: 'Stages', width: 'minmax(0, .6fr)' },
    metric: { title: 'Main metric', width: '190px', number: true },
    versions: { title: 'Versions', width: '78px', number: true, descending: true },
    updated: { title: 'Updated', width: '118px', number: true, descending: true },
    latest: { title: 'Latest', width: '110px' },
    repository: { title: 'Repository', width: '180px' },
    framework: { title: 'Framework', width: '110px' },
    licence: { title: 'Licence', width: '100px' },
    owner: { title: 'Owner', width: '150px' },
    label: { title: 'Labels', width: '150px' },
    type: { title: 'Type', width: '90px' },
  };
  const USUAL = ['stages', 'metric', 'versions', 'updated'];

  const models = new ModelSearch.Models(SiteData.get('models'));
  const searcher = new WordSearch.Searcher(models, SiteData.get);
  const groups = ModelSearch.facets(models, Date.now() / 1000);
  const looks = /** @type {Record<string, string>} */ (models.columns.looks);

  // What is asked, as the address has it.
  const asked = new URLSearchParams(location.search);
  /** @type {Map<string, Set<string>>} */
  const chosen = new Map([...groups.keys()].map((name) => [name, new Set(asked.getAll(name))]));
  let query = asked.get('q') ?? '';
  const readSort = () => {
    const text = asked.get('sort') ?? '', column = text.replace(/^-/, '');
    return column === 'name' || Object.hasOwn(COLUMNS, column) ? { column, descending: text !== column } : null;
  };
  let sort = readSort();
  let shownColumns = asked.has('columns') ? (asked.get('columns') ?? '').split(',').filter((name) => Object.hasOwn(COLUMNS, name)) : USUAL;
  /** @type {Set<number>} */
  const ticked = new Set();
  /** @type {number[]} */
  let rows = [];
  /** @type {SearchResult} */
  let found = {};

  const everything = ModelSearch.filter(models, groups, new Map(), {});

  const say = (/** @type {string} */ facet, /** @type {string} */ value) => WORDS[facet]?.[value] ?? visible(value);
  const count = (/** @type {number} */ number) => number.toLocaleString('en');

  // --- The parts of the page

  const search = element('input', { type: 'search', value: query, placeholder: 'Filter models', autocomplete: 'off', spellcheck: false, 'aria-label': 'Filter the list' });
  const total = element('span', { role: 'status', className: 'total' });
  const openFilters = element('button', { type: 'button', className: 'btn filters', textContent: 'Filters' });
  const columnMenu = element('details', { className: 'menu' }, element('summary', { className: 'btn', textContent: 'Columns' }));
  const exportMenu = element('details', { className: 'menu' }, element('summary', { className: 'btn', textContent: 'Export' }));
  bar.append(search, openFilters, columnMenu, exportMenu, total);
  const chips = element('div', { className: 'chips active' });
  const note = element('p', { className: 'note', role: 'status' });
  bar.after(chips, note);
  const empty = /** @type {HTMLElement} */ (document.getElementById('none'));
  for (const part of document.querySelectorAll('.plain')) part.remove();

  // --- Rows

  const body = table.tBodies[0];
  body.replaceChildren();
  table.classList.add('live');
  /** @type {Map<number, HTMLTableRowElement>} */
  const drawn = new Map();

  const numberText = (/** @type {number} */ number) => {
    const size = Math.abs(number);
    if (Number.isInteger(number) || size >= 1000) return number.toLocaleString('en', { maximumFractionDigits: 1 });
    return size < 1e-4 ? number.toExponential(2) : number.toLocaleString('en', { maximumSignificantDigits: 4 });
  };

  const pill = (/** @type {string} */ stage, /** @type {string} */ version) => element('span', { className: `pill s-${looks[stage] ?? 'other'}`, title: visible(`${stage} ${version}`) },
    `${visible(stage)} `, element('b', { textContent: visible(/^[0-9a-f]{40}$/.test(version) ? version.slice(0, 7) : version) }));

  const stagesCell = (/** @type {number} */ row) => {
    const stages = models.stages[row], cell = element('td', { className: 'st' });
    for (let at = 0; at < stages.length && at < 2 * PILLS; at += 2) cell.append(pill(stages[at], stages[at + 1]));
    const more = stages.length / 2 - PILLS;
    if (more > 0) cell.append(element('small', { textContent: `+${more}`, title: visible(stages.slice(2 * PILLS).join(' ')) }));
    return cell;
  };

  const spark = (/** @type {string} */ levels) => {
    const points = [...levels].map((letter, at) => [2 + (at * 60) / (levels.length - 1), 20 - ((letter.charCodeAt(0) - 97) * 18) / 21]);
    const last = points[points.length - 1];
    return drawing('svg', { class: 'spark', viewBox: '0 0 64 22', 'aria-hidden': 'true' },
      drawing('polyline', { points: points.map((point) => point.map((n) => n.toFixed(1)).join(',')).join(' ') }), drawing('circle', { cx: last[0], cy: last[1], r: 2 }));
  };

  /** The metric that the query asks for. @param {string} name @param {number} number */
  const askedCell = (name, number) => element('td', { className: 'met', title: visible(`${name} of the latest version`) },
    element('div', {}, element('b', { textContent: numberText(number) }), element('small', {}, element('span', { textContent: visible(name) }))), element('span', { className: 'spark' }));

  const metricCell = (/** @type {number} */ row) => {
    const asked = found.asked?.get(row);
    if (asked && asked.name !== models.metricName(row)) return askedCell(asked.name, asked.number);
    const number = models.number[row], prod = models.inProd[row];
    if (Number.isNaN(number)) return element('td', { className: 'met' });
    const direction = models.direction(row), name = visible(models.metricName(row));
    const second = element('small', {}, element('span', { textContent: name }));
    let title = `${name} of the latest version${direction ? `; ${direction} is better` : ''}`;
    if (!Number.isNaN(prod)) {
      const delta = number - prod;
      const better = delta && direction ? (delta > 0) === (direction === 'higher') : null;
      const text = `${delta < 0 ? '−' : '+'}${numberText(Math.abs(Number(delta.toPrecision(4))))}`;
      second.append(element('i', { className: better === null ? '' : better ? 'up' : 'down', textContent: text }), element('span', { className: 'sr', textContent: ' against prod' }));
      title += `; in prod ${numberText(prod)}`;
    }
    const cell = element('td', { className: 'met', title }, element('div', {}, element('b', { textContent: numberText(number) }), second));
    cell.append(models.sparks[row] ? spark(models.sparks[row]) : element('span', { className: 'spark' }));
    return cell;
  };

  const time = (/** @type {number} */ moment) => {
    if (!moment) return '';
    const stamp = new Date(moment * 1000).toISOString().slice(0, 19);
    return element('time', { dateTime: `${stamp}Z`, title: `${stamp.replace('T', ' ')} UTC`, textContent: age(moment) });
  };

  const cellOf = (/** @type {string} */ column, /** @type {number} */ row) => {
    switch (column) {
      case 'stages': return stagesCell(row);
      case 'metric': return metricCell(row);
      case 'versions': return element('td', { className: 'num vs', textContent: count(models.versions[row]) });
      case 'updated': return element('td', { className: 'num up' }, time(models.updated[row]));
      case 'latest': return element('td', { textContent: visible(models.latest[row]) });
      case 'repository': return element('td', { textContent: visible(models.repoName(row)), title: visible(models.repoName(row)) });
      default: return element('td', { textContent: visible(models.values(column, row).join(', ')), title: visible(models.values(column, row).join(', ')) });
    }
  };

  /** The full reference of the version in production, or else of the latest. @param {number} row */
  const reference = (row) => {
    const stages = models.stages[row];
    const prod = stages.findIndex((stage, at) => at % 2 === 0 && looks[stage] === 'prod');
    const version = prod >= 0 ? stages[prod + 1] : models.latest[row];
    return version ? `${models.repoName(row)}:${models.artifacts[row]}@${version}` : '';
  };

  const tick = (/** @type {number} */ row, /** @type {string} */ name) => {
    const box = element('input', { type: 'checkbox', checked: ticked.has(row), disabled: !reference(row) || (ticked.size >= MOST_COMPARED && !ticked.has(row)), 'aria-label': `Compare ${name}` });
    box.addEventListener('change', () => { if (box.checked) ticked.add(row); else ticked.delete(row); showTicked(); });
    return element('label', { className: 'tick', title: reference(row) ? 'Choose for comparison' : 'No version to compare' }, box);
  };

  const draw = (/** @type {number} */ row) => {
    const { team, folder, name } = models.name(row);
    const [type] = models.values('type', row);
    const link = element('a', { href: models.path(row) }, ...(team || folder ? [element('i', { textContent: visible(`${team ? `${team}/` : ''}${folder}`) })] : []), visible(name));
    const text = element('div', {}, link);
    if (type && type !== 'model') text.append(' ', element('em', { textContent: visible(type) }));
    if (!(models.flags[row] & ModelSearch.ACTIVE)) text.append(' ', element('em', { className: 'dep', textContent: 'deprecated' }));
    if (models.flags[row] & ModelSearch.COPIED) text.append(' ', element('em', { textContent: 'copy' }));
    text.append(element('p', { textContent: visible(models.descriptions[row]) }));
    const tr = element('tr', {}, element('td', { className: 'nm' }, tick(row, visible(name)), icon(type), text), ...shownColumns.map((column) => cellOf(column, row)));
    if (!(models.flags[row] & ModelSearch.ACTIVE)) tr.className = 'off';
    return tr;
  };

  let height = 60;
  /** @type {Map<number, HTMLTableRowElement>} */
  const kept = new Map();
  /** The places of the rows to draw: those in sight, and beside the one with the focus, so that the Tab key comes to each row. @param {number} top @returns {number[]} */
  const placesToDraw = (top) => {
    const first = printing ? 0 : Math.max(0, Math.floor(-top / height) - SPARE);
    const end = printing ? Math.min(rows.length, MOST_PRINTED) : Math.min(rows.length, Math.ceil((innerHeight - top) / height) + SPARE);
    /** @type {Set<number>} */
    const places = new Set();
    for (let place = first; place < end; place += 1) places.add(place);
    const focused = body.contains(document.activeElement) ? Number(document.activeElement?.closest('tr')?.getAttribute('aria-rowindex')) - 2 : NaN;
    for (let place = Math.max(0, focused - 1); place <= Math.min(rows.length - 1, focused + 1); place += 1) places.add(place);
    return [...places].sort((one, other) => one - other);
  };
  /** Draws these rows, and takes away the others; the one with the focus stays. */
  const showRows = (top = body.getBoundingClientRect().top) => {
    const places = placesToDraw(top), wanted = new Set(places.map((place) => rows[place]));
    for (const [row, tr] of drawn) if (!wanted.has(row) && !tr.contains(document.activeElement)) { tr.remove(); drawn.delete(row); }
    /** @type {Element | null} */
    let before = body.firstElementChild;
    for (const place of places) {
      const row = rows[place];
      let tr = drawn.get(row);
      if (!tr) { tr = kept.get(row) ?? draw(row); drawn.set(row, tr); keep(row, tr); }
      tr.style.transform = `translateY(${place * height}px)`;
      tr.setAttribute('aria-rowindex', String(place + 2));
      if (tr === before) before = before.nextElementSibling; else body.insertBefore(tr, before);
    }
  };
  const keep = (/** @type {number} */ row, /** @type {HTMLTableRowElement} */ tr) => {
    kept.set(row, tr);
    if (kept.size > KEPT) for (const old of kept.keys()) { if (kept.size <= KEPT / 2) break; if (!drawn.has(old)) kept.delete(old); }
  };
  const forget = () => {
    for (const tr of drawn.values()) tr.remove();
    drawn.clear();
    kept.clear();
  };
  const redraw = () => {
    forget();
    measure();
  };
  const measure = () => {
    height = parseFloat(getComputedStyle(table).getPropertyValue('--row')) || 60;
    body.style.height = `${rows.length * height}px`;
    showRows();
  };
  let printing = false;
  addEventListener('scroll', () => showRows(), { passive: true });
  body.addEventListener('focusin', () => showRows()); // not with the frame after the key: the next key may come before it
  addEventListener('resize', measure, { passive: true });
  addEventListener('beforeprint', () => { printing = true; showRows(); });
  addEventListener('afterprint', () => { printing = false; redraw(); });

  // --- Head: order and columns

  const head = table.tHead?.rows[0] ?? element('tr');
  const showHead = () => {
    table.style.setProperty('--columns', ['minmax(0, 1fr)', ...shownColumns.map((name) => COLUMNS[name].width)].join(' '));
    head.replaceChildren(...['name', ...shownColumns].map((name) => {
      const button = element('button', { type: 'button', textContent: COLUMNS[name]?.title ?? 'Name' });
      const cell = element('th', { className: COLUMNS[name]?.number ? 'num' : '', scope: 'col', 'data-column': name }, button);
      button.addEventListener('click', () => {
        const usual = COLUMNS[name]?.descending ?? false;
        sort = { column: name, descending: current()?.column === name ? !current()?.descending : usual };
        apply();
      });
      return cell;
    }));
  };
  /** The order that is in force: that of the reader, or of a list without words; none where the best comes first. */
  const current = () => sort ?? (query.trim() ? null : { column: 'updated', descending: true });
  const showSort = () => {
    for (const cell of head.cells) {
      cell.removeAttribute('aria-sort');
      if (cell.dataset.column === current()?.column) cell.setAttribute('aria-sort', current()?.descending ? 'descending' : 'ascending');
    }
  };
  const showColumns = () => {
    const list = element('div', { className: 'sheetlet' });
    for (const [name, { title }] of Object.entries(COLUMNS)) {
      const box = element('input', { type: 'checkbox', checked: shownColumns.includes(name) });
      box.addEventListener('change', () => {
        shownColumns = Object.keys(COLUMNS).filter((each) => (each === name ? box.checked : shownColumns.includes(each)));
        showHead();
        apply();
        redraw();
      });
      list.append(element('label', {}, box, title));
    }
    columnMenu.append(list);
  };

  // --- Facets

  /** @type {Map<string, {set: HTMLFieldSetElement, list: HTMLElement, more: HTMLButtonElement, find: HTMLInputElement, open: boolean, labels: Map<string, {label: HTMLElement, box: HTMLInputElement, number: HTMLElement}>}>} */
  const parts = new Map();
  const makeGroup = (/** @type {string} */ name) => {
    const list = element('div'), find = element('input', { type: 'search', className: 'find', placeholder: `Find in ${NAMES[name].toLowerCase()}`, 'aria-label': `Find a value of ${NAMES[name]}`, hidden: true });
    const more = element('button', { type: 'button', className: 'more' });
    const set = element('fieldset', { hidden: true }, element('legend', { textContent: NAMES[name] }), find, list, more);
    const part = { set, list, more, find, open: false, labels: new Map() };
    more.addEventListener('click', () => { part.open = !part.open; showGroup(name); (part.open && !find.hidden ? find : more).focus(); });
    find.addEventListener('input', () => showGroup(name));
    parts.set(name, part);
    return set;
  };

  const labelOf = (/** @type {string} */ name, /** @type {string} */ value) => {
    const part = /** @type {NonNullable<ReturnType<typeof parts.get>>} */ (parts.get(name));
    const known = part.labels.get(value);
    if (known) return known;
    const box = element('input', { type: 'checkbox', name, value });
    const number = element('b');
    const dot = name === 'stage' ? [element('i', { className: `s-${value ? looks[value] ?? 'other' : 'none'}` })] : [];
    const label = element('label', { title: say(name, value) }, box, ...dot, element('span', { textContent: say(name, value) }), number);
    box.addEventListener('change', () => toggle(name, value, box.checked));
    const made = { label, box, number };
    part.labels.set(value, made);
    return made;
  };

  /** @type {Map<string, Int32Array>} */
  let counts = new Map();
  /** The values of a facet that are in sight: what is chosen, and what most of the rows have. @param {string} name */
  const showGroup = (name) => {
    const part = /** @type {NonNullable<ReturnType<typeof parts.get>>} */ (parts.get(name));
    const facet = /** @type {Facet} */ (groups.get(name)), numbers = /** @type {Int32Array} */ (counts.get(name));
    const own = /** @type {Set<string>} */ (chosen.get(name));
    const ordered = name === 'updated' || name === 'has' || name === 'state';
    const words = part.open ? part.find.value.toLowerCase() : '';
    let ids = [...facet.values.keys()].filter((id) => numbers[id] > 0 || own.has(facet.values[id]));
    const all = ids.length;
    if (words) ids = ids.filter((id) => say(name, facet.values[id]).toLowerCase().includes(words));
    const last = (/** @type {number} */ id) => (facet.values[id] === '' ? 1 : 0);
    if (!ordered) ids.sort((a, b) => Number(own.has(facet.values[b])) - Number(own.has(facet.values[a])) || last(a) - last(b) || numbers[b] - numbers[a] || a - b);
    const none = ids.find((id) => facet.values[id] === '');
    let seen = ids.slice(0, part.open ? MOST_SHOWN : SHOWN);
    if (none !== undefined && !seen.includes(none) && name !== 'team') seen = [...seen, none];
    const values = seen.map((id) => facet.values[id]);
    const strange = [...own].filter((value) => !facet.values.includes(value));
    const nodes = [...values, ...strange].map((value) => {
      const { label, box, number } = labelOf(name, value);
      const place = facet.values.indexOf(value);
      box.checked = own.has(value);
      const text = count(place < 0 ? 0 : numbers[place]);
      if (number.textContent !== text) number.textContent = text;
      return label;
    });
    if (nodes.length !== part.list.children.length || nodes.some((node, at) => node !== part.list.children[at])) part.list.replaceChildren(...nodes);
    const rest = all - values.length;
    part.more.hidden = !part.open && rest <= 0;
    part.more.textContent = part.open ? (ids.length > seen.length ? `${count(ids.length - seen.length)} more: type to find. Show fewer` : 'Show fewer') : `${count(rest)} more`;
    part.find.hidden = !part.open || all <= 2 * SHOWN;
    // One value says something as long as not every row has it.
    const whole = /** @type {Int32Array} */ (everything.counts.get(name)).filter((number) => number > 0);
    part.set.hidden = !own.size && (!nodes.length || (whole.length === 1 && whole[0] === everything.rows.length));
  };

  const toggle = (/** @type {string} */ name, /** @type {string} */ value, /** @type {boolean} */ on) => {
    const own = /** @type {Set<string>} */ (chosen.get(name));
    if (on) own.add(value); else own.delete(value);
    apply();
  };
  const clear = () => {
    for (const own of chosen.values()) own.clear();
    query = search.value = '';
    apply();
    search.focus();
  };

  const showChips = () => {
    const all = [...chosen].flatMap(([name, own]) => [...own].map((value) => {
      const chip = element('button', { type: 'button', className: 'chip', 'aria-label': `Remove filter ${NAMES[name]}: ${say(name, value)}` }, element('span', { textContent: `${NAMES[name]}: ` }), say(name, value), element('b', { textContent: '×', 'aria-hidden': 'true' }));
      chip.addEventListener('click', () => toggle(name, value, false));
      return chip;
    }));
    if (all.length) {
      const clearAll = element('button', { type: 'button', className: 'chip clear', textContent: 'Clear all' });
      clearAll.addEventListener('click', clear);
      all.push(clearAll);
    }
    chips.replaceChildren(...all);
    document.documentElement.classList.remove('filtered'); // their room is taken
    openFilters.textContent = all.length ? `Filters (${all.length - 1})` : 'Filters';
  };

  // --- The answer

  const showAddress = () => {
    const address = new URLSearchParams();
    if (query.trim()) address.set('q', query.trim());
    for (const [name, own] of chosen) for (const value of own) address.append(name, value);
    if (sort) address.set('sort', `${sort.descending ? '-' : ''}${sort.column}`);
    if (shownColumns.join() !== USUAL.join()) address.set('columns', shownColumns.join());
    try { history.replaceState(history.state, '', address.size ? `?${address}` : location.pathname); } catch (e) { /* some browsers forbid it to files */ }
  };

  const showNote = () => {
    note.replaceChildren();
    if (found.error) note.append(`The query cannot be read: ${found.error}.`);
    else if (found.ask) note.append(`This page does not know ${found.ask}. Ask `, element('code', { textContent: `catalog search '${query.trim().replaceAll("'", "'\\''")}'` }));
    else if (found.note) note.append(found.note);
    empty.hidden = rows.length > 0;
    empty.replaceChildren('No artifact matches these filters. ', Object.assign(element('button', { type: 'button', className: 'btn', textContent: 'Clear' }), { onclick: clear }));
  };

  /** Filters, sorts and shows the list, whatever changed. */
  const show = (live = false) => {
    const top = body.getBoundingClientRect().top; // before anything changes, which would make the browser lay the page out at once
    ({ counts, rows } = ModelSearch.filter(models, groups, chosen, found, !live));
    if (found.mask) ModelSearch.sortByQuery(models, rows, found);
    if (sort) ModelSearch.sortBy(models, rows, sort.column, sort.descending);
    const narrowed = found.mask || [...chosen.values()].some((own) => own.size);
    total.textContent = narrowed ? `${count(rows.length)} of ${count(everything.rows.length)}` : count(rows.length);
    table.setAttribute('aria-rowcount', String(rows.length + 1));
    showNote();
    body.style.height = `${rows.length * height}px`;
    showRows(top);
    clearTimeout(pause);
    if (live) pause = setTimeout(() => { ({ counts } = ModelSearch.filter(models, groups, chosen, found)); showBeside(); }, PAUSE);
    else showBeside();
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pause;
  /** What is beside the rows: while somebody types, it waits for a pause. */
  const showBeside = () => {
    for (const name of groups.keys()) showGroup(name);
    showChips();
    showSort();
    showAddress();
  };

  /** Asks the query, loads what it lacks, and asks again. `live`: it is still being written. @param {boolean} [live] */
  const apply = (live = false) => {
    const asking = query;
    if (!query.trim()) { if (found.asked) forget(); found = {}; show(live); return; }
    const answer = searcher.search(query, live);
    if (answer.missing) {
      Promise.all(answer.missing.map(SiteData.load)).then(() => { if (asking === query) apply(live); }, (error) => { note.textContent = `${error.message}: the search is not complete.`; });
      return;
    }
    if (live && (answer.wait || answer.error)) return; // until the word, or the field, is whole
    const before = found.asked;
    found = answer.error || answer.ask ? { ...answer, mask: new Uint8Array(models.count) } : answer;
    if (before || found.asked) forget(); // cells show the metric that is asked for
    show(live);
  };

  search.addEventListener('input', () => { query = search.value; apply(true); });
  search.addEventListener('change', () => { query = search.value; apply(); });
  search.addEventListener('keydown', (event) => { if (event.key === 'Enter') apply(); });

  // --- Comparison

  const compare = element('div', { className: 'compare', role: 'region', 'aria-label': 'Comparison', hidden: true });
  document.body.append(compare);
  const showTicked = () => {
    compare.hidden = !ticked.size;
    const stop = element('button', { type: 'button', className: 'btn', textContent: 'Clear' });
    stop.addEventListener('click', () => { ticked.clear(); showTicked(); });
    const link = element('a', { className: 'btn main', textContent: 'Compare', href: `compare.html?${new URLSearchParams([...ticked].map((row) => ['v', reference(row)]))}` });
    compare.replaceChildren(element('span', { role: 'status', textContent: `${ticked.size} chosen${ticked.size < 2 ? '; choose another' : ticked.size >= MOST_COMPARED ? ', the most at once' : ''}` }), ...(ticked.size > 1 ? [link] : []), stop);
    for (const [row, tr] of kept) {
      const box = /** @type {HTMLInputElement} */ (tr.querySelector('.tick input'));
      box.checked = ticked.has(row);
      box.disabled = !reference(row) || (ticked.size >= MOST_COMPARED && !ticked.has(row));
    }
  };

  // --- Export of what is shown

  /** The metric that a row shows: that which the query asks for, or else the main one. @param {number} row */
  const shownMetric = (row) => found.asked?.get(row) ?? (Number.isNaN(models.number[row]) ? null : { name: models.metricName(row), number: models.number[row] });

  const records = () => rows.map((row) => ({
    repository: models.repoName(row), artifact: models.artifacts[row], type: models.values('type', row)[0] ?? null, description: models.descriptions[row] || null,
    stages: Object.fromEntries(models.stages[row].flatMap((stage, at, all) => (at % 2 ? [] : [[stage, all[at + 1]]]))), latest: models.latest[row] || null,
    versions: models.versions[row], updated: models.updated[row] ? new Date(models.updated[row] * 1000).toISOString() : null,
    metric: shownMetric(row)?.name ?? null, value: shownMetric(row)?.number ?? null,
    labels: models.values('label', row), framework: models.values('framework', row), licence: models.values('licence', row), owners: models.values('owner', row),
    deprecated: !(models.flags[row] & ModelSearch.ACTIVE),
  }));
  const csv = () => {
    const lines = records().map((record) => Object.values(record).map((value) => (Array.isArray(value) ? value.join(' ')
      : value && typeof value === 'object' ? Object.entries(value).map((pair) => pair.join('=')).join(' ') : value ?? '')));
    const quoted = (/** @type {unknown} */ value) => (/[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
    const names = ['repository', 'artifact', 'type', 'description', 'stages', 'latest', 'versions', 'updated', 'metric', 'value', 'labels', 'framework', 'licence', 'owners', 'deprecated'];
    return [names, ...lines].map((line) => line.map(quoted).join(',')).join('\r\n') + '\r\n';
  };
  const download = (/** @type {string} */ name, /** @type {string} */ type, /** @type {string} */ text) => {
    const link = element('a', { href: URL.createObjectURL(new Blob([text], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    exportMenu.open = false;
  };
  const asCsv = element('button', { type: 'button', textContent: 'CSV of what is shown' }), asJson = element('button', { type: 'button', textContent: 'JSON of what is shown' });
  asCsv.addEventListener('click', () => download('models.csv', 'text/csv', csv()));
  asJson.addEventListener('click', () => download('models.json', 'application/json', JSON.stringify(records(), null, 1)));
  exportMenu.append(element('div', { className: 'sheetlet' }, asCsv, asJson));
  addEventListener('click', (event) => { for (const menu of [columnMenu, exportMenu]) if (menu.open && !menu.contains(/** @type {Node} */ (event.target))) menu.open = false; });
  addEventListener('keydown', (event) => {
    for (const menu of event.key === 'Escape' ? [columnMenu, exportMenu] : []) {
      if (menu.open && menu.contains(document.activeElement)) menu.querySelector('summary')?.focus();
      menu.open = false;
    }
  });

  // --- Filters as a sheet, where there is no room beside the list

  const sheet = element('dialog', { className: 'sheet', 'aria-label': 'Filters' });
  const place = element('span', { hidden: true });
  aside.before(place);
  openFilters.addEventListener('click', () => {
    const done = element('button', { type: 'button', className: 'btn main', textContent: 'Show results' }), reset = element('button', { type: 'button', className: 'btn', textContent: 'Clear' });
    done.addEventListener('click', () => sheet.close());
    reset.addEventListener('click', () => { for (const own of chosen.values()) own.clear(); apply(); });
    sheet.replaceChildren(aside, element('div', { className: 'sheetbar' }, reset, done));
    done.textContent = `Show ${count(rows.length)} results`;
    sheet.addEventListener('change', () => { done.textContent = `Show ${count(rows.length)} results`; });
    sheet.showModal();
  });
  sheet.addEventListener('close', () => { place.after(aside); openFilters.focus(); });
  document.body.append(sheet);

  // --- Begin

  aside.append(...[...groups.keys()].map(makeGroup));
  showHead();
  showColumns();
  measure();
  apply();
  const scrolled = history.state?.scrolled;
  if (scrolled) scrollTo(0, scrolled);
  performance.mark('list');
  addEventListener('pagehide', () => { try { history.replaceState({ scrolled: scrollY }, ''); } catch (e) { /* some browsers forbid it to files */ } });
})();
