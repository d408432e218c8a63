// The page of activity: rows from columns, filters, and weeks.
import assert from 'node:assert/strict';
import test from 'node:test';
import { evaluate, plain } from './scripts.mjs';

const ActivityRows = evaluate('ActivityRows', 'columns.js', 'activity_rows.js');
const at = (text) => Date.parse(`${text}Z`) / 1000;
const COLUMNS = {
  count: 3, repos: 'git.example/a/x\ngit.example/b/y', teams: 'a\n', team: '~01', repo: '~001', base: at('2026-03-01T23:59:59'), moment: `1,0,${7 * 86400}`, flags: '~210',
  kinds: 'assignment\nregistration\nlost_repo', kind: '~012', artifacts: 'nlp:m\n', artifact: '~001', versions: 'v1\n', version: '~001', stages: 'prod\n', looks: ['prod', 'other'], stage: '~011',
  authors: 'Ann\nBo\n', faces: '1A\n2B\n0?', author: '~012', signeds: '\npgp', signed: '~100', tags: '', tag: '=0', details: ['', 'down\nagain'], detail: '~001', paths: '', path: '=0',
};
const months = [new ActivityRows.Month(COLUMNS, true)];
/** What is asked for, without bound. */
const select = (asked, of = months) => ActivityRows.select(of, asked, Infinity);
const { rows } = select({});

test('a row has its texts, its page where there is one, and whether its tag is gone', () => {
  assert.deepEqual(plain(rows)[0], { moment: at('2026-03-02T00:00:00'), repo: 'git.example/a/x', team: 'a', gone: false, kind: 'assignment', artifact: 'nlp:m', version: 'v1', stage: 'prod', look: 'prod', author: 'Ann', face: ['1', 'A'], signed: 'pgp', tag: '', detail: '', path: 'models/git.example~a~x/nlp~~m.html' });
  assert.deepEqual(plain(rows).map((row) => [row.path !== '', row.gone, row.team, row.detail]), [[true, false, 'a', ''], [false, true, 'a', ''], [false, false, '', 'down\nagain']]);
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
    const { count, rows: found } = select(asked);
    assert.deepEqual([count, plain(found)], [expected.length, expected.map((row) => plain(rows[row]))]);
  });
}

for (const [asked, expected] of [
  [{ team: '' }, null],
  [{ week: '2026-03-02' }, null],
  [{ since: '2026-01-01' }, [['2026-03-02', 2], ['2026-02-23', 1]]],
  [{ since: '2026-01-01', week: '2026-02-23' }, [['2026-03-02', 2], ['2026-02-23', 1]]],
  [{ team: 'a' }, [['2026-03-02', 1], ['2026-02-23', 1]]],
  [{ stage: 'dev' }, []],
]) {
  test(`weeks, which begin on Mondays, of ${JSON.stringify(asked)}`, () => {
    const { weeks } = select(asked);
    assert.deepEqual(weeks && plain([...weeks]), expected && expected.map(([day, count]) => [at(`${day}T00:00:00`), count]));
  });
}

test('the first rows are read, and all are counted, whichever months they are in', () => {
  const twice = [...months, new ActivityRows.Month(COLUMNS, true)];
  const found = [3, 4, 5].map((most) => ActivityRows.select(twice, { team: 'a' }, most));
  assert.deepEqual(found.map(({ count, rows: own }) => [count, own.length]), [[4, 3], [4, 4], [4, 4]]);
  assert.deepEqual(plain([...found[0].weeks]), [[at('2026-03-02T00:00:00'), 2], [at('2026-02-23T00:00:00'), 2]]);
});

test('a date that cannot be right is in no week', () => {
  const odd = [new ActivityRows.Month(COLUMNS, false)];
  const found = [{ kind: 'lost_repo' }, { week: '2026-03-02' }, { since: '2026-03-02' }].map((asked) => select(asked, odd));
  assert.deepEqual(found.map(({ count, weeks }) => [count, weeks && weeks.size]), [[1, 0], [0, null], [0, 0]]);
});

