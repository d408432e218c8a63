// What happened, as columns: pure functions that read a month's rows, filter them and count them by week, for the page of activity.
'use strict';

/** @typedef {{ kind: string, moment: number, dated: boolean, repo: string, team: string, artifact: string, version: string, stage: string, look: string, author: string, face: [number, string], signed: string, tag: string, detail: string, path: string, gone: boolean }} Activity */
const ActivityRows = (() => {
  const GONE = 1, HAS_PAGE = 2; // bits of `flags`
  const DAY = 86400, WEEK = 7 * DAY;
  const MONDAY = 4 * DAY; // 5 January 1970 was one
  const FIRST = -62135596800, LAST = 253402300799; // the years 1 and 9999, as on the pages of months
  const TEXTS = ['kind', 'artifact', 'version', 'stage', 'author', 'signed', 'tag', 'detail', 'path'];
  const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

  /** @param {string} text */
  const numbers = (text) => (text ? text.split(',').map(Number) : []);
  const simple = (/** @type {string} */ name) => name.replaceAll(':', '~~').replaceAll('/', '~');

  /** The rows of a month. @param {any} columns @param {boolean} dated whether their dates can be right @returns {Activity[]} */
  const read = (columns, dated) => {
    const repo = numbers(columns.repo), moment = numbers(columns.moment), flags = numbers(columns.flags);
    /** What a column says of a row; `from` has the places in the list. */
    const texts = (/** @type {any[]} */ values, /** @type {string} */ from) => {
      const places = numbers(columns[from]);
      return (/** @type {number} */ row) => values[places[row]];
    };
    const [kind, artifact, version, stage, author, signed, tag, detail, path] = TEXTS.map((name) => texts(columns[`${name}s`], name));
    const look = texts(columns.looks, 'stage'), face = texts(columns.faces, 'author');
    const pathOf = (/** @type {number} */ row) => {
      if (!(flags[row] & HAS_PAGE)) return '';
      return path(row) || `models/${simple(columns.repos[repo[row]])}/${simple(artifact(row))}.html`;
    };
    // One literal: rows whose properties are added one by one take half as long again.
    return moment.map((when, row) => ({
      moment: when, dated, repo: columns.repos[repo[row]], team: columns.teams[repo[row]], gone: (flags[row] & GONE) > 0, kind: kind(row), artifact: artifact(row), version: version(row),
      stage: stage(row), look: look(row), author: author(row), face: face(row), signed: signed(row), tag: tag(row), detail: detail(row), path: pathOf(row),
    }));
  };

  /** The Monday, in seconds since 1970, of the week of a moment. @param {number} moment */
  const week = (moment) => Math.floor((moment - MONDAY) / WEEK) * WEEK + MONDAY;

  /** The year of a week: that of its Thursday, as ISO 8601 has it. @param {number} monday */
  const year = (monday) => new Date((monday + 3 * DAY) * 1000).getUTCFullYear();

  /** The Mondays of a year. @param {number} name */
  const mondays = (name) => {
    const first = week(Date.UTC(name, 0, 4) / 1000); // the first week has 4 January
    return Array.from({ length: year(first + 52 * WEEK) === name ? 53 : 52 }, (_, number) => first + number * WEEK);
  };

  /** A moment in UTC, and as HTML has it. @param {number} moment in seconds since 1970 */
  const time = (moment) => {
    const iso = new Date(Math.min(Math.max(moment, FIRST), LAST) * 1000).toISOString();
    const date = `${Number(iso.slice(8, 10))} ${MONTHS[Number(iso.slice(5, 7)) - 1]} ${Number(iso.slice(0, 4))}`;
    return { date, text: `${date}, ${iso.slice(11, 16)} UTC`, stamp: `${iso.slice(0, 19)}Z` };
  };

  /**
   * The rows that are what is asked for. `signed` is `yes` or `no`; `week` is a Monday as 2026-03-02, `since` any day; a team without a name is `-`.
   * @param {Activity[]} rows @param {Record<string, string>} asked
   */
  const filter = (rows, asked) => {
    const monday = asked.week ? Date.parse(`${asked.week}T00:00:00Z`) / 1000 : 0;
    const begin = asked.since ? Date.parse(`${asked.since}T00:00:00Z`) / 1000 : 0;
    return rows.filter((row) => (!asked.team || (row.team || '-') === asked.team) && (!asked.repo || row.repo === asked.repo) && (!asked.stage || row.stage === asked.stage)
      && (!asked.person || row.author === asked.person) && (!asked.kind || row.kind === asked.kind)
      && (!asked.signed || (row.author !== '' && (row.signed !== '') === (asked.signed === 'yes')))
      && (!asked.since || (row.dated && row.moment >= begin))
      && (!asked.week || (row.dated && row.moment >= monday && row.moment < monday + WEEK)));
  };

  /** How many rows there are in each week, by its Monday; those whose dates cannot be right are in none. @param {Activity[]} rows */
  const byWeek = (rows) => {
    /** @type {Map<number, number>} */
    const counts = new Map();
    for (const row of rows) {
      if (!row.dated) continue;
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

  /**
   * The feed of what is asked for, or the nearest: its path, whose it is, whether it is also a JSON Feed, and whether it has just that.
   * @param {any} head what index/activity.js has @param {Record<string, string>} asked
   * @returns {{ path: string, of: string, json: boolean, exact: boolean }}
   */
  const feed = (head, asked) => {
    const only = (/** @type {string} */ name) => Object.entries(asked).every(([key, value]) => key === name || !value);
    if (asked.repo && head.repoFeeds.includes(asked.repo)) {
      const odd = Object.hasOwn(head.oddFeeds, asked.repo) ? head.oddFeeds[asked.repo] : null;
      return { path: odd ?? `feeds/repos/${simple(asked.repo)}`, of: asked.repo, json: false, exact: only('repo') };
    }
    if (asked.stage && Object.hasOwn(head.stageFeeds, asked.stage)) return { path: head.stageFeeds[asked.stage], of: asked.stage, json: true, exact: only('stage') };
    if (asked.team && Object.hasOwn(head.teamFeeds, asked.team)) {
      const [path, organisation, single] = head.teamFeeds[asked.team];
      return { path, of: single ? asked.team : organisation, json: true, exact: single && only('team') };
    }
    return { path: 'feeds/all', of: 'everything', json: true, exact: only('') };
  };

  return { read, week, year, mondays, time, filter, byWeek, values, feed, WEEK };
})();
