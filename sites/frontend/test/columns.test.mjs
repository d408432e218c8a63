// Columns of numbers and texts, as `sites/view_models/columns.py` writes them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { evaluate, plain } from './scripts.mjs';

const Columns = evaluate('Columns', 'columns.js');

for (const [name, text, length, expected] of [
  ['decimals', '3,-1', 2, [3, -1]],
  ['one for all rows', '=4', 3, [4, 4, 4]],
  ['one digit of base 64 each', '~09azAZ-_', 8, [0, 9, 10, 35, 36, 61, 62, 63]],
  ['the highest digit of each, then the next', '~01-_', 2, [62, 127]],
  ['none', '', 0, []],
]) {
  test(`a column of numbers: ${name}`, () => assert.deepEqual([...Columns.numbers(text, length)], expected));
}

test('numbers that are each so much more than the one before', () => {
  assert.deepEqual([...Columns.sums(Float64Array.of(2, 0, 3))], [2, 2, 5]);
});

for (const [name, column, expected] of [
  ['a line each', 'a\nb\n', ['a', 'b', '']],
  ['one', '', ['']],
  ['of several lines', ['a\nb', 'c'], ['a\nb', 'c']],
]) {
  test(`a column of texts: ${name}`, () => assert.deepEqual(plain(Columns.texts(column)), expected));
}

for (const [name, shared, column, expected] of [
  ['each with the beginning of the one before', '~0203', 'a/b\nc\nd\n', ['a/b', 'a/c', 'd', 'd']],
  ['in the units of UTF-16', '~020', '\u{1f600}a\nb\nc', ['\u{1f600}a', '\u{1f600}b', 'c']],
  ['of several lines', '=1', ['a', '\nb'], ['a', 'a\nb']],
]) {
  test(`texts in an order: ${name}`, () => assert.deepEqual(plain(Columns.frontCoded(shared, column)), expected));
}

test('the name of a page', () => assert.equal(Columns.slug('git.example/a:b/c'), 'git.example~a~~b~c'));
