// Runs the site's classic scripts for unit tests: without a document, so that only what needs none is there.
import { readFileSync } from 'node:fs';
import { runInContext, createContext } from 'node:vm';

const STATIC = new URL('../../static/', import.meta.url);

/** The value of an expression after these scripts of `../static` have run, one after the other. */
export function evaluate(expression, ...names) {
  const context = createContext({ console, TextEncoder });
  for (const name of names) runInContext(readFileSync(new URL(name, STATIC), 'utf8'), context, { filename: name });
  return runInContext(expression, context);
}

/** The same value without the identity of its realm, for `deepEqual`. */
export const plain = (value) => JSON.parse(JSON.stringify(value));
