// Answers a query over the list of models as `catalog search` does. What it needs beyond the columns is named as missing, loaded by the caller, and asked for again.
'use strict';

const WordSearch = (() => {
  const { folded, parts, keyOf, patternOf, hostOf, orgsOf, edits, likeness, shard, integers, decoded, COPIED, STALE, NEAREST } = ModelSearch;
  const K1 = 1.2, B = 0.75;
  const bytes = new TextEncoder();

  /** Data that has to be loaded first. */
  class Missing extends Error {
    /** @param {string[]} names */
    constructor(names) { super(`not loaded: ${names.join(', ')}`); this.names = names; }
  }

  /** What only the command line can answer. */
  class Beyond extends Error {}

  class Searcher {
    /** @param {InstanceType<typeof ModelSearch.Models>} models @param {IndexData} data what was loaded, by its name */
    constructor(models, data) {
      this.models = models;
      this.data = data;
      /** @type {Map<string, Posting | null>} */ this.postings = new Map();
      /** @type {Map<string, string | null>} */ this.repairs = new Map();
      /** @type {Map<string, Facet>} */ this.more = new Map();
      this.phrases = new PhraseSearch.Finder(models, data);
    }

    /** @param {string} name */
    need(name) {
      const value = this.data(name);
      if (value === undefined) throw new Missing([name]);
      return value;
    }

    /** How long the text of each row is, how many rows have one, and their mean. */
    corpus() {
      if (!this.known) {
        const lengths = integers(this.need('words').lengths, this.models.count);
        const some = lengths.filter((length) => length > 0);
        const shards = /** @type {string[]} */ (this.need('words').shards);
        this.known = { lengths, rows: some.length, mean: some.reduce((sum, length) => sum + length, 0) / some.length, shards: new Set(shards) };
      }
      return this.known;
    }

    /** The files that may have a word, or words that begin so. @param {string} term @param {boolean} begins @returns {string[]} */
    files(term, begins) {
      const { shards } = this.corpus();
      const own = [3, 2, 1, 0].map((size) => shard(term, size)).find((name) => shards.has(name));
      const names = new Set(own === undefined ? [] : [own]);
      const start = shard(term, 3);
      if (begins) for (const name of shards) if (name.startsWith(start) && start !== '_') names.add(name);
      return [...names].map((name) => `words/${name}`);
    }

    /** @param {string} term @returns {Posting | null} */
    posting(term) {
      const known = this.postings.get(term);
      if (known !== undefined) return known;
      const entries = this.files(term, false).map((file) => this.need(file)).map((file) => (Object.hasOwn(file, term) ? file[term] : undefined)).find(Boolean);
      const posting = entries ? read(entries) : null;
      this.postings.set(term, posting);
      return posting;
    }

    /** @param {string} start @returns {string[]} */
    beginning(start) {
      const files = this.files(start, true);
      const missing = files.filter((file) => this.data(file) === undefined);
      if (missing.length) throw new Missing(missing);
      return files.flatMap((file) => Object.keys(this.data(file)).filter((term) => term.startsWith(start)));
    }

    /**
     * The score of each row that has a word, whole or all of its parts, or all words of a phrase. 0 where it has not.
     * @param {QueryText} leaf
     * @param {string[]} words its parts
     * @returns {WordHits}
     */
    word(leaf, words) {
      const { count } = this.models;
      const hits = new Uint8Array(count), scores = new Float64Array(count);
      const ways = leaf.kind === 'phrase' ? [[...new Set(words)]].filter((way) => way.length) : [[words.join('')], ...(words.length > 1 ? [words] : [])];
      ways.forEach((way) => {
        const whole = new Float64Array(count), has = new Uint8Array(count);
        const last = way.length - 1;
        const distinct = [...new Set(way)];
        distinct.forEach((part) => {
          const terms = leaf.kind === 'prefix' && part === way[last] ? this.beginning(part) : [part];
          const best = new Float64Array(count).fill(-1);
          for (const term of terms) this.score(term, best);
          for (let row = 0; row < count; row += 1) if (best[row] >= 0) { whole[row] += best[row]; has[row] += 1; }
        });
        for (let row = 0; row < count; row += 1) {
          if (has[row] === way.length) { hits[row] = 1; scores[row] = Math.max(scores[row], whole[row]); }
        }
      });
      return { hits, scores };
    }

    /** BM25 in millionths, the greater of this and what is there. @param {string} term @param {Float64Array} best */
    score(term, best) {
      const posting = this.posting(term);
      if (!posting) return;
      const { lengths, rows: all, mean } = this.corpus();
      const { rows, frequencies } = posting;
      const rarity = 1e6 * Math.log(1 + (all - rows.length + 0.5) / (rows.length + 0.5)) * (K1 + 1);
      for (let at = 0; at < rows.length; at += 1) {
        const row = rows[at], frequency = frequencies[at];
        const score = Math.round(rarity * frequency / (frequency + K1 * (1 - B + B * lengths[row] / mean)));
        if (score > best[row]) best[row] = score;
      }
    }

    /** The word to search for instead of one that nothing has; null where it is known, or none is near. The name of a metric or parameter is no misspelt word. @param {string[]} words @param {string} text @returns {string | null} */
    repair(words, text) {
      const whole = words.join('');
      const known = this.repairs.get(text);
      if (known !== undefined) return known;
      let instead = null;
      if (whole.length >= 3 && whole.length <= ModelSearch.LONGEST_TERM && !this.posting(whole) && !(words.length > 1 && words.every((part) => this.posting(part)))) {
        instead = this.named(text).length ? null : nearest(whole, this.need('terms'));
      }
      this.repairs.set(text, instead);
      return instead;
    }

    /** When each row was registered first, in seconds. */
    created() { return (this.models.created ??= integers(this.need('more').created, this.models.count)); }

    /** @param {string} name @returns {Facet} */
    field(name) {
      const own = this.models.fields.get(name) ?? this.more.get(name);
      if (own) return own;
      const facet = decoded(this.need('more').fields[name], this.models.count);
      this.more.set(name, facet);
      return facet;
    }

    /** @param {QueryCondition} leaf @returns {Uint8Array} */
    condition(leaf) {
      const { models } = this;
      const name = leaf.name === 'no' ? 'has' : leaf.name;
      if (name === 'is' && leaf.value === 'copy') return mask(models.count, (row) => (models.flags[row] & COPIED) !== 0);
      if (name === 'is' && leaf.value === 'stale') return mask(models.count, (row) => (models.flags[row] & STALE) !== 0);
      const kind = models.language.get(name)?.kind;
      if (kind === 'number') return mask(models.count, (row) => within(leaf, models.versions[row], Number));
      if (kind === 'date') {
        const times = name === 'updated' ? models.updated : this.created();
        return mask(models.count, (row) => times[row] !== 0 && duringPeriod(leaf, times[row]));
      }
      if (name === 'repo' || name === 'host' || name === 'org') return this.ofRepos(name, leaf.value);
      const values = name === 'stage' ? this.stageNames(leaf.value) : [leaf.value];
      const patterns = values.map((value) => patternOf(name, value));
      const fits = (/** @type {string} */ key) => patterns.some((pattern) => pattern.test(key));
      if (name === 'name') return mask(models.count, (row) => fits(keyOf(name, models.artifacts[row])));
      const facet = this.field(name);
      const keys = (models.columns.fields[name] ?? this.need('more').fields[name]).keys;
      const wanted = facet.values.map((value, id) => [keyOf(name, value), ...(keys[id] ?? [])].some(fits));
      return mask(models.count, (row) => {
        for (let at = facet.offsets[row]; at < facet.offsets[row + 1]; at += 1) if (wanted[facet.ids[at]]) return true;
        return false;
      });
    }

    /** @param {string} name @param {string} value */
    ofRepos(name, value) {
      const pattern = patternOf(name, value);
      const wanted = this.models.repos.map((repo) => (name === 'repo' ? [repo] : name === 'host' ? [hostOf(repo)].filter(Boolean) : orgsOf(repo))
        .some((text) => pattern.test(keyOf(name, text))));
      return mask(this.models.count, (row) => wanted[this.models.repo[row]]);
    }

    /** The metrics or parameters with such a name, the shortest first. @param {'metric' | 'param'} kind @param {string} name @returns {SearchMeasure[]} */
    measures(kind, name) {
      const file = MeasureSearch.fileOf(name, this.need('measures'));
      return file === null ? [] : MeasureSearch.named(name, this.need(file)[kind]);
    }

    /** @param {QueryMeasure} leaf @returns {Uint8Array} */
    measure(leaf) {
      const isPossible = leaf.operator !== '=' || QueryLanguage.isNumber(leaf.value);
      return MeasureSearch.matches(leaf, this.measures(leaf.of, leaf.name), this.models.count, (number) => isPossible && within(leaf, number, Number));
    }

    /** The metric that a query sorts by: its name, the number of each row, and whether more is shown first. @param {QuerySort} sort */
    sorting(sort) {
      const name = sort.key.replace(/^metric\./, ''), lower = /** @type {string[]} */ (this.need('measures').lower);
      const measures = this.measures('metric', name).filter(({ numbers }) => numbers.length);
      const isSpelled = measures.length === 0 || name === name.toLowerCase() || measures.some((each) => each.name.endsWith(name));
      if (!isSpelled && sort.descending === null) throw new Beyond(`sort:${sort.key}`); // which way it is better may follow from capital letters
      return { name, numbers: MeasureSearch.numbersByRow(measures), descending: sort.descending ?? !lower.includes(name) };
    }

    /** The catalog's names of a stage, also where the query has another of its names. @param {string} value @returns {string[]} */
    stageNames(value) {
      const names = /** @type {[string, string][]} */ (this.models.columns.stageNames).filter(([raw]) => folded(raw) === folded(value)).map(([, stage]) => stage);
      return names.length ? names : [value];
    }

    /**
     * What a query finds. `live`: its last word is still being written, and may be the beginning of one.
     * @param {string} text
     * @param {boolean} [live]
     * @returns {SearchResult}
     */
    search(text, live = false) {
      try {
        return this.run(QueryLanguage.parse(text, this.models.language), live && /[\p{L}\p{N}]$/u.test(text));
      } catch (error) {
        if (error instanceof Missing) return { missing: error.names };
        if (error instanceof Beyond) return { ask: error.message };
        if (error instanceof QueryLanguage.QueryError) return { error: error.message };
        throw error;
      }
    }

    /** @param {Query} query @param {boolean} live @returns {SearchResult} */
    run(query, live) {
      if (query.mode) throw new Beyond(`is:${query.mode}`);
      if (query.sort?.key === 'created') this.created();
      const leaves = QueryLanguage.leaves(query.node);
      for (const leaf of leaves) {
        if (leaf.kind === 'measure' && leaf.value.lastIndexOf('@') > 0) throw new Beyond(`${leaf.of}.${leaf.name}:${leaf.value}`);
        if (leaf.kind === 'phrase' && PhraseSearch.ADDRESS.test(leaf.text)) throw new Beyond(`"${leaf.text}"`);
        if (leaf.kind === 'condition' && ['author', 'owner'].includes(leaf.name) && leaf.value.lastIndexOf('@') > 0) throw new Beyond(`${leaf.name}:${leaf.value}`);
      }
      const negated = QueryLanguage.negatedLeaves(query.node);
      /** @type {Map<QueryLeaf, string[]>} */
      const words = new Map(leaves.flatMap((leaf) => (leaf.kind === 'word' || leaf.kind === 'prefix' ? [[leaf, parts(leaf.text)]] : [])));
      if (live && !this.complete(leaves.at(-1), words)) return { wait: true };
      const sorting = query.sort && !QueryLanguage.ORDERS.includes(query.sort.key) ? this.sorting(query.sort) : undefined;
      const first = this.evaluate(query, leaves, words);
      const is = (/** @type {string} */ value) => leaves.some((leaf) => leaf.kind === 'condition' && leaf.name === 'is' && leaf.value === value);
      const options = {
        sort: query.sort,
        sorting,
        asked: sorting?.numbers ?? this.asked(leaves, negated),
        withDeprecated: is('deprecated'),
        withCopies: is('copy') || leaves.some((leaf) => leaf.kind === 'condition' && ['repo', 'org', 'host'].includes(leaf.name) && !negated.has(leaf)),
      };
      const seen = (/** @type {Uint8Array} */ rows) => rows.some((hit, row) => hit && (options.withDeprecated || this.models.flags[row] & ModelSearch.ACTIVE) && (options.withCopies || !(this.models.flags[row] & COPIED)));
      /** @type {string[]} */
      const notes = sorting && !sorting.numbers.size ? [`Nothing has a metric ${sorting.name}.`] : [];
      let found = first, all = seen(first.all);
      if (words.size && (QueryLanguage.hasChoice(query.node) || !all)) {
        const before = notes.length;
        for (const [leaf, own] of words) {
          const instead = leaf.kind === 'word' && !negated.has(leaf) ? this.repair(own, leaf.text) : null;
          if (instead && leaf.kind === 'word') { words.set(leaf, parts(instead)); notes.push(`Nothing for ${leaf.text}. Showing results for ${instead}.`); }
        }
        if (notes.length > before) { found = this.evaluate(query, leaves, words); all = seen(found.all); }
      }
      const rows = all ? found.all : found.any();
      if (!all && seen(rows)) notes.push(NEAREST);
      else if (!all) for (const leaf of words.keys()) if (leaf.kind === 'word' && !negated.has(leaf)) notes.push(...this.named(leaf.text));
      return { mask: rows, score: leaves.some(isText) ? found.score : undefined, words: [...words.values()].flat(), note: notes.join(' '), ...options };
    }

    /** What a word is beside the words of texts: the name of a metric or a parameter, by which a query can ask. @param {string} word @returns {string[]} */
    named(word) {
      const notes = this.measures('metric', word).length ? [`${word} is a metric: sort:${word} orders by it, metric.${word}:>NUMBER finds by its value.`] : [];
      return this.measures('param', word).length ? [...notes, `${word} is a parameter: param.${word}:VALUE finds by its value.`] : notes;
    }

    /** The numbers of the first metric that is asked for. @param {QueryLeaf[]} leaves @param {Set<QueryLeaf>} negated @returns {Map<number, AskedNumber> | undefined} */
    asked(leaves, negated) {
      const leaf = leaves.find((each) => each.kind === 'measure' && each.of === 'metric' && !negated.has(each));
      return leaf?.kind === 'measure' ? MeasureSearch.numbersByRow(this.measures('metric', leaf.name)) : undefined;
    }

    /** A word that is still being written, and that nothing has, finds what begins so; false for a letter alone, with which too much does. @param {QueryLeaf | undefined} leaf @param {Map<QueryLeaf, string[]>} words @returns {boolean} */
    complete(leaf, words) {
      if (leaf?.kind !== 'word') return true;
      const own = /** @type {string[]} */ (words.get(leaf));
      if (this.posting(own.join('')) || (own.length > 1 && own.every((part) => this.posting(part)))) return true;
      if (own.join('').length < 2) return false;
      if (this.beginning(own.join('')).length || this.beginning(/** @type {string} */ (own.at(-1))).length) leaf.kind = /** @type {any} */ ('prefix');
      return true;
    }

    /** @param {Query} query @param {QueryLeaf[]} leaves @param {Map<QueryLeaf, string[]>} words */
    evaluate(query, leaves, words) {
      const { count } = this.models;
      /** @type {string[]} */
      const missing = [];
      /** @type {Map<QueryLeaf, Uint8Array>} */
      const masks = new Map();
      /** Of each phrase the rows that have all of its words. @type {Map<QueryText, WordHits>} */
      const candidates = new Map();
      const score = new Float64Array(count);
      const add = (/** @type {QueryLeaf} */ leaf, /** @type {Uint8Array} */ hits, /** @type {Float64Array} */ scores) => {
        masks.set(leaf, hits);
        for (let row = 0; row < count; row += 1) if (hits[row]) score[row] += scores[row];
      };
      for (const leaf of leaves) {
        try {
          if (leaf.kind === 'condition') masks.set(leaf, this.condition(leaf));
          else if (leaf.kind === 'measure') masks.set(leaf, this.measure(leaf));
          else if (leaf.kind === 'phrase') candidates.set(leaf, this.word(leaf, parts(leaf.text)));
          else {
            const { hits, scores } = this.word(leaf, words.get(leaf) ?? []);
            add(leaf, hits, scores);
          }
        } catch (error) {
          if (!(error instanceof Missing)) throw error;
          missing.push(...error.names);
        }
      }
      if (missing.length) throw new Missing(missing);
      const found = new Map([...candidates].map(([leaf, { hits }]) => [leaf, this.phrases.find(leaf.text, hits)]));
      for (const [leaf, { scores }] of candidates) add(leaf, /** @type {PhraseHits} */ (found.get(leaf)).has, scores);
      const rows = (/** @type {QueryNode | null} */ node) => {
        this.checkTexts(node, masks, found);
        return truth(node, masks, count);
      };
      return { score, all: rows(query.node), any: () => rows(loose(query.node)) };
    }

    /**
     * Missing where texts are not loaded that decide whether a row is found; Beyond where they are too long.
     * @param {QueryNode | null} node @param {Map<QueryLeaf, Uint8Array>} masks @param {Map<QueryText, PhraseHits>} phrases
     */
    checkTexts(node, masks, phrases) {
      if (!phrases.size) return;
      const { models } = this;
      const least = new Map(masks), most = new Map(masks); // as few rows as have a phrase in any case, and as many as may have it
      for (const [leaf, { shown, undecided }] of phrases) {
        least.set(leaf, shown);
        most.set(leaf, shown.map((hit, row) => hit | undecided[row]));
      }
      const possible = truth(node, most, models.count, least);
      /** @type {Set<number>} */
      const repos = new Set();
      for (const { undecided } of phrases.values()) undecided.forEach((isUndecided, row) => { if (isUndecided && possible[row]) repos.add(models.repo[row]); });
      if (!repos.size) return;
      const sizes = integers(this.need('texts').characters, models.repos.length);
      if ([...repos].reduce((sum, repo) => sum + sizes[repo], 0) > PhraseSearch.MOST_CHARACTERS) {
        throw new Beyond(`which texts of ${repos.size === 1 ? 'one repository' : `${repos.size} repositories`} have ${[...phrases.keys()].map((leaf) => `"${leaf.text}"`).join(' and ')}`);
      }
      const missing = [...repos].map((repo) => models.textsName(repo)).filter((name) => this.data(name) === undefined);
      if (missing.length) throw new Missing(missing);
    }
  }

  /** @param {number} count @param {(row: number) => boolean} test */
  const mask = (count, test) => {
    const rows = new Uint8Array(count);
    for (let row = 0; row < count; row += 1) if (test(row)) rows[row] = 1;
    return rows;
  };

  /** @param {QueryCondition | QueryMeasure} leaf @param {number} value @param {(text: string) => number} of */
  const within = (leaf, value, of) => {
    const bound = of(leaf.value);
    switch (leaf.operator) {
      case '<': return value < bound;
      case '<=': return value <= bound;
      case '>': return value > bound;
      case '>=': return value >= bound;
      case '..': {
        const [from, to] = leaf.value.split('..');
        return (from === '' || from === '*' || value >= of(from)) && (to === '' || to === '*' || value <= of(to));
      }
      default: return value === bound;
    }
  };

  /** @param {QueryCondition} leaf @param {number} time */
  const duringPeriod = (leaf, time) => {
    const period = (/** @type {string} */ text) => QueryLanguage.period(text) ?? [NaN, NaN];
    const [from, to] = leaf.operator === '..' ? leaf.value.split('..') : [leaf.value, leaf.value];
    const open = (/** @type {string} */ bound) => bound === '' || bound === '*';
    switch (leaf.operator) {
      case '<': return time < period(to)[0];
      case '<=': return time < period(to)[1];
      case '>': return time >= period(from)[1];
      case '>=': return time >= period(from)[0];
      default: return (open(from) || time >= period(from)[0]) && (open(to) || time < period(to)[1]);
    }
  };

  /** The rows for which a query is true; `negated` has the rows of those leaves that are under a negation. @param {QueryNode | null} node @param {Map<QueryLeaf, Uint8Array>} masks @param {number} count @param {Map<QueryLeaf, Uint8Array>} [negated] @returns {Uint8Array} */
  const truth = (node, masks, count, negated = masks) => {
    if (!node) return new Uint8Array(count).fill(1);
    if (node.kind === 'not') return truth(node.node, negated, count, masks).map((hit) => 1 - hit);
    if (node.kind === 'and' || node.kind === 'or') {
      const [first, ...others] = node.nodes.map((each) => truth(each, masks, count, negated));
      const both = Uint8Array.from(first);
      for (const other of others) for (let row = 0; row < count; row += 1) both[row] = node.kind === 'and' ? both[row] & other[row] : both[row] | other[row];
      return both;
    }
    const own = /** @type {Uint8Array} */ (masks.get(node));
    return node.kind === 'condition' && node.name === 'no' ? own.map((hit) => 1 - hit) : own;
  };

  /** @param {QueryNode} node */
  const isText = (node) => node.kind === 'word' || node.kind === 'prefix' || node.kind === 'phrase';

  /** The query with any of its words where it asks for all of them. @param {QueryNode | null} node @returns {QueryNode | null} */
  const loose = (node) => {
    if (node?.kind === 'or') return { kind: 'or', nodes: node.nodes.map((each) => loose(each) ?? each) };
    if (node?.kind !== 'and') return node;
    const words = node.nodes.filter(isText);
    const others = node.nodes.filter((each) => !isText(each)).map((each) => loose(each) ?? each);
    /** @type {QueryNode[]} */
    const some = words.length > 1 ? [{ kind: 'or', nodes: words }] : words;
    const nodes = [...some, ...others];
    return nodes.length > 1 ? { kind: 'and', nodes } : nodes[0];
  };

  /** `3 1:4` as rows 3 and 4, of which the second has the word four times. @param {string} entries @returns {Posting} */
  const read = (entries) => {
    const texts = entries.split(' ');
    const rows = new Int32Array(texts.length), frequencies = new Int32Array(texts.length);
    let row = 0;
    texts.forEach((text, place) => {
      const colon = text.indexOf(':');
      row += Number(colon < 0 ? text : text.slice(0, colon));
      rows[place] = row;
      frequencies[place] = colon < 0 ? 1 : Number(text.slice(colon + 1));
    });
    return { rows, frequencies };
  };

  /** The nearest word of all: the fewest edits away, the likeliest, the commonest. @param {string} word @param {Record<number, [string, string]>} vocabulary @returns {string | null} */
  const nearest = (word, vocabulary) => {
    const most = word.length <= 5 ? 1 : 2;
    const asked = bytes.encode(word);
    /** @type {{term: string, distance: number, like: number, documents: number} | null} */
    let best = null;
    for (let length = word.length - 2; length <= word.length + 2; length += 1) {
      const [terms, counts] = (vocabulary[length] ?? ['', '']).map((text) => text.split(' '));
      terms.forEach((term, place) => {
        if (!term || !mayBeNear(word, term, most)) return;
        const other = bytes.encode(term);
        const distance = edits(other, asked);
        if (distance > most) return;
        const like = likeness(other, asked), documents = Number(counts[place]);
        if (like <= 0.8) return;
        if (!best || distance < best.distance || (distance === best.distance && (like > best.like || (like === best.like && (documents > best.documents
          || (documents === best.documents && term < best.term)))))) best = { term, distance, like, documents };
      });
    }
    return best && /** @type {{term: string}} */ (best).term;
  };

  /** Whether so few edits may lead from one word to another: each changes at most one letter on either side. @param {string} word @param {string} term @param {number} most */
  const mayBeNear = (word, term, most) => {
    let own = 0, others = 0;
    for (let at = 0; at < word.length; at += 1) own |= 1 << (word.charCodeAt(at) & 31);
    for (let at = 0; at < term.length; at += 1) others |= 1 << (term.charCodeAt(at) & 31);
    const bits = (/** @type {number} */ set) => { let n = 0; for (let left = set; left; left &= left - 1) n += 1; return n; };
    return bits(own & ~others) <= most && bits(others & ~own) <= most;
  };

  return { Searcher };
})();
