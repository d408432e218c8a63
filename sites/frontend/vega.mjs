// What the site takes of Vega, as one script: `VegaPlots.draw` shows a Vega-Lite specification in an element.
//
// Expressions are interpreted, never compiled, as the pages' policy (script-src 'self') demands. Specifications may be untrusted programs: whatever one
// asks for, nothing is fetched, no link is made, no list of numbers is longer than LONGEST, controls are of the plain kinds, below their plot, and outside of the
// plot nothing is listened to but the size of the window, and moves and ends of a drag.
import { expressionFunction, parse, View, Warn } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile } from 'vega-lite';

const LONGEST = 100_000;
const refuse = () => Promise.reject(new Error('plots fetch nothing'));
const LOADER = { load: refuse, sanitize: refuse, http: refuse, file: refuse };
const EVENTS = { bind: 'container', selector: false, timer: false, window: ['mousemove', 'mouseup', 'pointermove', 'pointerup', 'resize', 'touchend', 'touchmove'] };

const CONTROLS = ['checkbox', 'number', 'radio', 'range', 'select', 'text'];
const CONTROL_KEYS = ['input', 'options', 'labels', 'name', 'min', 'max', 'step', 'debounce'];

const sequence = expressionFunction('sequence');
expressionFunction('sequence', (...bounds) => {
  const [start, stop, step = 1] = bounds.length > 1 ? bounds : [0, ...bounds];
  if (Math.abs((stop - start) / step) > LONGEST) throw new Error(`a sequence is longer than ${LONGEST}`);
  return sequence(...bounds);
});

/** Keeps the first error: Vega logs those of a dataflow, and goes on. */
function recorder() {
  const logger = {
    failure: null,
    level: () => Warn,
    error(error) { logger.failure ??= error instanceof Error ? error : new Error(String(error)); return logger; },
    warn(...words) { console.warn(...words); return logger; },
    info: () => logger,
    debug: () => logger,
  };
  return logger;
}

/** Keeps of controls what Vega reads, and none of another kind: it makes an attribute of an element of each other key. */
function withKnownControls(specification) {
  const signals = (specification.signals || []).map(({ bind, ...signal }) => {
    if (!CONTROLS.includes(bind?.input)) return signal;
    return { ...signal, bind: Object.fromEntries(Object.entries(bind).filter(([key]) => CONTROL_KEYS.includes(key))) };
  });
  return { ...specification, signals };
}

/** Draws a specification in an element, in place of what was there; the view, when it is drawn. */
async function draw(element, specification, config) {
  const logger = recorder();
  const { spec } = compile(specification, { config });
  const view = new View(parse({ ...withKnownControls(spec), config: { ...spec.config, events: EVENTS } }, undefined, { ast: true }), {
    expr: expressionInterpreter, loader: LOADER, renderer: 'svg', hover: true, logger,
  });
  element.replaceChildren();
  await view.initialize(element).runAsync();
  if (logger.failure) {
    view.finalize();
    element.replaceChildren();
    throw logger.failure;
  }
  return view;
}

globalThis.VegaPlots = { draw };
