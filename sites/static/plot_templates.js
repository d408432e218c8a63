// Repositories' own templates of plots: puts the data and what it looks like in place of DVC's anchors, as `dvc plots show` does.
//
// After `dvc_render/vega.py` and `vega_templates.py` of dvc-render 1.0. Templates are data here: only Vega interprets what they say.

const PlotTemplates = (() => {
  'use strict';

  const SIZE = 300;
  const STEP = 'step'; // the x axis where a plot states none
  const SEVERAL_X = 'dvc_inferred_x_value';
  const SEVERAL_Y = 'dvc_inferred_y_value';
  const BETWEEN = '::';
  const RANGES = {
    stroke_dash: [[1, 0], [8, 8], [8, 4], [4, 4], [4, 2], [2, 1], [1, 1]],
    shape: ['circle', 'square', 'triangle', 'diamond'],
  };
  const OPTIONAL = ['color', 'column', 'group_by_x', 'group_by_y', 'group_by', 'pivot_field', 'plot_height', 'plot_width', 'row', 'shape', 'stroke_dash', 'tooltip', 'zoom_and_pan'];

  /** @param {string} name */
  const anchor = (name) => `<DVC_METRIC_${name.toUpperCase()}>`;
  /** @param {any[]} values */
  const unique = (values) => [...new Set(values)];

  /** Whether an anchor stands alone somewhere in a part of a template. @param {any} part @param {string} name @returns {boolean} */
  const has = (part, name) => {
    if (typeof part === 'string') return part === anchor(name);
    if (!part || typeof part !== 'object' || Array.isArray(part)) return false;
    return Object.values(part).some((value) => (Array.isArray(value) ? value.some((each) => has(each, name)) : has(value, name)));
  };

  /** A part of a template with a value in place of an anchor; one within a longer text is replaced by text alone. @param {any} part @param {string} name @param {any} value @returns {any} */
  const filled = (part, name, value) => {
    const of = anchor(name);
    if (part === of) return value;
    if (Array.isArray(part)) return part.map((each) => (typeof each === 'string' && each !== of ? each : filled(each, name, value)));
    if (part && typeof part === 'object') return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, filled(each, name, value)]));
    return typeof part === 'string' && typeof value === 'string' ? part.replaceAll(of, () => value) : part;
  };

  /** Paths without the folders that all of them are in, where there are several. @param {string[]} files */
  function shortened(files) {
    const every = unique(files).map((file) => file.split('/'));
    const first = every[0] || [];
    const differs = first.findIndex((part, place) => every.some((other) => other[place] !== part));
    const common = every.length > 1 ? Math.max(differs, 0) : 0;
    return files.map((file) => file.split('/').slice(common).join('/'));
  }

  /** The rows of a line: each with the fields of its file, or else with those along the axes. @param {any} series @returns {Record<string, any>[]} */
  function rowsOf({ source: [, y, x], fields, step: [first, length] = [0, 1], xs = [], ys = [] }) {
    const columns = fields ? Object.entries(fields) : [[y, ys], x === null ? [STEP, xs.map((/** @type {number} */ along) => along - 1)] : [x, xs]];
    const count = Math.max(0, ...columns.map(([, values]) => values.length));
    return Array.from({ length: count }, (_, place) => {
      const steps = fields && x === null ? [[STEP, first + place * length]] : [];
      return Object.fromEntries([...columns.map(([name, values]) => [name, values[place]]).filter(([, value]) => value !== null && value !== undefined), ...steps]);
    });
  }

  /**
   * The specification of a plot that its repository's own template draws.
   * @param {any} plot @param {{ palette: string[] }} look
   */
  function fill({ own, series: every }, look) {
    const series = every.filter((/** @type {any} */ each) => each.source);
    const versions = unique(series.map((/** @type {any} */ each) => each.version));
    const files = shortened(series.map((/** @type {any} */ each) => each.source[0]));
    const fields = series.map((/** @type {any} */ each) => each.source[1]);
    const alongs = series.map((/** @type {any} */ each) => each.source[2] ?? STEP);
    const x = unique(alongs).length > 1 ? SEVERAL_X : alongs[0];
    const y = unique(fields).length > 1 ? SEVERAL_Y : fields[0];
    const optional = OPTIONAL.filter((name) => has(own.template, name));
    const varied = [...(unique(files).length > 1 ? ['filename'] : []), ...(unique(fields).length > 1 ? ['field'] : [])];
    const by = varied.join(BETWEEN);

    const data = series.flatMap((/** @type {any} */ each, /** @type {number} */ place) => rowsOf(each).map((row) => {
      if (x === SEVERAL_X) row[x] = row[alongs[place]];
      if (y === SEVERAL_Y) row[y] = row[fields[place]];
      /** @type {Record<string, string>} */
      const source = { filename: files[place], field: fields[place] };
      const said = optional.length ? Object.fromEntries(varied.length ? [[by, varied.map((key) => source[key]).join(BETWEEN)]] : []) : source;
      return { ...row, rev: each.version, ...said };
    }));

    /** Colours, dashes or shapes by what a field says. @param {string} field @param {string[]} domain @param {any[]} range @param {object} [legend] */
    const scale = (field, domain, range, legend = {}) => ({ field, scale: { domain, range: domain.map((_, place) => range[place % range.length]) }, ...legend });
    const several = { field: by, sort: [] };
    const groups = varied.length ? ['rev', by] : ['rev'];
    const sources = unique(series.map((/** @type {any} */ _, /** @type {number} */ place) => varied.map((key) => (key === 'field' ? fields : files)[place]).join(BETWEEN))).sort();
    const legend = { legend: { symbolFillColor: 'transparent', symbolStrokeColor: 'grey' } };
    /** @type {Record<string, any>} */
    const values = {
      color: scale('rev', versions, look.palette),
      zoom_and_pan: { name: 'grid', select: 'interval', bind: 'scales' },
      plot_height: SIZE,
      plot_width: SIZE,
      group_by: groups,
      group_by_x: [...groups, x],
      group_by_y: [...groups, y],
      pivot_field: ['rev', ...varied].map((key) => `datum.${key}`).join(` + '${BETWEEN}' + `),
      tooltip: ['rev', x, y, ...(varied.length ? [by] : [])].map((field) => ({ field })),
      row: varied.length ? several : {},
      column: varied.length ? several : {},
      stroke_dash: varied.length ? scale(by, sources, RANGES.stroke_dash, legend) : {},
      shape: varied.length ? scale(by, sources, RANGES.shape, legend) : {},
    };
    const escaped = (/** @type {string} */ field) => field.replace(/[.[\]]/g, '\\$&');
    const stated = {
      title: own.title,
      x: escaped(x),
      y: escaped(y),
      x_label: own.x_label ?? (x === SEVERAL_X ? 'x' : x),
      y_label: own.y_label ?? (y === SEVERAL_Y ? 'y' : y),
      data,
    };
    const steps = [...optional.map((name) => [name, values[name]]), ...Object.entries(stated)];
    return steps.reduce((template, [name, value]) => filled(template, name, value), own.template);
  }

  return { fill };
})();
