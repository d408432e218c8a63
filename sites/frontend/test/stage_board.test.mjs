// The board of stages: what is in a stage at a moment of two clocks, and what changed since another.
import assert from 'node:assert/strict';
import test from 'node:test';
import { evaluate, plain } from './scripts.mjs';

const StageBoard = evaluate('StageBoard', 'columns.js', 'stage_board.js');

// m: v1 in prod from 100; v2 from 200, which crawl 3 read. n, of a repository that was taken out in crawl 4: v1 from 150.
const NOW = { count: 2, model: '0,1', stage: '=0', versions: ['v1', 'v2'], version: '1,0', base: 100, unit: 1, from: '100,50', length: '=-1', known: '3,1', until: '=-1', flags: '2,0' };
const PAST = { count: 1, model: '=0', stage: '=0', versions: ['v1'], version: '=0', base: 100, unit: 1, from: '=0', length: '=100', known: '=3', until: '=-1', flags: '=0' };
const KNOWN = { count: 1, model: '=0', stage: '=0', versions: ['v1'], version: '=0', base: 100, unit: 1, from: '=0', length: '=-1', known: '=1', until: '=3', flags: '=0' };
const tables = [StageBoard.periods(NOW, true), StageBoard.periods(PAST, true), StageBoard.periods(KNOWN, false)];
const repoOf = Int32Array.of(0, 1), absences = [[1, 4, null]];

for (const [name, moment, crawl, expected] of [
  ['before the first', 99, null, []],
  ['at its first second', 100, null, ['0 v1']],
  ['at its last second', 199, null, ['0 v1', '1 v1']],
  ['today', StageBoard.ALWAYS, null, ['0 v2', '1 v1']],
  ['as a crawl knew that had not read the second', 250, 2, ['0 v1', '1 v1']],
  ['as a crawl knew that had', 250, 3, ['0 v2', '1 v1']],
  ['before the first crawl', 250, 0, []],
  ['without a repository that was taken out', 250, 4, ['0 v2']],
]) {
  test(`what is in a stage: ${name}`, () => {
    assert.deepEqual(plain(StageBoard.at(tables, repoOf, absences, moment, crawl)).map((each) => `${each.model} ${each.version}`), expected);
  });
}

test('a version that came, and one that left, are changes after a moment and until another', () => {
  const changed = (since, moment) => [...StageBoard.changed(tables, 2, since, moment, null)];
  assert.deepEqual([changed(99, 100), changed(100, 149), changed(100, 150), changed(199, 200), changed(200, 300)], [[1, 0], [0, 0], [0, 1], [1, 0], [0, 0]]);
});

test('a tag that is gone is shown from the crawl that missed it, or where no crawl is asked for', () => {
  const gone = (moment, crawl) => plain([...StageBoard.gone(tables[2], 2, moment, crawl).of(0)]).map((each) => each.version);
  assert.deepEqual([gone(99, null), gone(100, null), gone(100, 2), gone(100, 3)], [[], ['v1'], [], ['v1']]);
});

// In stage 0 v1, in 1 v1 of a tag that is gone and v2, in 2 one that is gone alone; before, 1 had v1, and 3 had v1.
const of = (stage, version) => ({ stage, version });
for (const [name, before, expected] of [
  ['now', null, { 0: ['v1', '', null], 1: ['v2', 'v1', null], 2: [null, 'v3', null] }],
  ['and before', [of(0, 'v1'), of(1, 'v1'), of(3, 'v1')], { 0: ['v1', '', null], 1: ['v2', 'v1', 'v1'], 2: [null, 'v3', null], 3: [null, '', 'v1'] }],
  ['and before, when all were empty', [], { 0: ['v1', '', 'empty'], 1: ['v2', 'v1', 'empty'], 2: [null, 'v3', null] }],
]) {
  test(`what stages show: ${name}`, () => {
    const shown = StageBoard.inStages([of(0, 'v1'), of(1, 'v2')], [of(0, 'v1'), of(1, 'v1'), of(2, 'v3')], before);
    const said = [...shown].map(([stage, { own, gone, was, changed }]) => [stage, [own && own.version, gone.map((each) => each.version).join(), changed ? (was ? was.version : 'empty') : null]]);
    assert.deepEqual(plain(Object.fromEntries(said)), expected);
  });
}

test('a button takes the place of stages where there are at least two more than are shown', () => {
  assert.deepEqual([7, 8, 9, 10, 100].map((stages) => StageBoard.fitting(stages, 8)), [7, 8, 9, 8, 8]);
});

test('days become moments with the seconds of each', () => {
  const days = StageBoard.periods({ ...NOW, base: 86400, unit: 86400, from: '0,2' }, true);
  assert.deepEqual([[...days.from], [...StageBoard.precise(days, '5,6').from]], [[86400, 259200], [86405, 259206]]);
});

test('a date is its last moment, and what is none is refused', () => {
  const day = StageBoard.moment('2026-03-01');
  assert.equal(new Date(day * 1000).toISOString(), '2026-03-01T23:59:59.999Z');
  assert.equal(StageBoard.moment('2026-03-01T12:00') * 1000, Date.UTC(2026, 2, 1, 12));
  assert.deepEqual(['', '2026-02-30', '2026-13-01', 'tomorrow', '2026-3-1', '1e9'].map(StageBoard.moment), [null, null, null, null, null, null]);
});

test('a date of the catalog is the last crawl that had surely ended', () => {
  assert.deepEqual([9, 10, 19, 20].map((moment) => StageBoard.crawlAt([[2, 10], [5, 20]], moment)), [0, 2, 2, 5]);
});

// m (0): v1, then v2, which is withdrawn at 40; of v3 the tag was deleted before crawl 5.
const VERSIONS = StageBoard.versions({ count: 4, model: '=0', versions: ['v1', 'v2', 'v3'], version: '0,1,1,2', rank: '1,2,2,3', item: '=0', at: '10,20,40,30', known: '1,2,4,3', until: '-1,-1,-1,5', flags: '2,2,3,0' });

for (const [name, moment, crawl, expected] of [
  ['before there was a higher version', 19, null, null],
  ['from its first second', 20, null, ['v2', 1]],
  ['until it was withdrawn', 39, null, ['v2', 1]],
  ['from then on', 40, null, null],
  ['as a crawl knew that had not read it', 39, 1, null],
  ['as a crawl knew that had read a tag that is gone', 39, 3, ['v3', 2]],
  ['as it knew after the deregistration', 50, 4, ['v3', 1]],
  ['as a crawl knew that missed the tag', 39, 5, ['v2', 1]],
]) {
  test(`what is behind the latest: ${name}`, () => {
    assert.deepEqual(plain(StageBoard.behind(VERSIONS, new Map([[0, 'v1']]), moment, crawl).get(0) ?? null), expected);
  });
}

test('a version in production that no tag registers is behind nothing', () => {
  assert.equal(StageBoard.behind(VERSIONS, new Map([[0, 'c0ffee']]), 39, null).size, 0);
});
