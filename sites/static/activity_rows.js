// What happened, as columns: pure functions that read a month's rows, filter them and count them by week, for the page of activity.
'use strict';

/** @typedef {{ kind: string, moment: number, repo: string, team: string, artifact: string, version: string, stage: string, author: string, signed: string, tag: string, detail: string, path: string, gone: boolean }} Activity */
const ActivityRows = (() => {
  const GONE = 1, HAS_PAGE = 2; // bits of `flags`
  const DAY = 86400, WEEK = 7 * DAY;
  const MONDAY = 4 * DAY; // 5 January 1970 was one
  const TEXTS = ['kind', 'artifact', 'version', 'stage', 'author', 'signed', 'tag', 'detail', 'path'];

  /** @param {string} text */
  const numbers = (text) => (text ? text.split(',').map(Number) : []);
  const simple = (/** @type {string} */ name) => name.replaceAll(':', '~~').replaceAll('/', '~');

  /** The rows of a month. @param {any} columns @returns {Activity[]} */
  const read = (columns) => {
    const repo = numbers(columns.repo), moment = numbers(columns.moment), flags = numbers(columns.flags);
    const texts = TEXTS.map((name) => ({ name, values: columns[`${name}s`], places: numbers(columns[name]) }));
    return moment.map((when, row) => {
      const one = /** @type {any} */ ({ moment: when, repo: columns.repos[repo[row]], team: columns.teams[repo[row]], gone: (flags[row] & GONE) > 0 });
      for (const { name, values, places } of texts) one[name] = values[places[row]];
      if (!(flags[row] & HAS_PAGE)) one.path = '';
      else if (!one.path) one.path = `models/${simple(one.repo)}/${simple(one.artifact)}.html`;
      return one;
    });
  };

  /** The Monday, in seconds since 1970, of the week of a moment. @param {number} moment */
  const week = (moment) => Math.floor((moment - MONDAY) / WEEK) * WEEK + MONDAY;

  /**
   * Whether a row is what is asked for. `signed` is `yes` or `no`; `week` is a Monday as 2026-03-02; a team without a name is `-`.
   * @param {Activity} row @param {Record<string, string>} asked
   */
  const matches = (row, asked) => (!asked.team || (row.team || '-') === asked.team) && (!asked.repo || row.repo === asked.repo) && (!asked.stage || row.stage === asked.stage)
    && (!asked.person || row.author === asked.person) && (!asked.kind || row.kind === asked.kind)
    && (!asked.signed || (row.author !== '' && (row.signed !== '') === (asked.signed === 'yes')))
    && (!asked.week || week(row.moment) === Date.parse(`${asked.week}T00:00:00Z`) / 1000);

  /** How many rows there are in each week, by its Monday. @param {Activity[]} rows */
  const byWeek = (rows) => {
    /** @type {Map<number, number>} */
    const counts = new Map();
    for (const row of rows) {
      const monday = week(row.moment);
      counts.set(monday, (counts.get(monday) ?? 0) + 1);
    }
    return counts;
  };

  /** The values of a property, the most frequent first. @param {Activity[]} rows @param {'team' | 'repo' | 'stage' | 'author' | 'kind'} name */
  const values = (rows, name) => {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const row of rows) if (row[name] || name === 'team') counts.set(row[name], (counts.get(row[name]) ?? 0) + 1);
    return [...counts].sort(([a, many], [b, others]) => others - many || (a < b ? -1 : 1)).map(([value]) => value);
  };

  return { read, week, matches, byWeek, values, WEEK };
})();
