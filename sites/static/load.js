// Loads the data of pages: classic scripts that call `S(name, value)`, which a page opened from a folder may load, too.
'use strict';

const SiteData = (() => {
  const own = /** @type {HTMLScriptElement} */ (document.currentScript);
  const root = own.src.replace(/static\/[^/]*$/, '');
  /** @type {Map<string, any>} */
  const values = new Map();
  /** @type {Map<string, Promise<void>>} */
  const loading = new Map();
  const before = /** @type {any} */ (window).S;
  /** @param {string} name @param {any} value */
  const hand = (name, value) => { values.set(name, value); if (before) before(name, value); };
  /** @type {any} */ (window).S = Object.assign(hand, before);

  /** Loads `index/NAME.js`; what it held is then in `get(NAME)`. @param {string} name @returns {Promise<void>} */
  const load = (name) => {
    const known = loading.get(name);
    if (known || values.has(name)) return known ?? Promise.resolve();
    const version = (values.get('models') ?? values.get('stages') ?? values.get('activity'))?.version; // files of another build, which a cache may have, are of other rows
    const promise = new Promise((/** @type {(value: void) => void} */ resolve, reject) => {
      const script = document.createElement('script');
      script.src = `${root}index/${name}.js${version ? `?${version}` : ''}`;
      script.onload = () => { script.remove(); resolve(); };
      script.onerror = () => { script.remove(); loading.delete(name); reject(new Error(`could not load index/${name}.js`)); };
      document.head.append(script);
    });
    loading.set(name, promise);
    return promise;
  };

  // What reorders, hides or moves other text, as `visible_on_page` of catalog/text.py has it.
  const ODD = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

  /** An untrusted text, with every character that cannot be seen as an escape. @param {string} text */
  const visible = (text) => text.replace(ODD, (character) => {
    const point = /** @type {number} */ (character.codePointAt(0));
    return point > 0xffff ? `\\U${point.toString(16).padStart(8, '0')}` : point > 0xff ? `\\u${point.toString(16).padStart(4, '0')}` : `\\x${point.toString(16).padStart(2, '0')}`;
  });

  /**
   * An element with properties and what is inside of it; texts are put in as texts.
   * @template {keyof HTMLElementTagNameMap} K
   * @param {K} name
   * @param {Record<string, any>} [properties] `aria-…`, `role` and `data-…` are attributes
   * @param {...(Node | string)} inside
   * @returns {HTMLElementTagNameMap[K]}
   */
  const element = (name, properties = {}, ...inside) => {
    const created = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (key.includes('-') || key === 'role') created.setAttribute(key, value); else /** @type {any} */ (created)[key] = value;
    }
    created.append(...inside);
    return created;
  };

  const SVG = 'http://www.w3.org/2000/svg';
  /** @param {string} name @param {Record<string, string | number>} attributes @param {...(Node | string)} inside */
  const drawing = (name, attributes, ...inside) => {
    const created = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) created.setAttribute(key, String(value));
    created.append(...inside);
    return created;
  };

  const ICONS = /** @type {Record<string, string>} */ ({ model: 'model', dataset: 'data', data: 'data' });
  /** The icon of a type, from the sprite of the page. @param {string} [type] */
  const icon = (type) => drawing('svg', { class: 'i', 'aria-hidden': 'true' }, drawing('use', { href: `#${ICONS[(type || 'model').toLowerCase()] ?? 'other'}` }));

  const MOST_NAMED = 8;
  /** The end of a message: which names there are, of many the first. @param {string[]} names */
  const oneOf = (names) => {
    const distinct = [...new Set(names)], more = distinct.length > MOST_NAMED ? `, ... (${distinct.length} in all)` : '';
    return distinct.length ? `, expected one of ${distinct.slice(0, MOST_NAMED).join(', ')}${more}` : '';
  };

  const days = new Intl.RelativeTimeFormat('en', { numeric: 'auto' }), ages = new Intl.RelativeTimeFormat('en');
  /** @type {[Intl.RelativeTimeFormatUnit, number][]} */
  const units = [['year', 31556952], ['month', 2629746], ['week', 604800], ['day', 86400], ['hour', 3600], ['minute', 60]];
  /** How long ago a moment is, in seconds since 1970. @param {number} moment */
  const age = (moment) => {
    const seconds = moment - Date.now() / 1000;
    const [unit, length] = units.find(([, least]) => Math.abs(seconds) >= least) ?? units[5];
    return (unit === 'day' ? days : ages).format(Math.trunc(seconds / length), unit);
  };

  return { root, load, get: (/** @type {string} */ name) => values.get(name), visible, element, drawing, icon, age, oneOf };
})();
