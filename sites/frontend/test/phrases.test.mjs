// Phrases in the list of models: which texts a query needs, how many at most, and what it finds in them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { evaluate, plain } from './scripts.mjs';

const { ModelSearch, PhraseSearch, WordSearch } = evaluate('({ ModelSearch, PhraseSearch, WordSearch })', 'columns.js', 'query.js', 'search.js', 'measures.js', 'phrases.js', 'words.js');
const MOST = 100, EACH = PhraseSearch.MOST_CHARACTERS / MOST; // repositories, and the characters of each, whose texts one query may read

/** A list of so many models, each in a repository of its own, that all have the words `credit` and `risk`; `named`: how many of them in the name; `shown`: what the first has besides. */
function searcher(count, named = 0, loaded = {}, shown = {}) {
  const rows = Array.from({ length: count }, (_, row) => row);
  const empty = { values: [], keys: {}, rows: rows.map(() => '').join(';') };
  const columns = {
    count, repos: rows.map((row) => (!row && shown.repo) || `h.example/r${row}`), teams: rows.map(() => ''), repoPaths: {}, paths: {}, repo: rows.join(), artifact: rows.map((row) => (row < named ? `creditRisk${row}` : `m${row}`)),
    description: rows.map((row) => (!row && shown.description) || ''), latest: [], versions: rows.map(() => 1).join(), updated: rows.map(() => 1).join(), flags: rows.map(() => 1).join(), stages: rows.map(() => []), metrics: [''], directions: [''],
    metric: rows.map(() => 0).join(), number: rows.map(() => '').join(), prod: rows.map(() => '').join(), spark: [], stageNames: [],
    fields: { ...Object.fromEntries(['stage', 'type', 'framework', 'licence', 'owner', 'task', 'has', 'is'].map((name) => [name, empty])), label: { values: ['odd'], keys: {}, rows: rows.map((row) => (row % 2 ? '0' : '')).join(';') },
      ...Object.fromEntries(['label', 'framework', 'stage'].flatMap((name) => (shown[name] ? [[name, { values: [shown[name]], keys: {}, rows: '0' }]] : []))) },
    language: [{ name: 'label', kind: 'text', choices: [], versionChoices: [] }],
  };
  const all = rows.map((row) => (row ? '1' : '0')).join(' ');
  const data = { words: { shards: ['all'], lengths: rows.map(() => 2).join() }, 'words/all': { credit: all, risk: all }, terms: {}, texts: { characters: rows.map(() => EACH).join() }, ...loaded };
  return new WordSearch.Searcher(new ModelSearch.Models(columns), (name) => data[name]);
}

const texts = (row, ...own) => [`texts/h.example~r${row}`, { texts: own, artifacts: { [`m${row}`]: own.map((_, place) => place) } }];
const found = (count, query, ...files) => {
  const result = searcher(count, 0, Object.fromEntries(files)).search(query);
  return result.mask ? [...result.mask] : plain(result);
};

test('a query needs the texts of the repositories of which the list shows no text with the phrase', () => {
  assert.deepEqual(plain(searcher(4, 2).search('"credit risk"')), { missing: ['texts/h.example~r2', 'texts/h.example~r3'] });
});

for (const [name, query, shown] of [
  ['a label', '"credit risk"', { label: 'Credit risk' }],
  ['a framework', '"credit risk"', { framework: 'credit-risk' }],
  ['the repository', '"risk credit"', { repo: 'git.example/risk/credit' }],
  ['a description', '"credit risk"', { description: 'Of credit risk, and of …' }],
]) {
  test(`a phrase is found without texts: ${name}`, () => assert.deepEqual(plain([...(searcher(1, 0, {}, shown).search(query).mask ?? [])]), [1]));
}

