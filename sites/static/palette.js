// Search on every page: `/`, Ctrl-K or any element with `data-palette` opens models, versions (after `@`), repositories, teams, pages and actions.
// What it searches, and its look, is loaded when it is opened first.
'use strict';

(() => {
  const MODELS = 7, OTHERS = 3, VERSIONS = 12; // of each kind in sight
  const root = /** @type {HTMLScriptElement} */ (document.currentScript).src.replace(/static\/[^/]*$/, '');

  /** @param {string} path */
  const script = (path) => new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement('script'), { src: root + path, async: false, onload: resolve, onerror: reject }));
  });

  /** @typedef {{title: string, about?: string, group: string, href?: string, act?: () => void, icon?: string}} Item */

  /** @type {Promise<void> | undefined} */
  let ready;
  /** @type {InstanceType<typeof ModelSearch.Models> | undefined} */
  let models;
  /** @type {string[]} */
  let names = [];
  /** @type {string[]} */
  let texts = [];
  const prepare = () => {
    ready ??= (async () => {
      document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: `${root}static/palette.css` }));
      if (typeof SiteData === 'undefined') await script('static/load.js');
      await Promise.all([
        SiteData.load('models'), ...(typeof Columns === 'undefined' ? [script('static/columns.js')] : []), ...(typeof ModelSearch === 'undefined' ? [script('static/search.js')] : []),
      ]);
      const list = models = new ModelSearch.Models(SiteData.get('models'));
      names = Array.from({ length: list.count }, (_, row) => full(list, row).toLowerCase());
      texts = names.map((name, row) => `${name} ${list.descriptions[row].toLowerCase()} ${list.values('label', row).join(' ').toLowerCase()} ${list.repoName(row).toLowerCase()}`);
    })();
    return ready;
  };

  /** @param {InstanceType<typeof ModelSearch.Models>} list @param {number} row */
  const full = (list, row) => { const { team, folder, name } = list.name(row); return `${team ? `${team}/` : ''}${folder}${name}`; };

  /** How well a name has a word: at its beginning, at that of a part, inside, or not at all. @param {string} name @param {string} word */
  const worth = (name, word) => {
    const at = name.indexOf(word);
    if (at < 0) return 0;
    const own = Math.max(name.lastIndexOf('/'), name.lastIndexOf(':')) + 1;
    if (at === own || name.indexOf(word, own) === own) return 4;
    return /[^\p{L}\p{N}]/u.test(name[at - 1] ?? ' ') ? 3 : 2;
  };

  /** The places of the names that have all words, the best first. @param {string[]} all @param {string[]} words @param {number} most @param {string[]} [also] other texts of each */
  const best = (all, words, most, also = all) => {
    /** @type {[number, number][]} */
    const ranked = [];
    also.forEach((text, place) => {
      if (words.every((word) => text.includes(word))) ranked.push([words.reduce((sum, word) => sum + worth(all[place], word), 0), place]);
    });
    return ranked.sort((a, b) => b[0] - a[0] || a[1] - b[1]).slice(0, most).map(([, place]) => place);
  };

  /** @param {string} text @returns {Item[]} */
  const items = (text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    /** @type {Item[]} */
    const pages = [...document.querySelectorAll('header nav a')].map((link) => ({ title: link.textContent ?? '', group: 'Pages', href: /** @type {HTMLAnchorElement} */ (link).href }));
    /** @type {Item[]} */
    const actions = [
      { title: 'Copy the address of this page', group: 'Actions', act: () => navigator.clipboard?.writeText(location.href) },
      { title: 'Switch between light and dark', group: 'Actions', act: () => /** @type {HTMLElement | null} */ (document.querySelector('header button.icon'))?.click() },
    ];
    const fits = (/** @type {Item} */ item) => words.every((word) => item.title.toLowerCase().includes(word));
    if (!models) return [...pages, ...actions].filter(fits);
    const list = models;
    const at = text.indexOf('@', 1);
    if (at > 0) return versions(list, text.slice(0, at), text.slice(at + 1).trim().toLowerCase());
    /** @type {Item[]} */
    const rows = best(names, words, MODELS, texts).filter((row) => words.length || list.flags[row] & ModelSearch.ACTIVE)
      .map((row) => ({ title: full(list, row), about: list.descriptions[row], group: 'Models', href: root + list.path(row), icon: list.values('type', row)[0] ?? 'model' }));
    if (!words.length) return [...rows, ...pages, ...actions];
    const repos = best(list.repos.map((repo) => repo.toLowerCase()), words, OTHERS).map((repo) => ({ title: list.repos[repo], group: 'Repositories', href: root + list.repoPath(repo) }));
    const teams = /** @type {string[]} */ ([...new Set(list.columns.teams)]).filter(Boolean);
    const own = best(teams.map((team) => team.toLowerCase()), words, OTHERS).map((team) => ({ title: teams[team], group: 'Teams', href: `${root}models.html?${new URLSearchParams({ team: teams[team] })}` }));
    const search = { title: `Search models for “${text.trim()}”`, group: 'Actions', href: `${root}models.html?${new URLSearchParams({ q: text.trim() })}` };
    return [...rows, ...repos, ...own, ...pages.filter(fits), search, ...actions.filter(fits)];
  };

  /** The versions of the model that fits best, which begin so. @param {InstanceType<typeof ModelSearch.Models>} list @param {string} model @param {string} start @returns {Item[]} */
  const versions = (list, model, start) => {
    const more = SiteData.get('more');
    if (!more) { SiteData.load('more').then(show); return []; }
    const [row] = best(names, model.toLowerCase().split(/\s+/).filter(Boolean), 1);
    if (row === undefined) return [];
    const facet = ModelSearch.decoded(more.fields.version, list.count);
    const known = [...facet.ids.subarray(facet.offsets[row], facet.offsets[row + 1])].map((id) => facet.values[id]).reverse();
    return known.filter((version) => version.toLowerCase().includes(start)).slice(0, VERSIONS)
      .map((version) => ({ title: `${full(list, row)}@${version}`, group: 'Versions', href: `${root}${list.path(row)}#${encodeURIComponent(version)}` }));
  };

  // --- The dialog

  /** @type {HTMLDialogElement | undefined} */
  let dialog;
  const input = document.createElement('input'), results = document.createElement('div');
  /** @type {HTMLAnchorElement[]} */
  let options = [];
  let current = 0;

  const marked = (/** @type {string} */ text, /** @type {string[]} */ words) => {
    const node = document.createElement('span'), shown = SiteData.visible(text), lower = shown.toLowerCase();
    const spans = words.map((word) => [lower.indexOf(word), word.length]).filter(([at]) => at >= 0).sort((a, b) => a[0] - b[0]);
    let end = 0;
    for (const [at, length] of lower.length === shown.length ? spans : []) {
      if (at >= end) {
        node.append(shown.slice(end, at), Object.assign(document.createElement('mark'), { textContent: shown.slice(at, at + length) }));
        end = at + length;
      }
    }
    node.append(shown.slice(end));
    return node;
  };

  const show = () => {
    const words = input.value.toLowerCase().split(/[\s@]+/).filter(Boolean);
    const found = items(input.value);
    let group = '';
    results.replaceChildren();
    options = found.map((item, place) => {
      if (item.group !== group) {
        group = item.group;
        results.append(Object.assign(document.createElement('p'), { textContent: group, role: 'presentation' }));
      }
      const link = document.createElement('a');
      link.id = `palette-${place}`;
      link.setAttribute('role', 'option');
      link.tabIndex = -1;
      if (item.href) link.href = item.href;
      if (models) link.append(marked(item.title, words)); else link.textContent = item.title;
      if (item.about) link.append(Object.assign(document.createElement('small'), { textContent: SiteData.visible(item.about) }));
      link.addEventListener('click', () => { dialog?.close(); item.act?.(); });
      results.append(link);
      return link;
    });
    if (!options.length) results.append(Object.assign(document.createElement('p'), { textContent: 'Nothing found' }));
    choose(0);
  };

  const choose = (/** @type {number} */ place) => {
    current = options.length ? (place + options.length) % options.length : 0;
    options.forEach((option, at) => option.setAttribute('aria-selected', String(at === current)));
    input.setAttribute('aria-activedescendant', options[current]?.id ?? '');
    options[current]?.scrollIntoView({ block: 'nearest' });
  };

  const make = () => {
    dialog = document.createElement('dialog');
    dialog.className = 'palette';
    dialog.setAttribute('aria-label', 'Search');
    Object.assign(input, { type: 'search', placeholder: 'Search models, model@version, repositories, pages', autocomplete: 'off', spellcheck: false });
    for (const [name, value] of Object.entries({ role: 'combobox', 'aria-label': 'Search', 'aria-expanded': 'true', 'aria-controls': 'palette', 'aria-autocomplete': 'list' })) input.setAttribute(name, value);
    results.id = 'palette';
    results.setAttribute('role', 'listbox');
    results.setAttribute('aria-label', 'Results');
    const keys = Object.assign(document.createElement('p'), { className: 'keys', textContent: '↑ ↓ to navigate · Enter to open · Esc to close' });
    dialog.append(input, results, keys);
    document.body.append(dialog);
    input.addEventListener('input', show);
    input.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); choose(current + (event.key === 'ArrowDown' ? 1 : -1)); }
      if (event.key === 'Enter') { event.preventDefault(); options[current]?.click(); }
      if (event.key === 'Escape') { event.preventDefault(); dialog?.close(); } // a browser would only empty the field
    });
    dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog?.close(); });
    return dialog;
  };

  const open = () => {
    const own = dialog ?? make();
    if (own.open) return;
    own.showModal();
    input.value = '';
    show();
    input.focus();
    prepare().then(show, () => { results.replaceChildren(Object.assign(document.createElement('p'), { textContent: 'The list of models could not be loaded.' })); });
  };

  addEventListener('keydown', (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const writing = target.matches?.('input:not([type=checkbox]), textarea, select, [contenteditable]');
    if ((event.key === '/' && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) || (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey)) {
      event.preventDefault();
      open();
    }
  });
  addEventListener('click', (event) => {
    const opener = /** @type {HTMLElement} */ (event.target).closest?.('[data-palette]');
    if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) { event.preventDefault(); open(); }
  });
})();
