// Prints what becomes of plots with templates of their own, as JSON: tests compare it with what DVC makes of them. The file that is named has plots and colours.
import { readFileSync } from 'node:fs';
import { evaluate } from './scripts.mjs';

const PlotTemplates = evaluate('PlotTemplates', 'plot_templates.js');
const { plots, palette } = JSON.parse(readFileSync(process.argv[2], 'utf8'));

console.log(JSON.stringify(plots.map((plot) => PlotTemplates.fill(plot, { palette }))));
