// The page of activity: rows from columns, filters, and weeks.
import assert from 'node:assert/strict';
import test from 'node:test';
import { evaluate, plain } from './scripts.mjs';

const ActivityRows = evaluate('ActivityRows', 'activity_rows.js');
const at = (text) => Date.parse(`${text}Z`) / 1000;
const COLUMNS = {
  count: 3, repos: ['git.example/a/x', 'git.example/b/y'], teams: ['a', ''], repo: '0,0,1', moment: [at('2026-03-02T00:00:00'), at('2026-03-01T23:59:59'), at('2026-03-08T23:59:59')].join(','), flags: '2,1,0',
  kinds: ['assignment', 'registration', 'lost_repo'], kind: '0,1,2', artifacts: ['nlp:m', ''], artifact: '0,0,1', versions: ['v1', ''], version: '0,0,1', stages: ['prod', ''], looks: ['prod', 'other'], stage: '0,1,1',
  authors: ['Ann', 'Bo', ''], faces: [[1, 'A'], [2, 'B'], [0, '?']], author: '0,1,2', signeds: ['', 'pgp'], signed: '1,0,0', tags: [''], tag: '0,0,0', details: ['', 'down'], detail: '0,0,1', paths: [''], path: '0,0,0',
};
const rows = ActivityRows.read(COLUMNS, true);

test('a row has its texts, its page where there is one, and whether its tag is gone', () => {
  assert.deepEqual(plain(rows)[0], { moment: at('2026-03-02T00:00:00'), dated: true, repo: 'git.example/a/x', team: 'a', gone: false, kind: 'assignment', artifact: 'nlp:m', version: 'v1', stage: 'prod', look: 'prod', author: 'Ann', face: [1, 'A'], signed: 'pgp', tag: '', detail: '', path: 'models/git.example~a~x/nlp~~m.html' });
  assert.deepEqual(plain(rows).map((row) => [row.path !== '', row.gone]), [[true, false], [false, true], [false, false]]);
});

for (const [asked, expected] of [
  [{}, [0, 1, 2]],
  [{ team: 'a' }, [0, 1]],
  [{ team: '-' }, [2]],
  [{ repo: 'git.example/b/y' }, [2]],
  [{ stage: 'prod' }, [0]],
  [{ person: 'Bo' }, [1]],
  [{ kind: 'lost_repo' }, [2]],
  [{ signed: 'yes' }, [0]],
  [{ signed: 'no' }, [1]],
  [{ since: '2026-03-02' }, [0, 2]],
  [{ since: '2026-03-03', person: 'Ann' }, []],
  [{ week: '2026-03-02' }, [0, 2]],
  [{ week: '2026-02-23', person: 'Bo' }, [1]],
]) {
  test(`what is asked for by ${JSON.stringify(asked)}`, () => {
    assert.deepEqual([...ActivityRows.filter(rows, asked)].map((row) => rows.indexOf(row)), expected);
  });
}

test('weeks begin on Mondays', () => {
  assert.deepEqual(plain([...ActivityRows.byWeek(rows)]), [[at('2026-03-02T00:00:00'), 2], [at('2026-02-23T00:00:00'), 1]]);
});

test('a date that cannot be right is in no week', () => {
  const odd = ActivityRows.read(COLUMNS, false);
  assert.deepEqual([ActivityRows.byWeek(odd).size, ActivityRows.filter(odd, { week: '2026-03-02' }).length], [0, 0]);
});

test('years have the weeks that ISO 8601 gives them', () => {
  const weeks = [2020, 2021, 2026].map((year) => ActivityRows.mondays(year));
  assert.deepEqual(plain(weeks.map((mondays) => [mondays.length, mondays[0], mondays.every((monday) => ActivityRows.year(monday) === ActivityRows.year(mondays[0]))])), [
    [53, at('2019-12-30T00:00:00'), true], [52, at('2021-01-04T00:00:00'), true], [53, at('2025-12-29T00:00:00'), true],
  ]);
});

for (const [moment, expected] of [
  [at('2026-03-02T09:05:59'), { date: '2 Mar 2026', text: '2 Mar 2026, 09:05 UTC', stamp: '2026-03-02T09:05:59Z' }],
  [-1e15, { date: '1 Jan 1', text: '1 Jan 1, 00:00 UTC', stamp: '0001-01-01T00:00:00Z' }],
  [1e15, { date: '31 Dec 9999', text: '31 Dec 9999, 23:59 UTC', stamp: '9999-12-31T23:59:59Z' }],
]) {
  test(`the time of ${moment}`, () => assert.deepEqual(plain(ActivityRows.time(moment)), expected));
}

const HEAD = {
  stageFeeds: { prod: 'feeds/stages/prod' }, teamFeeds: { a: ['feeds/orgs/git.example~a', 'git.example/a', true], 'b/c': ['feeds/orgs/git.example~b', 'git.example/b', false] },
  repoFeeds: ['git.example/a/x', 'git.example/a/Y'], oddFeeds: { 'git.example/a/Y': 'feeds/repos/odd' },
};
const all = { path: 'feeds/all', of: 'everything', json: true };
for (const [asked, expected] of [
  [{}, { ...all, exact: true }],
  [{ person: 'Ann' }, { ...all, exact: false }],
  [{ week: '2026-03-02', team: '' }, { ...all, exact: false }],
  [{ stage: 'prod', team: '' }, { path: 'feeds/stages/prod', of: 'prod', json: true, exact: true }],
  [{ stage: 'prod', team: 'a' }, { path: 'feeds/stages/prod', of: 'prod', json: true, exact: false }],
  [{ team: 'a' }, { path: 'feeds/orgs/git.example~a', of: 'a', json: true, exact: true }],
  [{ team: 'b/c' }, { path: 'feeds/orgs/git.example~b', of: 'git.example/b', json: true, exact: false }],
  [{ repo: 'git.example/a/x' }, { path: 'feeds/repos/git.example~a~x', of: 'git.example/a/x', json: false, exact: true }],
  [{ repo: 'git.example/a/Y', stage: 'prod' }, { path: 'feeds/repos/odd', of: 'git.example/a/Y', json: false, exact: false }],
  [{ repo: 'git.example/a/z' }, { ...all, exact: false }],
  [{ stage: 'constructor' }, { ...all, exact: false }],
]) {
  test(`the feed of ${JSON.stringify(asked)}`, () => assert.deepEqual(plain(ActivityRows.feed(HEAD, asked)), expected));
}

test('values are in the order of how often they are', () => {
  assert.deepEqual([plain(ActivityRows.values(rows, 'team')), plain(ActivityRows.values(rows, 'author'))], [['a', ''], ['Ann', 'Bo']]);
});
