// Plots that can be zoomed: draws the numbers of a figure with Vega, when its button is pressed.
//
// The page shows each plot as a picture, and reads without this script. The numbers and Vega are files of their own, asked for at the first press:
// `data-numbers` and `data-vega` of the list of figures say where. Specifications are made here, and what repositories say is data in them, but for plots
// with a template of the repository's own (`plot_templates.js`), which the crawl has looked through: Vega interprets it, and lets nothing be loaded.

/**
 * What one version has in a plot: points along both axes, bars (`words`, `counts`), or pairs of a confusion matrix (`words`, `others`, `counts`).
 * `source`, `fields`: of a plot with the repository's `own` template, the file and its fields along both axes, and the fields that the template is given, of each `step[1]`th row from `step[0]`.
 * `other_template`: the version has another template than the plot's `own`, or none.
 * `other`: the version is neither the latest nor in a stage.
 * @typedef {{ of?: string, other?: boolean, other_template?: boolean, version: string, name: string, xs?: (number | null)[], ys?: (number | null)[], words?: string[], others?: string[], counts?: number[], source?: [string, string, string | null], step?: [number, number], fields?: Record<string, (number | string | null)[]> }} Series
 * @typedef {{ template: string, x: string, y: string, series: Series[], own?: { template: object, title: string, x: string | null, x_label: string | null, y_label: string | null } }} Plot
 * @typedef {{ text: string, faint: string, line: string, accent: string, palette: string[], font: string }} Look
 */

