// The page of activity: filters kept in the address, a heat map by week, and the rows, whose months are loaded one after the other.
'use strict';

(() => {
  const { element, drawing, visible, age } = SiteData;
  const head = SiteData.get('activity');
  const place = document.getElementById('activity');
  if (!head || !place) return;

  const SHOWN = 100; // rows, before "more"
  const MOST_VALUES = 500; // of a filter
  const MOST_YEARS = 12; // in the heat map
  const CELL = 11;
  const NAMES = /** @type {Record<string, string>} */ ({ team: 'All teams', repo: 'All repositories', stage: 'All stages', person: 'Everybody', kind: 'All kinds', signed: 'Signed or not' });

  const asked = new URLSearchParams(location.search);
  const state = Object.fromEntries([...Object.keys(NAMES), 'week'].map((name) => [name, asked.get(name) ?? '']));
  if (Number.isNaN(Date.parse(`${state.week}T00:00:00Z`))) state.week = '';
  /** What a list says of a name; not what all objects have, such as `constructor`. @param {Record<string, string>} list @param {string} name */
  const stated = (list, name) => (Object.hasOwn(list, name) ? list[name] : undefined);
  /** @type {Activity[]} */
  const everything = [];
  let shown = SHOWN, loaded = 0;

  const bar = element('div', { className: 'bar' }), map = element('div', { className: 'heat' }), note = element('p', { className: 'note', role: 'status' });
  const body = element('tbody');
  const table = element('table', { className: 'tbl activity' }, element('thead', {}, element('tr', {}, ...['When', 'What', 'Artifact', 'Stage', 'Who', 'Repository'].map((name) => element('th', { scope: 'col', textContent: name })))), body);
  const more = element('button', { type: 'button', className: 'btn', textContent: 'Show more' });
  const feed = element('p', { className: 'note' });
  place.append(bar, map, note, element('div', { className: 'card scroll' }, table), more, feed);

  // --- Filters

  /** @type {Map<string, HTMLSelectElement>} */
  const selects = new Map();
  for (const [name, title] of Object.entries(NAMES)) {
    const select = element('select', { 'aria-label': title });
    select.addEventListener('change', () => { state[name] = select.value; shown = SHOWN; show(); });
    selects.set(name, select);
    bar.append(select);
  }
  const clear = element('button', { type: 'button', className: 'btn', textContent: 'Clear' });
  clear.addEventListener('click', () => { for (const name of Object.keys(state)) state[name] = ''; shown = SHOWN; show(); });
  bar.append(clear);

  const say = (/** @type {string} */ name, /** @type {string} */ value) => {
    if (name === 'kind') return stated(head.verbs, value) ?? visible(value);
    if (name === 'signed') return value === 'yes' ? 'signed' : 'not signed';
    return value === '-' ? 'no team' : visible(value);
  };
  const showFilters = () => {
    for (const [name, select] of selects) {
      const values = name === 'signed' ? ['yes', 'no'] : ActivityRows.values(everything, name === 'person' ? 'author' : /** @type {any} */ (name)).slice(0, MOST_VALUES).map((value) => value || '-');
      if (state[name] && !values.includes(state[name])) values.push(state[name]);
      select.replaceChildren(element('option', { value: '', textContent: NAMES[name] }), ...values.map((value) => element('option', { value, textContent: say(name, value) })));
      select.value = state[name];
    }
  };

  // --- The heat map: a row for each year, a cell for each week

  const stamp = (/** @type {number} */ seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
  const showMap = (/** @type {Activity[]} */ rows) => {
    const counts = ActivityRows.byWeek(rows), most = Math.max(1, ...counts.values());
    const yearOf = (/** @type {number} */ monday) => new Date((monday + 3 * 86400) * 1000).getUTCFullYear(); // that of its Thursday
    const years = [...new Set([...counts.keys()].map(yearOf))].sort((a, b) => b - a).slice(0, MOST_YEARS);
    const lines = years.map((year) => {
      const first = ActivityRows.week(Date.UTC(year, 0, 4) / 1000); // ISO 8601: the first week has 4 January
      const cells = [];
      for (let number = 0; number < 53; number += 1) {
        const monday = first + number * ActivityRows.WEEK;
        if (yearOf(monday) !== year) break;
        const count = counts.get(monday) ?? 0;
        const cell = drawing('rect', { x: number * (CELL + 2), width: CELL, height: CELL, rx: 2, class: count ? `h${Math.min(4, Math.ceil((4 * Math.log1p(count)) / Math.log1p(most)))}` : 'h' });
        if (state.week === stamp(monday)) cell.classList.add('chosen');
        if (count) {
          const title = drawing('title', {});
          title.textContent = `${count.toLocaleString('en')} in the week from ${stamp(monday)}`;
          cell.append(title);
          cell.addEventListener('click', () => { state.week = state.week === stamp(monday) ? '' : stamp(monday); shown = SHOWN; show(); });
        }
        cells.push(cell);
      }
      return element('div', {}, element('b', { textContent: String(year) }), drawing('svg', { viewBox: `0 0 ${53 * (CELL + 2)} ${CELL}`, role: 'img', 'aria-label': `Weeks of ${year}` }, ...cells));
    });
    map.replaceChildren(...lines);
  };

  // --- Rows

  const draw = (/** @type {Activity} */ row) => {
    const date = new Date(row.moment * 1000), iso = Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 19);
    const who = row.author ? [visible(row.author)] : [];
    const name = row.path ? element('a', { className: 'strong', href: row.path, textContent: visible(row.artifact) }) : visible(row.artifact);
    const version = /^[0-9a-f]{40}$/.test(row.version) ? row.version.slice(0, 7) : visible(row.version);
    return element('tr', { className: row.gone ? 'gone' : '' },
      element('td', {}, iso ? element('time', { dateTime: `${iso}Z`, title: `${iso.replace('T', ' ')} UTC`, textContent: age(row.moment) }) : 'not a date'),
      element('td', {}, head.verbs[row.kind] ?? visible(row.kind), ...(row.detail || row.tag ? [element('small', { textContent: visible([row.tag, row.detail].filter(Boolean).join(' ')) })] : [])),
      element('td', {}, name, ...(version ? [' ', element('b', { textContent: version })] : [])),
      element('td', { textContent: visible(row.stage) }),
      element('td', {}, ...who, ...(row.signed ? [element('small', { textContent: `${visible(row.signed)} signature, not verified` })] : [])),
      element('td', { className: 'wide', textContent: visible(row.repo) }));
  };
  const showFeed = () => {
    const ofStage = stated(head.stageFeeds, state.stage), ofTeam = stated(head.teamFeeds, state.team);
    const of = ofStage ? `of ${visible(state.stage)}` : ofTeam ? `of ${visible(state.team)}` : 'of everything', path = ofStage ?? ofTeam ?? 'feeds/all';
    feed.replaceChildren(`Feed ${of}: `, element('a', { className: 'go', href: `${path}.xml`, textContent: 'Atom' }), ' · ', element('a', { className: 'go', href: `${path}.json`, textContent: 'JSON Feed' }));
  };
  const showAddress = () => {
    const address = new URLSearchParams(Object.entries(state).filter(([, value]) => value));
    try { history.replaceState(history.state, '', address.size ? `?${address}` : location.pathname); } catch (e) { /* some browsers forbid it to files */ }
  };
  const show = () => {
    const rows = everything.filter((row) => ActivityRows.matches(row, state));
    showFilters();
    showMap(state.week ? everything.filter((row) => ActivityRows.matches(row, { ...state, week: '' })) : rows);
    body.replaceChildren(...rows.slice(0, shown).map(draw));
    more.hidden = rows.length <= shown;
    clear.hidden = !Object.values(state).some(Boolean);
    const rest = head.months.length - loaded;
    note.textContent = `${rows.length.toLocaleString('en')} ${rows.length === 1 ? 'entry' : 'entries'}${rest ? `; ${rest} more months are being loaded` : ''}`;
    showFeed();
    showAddress();
  };
  more.addEventListener('click', () => { shown += SHOWN; show(); });

  const years = new Set(head.months.map((/** @type {string[]} */ [month]) => month.slice(0, 4))).size;
  map.style.minHeight = `${Math.min(years, MOST_YEARS) * (CELL + 10)}px`; // of the whole map: rows stay where they are when years come

  /** Loads the months, the last first; shows the first at once, and the others when all are there. */
  const load = () => {
    const month = head.months[loaded];
    if (!month) { show(); performance.mark('activity-complete'); return; }
    SiteData.load(`activity/${month[0]}`).then(() => {
      everything.push(...ActivityRows.read(SiteData.get(`activity/${month[0]}`)));
      loaded += 1;
      if (loaded === 1) { show(); performance.mark('activity'); }
      load();
    }, (error) => { note.textContent = `${error.message}: the list is not complete.`; });
  };
  load();
})();
