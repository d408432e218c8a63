// Prints the specification of a plot for each template that is named, as JSON: tests compare them with DVC's own.
import { evaluate } from './scripts.mjs';

const Plots = evaluate('Plots', 'plots.js');
const LOOK = { text: '#111111', faint: '#666666', line: '#dddddd', accent: '#4f46d8', palette: ['#4f46d8'], font: 'Inter' };
const KINDS = {
  bar: { words: ['a', 'b'], counts: [1, 2] },
  confusion: { words: ['a', 'b'], others: ['a', 'b'], counts: [1, 2] },
};

const specifications = process.argv.slice(2).map((template) => {
  const numbers = KINDS[template.split('_')[0]] || { xs: [0, 1], ys: [1, 2] };
  const series = ['loss', 'auc'].map((name) => ({ version: 'v1', name, ...numbers }));
  return [template, Plots.specification({ template, x: 'X', y: 'Y', series }, LOOK, 0.5)];
});
console.log(JSON.stringify(Object.fromEntries(specifications)));
