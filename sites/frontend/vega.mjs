// What the site takes of Vega, as one script: `VegaPlots.draw` shows a Vega-Lite specification in an element.
//
// Expressions are interpreted, never compiled, as the pages' policy (script-src 'self') demands, and nothing is fetched, whatever a
// specification asks for.
import { parse, View, Warn } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile } from 'vega-lite';

const refuse = () => Promise.reject(new Error('plots fetch nothing'));
const LOADER = { load: refuse, sanitize: refuse, http: refuse, file: refuse };

/** Draws a specification in an element, in place of what was there; the view, when it is drawn. */
async function draw(element, specification, config) {
  const { spec } = compile(specification, { config });
  const view = new View(parse(spec, undefined, { ast: true }), {
    expr: expressionInterpreter, loader: LOADER, renderer: 'svg', hover: true, logLevel: Warn,
  });
  element.replaceChildren();
  return view.initialize(element).runAsync();
}

globalThis.VegaPlots = { draw };