const Plots = (() => {
  'use strict';

  const HEIGHT = 320;
  const CELL = 36; // of a confusion matrix
  const BAND = 22; // of a bar
  const GOLDEN = 0.618033988749895; // its multiples are spread evenly, and are the same each time
  const ZOOM = 0.7;
  const MAX_CLASSES = 60; // of a matrix whose absent pairs are drawn

  /** @param {number} place */
  const spread = (place) => (place * GOLDEN) % 1;

  /** What one version has, as rows. @param {Series} each @param {number} series @returns {Record<string, unknown>[]} */
  function rowsOf({ version, name, xs, ys, words, others, counts }, series) {
    if (xs && ys) return xs.map((x, place) => ({ series, version, name, x, y: ys[place], dx: spread(place), dy: spread(place * 7 + 3) }));
    return (words || []).map((word, place) => ({ series, version, name, word, other: others && others[place], count: counts && counts[place] }));
  }

  /** The rows that Vega is given. @param {Plot} plot */
  const rows = (plot) => plot.series.map(whole).flatMap(rowsOf).filter((row) => zoomable(plot) || !('y' in row) || row.y !== null);

  /** A confusion matrix with zeros for the pairs that never occurred, as DVC's templates impute them. @param {Series} each @returns {Series} */
  function whole(each) {
    const { words = [], others, counts = [] } = each;
    if (!others) return each;
    const key = (/** @type {string} */ word, /** @type {string} */ other) => JSON.stringify([word, other]);
    const known = new Set(words.map((word, place) => key(word, others[place])));
    const classes = [...new Set([...words, ...others])];
    if (classes.length > MAX_CLASSES) return each;
    const absent = [...new Set(words)].flatMap((word) => [...new Set(others)].map((other) => [word, other])).filter(([word, other]) => !known.has(key(word, other)));
    return { ...each, words: [...words, ...absent.map(([word]) => word)], others: [...others, ...absent.map(([, other]) => other)], counts: [...counts, ...absent.map(() => 0)] };
  }

  /** Names of the series in the order in which they come, each once. @param {Plot} plot @param {'version' | 'name'} field */
  const names = (plot, field) => [...new Set(plot.series.map((each) => each[field]))];

  /** Versions by colour, and which of them stand out. @param {Plot} plot @param {Look} look */
  function byVersion(plot, look) {
    const versions = names(plot, 'version');
    const range = versions.map((_, place) => look.palette[place % look.palette.length]);
    return {
      color: { field: 'version', type: 'nominal', title: 'Version', sort: null, scale: { domain: versions, range } },
      opacity: { condition: { param: 'chosen', value: 1 }, value: 0.12 },
    };
  }

  const CHOSEN = { name: 'chosen', select: { type: 'point', fields: ['version'] }, bind: 'legend' };
  const SCALES = {
    name: 'zoom', bind: 'scales',
    select: { type: 'interval', encodings: ['x', 'y'], zoom: 'wheel![event.ctrlKey || event.metaKey]' },
  };

  /** Whether both axes are numbers. @param {Plot} plot */
  const zoomable = ({ template, series }) => !series[0]?.words && template !== 'scatter_jitter';

  /** Whether a plot has lines that can be smoothed: those of DVC's own two templates, and of templates that are not its own. @param {Plot} plot */
  const smoothable = ({ template, series }) => !series[0]?.words && template !== 'simple' && !template.startsWith('scatter');

  /** Lines or dots over an axis. @param {Plot} plot @param {Look} look @param {number} smoothing the share of the points that each is smoothed over; 0 for none */
  function lines(plot, look, smoothing) {
    const several = names(plot, 'name').length > 1;
    const dots = plot.template.startsWith('scatter');
    const among = plot.template === 'scatter_jitter'; // classes along both axes, and dots spread within each, as DVC has it
    /** @param {'x' | 'y'} field */
    const axis = (field) => (among ? { field, type: 'nominal', title: plot[field], sort: 'ascending' } : { field, type: 'quantitative', title: plot[field], scale: { zero: false } });
    const spreads = among ? { xOffset: { field: 'dx', type: 'quantitative' }, yOffset: { field: 'dy', type: 'quantitative' } } : {};
    const encoding = {
      x: axis('x'),
      y: axis('y'),
      detail: { field: 'series', type: 'nominal' },
      tooltip: [
        { field: 'version', type: 'nominal', title: 'Version' },
        ...(several ? [{ field: 'name', type: 'nominal', title: 'Line' }] : []),
        { field: 'x', type: 'quantitative', title: plot.x }, { field: 'y', type: 'quantitative', title: plot.y },
      ],
      ...byVersion(plot, look),
    };
    const dash = several ? { strokeDash: { field: 'name', type: 'nominal', title: 'Line', sort: null } } : {};
    const shape = several ? { shape: { field: 'name', type: 'nominal', title: 'Line', sort: null } } : {};
    const params = among ? [CHOSEN] : [CHOSEN, SCALES];
    if (dots) return { encoding: { ...encoding, ...shape, ...spreads }, mark: { type: 'point', filled: true, size: 36 }, params };
    const line = { encoding: { ...encoding, ...dash }, mark: { type: 'line', strokeWidth: 1.8, point: plot.template !== 'simple' && { size: 18 } } };
    if (!smoothing) return { ...line, params };
    const smoothed = [{ loess: 'y', on: 'x', groupby: ['series', 'version', 'name'], bandwidth: smoothing }];
    return {
      layer: [
        { encoding: { ...encoding, opacity: { value: 0.2 } }, mark: { type: 'line', strokeWidth: 1.8 }, params },
        { ...line, mark: { type: 'line', strokeWidth: 1.8 }, transform: smoothed },
      ],
    };
  }

  /** A bar for each word, one below the other for each version. @param {Plot} plot @param {Look} look */
  function bars(plot, look) {
    return {
      encoding: {
        y: { field: 'word', type: 'nominal', title: plot.y, sort: plot.template === 'bar_horizontal_sorted' ? '-x' : 'ascending' },
        x: { field: 'count', type: 'quantitative', title: plot.x },
        yOffset: { field: 'version', sort: null },
        tooltip: ['version', 'word', 'count'].map((field) => ({ field, type: field === 'count' ? 'quantitative' : 'nominal' })),
        ...byVersion(plot, look),
      },
      height: { step: BAND },
      mark: { type: 'bar', cornerRadius: 2 },
      params: [CHOSEN],
    };
  }

  /** A confusion matrix for each version. @param {Plot} plot @param {Look} look */
  function matrices(plot, look) {
    const shares = plot.template === 'confusion_normalized';
    const shown = shares ? 'share' : 'count';
    const encoding = {
      x: { field: 'other', type: 'nominal', title: plot.x, sort: 'ascending' },
      y: { field: 'word', type: 'nominal', title: plot.y, sort: 'ascending' },
    };
    const value = { field: shown, type: 'quantitative', title: shares ? 'Share of the row' : 'Count' };
    return {
      columns: 2,
      facet: { field: 'version', type: 'nominal', title: null, sort: null },
      spec: {
        width: { step: CELL }, height: { step: CELL }, encoding,
        layer: [
          { mark: 'rect', encoding: { color: { ...value, scale: { ...(shares ? { domain: [0, 1] } : { domainMin: 0, nice: true }), range: [`${look.accent}14`, `${look.accent}c0`] }, legend: null }, tooltip: [value] } },
          { mark: { type: 'text', color: look.text }, encoding: { text: { ...value, format: shares ? '.2f' : '~s' } } },
        ],
      },
      transform: [
        { joinaggregate: [{ op: 'sum', field: 'count', as: 'sum' }], groupby: ['series', 'word'] },
        { calculate: 'datum.count / datum.sum', as: 'share' },
      ],
    };
  }

  /** The Vega-Lite specification of a plot, as DVC's template of that name means it. @param {Plot} plot @param {Look} look @param {number} [smoothing] */
  function specification(plot, look, smoothing = 0) {
    const [first] = plot.series;
    const drawn = first && first.others ? matrices(plot, look) : first && first.words ? bars(plot, look) : lines(plot, look, smoothable(plot) ? smoothing : 0);
    const size = 'facet' in drawn ? {} : { width: 'container', height: HEIGHT };
    return { data: { values: rows(plot) }, ...size, ...drawn };
  }

  /** What Vega draws axes and legends with. @param {Look} look */
  function config(look) {
    const text = { labelColor: look.faint, titleColor: look.text, labelFont: look.font, titleFont: look.font, labelFontSize: 11, titleFontSize: 12, titleFontWeight: 500 };
    return {
      axis: { ...text, domainColor: look.line, gridColor: look.line, tickColor: look.line },
      background: null,
      header: text,
      legend: { ...text, orient: 'top', symbolType: 'circle' },
      text: { font: look.font, fontSize: 11 },
      view: { stroke: null },
    };
  }

  return { specification, config, rows, smoothable, zoomable, ZOOM };
})();

