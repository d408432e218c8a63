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
  const items = section ? [...rows, ...all('.names > *', section)] : []; // of very many versions, some are names alone
  if (section && items.length > 1) {
    const input = /** @type {HTMLInputElement} */ (make('input', { type: 'search', placeholder: 'Filter versions' }));
    input.setAttribute('aria-label', 'Filter versions');
    const count = make('span');
    count.setAttribute('aria-live', 'polite');
    const folds = /** @type {HTMLDetailsElement[]} */ (all('details', section));
    /** @type {boolean[]} */
    let opened = [];
    const texts = items.map((row) => (row.textContent || '').toLowerCase());
    input.addEventListener('input', () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      items.forEach((row, place) => {
        row.hidden = !words.every((word) => texts[place].includes(word));
        shown += +!row.hidden;
      });
      if (words.length && !opened.length) opened = folds.map((fold) => fold.open);
      folds.forEach((fold, place) => {
        fold.open = words.length ? fold.querySelector('tbody tr:not([hidden]), .names > :not([hidden])') !== null : opened[place] ?? fold.open;
        fold.hidden = words.length > 0 && !fold.open;
      });
      if (!words.length) opened = [];
      count.textContent = words.length ? `${shown.toLocaleString('en')} of ${items.length.toLocaleString('en')}` : '';
    });
    section.querySelector('h2')?.after(make('div', { className: 'bar' }, input, count));
  }

  const { load, text, size } = /** @type {any} */ (window).models;
  const body = /** @type {HTMLElement | null} */ (document.querySelector('[data-script]'));
  const data = () => load(body?.dataset.script, body?.dataset.id);
  const root = (body?.dataset.script || '').replace(/models\/[^/]*\/[^/]*$/, '');

  // Versions that are ticked are compared.
  const ticked = new Set();
  const link = /** @type {HTMLAnchorElement} */ (make('a', { className: 'btn', hidden: true }));
  if (section && rows.filter((row) => row.id).length > 1) {
    for (const row of rows) {
      if (!row.id) continue;
      const box = /** @type {HTMLInputElement} */ (make('input', { type: 'checkbox', className: 'tick' }));
      box.setAttribute('aria-label', `Compare ${row.id}`);
      box.addEventListener('change', () => {
        if (box.checked && ticked.size >= 7) box.checked = false;
        if (box.checked) ticked.add(row.id); else ticked.delete(row.id);
        link.hidden = ticked.size < 2;
        link.textContent = `Compare ${ticked.size} versions`;
        link.href = `${root}compare.html?${[...ticked].map((version) => `v=${encodeURIComponent(`${body?.dataset.id}@${version}`)}`).join('&')}`;
      });
      row.querySelector('td')?.prepend(box);
    }
    section.querySelector('.bar')?.append(link);
  }

  // The chart of another metric, drawn as the page draws that of the main one.
  const SVG = 'http://www.w3.org/2000/svg';
  /** @type {(parent: Element, name: string, attributes: object, words?: string) => Element} */
  const draw = (parent, name, attributes, words) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    if (words) element.textContent = words;
    parent.append(element);
    return element;
  };
  /** @type {(lowest: number, highest: number) => number[]} */
  const ticks = (lowest, highest) => {
    let [low, high] = [lowest, highest];
    if (low === high) { low -= Math.abs(lowest) / 10 + 1e-9; high += Math.abs(lowest) / 10 + 1e-9; }
    const raw = (high - low) / 5;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((each) => each >= raw) || raw;
    if (!Number.isFinite(step) || step <= 0 || raw < Math.max(Math.abs(low), Math.abs(high)) * 1e-12) return [low, high];
    const places = [];
    for (let place = Math.floor(low / step); place <= Math.ceil(high / step) && places.length < 20; place += 1) places.push(+(place * step).toPrecision(12));
    return places;
  };
  // The least pixels of the plane, and the class of labels that have no room in less; see version_chart.py, of which this is the same drawing.
  const WIDTHS = /** @type {[number, string][]} */ ([[260, ''], [452, 'm'], [700, 'w']]);
  const [CHARACTER, GAP, NARROW_GAP, EDGE, LABEL] = [7, 14, 3, 8, 14];
  /** The class of each label, of which the share of the width and the text are given; null for one that has room nowhere. @type {(labels: [number, string][], gap?: number) => (string | null)[]} */
  const withRoom = (labels, gap = GAP) => {
    const taken = WIDTHS.map(() => /** @type {[number, number][]} */ ([]));
    return labels.map(([share, text]) => {
      const length = text.length * CHARACTER;
      const ends = WIDTHS.map(([width]) => Math.min(Math.max(share * width - length / 2, -EDGE), width + EDGE - length));
      const free = ends.map((begin, at) => taken[at].every(([start, after]) => begin + length + gap <= start || after + gap <= begin));
      const first = WIDTHS.findIndex((_, at) => free.slice(at).every(Boolean));
      if (first < 0) return null;
      for (let at = first; at < WIDTHS.length; at += 1) taken[at].push([ends[at], ends[at] + length]);
      return WIDTHS[first][1];
    });
  };
  /** @type {(model: any, series: any) => Element} */
  const chart = (model, series) => {
    const own = [...series.points].filter((point) => !((point[3] || 0) & 1)).reverse();
    const ordered = own.length > 1 && own[0][0] < own[own.length - 1][0] ? own.reverse() : own; // the lowest version first
    const numbered = ordered.map((point, place) => ({ point, place })).filter(({ point }) => point[1] !== null);
    const numbers = numbered.map(({ point }) => point[1]);
    const marks = ticks(Math.min(...numbers), Math.max(...numbers));
    const [height, top, bottom] = [236, 30, 28];
    const share = (/** @type {number} */ place) => (ordered.length > 1 ? place / (ordered.length - 1) : 0.5);
    const percent = (/** @type {number} */ place) => `${(100 * share(place)).toFixed(1).replace('.0', '')}%`;
    const y = (/** @type {number} */ number) => Math.round(height - bottom - ((height - bottom - top) * (number - marks[0])) / (marks[marks.length - 1] - marks[0] || 1));
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', `${series.name || series.file} over ${ordered.length} versions`);
    const lines = draw(svg, 'svg', { viewBox: `0 0 1000 ${height}`, preserveAspectRatio: 'none' });
    draw(lines, 'path', { class: 'grid', d: marks.map((mark) => `M0 ${y(mark)}H1000`).join('') });
    draw(lines, 'polyline', { class: 'l0', points: numbered.map(({ point, place }) => `${Math.round(1000 * share(place))},${y(point[1])}`).join(' ') });
    for (const mark of marks) draw(svg, 'text', { class: 'y', x: -8, y: y(mark) + 4 }, String(+mark.toPrecision(6)));
    /** @type {(parent: Element, place: number, at: number, words: string, kind: string | null) => void} */
    const label = (parent, place, at, words, kind) => {
      const edge = share(place) === 0 ? 'a' : share(place) === 1 ? 'z' : '';
      if (kind !== null) draw(parent, 'text', { x: percent(place), y: at, class: `${edge} ${kind}`.trim() }, words);
    };
    const names = ordered.map((point) => model.versions[point[0]].version.slice(0, LABEL));
    const places = [...ordered.keys()].reverse();
    withRoom(places.map((place) => [share(place), names[place]])).forEach((kind, at) => label(svg, places[at], height - 8, names[places[at]], kind));
    const stages = ordered.flatMap((point, place) => (model.versions[point[0]].stages || []).map((/** @type {[string, string]} */ [stage, look]) => ({ place, stage, look })));
    withRoom(stages.map(({ place, stage }) => [share(place), stage.slice(0, LABEL)]), NARROW_GAP).forEach((kind, at) => {
      const { place, stage, look } = stages[at];
      const group = draw(svg, 'g', { class: `mark s-${look}` });
      draw(group, 'title', {}, stage);
      draw(group, 'line', { x1: percent(place), x2: percent(place), y1: top - 8, y2: height - bottom });
      label(group, place, 16, stage.slice(0, LABEL), kind);
    });
    if (numbered.length <= 60) {
      for (const { point, place } of numbered) {
        draw(draw(svg, 'circle', { class: 'l0', cx: percent(place), cy: y(point[1]) }), 'title', {}, `${model.versions[point[0]].version} ${text(point)}`);
      }
    }
    return svg;
  };
  const figure = document.querySelector('[data-chart]');
  const caption = figure?.querySelector('figcaption');
  const names = all('tr[data-metric] th[scope]').map((head) => head.firstChild?.textContent?.trim() || '');
  if (figure && caption && names.length > 1) {
    /** @type {(place: number) => void} */
    const choose = async (place) => {
      const model = await data();
      figure.querySelectorAll('svg').forEach((svg) => svg.remove());
      figure.append(chart(model, model.metrics[place]));
      buttons.forEach((button, each) => button.setAttribute('aria-pressed', String(each === place)));
      if (more) more.value = place < buttons.length ? '' : String(place);
    };
    const buttons = names.slice(0, 5).map((name, place) => {
      const button = make('button', { type: 'button', textContent: name, title: name });
      button.setAttribute('aria-pressed', String(place === 0));
      button.addEventListener('click', () => choose(place));
      return button;
    });
    /** @type {HTMLSelectElement | null} */
    let more = null;
    const picker = make('div', { className: 'picker' }, ...buttons);
    picker.setAttribute('role', 'group');
    picker.setAttribute('aria-label', 'Metric of the chart');
    if (names.length > 5) {
      const select = /** @type {HTMLSelectElement} */ (make('select', {}, make('option', { value: '', textContent: `${names.length - 5} more` }),
        ...names.slice(5).map((name, place) => make('option', { value: String(place + 5), textContent: name }))));
      select.setAttribute('aria-label', 'Other metrics');
      select.addEventListener('change', () => { if (select.value) choose(+select.value); });
      picker.append(select);
      more = select;
    }
    caption.replaceChildren(picker);
  }

  // The details of a version that the page itself does not have are read when they are asked for.
  /** @type {(list: Element, term: string, ...inside: (Node | string)[]) => void} */
  const say = (list, term, ...inside) => {
    list.append(make('div', {}, make('dt', { textContent: term }), make('dd', {}, ...inside)));
  };
  /** @type {(words: string) => HTMLElement} */
  const code = (words) => make('code', { textContent: words });
  /** The plots of a version: those that are images, and a button that draws the others. @type {(model: any, version: any) => HTMLElement[]} */
  const plotsOf = (model, version) => {
    const figures = (version.images || []).map((/** @type {[string, string]} */ [path, title]) => make('figure', {},
      make('img', { loading: 'lazy', alt: title, src: `${root}${path}` }), make('figcaption', {}, make('b', { textContent: title }))));
    const images = figures.length ? [make('div', { className: 'plots' }, ...figures)] : [];
    if (!version.plots || !window.PlotFigures) return images;
    const place = make('div', { className: 'plots' });
    const button = /** @type {HTMLButtonElement} */ (make('button', { type: 'button', className: 'btn', textContent: 'Show plots' }));
    button.addEventListener('click', async () => {
      button.disabled = true;
      const plots = await window.PlotFigures.numbers(`${root}${model.plots}`).catch(() => []);
      for (const plot of plots) {
        const part = plot && window.PlotFigures.part(plot, plot.series.filter((each) => each.of === version.version));
        if (!part) continue;
        const figure = make('figure', {}, make('figcaption', {}, make('b', { textContent: part.title })));
        place.append(figure);
        window.PlotFigures.prepare(figure, async () => part, `${root}static/vendor/vega.js`)();
      }
      if (place.childElementCount) button.remove(); else { button.disabled = false; button.textContent = 'The plots could not be loaded: try again'; }
    });
    return [...images, button, place];
  };
  /** @type {(model: any, place: number) => HTMLElement} */
  const panel = (model, place) => {
    const version = model.versions[place];
    const list = make('dl', { className: 'meta' });
    if (version.hash) say(list, 'Hash', code(version.hash));
    if (version.duplicate) say(list, 'Same bytes', make('a', { className: 'go', href: `${root}${version.duplicate.page}#${version.duplicate.name.split('@').pop()}`, textContent: version.duplicate.name }));
    if (version.storage) say(list, 'Storage', version.url ? code(version.url) : '', ` ${version.storage}`);
    if (version.link) say(list, 'Download', make('a', { className: 'go', href: version.link, rel: 'noopener nofollow', textContent: `from ${new URL(version.link).host}` }), '; storage that is private refuses.');
    if (version.size !== undefined) say(list, 'Size', size(version.size));
    if (version.pipeline_stage) say(list, 'Pipeline stage', `${version.pipeline_stage} `, version.command ? code(version.command) : '');
    if (version.outdated) say(list, 'Outdated lock', `Changed since it ran: ${version.outdated.join(', ')}`);
    if (version.mixed) say(list, 'Runs', `${version.other_inputs ? 'Other inputs' : 'Of different runs'}: ${version.mixed.join(', ')}`);
    const inputs = model.inputs.filter((/** @type {any} */ input) => input.points.some((/** @type {any} */ point) => point[0] === place));
    if (inputs.length) say(list, 'Lineage', inputs.map((/** @type {any} */ input) => input.path).join(', '));
    const registered = model.versions.map((/** @type {any} */ each, /** @type {number} */ at) => at).filter((/** @type {number} */ at) => !model.versions[at].unregistered && !model.versions[at].inactive);
    const others = [[registered.find((/** @type {number} */ at) => at > place), ''], [model.versions.findIndex((/** @type {any} */ each) => (each.stages || []).some((/** @type {any} */ stage) => stage[1] === 'prod')), 'prod']]
      .filter(([at]) => at !== undefined && at !== place && at !== -1);
    const spans = [];
    for (const param of model.params) {
      const at = (/** @type {any} */ other) => param.points.find((/** @type {any} */ point) => point[0] === other);
      if (!at(place)) continue;
      const was = others.filter(([other]) => text(at(other)) !== text(at(place))).map(([other, stage]) => `${text(at(other)) || 'none'} in ${stage || model.versions[/** @type {number} */ (other)].version}`);
      spans.push(make('span', { className: 'kv' }, `${param.name} `, make('b', { textContent: text(at(place)) }), ' ', make('span', { className: 'was', textContent: was.join(', ') })));
    }
    if (spans.length) say(list, 'Parameters', ...spans);
    const measured = model.metrics.map((/** @type {any} */ metric) => [metric, metric.points.find((/** @type {any} */ point) => point[0] === place)]).filter((/** @type {any} */ [, point]) => point);
    if (measured.length) say(list, 'Metrics', ...measured.map((/** @type {any} */ [metric, point]) => make('span', { className: 'kv' }, `${metric.name || metric.file} `, make('b', { textContent: text(point) }))));
    if (version.card) {
      const [file, link] = version.card;
      const own = `card-${version.version}`;
      const href = document.getElementById(own) ? `#${own}` : link;
      say(list, 'Card', href ? make('a', { href, className: href === link ? 'go' : '', rel: href === link ? 'noopener nofollow' : '', textContent: file }) : code(file), ' says something else than at the latest version');
    }
    const plots = plotsOf(model, version);
    if (plots.length) say(list, 'Plots', ...plots);
    const more = version.more_problems ? [make('p', { className: 'muted', textContent: `${version.more_problems} more` })] : [];
    if (version.problems) say(list, 'Problems', ...version.problems.map((/** @type {[string, string]} */ [at, message]) => make('p', {}, code(at), ` ${message}`)), ...more);
    return list;
  };
  /** @type {(row: HTMLElement) => void} */
  const openPanel = async (row) => {
    if (row.nextElementSibling?.classList.contains('panel')) return;
    const model = await data();
    const place = model.versions.findIndex((/** @type {any} */ version) => version.version === row.id);
    if (place < 0 || row.nextElementSibling?.classList.contains('panel')) return;
    if (row.tagName === 'A') { row.after(make('div', { className: 'panel' }, panel(model, place))); return; }
    const cell = /** @type {HTMLTableCellElement} */ (make('td', {}, panel(model, place)));
    cell.colSpan = /** @type {HTMLTableRowElement} */ (row).cells.length;
    row.after(make('tr', { className: 'panel' }, cell));
  };

  // How to use it: one version and one tool at a time.
  const usages = all('#use [data-usage]');
  const fold = document.querySelector('#use .fold');
  if (fold) { usages[0].after(...usages.slice(1)); fold.remove(); }
  if (usages.length) {
    const tools = all('[data-tab]', usages[0]).map((tab) => tab.dataset.tab || '');
    let [version, tool] = [0, tools[0]];
    const buttons = tools.map((name) => {
      const button = make('button', { type: 'button', textContent: name });
      button.addEventListener('click', () => { tool = name; render(); });
      return button;
    });
    const render = () => {
      usages.forEach((usage, place) => {
        usage.hidden = place !== version;
        for (const tab of all('[data-tab]', usage)) tab.hidden = tab.dataset.tab !== tool;
      });
      buttons.forEach((button) => button.setAttribute('aria-pressed', String(button.textContent === tool)));
    };
    const picker = make('div', { className: 'picker' }, ...buttons);
    picker.setAttribute('role', 'group');
    picker.setAttribute('aria-label', 'Tool');
    usages[0].before(picker);
    if (usages.length > 1) {
      const select = /** @type {HTMLSelectElement} */ (make('select', { className: 'versions' }, ...usages.map((usage, place) => make('option', { value: String(place), textContent: usage.dataset.usage }))));
      select.setAttribute('aria-label', 'Version to use');
      select.addEventListener('change', () => { version = +select.value; render(); });
      picker.before(select);
    }
    render();
  }

  // A link to a version opens the folds around its row, and its details.
  const follow = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    if (!name) return;
    const details = /** @type {HTMLDetailsElement | null} */ (document.getElementById(`details-${name}`));
    if (details) details.open = true;
    const target = document.getElementById(name);
    for (let fold = target?.closest('details'); fold; fold = fold.parentElement?.closest('details')) fold.open = true;
    if (target && items.includes(target)) openPanel(target);
    if (target && target.tagName !== 'SECTION') target.scrollIntoView({ block: 'center' }); // to sections, browsers go by themselves
  };
  // The oldest events of a long history are drawn when their fold is opened, some at a time.
  const older = document.querySelector('[data-older]');
  const AT_ONCE = 500;
  /** The date of a time in UTC, as pages write it. @param {string} time */
  const day = (time) => /** @type {any} */ (window).S.date(new Date(time));
  /** @type {(entry: any) => HTMLElement} */
  const event = (entry) => {
    const pill = entry.stage ? [/** @type {any} */ (window).models.pill([entry.stage, entry.look])] : [];
    const who = entry.verb ? [`${entry.author} ${entry.verb} `] : [];
    const parts = [make('p', {}, ...who, make(entry.gone ? 's' : 'b', { textContent: entry.version || '' }), entry.to || '', ...pill)];
    if (entry.message) parts.push(make('p', { className: 'msg', textContent: entry.message }));
    const tag = entry.gone ? [' · ', make('code', { textContent: entry.tag }), ` was ${entry.gone} by ${day(entry.gone_at)}`] : entry.tag ? [' · ', make('code', { textContent: entry.tag }), ' at ', make('code', { textContent: (entry.revision || '').slice(0, 7) })] : [];
    const period = entry.period ? ` · ${entry.period}${entry.until ? `, until ${day(entry.until)}` : ''}` : '';
    const signed = entry.signed ? ` · ${entry.signed} signature, not verified` : '';
    parts.push(make('p', { className: 'sub' }, `${day(entry.at)}, ${entry.at.slice(11, 16)} UTC${period}`, ...tag, signed));
    return make('li', { className: `s-${entry.look}${entry.gone ? ' gone' : ''}` }, make('div', {}, ...parts));
  };
  older?.addEventListener('toggle', async () => {
    const entries = (await data()).history || [];
    if (older.querySelector('ol')) return;
    const list = make('ol', { className: 'tl' });
    const more = make('button', { type: 'button', className: 'btn', textContent: 'More' });
    const add = () => {
      const from = list.childElementCount;
      list.append(...entries.slice(from, from + AT_ONCE).map(event));
      more.hidden = list.childElementCount >= entries.length;
    };
    more.addEventListener('click', add);
    older.querySelector('.note')?.replaceWith(list, more);
    add();
  });

  addEventListener('hashchange', follow);
  follow();
})();
