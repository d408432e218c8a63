// Plots: each template of DVC becomes a specification that Vega draws with interpreted expressions, and that fetches nothing.
import assert from 'node:assert/strict';
import test from 'node:test';
import { parse, View, Warn } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile } from 'vega-lite';
import { evaluate, plain } from './scripts.mjs';

const Plots = evaluate('Plots', 'plots.js');
const LOOK = { text: '#111111', faint: '#666666', line: '#dddddd', accent: '#4f46d8', palette: ['#4f46d8', '#9a5b00'], font: 'Inter' };
const ODD = '</script><img src=x onerror=alert(1)> {"signal": "1"} [a].b';

const points = (version, name = 'loss') => ({ version, name, xs: [0, 1, 2, 3, 4, 5, 6, 7], ys: [8, 7, null, 4, 3.5, 2, 1.5, 1] });
const lines = (template) => ({ template, x: 'step', y: 'loss', series: [points('v1.1.0'), points('v1.0.0 prod')] });
const bars = (template) => ({ template, x: 'gain', y: 'what', series: [{ version: 'v1', name: '', words: ['a', 'b', 'c'], counts: [1, 3, 2] }] });
const matrix = (template) => ({
  template, x: 'real', y: 'said',
  series: ['v2', 'v1 prod'].map((version) => ({ version, name: '', words: ['a', 'b', 'b'], others: ['a', 'a', 'b'], counts: [5, 1, 3] })),
});

const WINDOW = /event source: window/; // there is none

async function draw(plot, smoothing = 0) {
  const warnings = [];
  const note = (...words) => { if (!WINDOW.test(words)) warnings.push(words.join(' ')); return logger; };
  const logger = { level: () => logger, error: note, warn: note, info: () => logger, debug: () => logger };
  const specification = plain(Plots.specification(plot, LOOK, smoothing));
  if (specification.width) specification.width = 400; // there is no container
  const { spec } = compile(specification, { config: plain(Plots.config(LOOK)), logger });
  const view = new View(parse(spec, undefined, { ast: true }), { expr: expressionInterpreter, renderer: 'none', logLevel: Warn, logger });
  await view.runAsync();
  return { svg: await view.toSVG(), warnings };
}

const count = (text, pattern) => [...text.matchAll(pattern)].length;

for (const [plot, marks, expected] of [
  [lines('simple'), /<path aria-label="[^"]*" role="graphics-symbol" aria-roledescription="line mark"/g, 2],
  [lines('linear'), /aria-roledescription="line mark"/g, 2],
  [lines('smooth'), /aria-roledescription="line mark"/g, 2],
  [lines('scatter'), /aria-roledescription="point"/g, 14],
  [lines('scatter_jitter'), /aria-roledescription="point"/g, 14],
  [bars('bar_horizontal'), /aria-roledescription="bar"/g, 3],
  [bars('bar_horizontal_sorted'), /aria-roledescription="bar"/g, 3],
  [matrix('confusion'), /aria-roledescription="rect mark"/g, 8],
  [matrix('confusion_normalized'), /aria-roledescription="rect mark"/g, 8],
]) {
  test(`${plot.template} is drawn`, async () => {
    const { svg, warnings } = await draw(plot);
    assert.deepEqual({ marks: count(svg, marks), warnings }, { marks: expected, warnings: [] });
  });
}

test('an unknown template is drawn as lines', async () => {
  const { svg } = await draw(lines('their_own'));
  assert.equal(count(svg, /aria-roledescription="line mark"/g), 2);
});

test('bars are sorted by length only where the template says so', () => {
  const orders = ['bar_horizontal', 'bar_horizontal_sorted'].map((template) => Plots.specification(bars(template), LOOK).encoding.y.sort);
  assert.deepEqual(orders, ['ascending', '-x']);
});

test('rows of a normalized matrix add up to one', async () => {
  const { svg } = await draw({ ...matrix('confusion_normalized'), series: matrix('').series.slice(0, 1) });
  assert.deepEqual([...svg.matchAll(/>(\d\.\d\d)</g)].map((match) => match[1]).sort(), ['0.00', '0.25', '0.75', '1.00']);
});

test('lines are smoothed where a reader asks for it, and the template has it', async () => {
  const layers = ['simple', 'linear', 'smooth', 'scatter'].map((template) => (Plots.specification(lines(template), LOOK, 0.5).layer || []).length);
  const { svg, warnings } = await draw(lines('smooth'), 0.5);
  assert.deepEqual({ layers, lines: count(svg, /aria-roledescription="line mark"/g), warnings }, { layers: [0, 2, 2, 0], lines: 4, warnings: [] });
});

test('a matrix has a zero for each pair that never occurred, if its classes are not too many', () => {
  const classes = (most) => Array.from({ length: most }, (_, place) => `c${place}`);
  const plot = (most) => ({ ...matrix('confusion'), series: [{ version: 'v', name: '', words: classes(most), others: classes(most), counts: classes(most).map(() => 1) }] });
  assert.deepEqual([60, 61].map((most) => Plots.rows(plot(most)).length), [3600, 61]);
});

test('several lines of a version differ by their dashes', () => {
  const several = { ...lines('linear'), series: [points('v1', 'loss'), points('v1', 'auc')] };
  assert.deepEqual([lines('linear'), several].map((plot) => 'strokeDash' in Plots.specification(plot, LOOK).encoding), [false, true]);
});

test('what a repository says is text, wherever it stands', async () => {
  const hostile = { template: ODD, x: ODD, y: ODD, series: [points(ODD, ODD), points('v1', 'loss')] };
  const { svg, warnings } = await draw(hostile);
  assert.deepEqual({ escaped: svg.includes('&lt;img'), raw: svg.includes('<img'), warnings }, { escaped: true, raw: false, warnings: [] });
});

test('a specification names no address', () => {
  const texts = [lines('linear'), bars('bar_horizontal'), matrix('confusion')].map((plot) => JSON.stringify(Plots.specification(plot, LOOK)));
  assert.deepEqual(texts.filter((text) => /url|href|image/.test(text)), []);
});
