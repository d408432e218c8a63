// Which version is in which stage at a moment of two clocks: pure functions over columns of periods, for the board of stages.
'use strict';

/**
 * Periods of versions in stages, as columns. `known` and `until` are numbers of crawls: since which, and until which, the catalog knew so.
 * @typedef {{ model: Int32Array, stage: Int32Array, version: Int32Array, versions: string[], from: Float64Array, to: Float64Array,
 *   known: Float64Array, until: Float64Array, flags: Int32Array, held: Record<number, number>, current: boolean }} Periods
 * @typedef {{ count: number, model: string, stage: string, versions: string[], version: string, base: number, unit: number, from: string, length: string, known: string, until: string, flags: string, held?: Record<number, number> }} PeriodColumns
 * @typedef {{ model: number, stage: number, version: string, from: number, to: number, until: number, since: number, unregistered: boolean, skipped: boolean }} Period
 * What a stage of a model shows: the version there, those that are there no more by a tag that is gone, and which was there before, where another was.
 * @typedef {{ own: Period | null, gone: Period[], was: Period | null, changed: boolean }} InStage
 * Registrations and deregistrations of versions, in the order of models, of versions and, of each, of moments.
 * @typedef {{ model: Int32Array, version: Int32Array, versions: string[], rank: Int32Array, item: Int32Array, at: Float64Array, known: Float64Array,
 *   until: Float64Array, flags: Int32Array }} Versions
 * @typedef {{ count: number, model: string, versions: string[], version: string, rank: string, item: string, at: string, known: string, until: string, flags: string }} VersionColumns
 * @typedef {[number, number, number | null][]} Absences repositories that were taken out, from which crawl, until which
 */
