// Columns of numbers and of texts, as data of pages has them, and the names of pages that follow from them. No DOM: node runs it, too.
// `sites/view_models/columns.py` writes them.
'use strict';

const Columns = (() => {
  const BASE = 64;
  const DIGITS = new Uint8Array(128);
  [...'0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_'].forEach((digit, value) => { DIGITS[digit.charCodeAt(0)] = value; });

  /** A column of numbers: `1,2,3`, or `=4` where each of `length` rows has the same, or digits of base 64 behind `~`, the highest of each row first. @param {string} text @param {number} length */
  const numbers = (text, length) => {
    if (text.startsWith('=')) return new Float64Array(length).fill(Number(text.slice(1)));
    if (!text.startsWith('~')) return Float64Array.from(text ? text.split(',') : [], Number);
    const values = new Float64Array(length);
    for (let at = 1; length && at < text.length; at += length) {
      for (let row = 0; row < length; row += 1) values[row] = values[row] * BASE + DIGITS[text.charCodeAt(at + row)];
    }
    return values;
  };

  /** Numbers of which each is that many more than the one before. @param {Float64Array} steps */
  const sums = (steps) => {
    const values = new Int32Array(steps.length);
    let sum = 0;
    for (let row = 0; row < steps.length; row += 1) { sum += steps[row]; values[row] = sum; }
    return values;
  };

  /** A column of texts: a line each, or a list. @param {string | string[]} column */
  const texts = (column) => (typeof column === 'string' ? column.split('\n') : column);

  /** Texts of which each begins with so much of the one before. @param {string} shared @param {string | string[]} column */
  const frontCoded = (shared, column) => {
    const rest = texts(column), lengths = numbers(shared, rest.length);
    let text = '';
    return rest.map((end, row) => (text = text.slice(0, lengths[row]) + end));
  };

  /** A name as the address of a page has it, where no other name might have the same: see `plain_slug` of catalog/naming.py. @param {string} name */
  const slug = (name) => name.replaceAll(':', '~~').replaceAll('/', '~');

  return { numbers, sums, texts, frontCoded, slug };
})();
