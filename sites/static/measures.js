// Metrics and parameters of latest versions, compared and sorted as `catalog search` does. No DOM: node runs it, too.
// They come from index/measures.js and index/measures/*.js: see sites/view_models/measure_index.py.
'use strict';

/** @typedef {{name: string, numbered: Int32Array, numbers: Float64Array, worded: Int32Array, texts: string[]}} SearchMeasure */
/** @typedef {{name: string, number: number}} AskedNumber */

const MeasureSearch = (() => {
  const { integers, patternOf, keyOf, shard } = ModelSearch;
  const CHARACTERS = 3; // by which a file may be named

  /** The name of a measure as its ends are compared: any that begins after a `.` or `/` is meant. @param {string} name */
  const endingOf = (name) => `.${name.toLowerCase().replaceAll('/', '.')}`;

  /** The file that has the measures with such a name; nothing where none has. @param {string} name @param {{shards: string[]}} index @returns {string | null} */
  const fileOf = (name, index) => {
    const ending = endingOf(name);
    const component = ending.slice(ending.lastIndexOf('.') + 1) || '_';
    for (let size = CHARACTERS; size >= 0; size -= 1) if (index.shards.includes(shard(component, size))) return `measures/${shard(component, size)}`;
    return null;
  };

  /** `3,1,4` as the places 3, 4 and 8. @param {string} text */
  const placesOf = (text) => {
    const places = integers(text, text ? text.split(',').length : 0);
    for (let at = 1; at < places.length; at += 1) places[at] += places[at - 1];
    return places;
  };

  /** @param {string} text */
  const numbersOf = (text) => Float64Array.from(text ? text.split(',') : [], (part) => (part.endsWith('inf') ? (part === 'inf' ? Infinity : -Infinity) : Number(part)));

  /** The measures with such a name, the shortest first. @param {string} name @param {Record<string, [string, string, string, string[]]>} measures of one kind, as a file has them @returns {SearchMeasure[]} */
  const named = (name, measures) => Object.keys(measures).filter((each) => endingOf(each).endsWith(endingOf(name)))
    .sort((a, b) => [...a].length - [...b].length || (a < b ? -1 : 1))
    .map((each) => {
      const [numbered, numbers, worded, texts] = measures[each];
      return { name: each, numbered: placesOf(numbered), numbers: numbersOf(numbers), worded: placesOf(worded), texts };
    });

  /** The rows whose measure is what a query asks for. @param {QueryMeasure} leaf @param {SearchMeasure[]} measures @param {number} count @param {(number: number) => boolean} isWithin */
  const matches = (leaf, measures, count, isWithin) => {
    const rows = new Uint8Array(count);
    const pattern = leaf.operator === '=' ? patternOf('text', leaf.value) : null;
    for (const { numbered, numbers, worded, texts } of measures) {
      numbered.forEach((row, at) => { if (isWithin(numbers[at])) rows[row] = 1; });
      if (pattern) worded.forEach((row, at) => { if (pattern.test(keyOf('text', texts[at]))) rows[row] = 1; });
    }
    return rows;
  };

  /** The number of each row, of several measures that of the shortest name. @param {SearchMeasure[]} measures @returns {Map<number, AskedNumber>} */
  const numbersByRow = (measures) => {
    /** @type {Map<number, AskedNumber>} */
    const found = new Map();
    for (const { name, numbered, numbers } of measures) numbered.forEach((row, at) => { if (!found.has(row)) found.set(row, { name, number: numbers[at] }); });
    return found;
  };

  /** Sorts rows in place by their numbers, and leaves equal ones as they are; those without one come last. @param {number[]} rows @param {Map<number, AskedNumber>} numbers @param {boolean} descending */
  const sortByNumber = (rows, numbers, descending) => {
    const rank = (/** @type {number} */ row) => {
      const number = numbers.get(row)?.number;
      return number === undefined ? 2 : Number.isNaN(number) ? 1 : 0;
    };
    const compare = (/** @type {number} */ a, /** @type {number} */ b) => {
      const x = /** @type {AskedNumber} */ (numbers.get(a)).number, y = /** @type {AskedNumber} */ (numbers.get(b)).number;
      return x === y ? 0 : (x < y) === descending ? 1 : -1;
    };
    return rows.sort((a, b) => rank(a) - rank(b) || (rank(a) ? 0 : compare(a, b)));
  };

  return { fileOf, named, matches, numbersByRow, sortByNumber };
})();