for (const [name, query, shown] of [
  ['a description that is cut inside of a word', '"credit risk"', { description: 'Of credit risk…' }],
  ['the host', '"credit risk"', { repo: 'credit.risk/r' }],
  ['what stands for an address', '"credit risk"', { label: '[e-mail hidden] credit risk' }],
  ['a stage', '"credit risk"', { stage: 'credit-risk' }],
]) {
  test(`texts decide: ${name}`, () => assert.equal(searcher(1, 0, {}, shown).search(query).missing.length, 1));
}

test('what names decide, and words alone, need no texts', () => {
  assert.deepEqual([...searcher(3, 3).search('"credit risk"').mask], [1, 1, 1]);
  assert.deepEqual([...searcher(3).search('credit risk').mask], [1, 1, 1]);
});

test('how long texts are is known before any is read', () => {
  assert.deepEqual(plain(searcher(3, 0, { texts: undefined }).search('"credit risk"')), { missing: ['texts'] });
});

test('texts are read of as many characters as one query may read', () => {
  assert.equal(searcher(MOST).search('"credit risk"').missing.length, MOST);
});

test('of one more, the command line is asked', () => {
  const characters = `${[...Array(MOST - 1).fill(EACH), EACH + 1].join()}`;
  assert.deepEqual(plain(searcher(MOST, 0, { texts: { characters } }).search('"credit risk"')), { ask: `which texts of ${MOST} repositories have "credit risk"` });
  assert.deepEqual(plain(searcher(1, 0, { texts: { characters: `${PhraseSearch.MOST_CHARACTERS + 1}` } }).search('"credit risk"')), { ask: 'which texts of one repository have "credit risk"' });
});

test('of several phrases, the command line is asked for all', () => {
  assert.deepEqual(plain(searcher(MOST + 1).search('"credit risk" OR -"risk credit"')), { ask: `which texts of ${MOST + 1} repositories have "credit risk" and "risk credit"` });
});

test('rows that the rest of the query excludes need no texts', () => {
  assert.equal(searcher(2 * MOST).search('"credit risk" label:odd').missing.length, MOST);
  assert.equal(searcher(2 * MOST).search('label:odd -"credit risk"').missing.length, MOST);
  assert.equal(searcher(2 * MOST).search('label:odd NOT (label:odd "credit risk")').missing.length, MOST);
  assert.deepEqual([...searcher(2 * MOST).search('label:none "credit risk"').mask], Array(2 * MOST).fill(0));
});

for (const [name, query, own, expected] of [
  ['words in their order', '"credit risk"', ['a credit risk model'], 1],
  ['in the other order', '"risk credit"', ['a credit risk model'], 0],
  ['across two texts', '"credit risk"', ['a credit', 'risk model'], 0],
  ['a beginning of a word', '"credit risk"', ['credit risks'], 0],
  ['an end of a word', '"credit risk"', ['microcredit risk'], 0],
  ['parts of a word', '"credit risk"', ['credit~risk model'], 1],
  ['a word by its parts', '"creditRisk"', ['credit risk'], 1],
  ['negated', '-"credit risk"', ['credit risk'], 0],
  ['negated, and not there', '-"risk credit"', ['credit risk'], 1],
  ['a word twice', '"credit risk credit"', ['credit risk credit'], 1],
  ['another repetition', '"credit risk credit"', ['credit risk risk credit'], 0],
  ['no text of it', '"credit risk"', [], 0],
]) {
  test(`a phrase: ${name}`, () => assert.deepEqual(found(1, query, texts(0, ...own)), [expected]));
}

test('an artifact that a file does not have has no texts', () => {
  assert.deepEqual(found(1, '"credit risk"', ['texts/h.example~r0', { texts: ['credit risk'], artifacts: { constructor: [0] } }]), [0]);
});

test('an e-mail address is left to the command line', () => {
  assert.deepEqual(found(1, '"ask jürgen@acme.example"'), { ask: '"ask jürgen@acme.example"' });
});

test('where nothing has all words, texts decide what has some of them', () => {
  assert.deepEqual(found(2, '"credit risk" "risk credit"', texts(0, 'credit risk'), texts(1, 'credit', 'risk')), [1, 0]);
});
