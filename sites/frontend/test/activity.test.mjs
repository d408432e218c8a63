// The page of activity: rows from columns, filters, and weeks.
import assert from 'node:assert/strict';
import test from 'node:test';
import { evaluate, plain } from './scripts.mjs';

const ActivityRows = evaluate('ActivityRows', 'activity_rows.js');
const at = (text) => Date.parse(`${text}Z`) / 1000;
const COLUMNS = {
  count: 3, repos: ['git.example/a/x', 'git.example/b/y'], teams: ['a', ''], repo: '0,0,1', moment: [at('2026-03-02T00:00:00'), at('2026-03-01T23:59:59'), at('2026-03-08T23:59:59')].join(','), flags: '2,1,0',
  kinds: ['assignment', 'registration', 'lost_repo'], kind: '0,1,2', artifacts: ['nlp:m', ''], artifact: '0,0,1', versions: ['v1', ''], version: '0,0,1', stages: ['prod', ''], stage: '0,1,1',
  authors: ['Ann', 'Bo', ''], author: '0,1,2', signeds: ['', 'pgp'], signed: '1,0,0', tags: [''], tag: '0,0,0', details: ['', 'down'], detail: '0,0,1', paths: [''], path: '0,0,0',
};
const rows = ActivityRows.read(COLUMNS);

test('a row has its texts, its page where there is one, and whether its tag is gone', () => {
  assert.deepEqual(plain(rows)[0], { moment: at('2026-03-02T00:00:00'), repo: 'git.example/a/x', team: 'a', gone: false, kind: 'assignment', artifact: 'nlp:m', version: 'v1', stage: 'prod', author: 'Ann', signed: 'pgp', tag: '', detail: '', path: 'models/git.example~a~x/nlp~~m.html' });
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
  [{ week: '2026-03-02' }, [0, 2]],
  [{ week: '2026-02-23', person: 'Bo' }, [1]],
]) {
  test(`what is asked for by ${JSON.stringify(asked)}`, () => {
    assert.deepEqual([...rows.keys()].filter((row) => ActivityRows.matches(rows[row], asked)), expected);
  });
}

test('weeks begin on Mondays', () => {
  assert.deepEqual(plain([...ActivityRows.byWeek(rows)]), [[at('2026-03-02T00:00:00'), 2], [at('2026-02-23T00:00:00'), 1]]);
});

test('values are in the order of how often they are', () => {
  assert.deepEqual([plain(ActivityRows.values(rows, 'team')), plain(ActivityRows.values(rows, 'author'))], [['a', ''], ['Ann', 'Bo']]);
});