const StageBoard = (() => {
  const { numbers, sums } = Columns;
  const UNREGISTERED = 1, SKIPPED = 2; // bits of `flags`
  const WITHDRAWN = 1, CURRENT = 2; // and of those of versions
  const NEVER = -1;
  const DAY = 86400, YEAR = 365 * DAY;
  const ALWAYS = Number.MAX_SAFE_INTEGER; // a moment after all others: what has no end is there

  /** Reads a table of periods; `current`: today's tags say so. @param {PeriodColumns} columns @param {boolean} current @returns {Periods} */
  const periods = (columns, current) => {
    const length = columns.count;
    const from = numbers(columns.from, length).map((steps) => steps * columns.unit + columns.base);
    const endless = (/** @type {string} */ text) => numbers(text, length).map((number) => (number === NEVER ? Infinity : number));
    return {
      current, from, held: columns.held ?? {},
      model: sums(numbers(columns.model, length)),
      stage: new Int32Array(numbers(columns.stage, length)),
      version: new Int32Array(numbers(columns.version, length)),
      versions: columns.versions,
      to: endless(columns.length).map((seconds, row) => from[row] + seconds),
      known: endless(columns.known),
      until: endless(columns.until),
      flags: new Int32Array(numbers(columns.flags, length)),
    };
  };

  /** A table of whole days with the seconds of the day at which each period begins. @param {Periods} table @param {string} seconds @returns {Periods} */
  const precise = (table, seconds) => {
    const rest = numbers(seconds, table.from.length);
    return { ...table, from: table.from.map((day, row) => day + rest[row]) };
  };

  /** Since when a version is there, by whichever name. @param {Periods} table @param {number} row */
  const since = (table, row) => table.held[row] ?? table.from[row];

  /** A row of a table. @param {Periods} table @param {number} row @returns {Period} */
  const period = (table, row) => ({
    model: table.model[row], stage: table.stage[row], version: table.versions[table.version[row]], from: table.from[row], to: table.to[row], until: table.until[row], since: since(table, row),
    unregistered: (table.flags[row] & UNREGISTERED) > 0, skipped: (table.flags[row] & SKIPPED) > 0,
  });

  /** The repositories that had been taken out of the catalog when a crawl had ended. @param {Absences} absences @param {number} crawl */
  const absent = (absences, crawl) => new Set(absences.filter(([, left, back]) => left <= crawl && (back === null || back > crawl)).map(([repo]) => repo));

  /** Whether a row is as today's tags say, or as the catalog knew it when a crawl had ended. @param {Periods} table @param {number} row @param {number | null} crawl */
  const isKnown = (table, row, crawl) => (crawl === null ? table.current : table.known[row] <= crawl && crawl < table.until[row]);

  /** Rows of tables by their models, without an object for each: a move of the slider chooses among a hundred thousand. */
  class Chosen {
    /** @param {Periods[]} tables @param {number} models */
    constructor(tables, models) {
      this.tables = tables;
      this.first = new Int32Array(models).fill(-1);
      const most = tables.reduce((sum, table) => sum + table.from.length, 0);
      this.next = new Int32Array(most);
      this.table = new Uint16Array(most);
      this.row = new Int32Array(most);
      this.count = 0;
    }

    /** @param {number} table @param {number} row */
    add(table, row) {
      const model = this.tables[table].model[row], place = this.count;
      this.table[place] = table;
      this.row[place] = row;
      this.next[place] = this.first[model];
      this.first[model] = place;
      this.count += 1;
    }

    /** @param {number} model */
    has(model) { return this.first[model] >= 0; }

    /** Those of a model. @param {number} model @returns {Period[]} */
    of(model) {
      const rows = [];
      for (let place = this.first[model]; place >= 0; place = this.next[place]) rows.push(period(this.tables[this.table[place]], this.row[place]));
      return rows;
    }
  }

  /**
   * What is in stages at a moment, in seconds since 1970, as today's tags say, or as the catalog knew it when a crawl had ended; without repositories
   * that had been taken out then.
   * @param {Periods[]} tables @param {Int32Array} repoOf @param {Absences} absences @param {number} moment @param {number | null} crawl
   */
  const chosen = (tables, repoOf, absences, moment, crawl) => {
    const rows = new Chosen(tables, repoOf.length);
    const out = crawl === null ? new Set() : absent(absences, crawl);
    tables.forEach((table, number) => {
      if (crawl === null && !table.current) return;
      const { from, to, model } = table;
      for (let row = 0; row < from.length; row += 1) {
        if (from[row] <= moment && moment < to[row] && isKnown(table, row, crawl) && !(out.size && out.has(repoOf[model[row]]))) rows.add(number, row);
      }
    });
    return rows;
  };

  /** The same as rows. @param {Periods[]} tables @param {Int32Array} repoOf @param {Absences} absences @param {number} moment @param {number | null} crawl */
  const at = (tables, repoOf, absences, moment, crawl) => {
    const rows = chosen(tables, repoOf, absences, moment, crawl);
    return [...repoOf.keys()].flatMap((model) => rows.of(model));
  };

  /** What tags said that are gone: of a moment, and until the end of a crawl. @param {Periods} table @param {number} models @param {number} moment @param {number | null} crawl */
  const gone = (table, models, moment, crawl) => {
    const rows = new Chosen([table], models);
    for (let row = 0; row < table.from.length; row += 1) {
      if ((crawl === null || table.until[row] <= crawl) && table.from[row] <= moment && moment < table.to[row]) rows.add(0, row);
    }
    return rows;
  };

  /** Which models have a stage that another version came to, or that became empty, after one moment and until another. @param {Periods[]} tables @param {number} models @param {number} since @param {number} moment @param {number | null} crawl */
  const changed = (tables, models, since, moment, crawl) => {
    const flags = new Uint8Array(models);
    for (const table of tables) {
      const { from, to, model } = table;
      for (let row = 0; row < from.length; row += 1) {
        if (((from[row] > since && from[row] <= moment) || (to[row] > since && to[row] <= moment)) && isKnown(table, row, crawl)) flags[model[row]] = 1;
      }
    }
    return flags;
  };

  /**
   * What the stages of a model show, without those that are empty. `before`: what was in them before, or null where that is not asked for.
   * @param {Period[]} periods @param {Period[]} tags those that are gone @param {Period[] | null} before @returns {Map<number, InStage>}
   */
  const inStages = (periods, tags, before) => {
    /** @type {Map<number, InStage>} */
    const shown = new Map();
    const of = (/** @type {number} */ stage) => {
      const own = shown.get(stage) ?? { own: null, gone: [], was: null, changed: false };
      shown.set(stage, own);
      return own;
    };
    for (const each of periods) of(each.stage).own = each;
    for (const each of tags) {
      const { own, gone: others } = of(each.stage);
      if (own?.version !== each.version) others.push(each);
    }
    for (const each of before ?? []) of(each.stage).was = each;
    if (before) for (const each of shown.values()) each.changed = each.was?.version !== each.own?.version;
    return shown;
  };

  /** How many of the other stages of an artifact its cell shows: all, or so many and a button for the rest, which is more than one. @param {number} stages @param {number} most */
  const fitting = (stages, most) => (stages > most + 1 ? most : stages);

  /** Reads a table of registrations. @param {VersionColumns} columns @returns {Versions} */
  const versions = (columns) => {
    const length = columns.count;
    const endless = (/** @type {string} */ text) => numbers(text, length).map((number) => (number === NEVER ? Infinity : number));
    return {
      versions: columns.versions, at: numbers(columns.at, length), known: endless(columns.known), until: endless(columns.until),
      model: sums(numbers(columns.model, length)), version: new Int32Array(numbers(columns.version, length)), rank: new Int32Array(numbers(columns.rank, length)),
      item: new Int32Array(numbers(columns.item, length)), flags: new Int32Array(numbers(columns.flags, length)),
    };
  };

  /**
   * The models whose version in production was not the latest at a moment, as today's tags say or as the catalog knew it when a crawl had ended: the latest,
   * and how many versions were higher. Of the tags of a version the newest counts; at the same second, a deregistration.
   * @param {Versions} table @param {Map<number, string>} inProd the version in production of each model @param {number} moment @param {number | null} crawl
   */
  const behind = (table, inProd, moment, crawl) => {
    const { model, version, rank, item, at, known, until, flags } = table;
    /** @type {Map<number, number>} */
    const ranks = new Map();
    for (let row = 0; row < at.length; row += 1) if (inProd.get(model[row]) === table.versions[version[row]]) ranks.set(model[row], rank[row]);
    /** @type {Map<number, { latest: string, versions: Set<number>, rank: number, born: number }>} */
    const found = new Map();
    for (let row = 0; row < at.length;) {
      const own = ranks.get(model[row]);
      let born = -1, newest = -1, next = row;
      for (; next < at.length && model[next] === model[row] && version[next] === version[row] && item[next] === item[row]; next += 1) {
        if (at[next] > moment || !(crawl === null ? flags[next] & CURRENT : known[next] <= crawl && crawl < until[next])) continue;
        if (born < 0) born = next;
        newest = next;
      }
      if (own !== undefined && rank[row] > own && newest >= 0 && !(flags[newest] & WITHDRAWN)) {
        const all = found.get(model[row]) ?? { latest: '', versions: new Set(), rank: -1, born: -1 };
        all.versions.add(version[row]);
        if (rank[row] > all.rank || at[born] > all.born) Object.assign(all, { latest: table.versions[version[row]], rank: rank[row], born: at[born] });
        found.set(model[row], all);
      }
      row = next;
    }
    return new Map([...found].map(([each, all]) => [each, /** @type {[string, number]} */ ([all.latest, all.versions.size])]));
  };

  /** The last crawl that had surely ended at a moment; 0 before the first. @param {[number, number][]} crawls @param {number} moment */
  const crawlAt = (crawls, moment) => crawls.reduce((last, [crawl, ended]) => (ended <= moment ? Math.max(last, crawl) : last), 0);

  /** A moment in seconds since 1970: of a date the last one of that day, UTC; null for anything else. @param {string} text */
  const moment = (text) => {
    const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
    const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z?$/.test(text);
    if (!day && !time) return null;
    const parsed = Date.parse(day ? `${text}T00:00:00Z` : text.endsWith('Z') ? text : `${text}Z`);
    if (Number.isNaN(parsed) || new Date(parsed).toISOString().slice(0, 10) !== text.slice(0, 10)) return null;
    return parsed / 1000 + (day ? DAY - 1e-6 : 0);
  };

  return { periods, precise, period, since, chosen, at, gone, changed, inStages, fitting, versions, behind, crawlAt, moment, ALWAYS, DAY, YEAR, SKIPPED, UNREGISTERED };
})();
