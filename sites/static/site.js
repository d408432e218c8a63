// Comforts for readers with scripts: theme, copying, ages, and the date of the catalog. Every page reads without them.
// Pages wait for it before they are painted (`blocking`), as for all scripts that need no data and change what is in sight: else parts would move.
(() => {
  'use strict';
  /** @param {string} selector @param {ParentNode} [within] @returns {any[]} */
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  /** @param {string} name @param {Record<string, any>} [properties] @param {...(Node | string)} inside @returns {any} */
  const make = (name, properties = {}, ...inside) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...inside);
    return made;
  };
  /** @param {string} path */
  const icon = (path) => {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    svg.setAttribute('class', 'i');
    svg.setAttribute('viewBox', '0 0 16 16');
    svg.setAttribute('aria-hidden', 'true');
    line.setAttribute('d', path);
    svg.append(line);
    return svg;
  };

  // Theme: the system's, or one that the reader chose
  const root = document.documentElement;
  const THEMES = {
    system: 'M2 3h12v8.5H2zM5.5 14h5M8 11.5V14',
    light: 'M8 5a3 3 0 1 1-.01 0M8 1v1.3M8 13.7V15M1 8h1.3M13.7 8H15M3 3l.9.9M12.1 12.1l.9.9M3 13l.9-.9M12.1 3.9 13 3',
    dark: 'M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1z',
  };
  const names = Object.keys(THEMES);
  const theme = make('button', { className: 'icon', type: 'button' });
  const chosen = () => (names.includes(root.dataset.theme) ? root.dataset.theme : 'system');
  const show = () => {
    theme.replaceChildren(icon(THEMES[chosen()]));
    theme.title = `Theme: ${chosen()}`;
    theme.setAttribute('aria-label', theme.title);
  };
  theme.addEventListener('click', () => {
    const next = names[(names.indexOf(chosen()) + 1) % names.length];
    if (next === 'system') delete root.dataset.theme; else root.dataset.theme = next;
    try {
      if (next === 'system') localStorage.removeItem('theme'); else localStorage.theme = next;
    } catch (e) { /* it holds for this page */ }
    show();
  });
  show();
  document.querySelector('.top').append(theme);

  // Copying
  /** @param {string} text */
  const say = (text) => {
    document.querySelector('.toast')?.remove();
    const toast = make('div', { className: 'toast', textContent: text });
    toast.setAttribute('role', 'status');
    document.body.append(toast);
    setTimeout(() => toast.remove(), 1600);
  };
  // Browsers give `navigator.clipboard` to https, localhost and files alone; many catalogs are at plain http addresses of an intranet.
  /** @param {string} text */
  const copySelected = (text) => {
    const area = make('textarea', { value: text, className: 'sr', readOnly: true });
    const before = document.activeElement;
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    if (before instanceof HTMLElement) before.focus();
    return copied;
  };
  /** @param {string} text */
  const copy = async (text) => {
    try { await navigator.clipboard.writeText(text); return true; } catch (e) { return copySelected(text); }
  };
  const COPY = 'M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1';
  const DONE = 'm3 8.5 3.5 3.5L13 4.5';
  /** @param {HTMLElement} holder */
  const addCopy = (holder) => {
    const text = holder.dataset.copy || holder.textContent;
    const button = make('button', { className: 'copy', type: 'button', title: holder.title || 'Copy' }, icon(COPY));
    button.setAttribute('aria-label', holder.title || `Copy ${text}`);
    button.addEventListener('click', async () => {
      if (!await copy(text)) { say('This browser does not let pages copy'); return; }
      button.classList.add('done');
      button.replaceChildren(icon(DONE));
      say('Copied');
      setTimeout(() => { button.classList.remove('done'); button.replaceChildren(icon(COPY)); }, 1400);
    });
    const link = holder.closest('a');
    const fold = holder.closest('.issue');
    if (link) link.after(button); else if (fold) fold.before(button); else if (holder.tagName === 'CODE') holder.after(button); else holder.append(button);
  };

  // Dates, in UTC
  const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  /** @param {Date} moment */
  const date = (moment) => `${moment.getUTCDate()} ${MONTHS[moment.getUTCMonth()]} ${moment.getUTCFullYear()}`;

  // Ages. The page says when; how long ago that is, only the reader's clock knows. In tables and beneath names the age
  // is shown, in sentences the date; paper has no clock.
  const number = new Intl.RelativeTimeFormat('en');
  const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  /** @type {[Intl.RelativeTimeFormatUnit, number][]} */
  const units = [['year', 31556952], ['month', 2629746], ['week', 604800], ['day', 86400], ['hour', 3600], ['minute', 60]];
  /** @param {string} stamp */
  const relative = (stamp) => {
    const seconds = (Date.parse(stamp) - Date.now()) / 1000;
    const [unit, length] = units.find(([, l]) => Math.abs(seconds) >= l) || ['minute', 60];
    return (unit === 'day' ? words : number).format(Math.trunc(seconds / length), unit);
  };
  /** @type {Map<HTMLTimeElement, string>} */
  const absolutes = new Map();
  /** @param {HTMLTimeElement} time */
  const setAge = (time) => {
    const absolute = absolutes.get(time) || time.textContent;
    const stamp = time.dateTime.replace('T', ' ').replace('Z', ' UTC');
    if (!time.closest('td, .sub') || time.closest('[data-absolute]')) {
      time.title = `${relative(time.dateTime)} (${stamp})`;
    } else {
      absolutes.set(time, absolute);
      time.title = stamp;
      time.textContent = relative(time.dateTime);
    }
  };
  addEventListener('beforeprint', () => absolutes.forEach((text, time) => { time.textContent = text; }));
  addEventListener('afterprint', () => absolutes.forEach((text, time) => setAge(time)));

  // On a phone, the bar of pages scrolls: the current one is in sight.
  const place = all('.top nav [aria-current]')[0];
  if (place?.parentElement) place.parentElement.scrollLeft = place.offsetLeft - place.parentElement.offsetLeft - 40;

  // A box that scrolls can be scrolled with the keyboard; one that does not is no stop on the way.
  const scrolling = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth + 1) target.setAttribute('tabindex', '0'); else target.removeAttribute('tabindex');
    }
  });
  /** @param {Element} box */
  const setBox = (box) => {
    const heading = box.closest('section, main')?.querySelector('h1, h2');
    box.setAttribute('role', 'group');
    box.setAttribute('aria-label', heading ? heading.firstChild.textContent.trim() : 'Table');
    scrolling.observe(box);
  };

  // What other scripts put into a page gets the same comforts.
  /** @param {ParentNode} within */
  const enhance = (within) => {
    all('[data-copy]', within).forEach(addCopy);
    all('time', within).forEach(setAge);
    all('.scroll', within).forEach(setBox);
  };
  enhance(document);

  // Scripts of data hand over what they hold: `S(key, value)`. `S.when(key, use)` uses it, whichever comes first.
  /** @type {Map<string, any>} */
  const values = new Map();
  /** @type {Map<string, ((value: any) => void)[]>} */
  const waiting = new Map();
  /** @param {string} key @param {any} value */
  const S = (key, value) => {
    values.set(key, value);
    (waiting.get(key) || []).forEach((use) => use(value));
  };
  /** @param {string} key @param {(value: any) => void} use */
  S.when = (key, use) => {
    if (values.has(key)) use(values.get(key));
    waiting.set(key, [...(waiting.get(key) || []), use]);
  };
  Object.assign(S, { copy, date, enhance, relative, say });
  window.S = S;

  // When the catalog was read, on every page
  S.when('as-of', (asOf) => {
    for (const holder of all('[data-as-of]')) {
      const link = holder.querySelector('a');
      if (!asOf) { link.textContent = 'Not crawled yet'; continue; }
      const text = `${date(new Date(asOf.crawled))}, ${asOf.crawled.slice(11, 16)} UTC`;
      const time = make('time', { dateTime: asOf.crawled, textContent: text, title: relative(asOf.crawled) });
      link.replaceChildren('As of ', time);
      holder.append(` · crawl ${asOf.crawl} · catalog ${asOf.version}`);
    }
    for (const note of asOf ? all('[data-quiet]') : []) {
      const last = note.parentElement.querySelector('h2 time');
      note.hidden = Date.parse(asOf.crawled) - Date.parse(last.dateTime) < 7 * 86400e3;
    }
  });

  // On paper short folds are open; not those that load more, nor texts to copy.
  const SHORT = 40, SHORT_TEXT = 4000; // rows and entries of a fold, and characters
  /** @type {HTMLDetailsElement[]} */
  let unfolded = [];
  addEventListener('beforeprint', () => {
    const folds = all('details:not([open], .issue, [data-older])');
    unfolded = folds.filter((fold) => all('tr, li', fold).length <= SHORT && fold.textContent.length <= SHORT_TEXT);
    for (const fold of unfolded) fold.open = true;
  });
  addEventListener('afterprint', () => { for (const fold of unfolded) fold.open = false; });

  // Which section is being read; its tab is in sight
  const tabs = all('.tabs a').filter((tab) => document.getElementById(tab.hash.slice(1)));
  const spy = () => {
    const topOf = (/** @type {HTMLAnchorElement} */ tab) => document.getElementById(tab.hash.slice(1)).getBoundingClientRect().top;
    const passed = tabs.filter((tab) => topOf(tab) < 160);
    // The last sections cannot come to the top: at the end of the page, the one that was asked for, or the last.
    const isAtEnd = scrollY > 0 && scrollY + innerHeight > document.documentElement.scrollHeight - 2;
    const asked = isAtEnd && tabs.find((tab) => tab.hash === location.hash && topOf(tab) > 0);
    const current = asked || (isAtEnd ? tabs[tabs.length - 1] : passed.pop() || tabs[0]);
    if (current.hasAttribute('aria-current')) return;
    tabs.forEach((tab) => tab.removeAttribute('aria-current'));
    current.setAttribute('aria-current', 'true');
    const bar = current.closest('.tabs');
    bar.scrollTo({ left: current.offsetLeft - (bar.clientWidth - current.offsetWidth) / 2 });
  };
  if (tabs.length) { addEventListener('scroll', spy, { passive: true }); spy(); }
})();