test('years have the weeks that ISO 8601 gives them', () => {
  const weeks = [2020, 2021, 2026].map((year) => ActivityRows.mondays(year));
  assert.deepEqual(plain(weeks.map((mondays) => [mondays.length, mondays[0], mondays.every((monday) => ActivityRows.year(monday) === ActivityRows.year(mondays[0]))])), [
    [53, at('2019-12-30T00:00:00'), true], [52, at('2021-01-04T00:00:00'), true], [53, at('2025-12-29T00:00:00'), true],
  ]);
});

for (const [moment, expected] of [
  [at('2026-03-02T09:05:59'), '2026-03-02T09:05:59Z'],
  [-1e15, '0001-01-01T00:00:00Z'],
  [1e15, '9999-12-31T23:59:59Z'],
]) {
  test(`the time of ${moment}`, () => assert.equal(ActivityRows.stamp(moment), expected));
}

const HEAD = {
  stageFeeds: { prod: 'feeds/stages/prod' }, teamFeeds: { a: 'feeds/teams/a', 'b/c': 'feeds/teams/b~c' },
  repoFeeds: ['git.example/a/x', 'git.example/a/Y'], oddFeeds: { 'git.example/a/Y': 'feeds/repos/odd' },
  kindFeeds: { deleted_tag: 'deleted registry tags' }, personFeeds: { Ann: 'feeds/people/ann', 'Bo Ek': 'feeds/people/odd' }, hasSigned: true,
};
const all = { path: 'feeds/all', of: 'everything', json: true };
for (const [asked, expected] of [
  [{}, { ...all, exact: true }],
  [{ person: 'Ann' }, { path: 'feeds/people/ann', of: 'Ann', json: true, exact: true }],
  [{ person: 'Bo Ek', stage: 'prod' }, { path: 'feeds/people/odd', of: 'Bo Ek', json: true, exact: false }],
  [{ person: 'Cy' }, { ...all, exact: false }],
  [{ kind: 'deleted_tag' }, { path: 'feeds/kinds/deleted_tag', of: 'deleted registry tags', json: true, exact: true }],
  [{ kind: 'lost_repo' }, { ...all, exact: false }],
  [{ signed: 'yes' }, { path: 'feeds/signed', of: 'signed tags', json: true, exact: true }],
  [{ signed: 'no' }, { ...all, exact: false }],
  [{ week: '2026-03-02', team: '' }, { ...all, exact: false }],
  [{ stage: 'prod', team: '' }, { path: 'feeds/stages/prod', of: 'prod', json: true, exact: true }],
  [{ stage: 'prod', team: 'a' }, { path: 'feeds/stages/prod', of: 'prod', json: true, exact: false }],
  [{ team: 'a' }, { path: 'feeds/teams/a', of: 'a', json: true, exact: true }],
  [{ team: 'b/c', signed: 'no' }, { path: 'feeds/teams/b~c', of: 'b/c', json: true, exact: false }],
  [{ team: 'd' }, { ...all, exact: false }],
  [{ repo: 'git.example/a/x' }, { path: 'feeds/repos/git.example~a~x', of: 'git.example/a/x', json: false, exact: true }],
  [{ repo: 'git.example/a/Y', stage: 'prod' }, { path: 'feeds/repos/odd', of: 'git.example/a/Y', json: false, exact: false }],
  [{ repo: 'git.example/a/z' }, { ...all, exact: false }],
  [{ stage: 'constructor' }, { ...all, exact: false }],
]) {
  test(`the feed of ${JSON.stringify(asked)}`, () => assert.deepEqual(plain(ActivityRows.feed(HEAD, asked)), expected));
}

test('values are in the order of how often they are', () => {
  assert.deepEqual([plain(ActivityRows.values(months, 'team')), plain(ActivityRows.values(months, 'author'))], [['a', ''], ['Ann', 'Bo']]);
});