(() => {
  'use strict';
  if (typeof document === 'undefined') return;

  /** @type {Map<string, Promise<void>>} */
  const scripts = new Map();
  /** @type {Map<string, Promise<(Plot | null)[]>>} */
  const read = new Map();

  /** Loads a script once. @param {string} address */
  function load(address) {
    const loading = scripts.get(address) || new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = address;
      script.addEventListener('load', () => resolve());
      script.addEventListener('error', () => { script.remove(); scripts.delete(address); reject(new Error(address)); });
      document.head.append(script);
    });
    scripts.set(address, loading);
    return loading;
  }

  /** @type {Promise<unknown>} */
  let last = Promise.resolve(); // all files have the key "plots": they are loaded one after the other

  /** The numbers of a page's plots, from a file that hands them over as `S("plots", …)`. @param {string} address @returns {Promise<(Plot | null)[]>} */
  function numbers(address) {
    const known = read.get(address);
    if (known) return known;
    const loaded = last.then(async () => {
      const own = window.S;
      /** @type {(Plot | null)[]} */
      let plots = [];
      window.S = Object.assign((/** @type {string} */ key, /** @type {unknown} */ value) => { if (key === 'plots') plots = /** @type {(Plot | null)[]} */ (value); else if (own) own(key, value); }, own);
      try { await load(address); } finally { window.S = own; }
      return plots;
    });
    read.set(address, loaded);
    last = loaded.catch(() => { read.delete(address); });
    return loaded;
  }

  /** The colours of the page as it is now, as Vega needs them. @returns {Look} */
  function look() {
    const canvas = document.createElement('canvas').getContext('2d');
    const probe = document.createElement('span');
    probe.hidden = true;
    document.body.append(probe);
    /** @param {string} name */
    const colour = (name) => {
      probe.style.color = `var(--${name})`;
      if (!canvas) return '#808080';
      canvas.fillStyle = getComputedStyle(probe).color;
      return String(canvas.fillStyle);
    };
    const [text, faint, line, accent] = ['fg', 'fg-3', 'line', 'accent'].map(colour);
    const palette = ['accent', 'staging', 'dev', 'prod', 'bad', 'quiet'].map(colour);
    const font = getComputedStyle(document.body).fontFamily;
    probe.remove();
    return { text, faint, line, accent, palette, font };
  }

  /** @param {string} text @param {() => void} press */
  function button(text, press) {
    const element = document.createElement('button');
    element.type = 'button';
    element.className = 'btn';
    element.textContent = text;
    element.addEventListener('click', press);
    return element;
  }

  /** Whether a series has numbers that can be drawn without a template of the repository's own. @param {Series} each */
  const drawable = (each) => Boolean(each.ys?.length || each.words);

  /**
   * A plot of some of its series, by the repository's own template only where the first of them has it; null where nothing can be drawn.
   * @param {Plot} plot @param {Series[]} series @returns {Plot | null}
   */
  function part(plot, series) {
    if (!series.length) return null;
    if (!series[0].other_template) return { ...plot, series };
    return series.some(drawable) ? { ...plot, own: undefined, series } : null;
  }

  /** What is said of a plot that its repository's own template draws. @param {Plot} plot */
  function ownRemark({ template, series }) {
    const length = Math.max(...series.map((each) => each.step?.[1] || 1));
    return `Drawn by the repository’s template ${template}${length > 1 ? `, from one of every ${length} rows` : ''}.`;
  }

  /**
   * A figure with a button that shows its plot in place of its picture.
   * @param {HTMLElement} figure @param {() => Promise<Plot | null>} plotOf @param {string} vega @returns {() => Promise<void>} what the button does
   */
  function prepare(figure, plotOf, vega) {
    const stage = document.createElement('div');
    const bar = document.createElement('p');
    const remark = document.createElement('span');
    /** @type {VegaView | null} */
    let view = null;
    stage.className = 'vega';
    bar.className = 'plot-bar';
    remark.className = 'note';

    /** Draws a plot by its repository's own template; whether that could be drawn. @param {Plot} plot @param {Look} colours */
    async function drawOwn(plot, colours) {
      if (!plot.own) return false;
      try { view = await window.VegaPlots.draw(stage, PlotTemplates.fill(plot, colours), Plots.config(colours)); } catch (error) {
        if (!plot.series.some(drawable)) throw error;
        return false;
      }
      return true;
    }

    async function draw() {
      const [plot] = await Promise.all([plotOf(), load(vega)]);
      if (!plot) throw new Error('no numbers');
      const colours = look();
      if (view) view.finalize();
      const own = await drawOwn(plot, colours);
      if (!own) view = await window.VegaPlots.draw(stage, Plots.specification(plot, colours, Number(smooth.value)), Plots.config(colours));
      const svg = stage.querySelector('svg');
      if (svg) { svg.setAttribute('role', 'img'); svg.setAttribute('aria-label', figure.querySelector('figcaption b')?.textContent || 'Plot'); }
      const scaled = !own && Plots.zoomable(plot);
      for (const each of [nearer, farther, whole]) each.hidden = !scaled;
      smoothing.hidden = own || !Plots.smoothable(plot);
      const sentences = own ? [ownRemark(plot)] : scaled ? ['Drag to move; Ctrl and wheel, or the buttons, to zoom.'] : [];
      if (plot.own && !own) sentences.push('The repository’s own template cannot be drawn.');
      if (!own && new Set(plot.series.map((each) => each.version)).size > 1 && !plot.series[0].others) sentences.push('Click a version to single it out.');
      remark.textContent = sentences.join(' ');
    }

    /** @param {number} factor */
    function zoom(factor) {
      if (!view) return;
      for (const axis of ['x', 'y']) {
        const [low, high] = view.scale(axis).domain();
        const [middle, half] = [(low + high) / 2, ((high - low) / 2) * factor];
        view.signal(`zoom_${axis}`, [middle - half, middle + half]);
      }
      view.runAsync();
    }

    async function press() {
      const open = figure.classList.toggle('open');
      toggle.setAttribute('aria-pressed', String(open));
      if (!open) {
        if (view) view.finalize();
        view = null;
        stage.replaceChildren();
        for (const each of [nearer, farther, whole, smoothing]) each.hidden = true;
        remark.textContent = '';
        return;
      }
      remark.setAttribute('role', 'status');
      remark.textContent = 'Loading…';
      try { await draw(); } catch {
        figure.classList.remove('open');
        toggle.setAttribute('aria-pressed', 'false');
        remark.textContent = `The plot could not be loaded${figure.querySelector(':scope > svg, :scope > img') ? '; the picture stays' : ''}.`;
      }
    }

    const toggle = button('Zoom', press);
    const nearer = button('+', () => zoom(Plots.ZOOM));
    const farther = button('−', () => zoom(1 / Plots.ZOOM));
    const whole = button('Reset', () => { draw(); });
    toggle.setAttribute('aria-pressed', 'false');
    nearer.setAttribute('aria-label', 'Zoom in');
    farther.setAttribute('aria-label', 'Zoom out');
    const smooth = Object.assign(document.createElement('input'), { type: 'range', min: '0', max: '1', step: '0.01', value: '0' });
    const smoothing = document.createElement('label');
    smooth.addEventListener('change', () => { draw(); });
    smoothing.append('Smooth ', smooth);
    for (const each of [nearer, farther, whole, smoothing]) each.hidden = true;
    bar.append(toggle, nearer, farther, whole, smoothing, remark);
    figure.append(stage, bar);
    new MutationObserver(() => { if (view && figure.isConnected) draw(); }).observe(document.documentElement, { attributeFilter: ['data-theme'] });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { if (view && figure.isConnected) draw(); });
    return press;
  }

  for (const list of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-numbers]'))) {
    /** @type {Promise<(Plot | null)[]> | null} */
    let asked = null;
    const ask = () => (asked ||= numbers(list.dataset.numbers || '').catch((error) => { asked = null; throw error; }));
    for (const figure of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll('figure[data-plot]'))) {
      prepare(figure, async () => {
        const plot = (await ask())[Number(figure.dataset.plot)];
        return plot && { ...plot, series: plot.series.filter((each) => !each.other) };
      }, list.dataset.vega || '');
    }
  }
  window.PlotFigures = { numbers, part, prepare };
})();
