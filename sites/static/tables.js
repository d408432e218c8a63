// Tables with a filter and an order, both kept in the address: `data-filter` on a table is the hint in its search box, `data-sort` on a heading says how its
// cells compare, and `data-key` there is its name in the address where its text is not. A row of class `base` heads those below it: it stays above them, is shown
// where one of them is, and is not counted. Without scripts the tables are as they are.
(() => {
  'use strict';
  /** @typedef {{ row: HTMLTableRowElement, text: string, base: HTMLTableRowElement | null }} Line */
  const collator = new Intl.Collator('en', { numeric: true });
  /** @type {Record<string, { value: (cell: HTMLElement) => string | number, first: number }>} */
  const KINDS = {
    text: { value: (cell) => cell.textContent.trim(), first: 1 },
    number: { value: (cell) => Number(cell.dataset.value ?? (cell.textContent.replace(/[^0-9.]/g, '') || NaN)), first: -1 },
    time: { value: (cell) => cell.querySelector('time')?.dateTime || '', first: -1 },
  };

  /** @param {HTMLTableElement} table */
  const setUp = (table) => {
    const body = table.tBodies[0];
    /** @type {Line[]} */
    const lines = [];
    /** @type {HTMLTableRowElement | null} */
    let base = null;
    for (const row of body.rows) {
      if (row.classList.contains('base')) base = row;
      else lines.push({ row, text: `${row.textContent} ${row.dataset.name ?? ''}`.toLowerCase(), base });
    }
    const heads = [...table.tHead.rows[0].cells];
    const asked = new URLSearchParams(location.search);
    const search = document.createElement('input');
    const count = document.createElement('span');
    const none = document.createElement('p');
    const keyOf = (/** @type {HTMLElement} */ head) => head.dataset.key ?? head.textContent.toLowerCase();
    let order = asked.get('sort') || '';

    const remember = () => {
      const address = new URLSearchParams(location.search);
      for (const [key, value] of [['q', search.value], ['sort', order]]) {
        if (value) address.set(key, value); else address.delete(key);
      }
      try {
        history.replaceState(null, '', `${location.pathname}${address.size ? `?${address}` : ''}${location.hash}`);
      } catch (e) { /* a browser that allows no addresses in files */ }
    };
    const filter = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const line of lines) if (line.base) line.base.hidden = true;
      for (const line of lines) {
        line.row.hidden = !words.every((word) => line.text.includes(word));
        if (line.row.hidden) continue;
        shown += 1;
        if (line.base) line.base.hidden = false;
      }
      const all = lines.length.toLocaleString('en');
      count.textContent = shown === lines.length ? all : `${shown.toLocaleString('en')} of ${all}`;
      none.hidden = shown > 0;
    };
    const sort = () => {
      const name = order.replace(/^-/, '');
      const place = heads.findIndex((head) => head.dataset.sort && keyOf(head) === name);
      if (place < 0) { order = ''; return; }
      const { value } = KINDS[heads[place].dataset.sort];
      const way = order.startsWith('-') ? -1 : 1;
      heads.forEach((head) => head.removeAttribute('aria-sort'));
      heads[place].setAttribute('aria-sort', way > 0 ? 'ascending' : 'descending');
      const keys = new Map(lines.map((line) => [line, value(line.row.cells[place])]));
      lines.sort((one, other) => {
        const [a, b] = [keys.get(one), keys.get(other)];
        if (typeof a !== 'number' || typeof b !== 'number') return way * collator.compare(String(a), String(b));
        return Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : way * (a - b); // what has none comes last
      });
      /** @type {Map<HTMLTableRowElement | null, HTMLTableRowElement[]>} */
      const groups = new Map(); // in the order of what comes first of each
      for (const { row, base: head } of lines) {
        const rows = groups.get(head);
        if (rows) rows.push(row); else groups.set(head, head ? [head, row] : [row]);
      }
      body.append(...[...groups.values()].flat());
    };

    for (const head of heads.filter((one) => one.dataset.sort)) {
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener('click', () => {
        const name = keyOf(head);
        const first = KINDS[head.dataset.sort].first > 0 ? name : `-${name}`;
        const other = first === name ? `-${name}` : name;
        order = order === first ? other : first;
        sort();
        remember();
      });
    }
    Object.assign(search, { type: 'search', placeholder: table.dataset.filter, value: asked.get('q') || '' });
    search.setAttribute('aria-label', table.dataset.filter);
    count.setAttribute('role', 'status');
    search.addEventListener('input', () => { filter(); remember(); });
    Object.assign(none, { className: 'empty', hidden: true, textContent: 'None matches this filter.' });
    const bar = document.createElement('div');
    bar.className = 'bar';
    bar.append(search, count);
    const box = table.closest('.card') || table;
    box.before(bar);
    box.after(none);
    sort();
    filter();
  };
  document.querySelectorAll('table[data-filter]').forEach((table) => setUp(/** @type {HTMLTableElement} */ (table)));
})();
