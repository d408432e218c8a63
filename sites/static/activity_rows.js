// What happened, as columns: pure functions that filter the rows of months, count them by week, and read those that are shown, for the page of activity.
'use strict';

/** @typedef {{ kind: string, moment: number, repo: string, team: string, artifact: string, version: string, stage: string, look: string, author: string, face: [string, string], signed: string, tag: string, detail: string, path: string, gone: boolean }} Activity */
/** @typedef {'kind' | 'repo' | 'artifact' | 'version' | 'stage' | 'author' | 'signed' | 'tag' | 'detail' | 'path'} ActivityText */
/** @typedef {ActivityText | 'team' | 'face'} ActivityTexts columns of distinct texts, which a script has with an `s` */
/** @typedef {ActivityText | 'team' | 'moment' | 'flags'} ActivityNumbers columns of numbers: places among distinct texts, steps from `base`, or bits */
/** @typedef {{ count: number, base: number, looks: string[] } & Record<ActivityNumbers, string> & Record<`${ActivityTexts}s`, string | string[]>} ActivityColumns */
/** @typedef {Record<string, string>} ActivityFilter `signed` is `yes` or `no`; `week` is a Monday as 2026-03-02, `since` any day; a team without a name is `-` */
const ActivityRows = (() => {
  const GONE = 1, HAS_PAGE = 2; // bits of `flags`
  const DAY = 86400, WEEK = 7 * DAY;
  const MONDAY = 4 * DAY; // 5 January 1970 was one
  const FIRST = -62135596800, LAST = 253402300799; // the years 1 and 9999, as on the pages of months

  /** The rows of a month. Its columns stay texts until something asks for them: of most months a page only counts rows. */
  class Month {
    /** @param {ActivityColumns} columns @param {boolean} dated whether their dates can be right */
    constructor(columns, dated) {
      this.columns = columns;
      this.dated = dated;
      this.count = columns.count;
      /** @type {Map<ActivityNumbers, Float64Array>} */
      this.parsedNumbers = new Map();
      /** @type {Map<ActivityTexts, string[]>} */
      this.parsedTexts = new Map();
      /** @type {string[] | null} */
      this.teamOfRepos = null;
      /** @type {Float64Array | null} */
      this.seconds = null;
    }

    /** @param {ActivityNumbers} name @param {number} length */
    numbers(name, length = this.count) {
      const numbers = this.parsedNumbers.get(name) ?? Columns.numbers(this.columns[name], length);
      this.parsedNumbers.set(name, numbers);
      return numbers;
    }

    /** The distinct texts of a column. @param {ActivityTexts} name */
    distinct(name) {
      const texts = this.parsedTexts.get(name) ?? Columns.texts(this.columns[`${name}s`]);
      this.parsedTexts.set(name, texts);
      return texts;
    }

    /** The team of each of the distinct repositories. */
    teams() {
      const names = this.distinct('team');
      this.teamOfRepos ??= Array.from(this.numbers('team', this.distinct('repo').length), (place) => names[place]);
      return this.teamOfRepos;
    }

    /** Seconds since 1970. */
    moments() {
      this.seconds ??= this.numbers('moment').map((steps) => this.columns.base + steps);
      return this.seconds;
    }

    /** @param {ActivityText} name @param {number} row */
    text(name, row) { return this.distinct(name)[this.numbers(name)[row]]; }

    /** @param {number} row @returns {Activity} */
    row(row) {
      const repo = this.text('repo', row), artifact = this.text('artifact', row), flags = this.numbers('flags')[row];
      const face = this.distinct('face')[this.numbers('author')[row]];
      const path = () => this.text('path', row) || `models/${Columns.slug(repo)}/${Columns.slug(artifact)}.html`;
      return {
        moment: this.moments()[row], repo, artifact, team: this.teams()[this.numbers('repo')[row]], gone: (flags & GONE) > 0, kind: this.text('kind', row), version: this.text('version', row),
        stage: this.text('stage', row), look: this.columns.looks[this.numbers('stage')[row]], author: this.text('author', row), face: [face[0], face.slice(1)], signed: this.text('signed', row),
        tag: this.text('tag', row), detail: this.text('detail', row), path: flags & HAS_PAGE ? path() : '',
      };
    }
  }

  /** The Monday, in seconds since 1970, of the week of a moment. @param {number} moment */
  const week = (moment) => Math.floor((moment - MONDAY) / WEEK) * WEEK + MONDAY;

  /** The year of a week: that of its Thursday, as ISO 8601 has it. @param {number} monday */
  const year = (monday) => new Date((monday + 3 * DAY) * 1000).getUTCFullYear();

  /** The Mondays of a year. @param {number} name */
  const mondays = (name) => {
    const first = week(Date.UTC(name, 0, 4) / 1000); // the first week has 4 January
    return Array.from({ length: year(first + 52 * WEEK) === name ? 53 : 52 }, (_, number) => first + number * WEEK);
  };

  /** A moment as HTML has it. @param {number} moment in seconds since 1970 */
  const stamp = (moment) => `${new Date(Math.min(Math.max(moment, FIRST), LAST) * 1000).toISOString().slice(0, 19)}Z`;

  /** Takes those rows out whose text is not wanted. @param {Uint8Array} mask @param {Month} month @param {ActivityText} name @param {string[]} texts @param {(text: string) => boolean} isWanted */
  const keep = (mask, month, name, texts, isWanted) => {
    const wanted = Uint8Array.from(texts, (text) => Number(isWanted(text)));
    if (!wanted.includes(1)) { mask.fill(0); return; }
    const places = month.numbers(name);
    for (let row = 0; row < mask.length; row += 1) mask[row] &= wanted[places[row]];
  };

  /** Takes those rows out that are not of a time; those whose dates cannot be right are of none. @param {Uint8Array} mask @param {Month} month @param {string} first a day @param {number} [length] */
  const keepTime = (mask, month, first, length = Infinity) => {
    if (!month.dated) { mask.fill(0); return; }
    const begin = Date.parse(`${first}T00:00:00Z`) / 1000, end = begin + length, moments = month.moments();
    for (let row = 0; row < mask.length; row += 1) if (moments[row] < begin || moments[row] >= end) mask[row] = 0;
  };

  /** Which rows of a month are what is asked for, in whichever week. @param {Month} month @param {ActivityFilter} asked */
  const matching = (month, asked) => {
    const { team, repo, stage, person, kind, signed, since } = asked;
    const mask = new Uint8Array(month.count).fill(1);
    const same = (/** @type {string} */ value) => (/** @type {string} */ text) => text === value;
    if (team) keep(mask, month, 'repo', month.teams(), (text) => (text || '-') === team);
    for (const [name, value] of /** @type {[ActivityText, string][]} */ ([['repo', repo], ['stage', stage], ['author', person], ['kind', kind]])) {
      if (value) keep(mask, month, name, month.distinct(name), same(value));
    }
    if (signed) {
      keep(mask, month, 'author', month.distinct('author'), (text) => text !== '');
      keep(mask, month, 'signed', month.distinct('signed'), (text) => (text !== '') === (signed === 'yes'));
    }
    if (since) keepTime(mask, month, since);
    return mask;
  };

  /** Adds up the rows of each week, by its Monday. @param {Map<number, number>} counts @param {Month} month @param {Uint8Array} mask */
  const countWeeks = (counts, month, mask) => {
    if (!month.dated) return;
    const moments = month.moments();
    let monday = NaN, run = 0; // rows are in the order of time: there is one count for each week, not for each row
    for (let row = 0; row < mask.length; row += 1) {
      if (!mask[row]) continue;
      if (!(moments[row] >= monday && moments[row] < monday + WEEK)) {
        if (run) counts.set(monday, (counts.get(monday) ?? 0) + run);
        monday = week(moments[row]);
        run = 0;
      }
      run += 1;
    }
    if (run) counts.set(monday, (counts.get(monday) ?? 0) + run);
  };

  /**
   * What is asked for: how many rows there are, the first of them, and how many there are in each week, by its Monday, whichever week is asked for; no weeks
   * where everything is asked for.
   * @param {Month[]} months @param {ActivityFilter} asked @param {number} most @returns {{ count: number, rows: Activity[], weeks: Map<number, number> | null }}
   */
  const select = (months, asked, most) => {
    /** @type {Activity[]} */
    const rows = [];
    /** @type {Map<number, number> | null} */
    const weeks = Object.entries(asked).some(([name, value]) => value && name !== 'week') ? new Map() : null;
    let count = 0;
    for (const month of months) {
      const mask = matching(month, asked);
      if (weeks) countWeeks(weeks, month, mask);
      if (asked.week) keepTime(mask, month, asked.week, WEEK);
      for (let row = 0; row < month.count; row += 1) {
        if (!mask[row]) continue;
        if (count < most) rows.push(month.row(row));
        count += 1;
      }
    }
    return { count, rows, weeks };
  };

  /** The values of a property, the most frequent first. @param {Month[]} months @param {'team' | 'repo' | 'stage' | 'author' | 'kind'} name */
  const values = (months, name) => {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const month of months) {
      const texts = name === 'team' ? month.teams() : month.distinct(name), own = new Int32Array(texts.length);
      for (const place of month.numbers(name === 'team' ? 'repo' : name)) own[place] += 1;
      texts.forEach((text, place) => { if (text || name === 'team') counts.set(text, (counts.get(text) ?? 0) + own[place]); });
    }
    return [...counts].sort(([a, many], [b, others]) => others - many || (a < b ? -1 : 1)).map(([value]) => value);
  };

  /**
   * The feed of what is asked for, or the nearest: its path, whose it is, whether it is also a JSON Feed, and whether it has just that.
   * @param {any} head what index/activity.js has @param {Record<string, string>} asked
   * @returns {{ path: string, of: string, json: boolean, exact: boolean }}
   */
  const feed = (head, asked) => {
    const only = (/** @type {string} */ name) => Object.entries(asked).every(([key, value]) => key === name || !value);
    const { repo, person, stage, team, kind, signed } = asked;
    if (repo && head.repoFeeds.includes(repo)) {
      const path = Object.hasOwn(head.oddFeeds, repo) ? head.oddFeeds[repo] : `feeds/repos/${Columns.slug(repo)}`;
      return { path, of: repo, json: false, exact: only('repo') };
    }
    if (person && Object.hasOwn(head.personFeeds, person)) return { path: head.personFeeds[person], of: person, json: true, exact: only('person') };
    if (stage && Object.hasOwn(head.stageFeeds, stage)) return { path: head.stageFeeds[stage], of: stage, json: true, exact: only('stage') };
    if (team && Object.hasOwn(head.teamFeeds, team)) return { path: head.teamFeeds[team], of: team, json: true, exact: only('team') };
    if (kind && Object.hasOwn(head.kindFeeds, kind)) return { path: `feeds/kinds/${kind}`, of: head.kindFeeds[kind], json: true, exact: only('kind') };
    if (signed === 'yes' && head.hasSigned) return { path: 'feeds/signed', of: 'signed tags', json: true, exact: only('signed') };
    return { path: 'feeds/all', of: 'everything', json: true, exact: only('') };
  };

  return { Month, week, year, mondays, stamp, select, values, feed, WEEK };
})();
