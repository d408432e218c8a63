// The page of activity: filters kept in the address, a heat map by week, and the rows, whose months are loaded the last first.
'use strict';

(() => {
  const { element, visible } = SiteData;
  const head = SiteData.get('activity');
  const place = document.getElementById('activity');
  if (!head || !place) return;

  const SHOWN = 50; // rows at first, and with each "more": twice as many take twice as long to lay out with each filter
  const MOST_VALUES = 500; // of a filter
  const MOST_YEARS = 12; // in the heat map
  const AT_ONCE = 6; // months that are loaded side by side: browsers open as many connections to a server
  const OTHER = 'other'; // the month of dates that cannot be right
  const NAMES = /** @type {Record<string, string>} */ ({ team: 'All teams', repo: 'All repositories', stage: 'All stages', person: 'Everybody', kind: 'All kinds', signed: 'Signed or not' });

  const asked = new URLSearchParams(location.search);
  const state = Object.fromEntries([...Object.keys(NAMES), 'week', 'since'].map((name) => [name, asked.get(name) ?? '']));
  for (const name of ['week', 'since']) if (Number.isNaN(Date.parse(`${state[name]}T00:00:00Z`))) state[name] = '';
  if (state.week) state.week = new Date(ActivityRows.week(Date.parse(`${state.week}T00:00:00Z`) / 1000) * 1000).toISOString().slice(0, 10); // its Monday
  /** What a list says of a name; not what all objects have, such as `constructor`. @param {Record<string, string>} list @param {string} name */
  const stated = (list, name) => (Object.hasOwn(list, name) ? list[name] : undefined);
  /** @type {Activity[]} */
  const everything = [];
  let shown = SHOWN, loaded = 0;

  const bar = element('div', { className: 'bar' }), map = element('div', { className: 'heat', role: 'grid', 'aria-label': 'Entries of each week' });
  const note = element('p', { className: 'note', role: 'status' }), feed = element('p', { className: 'note' }), week = element('p', { className: 'note' });
  const body = element('tbody');
  const table = element('table', { className: 'tbl activity' }, element('thead', {}, element('tr', {}, ...['When', 'What', 'Artifact', 'Stage', 'Who', 'Repository'].map((name) => element('th', { scope: 'col', textContent: name })))), body);
  const more = element('button', { type: 'button', className: 'btn', textContent: 'Show more', hidden: true });
  const clear = element('button', { type: 'button', className: 'btn', textContent: 'Clear all filters' });
  place.append(bar, map, element('div', { className: 'week' }, week, clear), element('div', { className: 'about' }, note, feed), element('div', { className: 'card' }, table), more);

  // --- Filters

  /** @type {Map<string, HTMLSelectElement>} */
  const selects = new Map();
  for (const [name, title] of Object.entries(NAMES)) {
    const select = element('select', { 'aria-label': title });
    select.addEventListener('change', () => { state[name] = select.value; shown = SHOWN; show(); });
    selects.set(name, select);
    bar.append(select);
  }
  clear.addEventListener('click', () => {
    for (const name of Object.keys(state)) state[name] = '';
    shown = SHOWN;
    show();
    [...selects.values()][0].focus(); // the button goes
  });

  const say = (/** @type {string} */ name, /** @type {string} */ value) => {
    if (name === 'kind') return stated(head.verbs, value) ?? visible(value);
    if (name === 'signed') return value === 'yes' ? 'signed' : 'not signed';
    return value === '-' ? 'no team' : visible(value);
  };
  /** The values that there are, when rows came. */
  const offer = () => {
    for (const [name, select] of selects) {
      const values = name === 'signed' ? ['yes', 'no'] : ActivityRows.values(everything, name === 'person' ? 'author' : /** @type {any} */ (name)).slice(0, MOST_VALUES).map((value) => value || '-');
      if (state[name] && !values.includes(state[name])) values.push(state[name]);
      select.replaceChildren(element('option', { value: '', textContent: NAMES[name] }), ...values.map((value) => element('option', { value, textContent: say(name, value) })));
    }
  };

  // --- The heat map: a row for each year, a cell for each week. One cell is a stop of the Tab key, and arrow keys move between them.

  const day = (/** @type {number} */ monday) => new Date(monday * 1000).toISOString().slice(0, 10);
  const inAll = new Map(/** @type {[number, number][]} */ (head.weeks));
  const years = [...new Set([...inAll.keys()].map(ActivityRows.year))].sort((a, b) => b - a).slice(0, MOST_YEARS);
  /** @type {Map<HTMLButtonElement, number>} */
  const mondays = new Map();
  const rows = years.map((year) => ActivityRows.mondays(year).map((monday) => {
    const cell = element('button', { type: 'button', role: 'gridcell', tabIndex: -1 });
    mondays.set(cell, monday);
    return cell;
  }));
  map.append(...rows.map((cells, row) => element('div', { role: 'row' }, element('b', { role: 'rowheader', textContent: String(years[row]) }), element('div', { role: 'presentation' }, ...cells))));
  const cells = [...mondays.keys()];
  let stop = cells.find((cell) => day(mondays.get(cell) ?? 0) === state.week) ?? cells.find((_, at) => inAll.has(mondays.get(cells[at]) ?? 0));

  /** What a cell says. @param {HTMLButtonElement} cell */
  const tell = (cell) => { week.textContent = cell.title; };
  /** @param {HTMLButtonElement | undefined} cell */
  const move = (cell) => {
    if (!cell || !stop) return;
    stop.tabIndex = -1;
    stop = cell;
    cell.tabIndex = 0;
    cell.focus();
  };
  /** @param {HTMLButtonElement} cell @param {string} key @returns {HTMLButtonElement | undefined} */
  const neighbour = (cell, key) => {
    const row = rows.findIndex((line) => line.includes(cell)), at = rows[row].indexOf(cell);
    const above = /** @param {number} other */ (other) => rows[other]?.[Math.min(at, rows[other].length - 1)];
    switch (key) {
      case 'ArrowLeft': return rows[row][at - 1] ?? rows[row + 1]?.at(-1); // the last year is the first row
      case 'ArrowRight': return rows[row][at + 1] ?? rows[row - 1]?.[0];
      case 'ArrowUp': return above(row - 1);
      case 'ArrowDown': return above(row + 1);
      case 'Home': return rows[row][0];
      case 'End': return rows[row].at(-1);
      default: return undefined;
    }
  };
  const cellOf = (/** @type {Event} */ event) => (event.target instanceof HTMLButtonElement ? event.target : null);
  map.addEventListener('keydown', (event) => {
    const cell = cellOf(event), next = cell && !event.ctrlKey && !event.metaKey && !event.altKey ? neighbour(cell, event.key) : undefined;
    if (!next) return;
    event.preventDefault();
    move(next);
  });
  for (const kind of ['focusin', 'mouseover']) map.addEventListener(kind, (event) => { const cell = cellOf(event); if (cell) tell(cell); });
  for (const kind of ['focusout', 'mouseout']) map.addEventListener(kind, () => showWeek());
  map.addEventListener('click', (event) => {
    const cell = cellOf(event);
    if (!cell) return;
    move(cell);
    if (cell.ariaDisabled === 'true') return;
    const chosen = day(mondays.get(cell) ?? 0);
    state.week = state.week === chosen ? '' : chosen;
    shown = SHOWN;
    show();
    tell(cell);
  });
  let mostBefore = 0;
  const showMap = (/** @type {Map<number, number>} */ counts) => {
    const most = Math.max(1, ...counts.values());
    for (const [cell, monday] of mondays) {
      const count = counts.get(monday) ?? 0, chosen = state.week === day(monday);
      const stopped = cell === stop ? 0 : -1;
      if (cell.tabIndex !== stopped) cell.tabIndex = stopped;
      const text = `${count ? count.toLocaleString('en') : 'nothing'} in the week from ${ActivityRows.time(monday).date}`;
      if (cell.title === text && cell.ariaSelected === String(chosen) && most === mostBefore) continue;
      cell.className = `h${count ? Math.min(4, Math.ceil((4 * Math.log1p(count)) / Math.log1p(most))) : ''}`;
      cell.title = text;
      cell.ariaLabel = text;
      cell.ariaDisabled = String(!count && !chosen);
      cell.ariaSelected = String(chosen);
    }
    mostBefore = most;
  };
  const showWeek = () => { week.textContent = state.week ? `The week from ${ActivityRows.time(Date.parse(`${state.week}T00:00:00Z`) / 1000).date} is chosen.` : 'Choose a week to see its entries.'; };

  // --- Rows: the same as on the page of a month

  const draw = (/** @type {Activity} */ row) => {
    const { text, stamp } = ActivityRows.time(row.moment);
    const name = row.path ? element('a', { className: 'strong', href: row.path, textContent: visible(row.artifact) }) : visible(row.artifact);
    const version = /^[0-9a-f]{40}$/.test(row.version) ? row.version.slice(0, 7) : visible(row.version);
    const detail = [row.tag, row.detail].filter(Boolean).join(' ');
    return element('tr', { className: row.gone ? 'gone' : '' },
      element('td', { 'data-absolute': '' }, element('time', { dateTime: stamp, textContent: text })),
      element('td', {}, stated(head.verbs, row.kind) ?? visible(row.kind), ...(detail ? [element('small', { textContent: visible(detail) })] : [])),
      element('td', {}, ...(row.artifact ? [name] : []), ...(version ? [' ', element('b', { textContent: version })] : [])),
      element('td', {}, ...(row.stage ? [element('span', { className: `pill s-${row.look}`, textContent: visible(row.stage) })] : [])),
      element('td', {}, ...(row.author ? [element('span', { className: `who a${row.face[0]}`, 'data-i': row.face[1], textContent: visible(row.author) })] : []), ...(row.signed ? [element('small', { textContent: `${visible(row.signed)} signature, not verified` })] : [])),
      element('td', { textContent: visible(row.repo) }));
  };
  const showFeed = () => {
    const { path, of, json, exact } = ActivityRows.feed(head, state);
    const link = (/** @type {string} */ kind, /** @type {string} */ title) => element('a', { className: 'go', href: `${path}.${kind}`, textContent: title });
    const name = visible(of);
    feed.replaceChildren(exact ? `Feed of ${name}: ` : `No feed has just these entries; the nearest is that of ${name}: `, link('xml', 'Atom'), ...(json ? [' · ', link('json', 'JSON Feed')] : []));
  };
  const showAddress = () => {
    const address = new URLSearchParams(Object.entries(state).filter(([, value]) => value));
    try { history.replaceState(history.state, '', address.size ? `?${address}` : location.pathname); } catch (e) { /* some browsers forbid it to files */ }
  };
  let failed = false; // to load a month
  const show = () => {
    const chosen = Object.entries(state).filter(([, value]) => value).map(([name]) => name);
    const unweeked = chosen.some((name) => name !== 'week') ? ActivityRows.filter(everything, { ...state, week: '' }) : everything;
    const matching = state.week ? ActivityRows.filter(unweeked, { week: state.week }) : unweeked;
    for (const [name, select] of selects) select.value = state[name];
    showMap(unweeked === everything ? inAll : ActivityRows.byWeek(unweeked));
    showWeek();
    body.replaceChildren(...matching.slice(0, shown).map(draw));
    more.hidden = matching.length <= shown;
    clear.disabled = !chosen.length;
    const left = head.months.length - loaded;
    note.textContent = `${matching.length.toLocaleString('en')} ${matching.length === 1 ? 'entry' : 'entries'}${state.since ? ` since ${state.since}` : ''}${failed ? ', not complete' : left ? `, ${left} ${left === 1 ? 'month' : 'months'} to load` : ''}`;
    showFeed();
    showAddress();
  };
  more.addEventListener('click', () => { shown += SHOWN; show(); });

  /** Loads the months, the last first; shows the first at once, and the others when all are there. */
  const load = async () => {
    while (loaded < head.months.length) {
      const names = head.months.slice(loaded, loaded ? loaded + AT_ONCE : 1).map((/** @type {string[]} */ [month]) => month);
      await Promise.all(names.map((/** @type {string} */ name) => SiteData.load(`activity/${name}`)));
      for (const name of names) for (const row of ActivityRows.read(SiteData.get(`activity/${name}`), name !== OTHER)) everything.push(row);
      loaded += names.length;
      if (loaded === 1) { offer(); show(); performance.mark('activity'); }
    }
    offer();
    show();
    performance.mark('activity-complete');
  };
  offer();
  show();
  load().catch((error) => { failed = true; note.textContent = `${error.message}: the list is not complete.`; });
})();
