// The page of a model, for readers with scripts: versions that are filtered, and links to versions that open what is folded.
(() => {
  'use strict';
  /** @type {(selector: string, within?: ParentNode) => HTMLElement[]} */
  const all = (selector, within = document) => [...within.querySelectorAll(selector)].map((each) => /** @type {HTMLElement} */ (each));
  /** @type {(name: string, properties?: object, ...inside: (Node | string)[]) => HTMLElement} */
  const make = (name, properties = {}, ...inside) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...inside);
    return element;
  };

  // The filter of versions: every word is in the row. Folds open while there is one.
  const section = document.getElementById('versions');
  const rows = section ? all('tbody tr', section) : [];
  if (section && rows.length > 1) {
    const input = /** @type {HTMLInputElement} */ (make('input', { type: 'search', placeholder: 'Filter versions' }));
    input.setAttribute('aria-label', 'Filter versions');
    const count = make('span');
    count.setAttribute('role', 'status');
    const folds = /** @type {HTMLDetailsElement[]} */ (all('details', section));
    /** @type {boolean[]} */
    let opened = [];
    const texts = rows.map((row) => (row.textContent || '').toLowerCase());
    input.addEventListener('input', () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, place) => {
        row.hidden = !words.every((word) => texts[place].includes(word));
        shown += +!row.hidden;
      });
      if (words.length && !opened.length) opened = folds.map((fold) => fold.open);
      folds.forEach((fold, place) => {
        fold.open = words.length ? fold.querySelector('tbody tr:not([hidden])') !== null : opened[place] ?? fold.open;
        fold.hidden = words.length > 0 && !fold.open;
      });
      if (!words.length) opened = [];
      count.textContent = words.length ? `${shown.toLocaleString('en')} of ${rows.length.toLocaleString('en')}` : '';
    });
    section.querySelector('h2')?.after(make('div', { className: 'bar' }, input, count));
  }

  // A link to a version opens the folds around its row, and its details.
  const follow = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    if (!name) return;
    const details = /** @type {HTMLDetailsElement | null} */ (document.getElementById(`details-${name}`));
    if (details) details.open = true;
    const target = document.getElementById(name);
    for (let fold = target?.closest('details'); fold; fold = fold.parentElement?.closest('details')) fold.open = true;
    target?.scrollIntoView({ block: 'center' });
  };
  addEventListener('hashchange', follow);
  follow();
})();
