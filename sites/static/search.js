// The list of models as columns, its facets, and the search of `catalog search` in them: the same words, the same BM25, the same order. No DOM: node runs it, too.
// Columns come from index/models.js, words from index/words/*.js: see sites/view_models/model_index.py and word_index.py.
'use strict';

/** @typedef {{values: string[], keys: Record<number, string[]>, rows: string}} CodedField */
/** @typedef {{values: string[], offsets: Int32Array, ids: Int32Array}} Facet */
/** @typedef {(name: string) => any} IndexData */
/** @typedef {{rows: Int32Array, frequencies: Int32Array}} Posting */
/**
 * What a query finds: `mask` of rows and their `score`. `missing` names data to load before asking again, `ask` what only the command line can answer.
 * @typedef {{missing?: string[], error?: string, wait?: boolean, ask?: string, note?: string, mask?: Uint8Array, score?: Float64Array, words?: string[],
 *   sort?: QuerySort | null, sorting?: MetricOrder, asked?: Map<number, AskedNumber>, withDeprecated?: boolean, withCopies?: boolean}} SearchResult
 * `asked`: the metric that a query asks for, of the rows that have it.
 * @typedef {{name: string, numbers: Map<number, AskedNumber>, descending: boolean}} MetricOrder
 */

const ModelSearch = (() => {
  const ACTIVE = 1, COPIED = 2, IN_PROD = 4, STALE = 8; // bits of `flags`
  const LONGEST_TERM = 40;
  const DAY = 86400;
  const WORTH = 2 ** 32, MOST_ROWS = 2 ** 20;
  const NEAREST = 'Nothing has all of these words. Showing what has some of them.';

  /** @param {string} text @param {number} count */
  const integers = (text, count) => {
    const numbers = new Int32Array(count);
    let value = 0, place = 0, sign = 1;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === 44) { numbers[place] = sign * value; place += 1; value = 0; sign = 1; } else if (code === 45) sign = -1; else value = value * 10 + code - 48;
    }
    if (place < count) numbers[place] = sign * value;
    return numbers;
  };

  /** @param {string} text @param {number} count */
  const decimals = (text, count) => {
    const numbers = new Float64Array(count).fill(NaN);
    text.split(',').forEach((part, place) => { if (part) numbers[place] = Number(part); });
    return numbers;
  };

  /** The values of each row: `1,4;;2` as offsets into one array. @param {CodedField} coded @param {number} count @returns {Facet} */
  const decoded = (coded, count) => {
    const { values, rows: text } = coded;
    const offsets = new Int32Array(count + 1);
    /** @type {number[]} */
    const ids = [];
    let value = -1, row = 0;
    for (let at = 0; at <= text.length && count; at += 1) {
      const code = at < text.length ? text.charCodeAt(at) : 59;
      if (code >= 48 && code <= 57) value = (value < 0 ? 0 : value * 10) + code - 48;
      else {
        if (value >= 0) ids.push(value);
        value = -1;
        if (code === 59) { row += 1; offsets[row] = ids.length; }
      }
    }
    return { values, offsets, ids: Int32Array.from(ids) };
  };

  /** One value for each row, by its number. @param {string[]} values @param {ArrayLike<number>} ids @returns {Facet} */
  const single = (values, ids) => ({ values, offsets: Int32Array.from({ length: ids.length + 1 }, (_, row) => row), ids: Int32Array.from(ids) });

  /** @param {string} text */
  const folded = (text) => text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').normalize('NFC');

  /** The words of a text, split wherever one ends: of `ResNet50` `res`, `net` and `50`. @param {string} text @returns {string[]} */
  const parts = (text) => folded(text
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replace(/(\p{L})(\p{N})/gu, '$1 $2').replace(/(\p{N})(\p{L})/gu, '$1 $2')
    .replace(/([\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}])/gu, ' $1 ')).match(/[\p{L}\p{N}]+/gu) ?? [];

  /** How a field compares its value. @param {string} field @param {string} value */
  const keyOf = (field, value) => {
    const text = folded(value);
    if (field === 'repo' || field === 'name') return `/${text.replaceAll(':', '/')}`;
    if (field === 'owner') return `/${text.replace(/^@+/, '')}`;
    return field === 'author' ? ` ${text} ` : text;
  };

  /** What is asked of a field as a pattern for its keys; `*` stands for any text. @param {string} field @param {string} value */
  const patternOf = (field, value) => {
    const key = field === 'author' ? `${keyOf(field, value).replace(/ +$/, '')} ` : keyOf(field, value);
    const body = key.replace(/[.*+?^${}()|[\]\\/]/g, (c) => (c === '*' ? '[\\s\\S]*' : `\\${c}`));
    const before = ['repo', 'name', 'owner', 'author'].includes(field) ? '' : '^';
    return new RegExp(`${before}${body}${field === 'author' ? '' : '$'}`, 'u');
  };

  /** @param {string} repo */
  const hostOf = (repo) => {
    const [first] = repo.split('/');
    return /[.:]/.test(first) || first === 'local' || first === 'localhost' ? first : '';
  };

  /** @param {string} repo @returns {string[]} */
  const orgsOf = (repo) => {
    const names = repo.split('/').slice(hostOf(repo) ? 1 : 0, -1);
    return names.map((_, place) => names.slice(0, place + 1).join('/'));
  };

  /** How many insertions, deletions, replacements and swaps lead from one word to the other. @param {Uint8Array} a @param {Uint8Array} b */
  const edits = (a, b) => {
    const width = b.length + 2, most = a.length + b.length;
    const cost = new Int32Array((a.length + 2) * width);
    cost[0] = most;
    for (let i = 0; i <= a.length; i += 1) { cost[(i + 1) * width] = most; cost[(i + 1) * width + 1] = i; }
    for (let j = 0; j <= b.length; j += 1) { cost[j + 1] = most; cost[width + j + 1] = j; }
    const last = new Int32Array(256);
    for (let i = 1; i <= a.length; i += 1) {
      let matched = 0;
      for (let j = 1; j <= b.length; j += 1) {
        const k = last[b[j - 1]], l = matched;
        const differs = a[i - 1] === b[j - 1] ? 0 : 1;
        if (!differs) matched = j;
        cost[(i + 1) * width + j + 1] = Math.min(cost[i * width + j] + differs, cost[(i + 1) * width + j] + 1, cost[i * width + j + 1] + 1,
          cost[k * width + l] + (i - k - 1) + 1 + (j - l - 1));
      }
      last[a[i - 1]] = i;
    }
    return cost[(a.length + 1) * width + b.length + 1];
  };

  /** How alike two words are, from 0 to 1, by Jaro and Winkler. @param {Uint8Array} a @param {Uint8Array} b */
  const likeness = (a, b) => {
    if (!a.length || !b.length) return 0;
    const reach = Math.max(Math.floor(Math.max(a.length, b.length) / 2) - 1, 0);
    const seenA = new Uint8Array(a.length), seenB = new Uint8Array(b.length);
    let common = 0;
    for (let j = 0; j < b.length; j += 1) {
      for (let i = Math.max(0, j - reach); i < Math.min(a.length, j + reach + 1); i += 1) {
        if (!seenA[i] && a[i] === b[j]) { seenA[i] = 1; seenB[j] = 1; common += 1; break; }
      }
    }
    if (!common) return 0;
    let swapped = 0;
    for (let i = 0, j = 0; i < a.length; i += 1) {
      if (seenA[i]) {
        while (!seenB[j]) j += 1;
        if (a[i] !== b[j]) swapped += 1;
        j += 1;
      }
    }
    const jaro = (common / a.length + common / b.length + (common - Math.floor(swapped / 2)) / common) / 3;
    let same = 0;
    while (same < Math.min(4, a.length, b.length) && a[same] === b[same]) same += 1;
    return jaro > 0.7 ? jaro + same * 0.1 * (1 - jaro) : jaro;
  };

  /** The file that has the words with these first characters: as `shard` of word_index.py. @param {string} term @param {number} characters */
  const shard = (term, characters) => {
    if (!characters) return 'all';
    if (/^[a-z0-9]/.test(term)) return [...term].slice(0, characters).join('').replace(/[^a-z0-9]/gu, '_');
    const point = (term.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
    return ['_', `_${point.slice(0, -2)}`, `_${point}`][characters - 1];
  };

  /** The list of models by columns. */
  class Models {
    /** @param {any} columns what index/models.js hands over */
    constructor(columns) {
      const n = this.count = columns.count;
      this.columns = columns;
      /** @type {string[]} */ this.artifacts = columns.artifact;
      /** @type {string[]} */ this.repos = columns.repos;
      /** @type {string[]} */ this.descriptions = columns.description;
      /** @type {string[]} */ this.latest = columns.latest;
      /** @type {string[][]} */ this.stages = columns.stages;
      /** @type {string[]} */ this.sparks = columns.spark;
      this.repo = integers(columns.repo, n);
      this.versions = integers(columns.versions, n);
      this.updated = integers(columns.updated, n);
      this.flags = integers(columns.flags, n);
      this.metric = integers(columns.metric, n);
      this.number = decimals(columns.number, n);
      this.inProd = decimals(columns.prod, n);
      /** @type {Map<string, Facet>} */
      this.fields = new Map(Object.entries(columns.fields).map(([name, coded]) => [name, decoded(/** @type {CodedField} */ (coded), n)]));
      /** @type {Map<string, QueryField>} */
      this.language = new Map(columns.language.map((/** @type {QueryField} */ field) => [field.name, field]));
      this.ranks = new Map();
      /** @type {Int32Array | undefined} */ this.created = undefined; // of index/more.js
    }

    /** Folder and name of an artifact, and its team. @param {number} row */
    name(row) {
      const artifact = this.artifacts[row];
      const colon = artifact.lastIndexOf(':');
      return { team: this.team(row), folder: artifact.slice(0, colon + 1), name: artifact.slice(colon + 1) };
    }

    /** @param {number} row @returns {string} */
    team(row) { return this.columns.teams[this.repo[row]]; }

    /** @param {number} row */
    repoName(row) { return this.repos[this.repo[row]]; }

    /** Where the page of a row is, from the root of the site; of a copy, that of its repository. @param {number} row */
    path(row) {
      if (this.flags[row] & COPIED) return this.repoPath(this.repo[row]);
      return `models/${this.repoSlug(this.repo[row])}/${this.columns.paths[row] ?? Columns.slug(this.artifacts[row])}.html`;
    }

    /** @param {number} repo @returns {string} */
    repoSlug(repo) { return this.columns.repoPaths[repo] ?? Columns.slug(this.repos[repo]); }

    /** @param {number} repo */
    repoPath(repo) { return `repos/${this.repoSlug(repo)}.html`; }

    /** The name of the data that has the texts of a repository. @param {number} repo */
    textsName(repo) { return `texts/${this.repoSlug(repo)}`; }

    /** @param {string} name @param {number} row @returns {string[]} */
    values(name, row) {
      const facet = this.fields.get(name);
      return facet ? [...facet.ids.subarray(facet.offsets[row], facet.offsets[row + 1])].map((id) => facet.values[id]) : [];
    }

    /** @param {number} row */
    metricName(row) { return this.columns.metrics[this.metric[row]]; }

    /** `higher`, `lower`, or nothing. @param {number} row @returns {string} */
    direction(row) { return this.columns.directions[this.metric[row]]; }
  }

  /** How long ago, as facets of the list. `now` is in seconds. @param {Models} models @param {number} now @returns {Facet} */
  const ages = (models, now) => {
    const limits = [7 * DAY, 30 * DAY, 365 * DAY];
    const offsets = new Int32Array(models.count + 1);
    /** @type {number[]} */
    const ids = [];
    for (let row = 0; row < models.count; row += 1) {
      const age = now - models.updated[row];
      if (models.updated[row]) {
        limits.forEach((limit, id) => { if (age <= limit) ids.push(id); });
        if (age > limits[2]) ids.push(3);
      }
      offsets[row + 1] = ids.length;
    }
    return { values: ['week', 'month', 'year', 'older'], offsets, ids: Int32Array.from(ids) };
  };

  /** @param {Models} models @returns {Facet} */
  const states = (models) => {
    const offsets = new Int32Array(models.count + 1);
    /** @type {number[]} */
    const ids = [];
    for (let row = 0; row < models.count; row += 1) {
      ids.push(models.flags[row] & ACTIVE ? 0 : 1);
      if (models.flags[row] & STALE) ids.push(2);
      offsets[row + 1] = ids.length;
    }
    return { values: ['in use', 'deprecated', 'unread'], offsets, ids: Int32Array.from(ids) };
  };

  /** The same values, and '' for rows without any. @param {Facet} facet @returns {Facet} */
  const withNone = (facet) => {
    const count = facet.offsets.length - 1;
    const offsets = new Int32Array(count + 1);
    /** @type {number[]} */
    const ids = [];
    for (let row = 0; row < count; row += 1) {
      if (facet.offsets[row] === facet.offsets[row + 1]) ids.push(facet.values.length);
      for (let at = facet.offsets[row]; at < facet.offsets[row + 1]; at += 1) ids.push(facet.ids[at]);
      offsets[row + 1] = ids.length;
    }
    return { values: [...facet.values, ''], offsets, ids: Int32Array.from(ids) };
  };

  /** Only some of the values. @param {Facet} facet @param {string[]} values @returns {Facet} */
  const only = (facet, values) => {
    const numbers = facet.values.map((value) => values.indexOf(value));
    const offsets = new Int32Array(facet.offsets.length);
    /** @type {number[]} */
    const ids = [];
    for (let row = 0; row + 1 < offsets.length; row += 1) {
      for (let at = facet.offsets[row]; at < facet.offsets[row + 1]; at += 1) if (numbers[facet.ids[at]] >= 0) ids.push(numbers[facet.ids[at]]);
      offsets[row + 1] = ids.length;
    }
    return { values, offsets, ids: Int32Array.from(ids) };
  };

  /** The facets of the list, in the order of the page. @param {Models} models @param {number} now @returns {Map<string, Facet>} */
  const facets = (models, now) => {
    const field = (/** @type {string} */ name) => /** @type {Facet} */ (models.fields.get(name));
    /** @type {string[]} */
    const teams = [...new Set(/** @type {string[]} */ (models.columns.teams))];
    const teamOf = new Map(teams.map((team, id) => [team, id]));
    return new Map([
      ['stage', withNone(field('stage'))],
      ['type', withNone(field('type'))],
      ['team', single(teams, [...models.repo].map((repo) => /** @type {number} */ (teamOf.get(models.columns.teams[repo]))))],
      ['label', field('label')],
      ['framework', field('framework')],
      ['licence', field('licence')],
      ['owner', field('owner')],
      ['has', only(field('has'), ['metrics', 'card', 'plots'])],
      ['updated', ages(models, now)],
      ['state', states(models)],
    ]);
  };

  /**
   * The rows that have one of the chosen values of each facet, and how many would have each value, were nothing of its facet chosen.
   * Without a chosen state, what is deprecated is left out unless the query asks for it.
   * @param {Models} models
   * @param {Map<string, Facet>} groups
   * @param {Map<string, Set<string>>} chosen
   * @param {SearchResult} found
   * @param {boolean} [counted] without, only the rows: of many of them, counting takes the most time
   * @returns {{rows: number[], counts: Map<string, Int32Array>}}
   */
  const filter = (models, groups, chosen, found, counted = true) => {
    const names = [...groups.keys()];
    const every = names.map((name) => /** @type {Facet} */ (groups.get(name)));
    const counts = every.map((facet) => new Int32Array(facet.values.length));
    const active = every.flatMap((facet, group) => {
      const values = chosen.get(names[group]);
      if (!values?.size) return names[group] === 'state' && !found.withDeprecated ? [{ facet, group, wanted: Uint8Array.of(1, 0, 0) }] : [];
      return [{ facet, group, wanted: Uint8Array.from(facet.values, (value) => (values.has(value) ? 1 : 0)) }];
    });
    /** @type {number[]} */
    const rows = [];
    const count = (/** @type {number} */ group, /** @type {number} */ row) => {
      const { offsets, ids } = every[group];
      for (let at = offsets[row]; at < offsets[row + 1]; at += 1) counts[group][ids[at]] += 1;
    };
    for (let row = 0; row < models.count; row += 1) {
      if ((found.mask && !found.mask[row]) || (models.flags[row] & COPIED && !found.withCopies)) continue;
      let failed = -1;
      for (const { facet, group, wanted } of active) {
        let has = false;
        for (let at = facet.offsets[row]; at < facet.offsets[row + 1] && !has; at += 1) has = wanted[facet.ids[at]] === 1;
        if (!has) { failed = failed === -1 ? group : -2; if (failed === -2) break; }
      }
      if (failed === -1) {
        rows.push(row);
        if (counted) for (let group = 0; group < every.length; group += 1) count(group, row);
      } else if (failed >= 0 && counted) count(failed, row);
    }
    return { rows, counts: new Map(names.map((name, group) => [name, counts[group]])) };
  };

  /** The text or number by which a column sorts a row; nothing where it has none. @param {Models} models @param {string} column @param {number} row */
  const sortValue = (models, column, row) => {
    switch (column) {
      case 'name': return models.name(row).name.toLowerCase();
      case 'versions': return models.versions[row];
      case 'updated': return models.updated[row] || undefined;
      case 'team': return models.team(row).toLowerCase() || undefined;
      case 'artifact': return models.artifacts[row];
      case 'created': return models.created?.[row] || undefined;
      case 'repository': return models.repoName(row).toLowerCase();
      case 'latest': return models.latest[row] || undefined;
      case 'stages': return models.stages[row].length ? `${models.flags[row] & IN_PROD ? 0 : 1} ${models.stages[row][0]}` : undefined;
      default: return models.values(column, row)[0]?.toLowerCase();
    }
  };

  /** The place of each row by a column, from 0, the same for equal values; -1 where it has none. @param {Models} models @param {string} column @returns {Int32Array} */
  const ranks = (models, column) => {
    const known = models.ranks.get(column);
    if (known) return known;
    const ranked = new Int32Array(models.count).fill(-1);
    const values = Array.from({ length: models.count }, (_, row) => (column === 'metric' ? (Number.isNaN(models.number[row]) ? undefined : models.metricName(row)) : sortValue(models, column, row)));
    const better = (/** @type {number} */ row) => (models.direction(row) === 'lower' ? models.number[row] : -models.number[row]);
    const compare = (/** @type {number} */ a, /** @type {number} */ b) => {
      const x = /** @type {string} */ (values[a]), y = /** @type {string} */ (values[b]);
      return x < y ? -1 : x > y ? 1 : column === 'metric' ? better(a) - better(b) : 0;
    };
    const rows = [...values.keys()].filter((row) => values[row] !== undefined).sort(compare);
    rows.forEach((row, place) => { ranked[row] = place && compare(rows[place - 1], row) === 0 ? ranked[rows[place - 1]] : place; });
    models.ranks.set(column, ranked);
    return ranked;
  };

  /** Sorts rows in place, and leaves equal ones as they are; those without a value come last. @param {Models} models @param {number[]} rows @param {string} column @param {boolean} descending */
  const sortBy = (models, rows, column, descending) => {
    const ranked = ranks(models, column), way = descending ? -1 : 1;
    return rows.sort((a, b) => ((ranked[a] < 0 ? 1 : 0) - (ranked[b] < 0 ? 1 : 0)) || way * (ranked[a] - ranked[b]));
  };

  /** In the order of `catalog search`: what fits best, what is in prod, what is recent. @param {Models} models @param {number[]} rows @param {SearchResult} found */
  const sortByWorth = (models, rows, found) => {
    const score = found.score;
    // One number for each row, and no function to compare them: of 60,000 rows a tenth of the time. 32 bits of worth and 20 of the row fit into 53.
    const keys = Float64Array.from(rows, (row) => (WORTH - (score ? score[row] : 0) * 2 - (models.flags[row] & IN_PROD ? 1 : 0)) * MOST_ROWS + row).sort();
    keys.forEach((key, place) => { rows[place] = key % MOST_ROWS; });
    return rows;
  };

  const COLUMNS = /** @type {Record<string, string>} */ ({ updated: 'updated', created: 'created', name: 'artifact', versions: 'versions' });

  /** In the order of `catalog search`, also where the query says by what. @param {Models} models @param {number[]} rows @param {SearchResult} found */
  const sortByQuery = (models, rows, found) => {
    const { sort } = found;
    sortByWorth(models, rows, found);
    if (found.sorting) return MeasureSearch.sortByNumber(rows, found.sorting.numbers, found.sorting.descending);
    if (!sort || sort.key === 'score') return sort?.descending === false ? rows.sort((a, b) => (found.score ? found.score[a] - found.score[b] : 0)) : rows;
    return sortBy(models, rows, COLUMNS[sort.key], sort.descending ?? sort.key !== 'name');
  };

  return { Models, facets, filter, sortByQuery, sortBy, sortByWorth, decoded, folded, parts, keyOf, patternOf, hostOf, orgsOf, edits, likeness, shard, integers,
    ACTIVE, COPIED, IN_PROD, STALE, LONGEST_TERM, NEAREST };
})();
