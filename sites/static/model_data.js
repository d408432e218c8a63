// What pages of models and the comparison share: the data of a model, read by a classic script, and numbers in words.
/** @typedef {[number, number | null, string?, number?]} Point `[place of the version, number, text, flags]` */
/** @typedef {{file: string, name?: string, direction?: string, points: Point[]}} Measure */
/** @typedef {{version: string, commit: string, at: string, author: string, message?: string, stages?: [string, string][], unregistered?: boolean, inactive?: boolean, latest?: boolean,
 *   storage?: string, hash?: string, size?: number, files?: number, url?: string, link?: string, duplicate?: {name: string, page: string}, mixed?: string[], other_inputs?: boolean,
 *   pipeline_stage?: string, command?: string, outdated?: string[], uncompared?: string[], plots?: boolean, images?: [string, string][], card?: [string, string?], problems?: [string, string][], more_problems?: number}} Version */
/** @typedef {{name: string, repo: string, page: string, versions: Version[], metrics: Measure[], params: Measure[],
 *   plots?: string, inputs: {path: string, git?: boolean, points: [number, string?, number?, string?][]}[]}} Model */
(() => {
  'use strict';
  const page = /** @type {any} */ (window);

  /**
   * Loads a script that hands over its data as `S(key, data)`.
   * @param {string} url
   * @param {string} key
   * @returns {Promise<Model | any>}
   */
  const load = (url, key) => new Promise((resolve, reject) => {
    let came = false;
    page.S.when(key, (/** @type {any} */ data) => { came = true; resolve(data); });
    if (came) return;
    const script = document.createElement('script');
    script.src = url;
    script.onload = () => came || reject(new Error(key));
    script.onerror = () => reject(new Error(key));
    document.head.append(script);
  });

  /** A number as a difference: with its sign, four digits, thousands apart. @param {number} difference */
  const signed = (difference) => {
    if (!difference) return '±0';
    const size = Math.abs(difference);
    const words = size >= 1000 && size < 1e12 ? size.toLocaleString('en', { maximumFractionDigits: 0 }) : String(+size.toPrecision(4));
    return `${difference > 0 ? '+' : '\u2212'}${words}`;
  };

  /** What a point says. @param {any} point */
  const text = (point) => (point ? point[2] ?? String(point[1]) : '');

  /** Bytes for people. @param {number} count */
  const size = (count) => {
    let amount = count;
    for (const unit of ['B', 'KiB', 'MiB']) {
      if (amount < 1024) return unit === 'B' ? `${amount} B` : `${amount.toFixed(1)} ${unit}`;
      amount /= 1024;
    }
    return `${amount.toFixed(1)} GiB`;
  };

  /** A stage as a pill. @param {[string, string]} stage */
  const pill = ([stage, look]) => {
    const span = document.createElement('span');
    span.className = `pill s-${look}`;
    span.textContent = stage;
    return span;
  };

  page.models = { load, signed, text, size, pill };
})();
