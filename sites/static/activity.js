// The page of activity: filters kept in the address, a heat map by week, and the rows, whose months are loaded the last first.
'use strict';

(() => {
  const { element, visible } = SiteData;
  const { date } = /** @type {any} */ (window).S;
  const head = SiteData.get('activity');
  const place = document.getElementById('activity');
  if (!head || !place) return;

  const SHOWN = 50; // rows at first, and with each "more": twice as many take twice as long to lay out with each filter
  const MOST_VALUES = 500; // of a filter
  const MOST_YEARS = 12; // in the heat map
  const OTHER = 'other'; // the month of dates that cannot be right
  const NAMES = /** @type {Record<string, string>} */ ({ team: 'All teams', repo: 'All repositories', stage: 'All stages', person: 'Everybody', kind: 'All kinds', signed: 'Signed or not' });

  const asked = new URLSearchParams(location.search);
  const state = Object.fromEntries([...Object.keys(NAMES), 'week', 'since'].map((name) => [name, asked.get(name) ?? '']));
  /** The first second of a day such as 2026-03-02. @param {string} name */
  const secondsOf = (name) => Date.parse(`${name}T00:00:00Z`) / 1000;
  const day = (/** @type {number} */ monday) => new Date(monday * 1000).toISOString().slice(0, 10);
  const dateOf = (/** @type {number} */ monday) => date(new Date(monday * 1000));
  for (const name of ['week', 'since']) if (Number.isNaN(secondsOf(state[name]))) state[name] = '';
  if (state.week) state.week = day(ActivityRows.week(secondsOf(state.week))); // its Monday
  /** What a list says of a name; not what all objects have, such as `constructor`. @param {Record<string, string>} list @param {string} name */
  const stated = (list, name) => (Object.hasOwn(list, name) ? list[name] : undefined);
  /** @type {InstanceType<typeof ActivityRows.Month>[]} */
  const months = [];
  let shown = SHOWN;

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
    if (name === 'repo') return visible(value.startsWith(head.host) ? value.slice(head.host.length) : value);
    if (name === 'signed') return value === 'yes' ? 'signed' : 'not signed';
    return value === '-' ? 'no team' : visible(value);
  };
  /** The values that there are, when rows came. */
  const offer = () => {
    for (const [name, select] of selects) {
      const values = name === 'signed' ? ['yes', 'no'] : ActivityRows.values(months, name === 'person' ? 'author' : /** @type {any} */ (name)).slice(0, MOST_VALUES).map((value) => value || '-');
      if (state[name] && !values.includes(state[name])) values.push(state[name]);
      select.replaceChildren(element('option', { value: '', textContent: NAMES[name] }), ...values.map((value) => element('option', { value, textContent: say(name, value) })));
    }
  };

  // --- The heat map: a row for each year, a cell for each week. One cell is a stop of the Tab key, and arrow keys move between them.

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
  /** What each cell shows: of 260 few change with a move, and many with a filter. @type {Map<HTMLButtonElement, { count: number, level: number, chosen: boolean }>} */
  const shownIn = new Map();
  const showMap = (/** @type {Map<number, number>} */ counts) => {
    const most = Math.max(1, ...counts.values()), chosenMonday = secondsOf(state.week);
    for (const [cell, monday] of mondays) {
      const stopped = cell === stop ? 0 : -1;
      if (cell.tabIndex !== stopped) cell.tabIndex = stopped;
      const count = counts.get(monday) ?? 0, chosen = monday === chosenMonday;
      const level = count ? Math.min(4, Math.ceil((4 * Math.log1p(count)) / Math.log1p(most))) : 0;
      const before = shownIn.get(cell);
      if (before?.count === count && before.level === level && before.chosen === chosen) continue;
      shownIn.set(cell, { count, level, chosen });
      cell.className = `h${level || ''}`;
      cell.ariaDisabled = String(!count && !chosen);
      cell.ariaSelected = String(chosen);
      if (before?.count === count) continue;
      cell.title = `${count ? count.toLocaleString('en') : 'nothing'} in the week from ${dateOf(monday)}`;
      cell.ariaLabel = cell.title;
    }
  };
  const showWeek = () => { week.textContent = state.week ? `The week from ${dateOf(secondsOf(state.week))} is chosen.` : 'Choose a week to see its entries.'; };

  // --- Rows: the same as on the page of a month

  const draw = (/** @type {Activity} */ row) => {
    const stamp = ActivityRows.stamp(row.moment), text = `${date(new Date(stamp))}, ${stamp.slice(11, 16)} UTC`;
    const name = row.path ? element('a', { className: 'strong', href: row.path, textContent: visible(row.artifact) }) : visible(row.artifact);
    const version = /^[0-9a-f]{40}$/.test(row.version) ? row.version.slice(0, 7) : visible(row.version);
    const detail = [row.tag, row.detail].filter(Boolean).join(' ');
    return element('tr', { className: row.gone ? 'gone' : '' },
      element('td', { 'data-absolute': '' }, element('time', { dateTime: stamp, textContent: text })),
      element('td', {}, stated(head.verbs, row.kind) ?? visible(row.kind), ...(detail ? [element('small', { textContent: visible(detail) })] : [])),
      element('td', {}, ...(row.artifact ? [name] : []), ...(version ? [' ', element('b', { textContent: version })] : [])),
      element('td', {}, ...(row.stage ? [element('span', { className: `pill s-${row.look}`, textContent: visible(row.stage) })] : [])),
      element('td', {}, ...(row.author ? [element('span', { className: `who a${row.face[0]}`, 'data-i': row.face[1], textContent: visible(row.author) })] : []), ...(row.signed ? [element('small', { textContent: `${visible(row.signed)} signature, not verified` })] : [])),
      element('td', { textContent: say('repo', row.repo) }));
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
    const { count, rows, weeks } = ActivityRows.select(months, state, shown);
    showAddress(); // before the page changes: browsers lay out what changed before they store a state
    for (const [name, select] of selects) select.value = state[name];
    showMap(weeks ?? inAll);
    showWeek();
    body.replaceChildren(...rows.map(draw));
    more.hidden = count <= shown;
    clear.disabled = !Object.values(state).some(Boolean);
    const left = head.months.length - months.length;
    note.textContent = `${count.toLocaleString('en')} ${count === 1 ? 'entry' : 'entries'}${state.since ? ` since ${state.since}` : ''}${failed ? ', not complete' : left ? `, ${left} ${left === 1 ? 'month' : 'months'} to load` : ''}`;
    showFeed();
  };
  more.addEventListener('click', () => { shown += SHOWN; show(); });

  /** Loads months side by side, and shows those that could be loaded. @param {string[]} names */
  const load = async (names) => {
    const answers = await Promise.allSettled(names.map((name) => SiteData.load(`activity/${name}`)));
    names.forEach((name, place) => {
      if (answers[place].status === 'fulfilled') months.push(new ActivityRows.Month(SiteData.get(`activity/${name}`), name !== OTHER));
    });
    offer();
    show();
    const lost = answers.find((answer) => answer.status === 'rejected');
    if (lost) throw lost.reason;
  };
  /** The last month is shown at once, and the others when all are there. */
  const loadAll = async () => {
    const names = head.months.map((/** @type {string[]} */ [month]) => month);
    await load(names.slice(0, 1));
    performance.mark('activity');
    await load(names.slice(1));
    performance.mark('activity-complete');
  };
  offer();
  show();
  loadAll().catch((error) => { failed = true; note.textContent = `${error.message}: the list is not complete.`; });
})();
