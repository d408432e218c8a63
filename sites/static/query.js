// The query language of `catalog search` (docs/search.md), read as catalog/query/search/language.py reads it: text in, a tree out. No DOM: node runs it, too.
'use strict';

/** @typedef {{kind: 'word' | 'prefix' | 'phrase', text: string, column: number}} QueryText */
/** @typedef {{kind: 'condition', name: string, value: string, operator: string, column: number}} QueryCondition */
/** @typedef {{kind: 'measure', of: 'metric' | 'param', name: string, value: string, operator: string, column: number}} QueryMeasure */
/** @typedef {QueryText | QueryCondition | QueryMeasure} QueryLeaf */
/** @typedef {{kind: 'not', node: QueryNode}} QueryNot */
/** @typedef {{kind: 'and', nodes: QueryNode[]}} QueryAnd */
/** @typedef {{kind: 'or', nodes: QueryNode[]}} QueryOr */
/** @typedef {QueryLeaf | QueryNot | QueryAnd | QueryOr} QueryNode */
/** @typedef {{key: string, descending: boolean | null, column: number}} QuerySort */
/** @typedef {{node: QueryNode | null, mode: string | null, sort: QuerySort | null}} Query */
/** @typedef {{name: string, kind: string, choices: string[], versionChoices: string[]}} QueryField */

const QueryLanguage = (() => {
  const MOST_CHARACTERS = 4096;
  const MOST_DEPTH = 50; // of parentheses, and of one NOT behind another
  const ORDERS = ['score', 'updated', 'created', 'name', 'versions'];
  const CONDITION = /^([^":]+(?:"[^"]*")?):(>=|<=|>|<|=)?([\s\S]*)$/;
  const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
  const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?Z?)?)?)?$/;

  /** A query that cannot be read; `column`, from 1, is where. */
  class QueryError extends Error {
    /** @param {string} message @param {number} column */
    constructor(message, column) {
      super(`column ${column}: ${message}`);
      this.column = column;
    }
  }

  /** @param {string} text */
  const isNumber = (text) => NUMBER.test(text) && Number.isFinite(Number(text));

  /**
   * When a year, month, day, minute or second begins and ends, in seconds since 1970; null for an invalid date.
   * @param {string} text
   * @returns {[number, number] | null}
   */
  const period = (text) => {
    const match = DATE.exec(text);
    if (!match || match[1] === '0000') return null;
    const [year, month, day, hour, minute, second] = match.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
    const at = (/** @type {number[]} */ ...parts) => {
      const date = new Date(0);
      date.setUTCFullYear(parts[0], parts[1] - 1, parts[2]);
      date.setUTCHours(parts[3], parts[4], parts[5]);
      return date.getTime() / 1000;
    };
    const whole = [/** @type {number} */ (year), month ?? 1, day ?? 1, hour ?? 0, minute ?? 0, second ?? 0];
    const begin = at(...whole);
    const shown = new Date(begin * 1000).toISOString();
    const pad = (/** @type {number} */ n) => String(n).padStart(2, '0');
    if (!shown.startsWith(`${match[1]}-${pad(whole[1])}-${pad(whole[2])}T${pad(whole[3])}:${pad(whole[4])}:${pad(whole[5])}`)) return null;
    if (month === undefined) return [begin, at(whole[0] + 1, 1, 1, 0, 0, 0)];
    if (day === undefined) return [begin, whole[1] === 12 ? at(whole[0] + 1, 1, 1, 0, 0, 0) : at(whole[0], whole[1] + 1, 1, 0, 0, 0)];
    return [begin, begin + (hour === undefined ? 86400 : second === undefined ? 60 : 1)];
  };

  /** @param {string} text @returns {[string, number][]} */
  const tokens = (text) => {
    /** @type {[string, number][]} */
    const found = [];
    for (const match of text.matchAll(/[ \t\n\r\f]+|[()]|-(?=\()|((?:"[^"]*"|[^ \t\n\r\f"()])+)|"/g)) {
      if (match[0] === '"') throw new QueryError('a quotation mark without its second', match.index + 1);
      if (match[0] === '-' && !match[1]) found.push(['-(', match.index + 1]);
      else if (match[1] || '()'.includes(match[0])) found.push([match[0], match.index + 1]);
    }
    return found;
  };

  /** @param {string} chunk @param {number} column @returns {QueryText} */
  const readText = (chunk, column) => {
    /** @type {QueryText} */
    let leaf;
    if (/^"[^"]*"$/.test(chunk)) leaf = { kind: 'phrase', text: chunk.slice(1, -1), column };
    else {
      const body = chunk.endsWith('*') ? chunk.slice(0, -1) : chunk;
      for (const [wrong, why] of [['"', 'a quotation mark inside a word'], [':', 'a : without a field'], ['*', 'a * that is not at the end']]) {
        if (body.includes(wrong)) throw new QueryError(`found ${why}`, column + body.indexOf(wrong));
      }
      const sign = /[<>=]/.exec(body);
      if (sign) throw new QueryError(`found ${sign[0]} in a word, expected field:${sign[0]}value, as in versions:>5`, column + sign.index);
      leaf = { kind: body === chunk ? 'word' : 'prefix', text: body, column };
    }
    if (!/[\p{L}\p{N}]/u.test(leaf.text)) throw new QueryError(`expected a letter or digit in ${chunk}`, column);
    return leaf;
  };

  /** Whether a value is one that a field of its kind can have. @param {string} kind @param {string} value */
  const isValue = (kind, value) => (kind === 'date' ? period(value) !== null : isNumber(value));

  /** @param {string} name @param {string} operator @param {string} value @param {string} kind @param {number} column */
  const checkRange = (name, operator, value, kind, column) => {
    const bounds = value.split('..');
    if (operator || bounds.length !== 2 || bounds.every((bound) => bound === '' || bound === '*')) {
      throw new QueryError(`found ${operator}${value}, expected from..to behind ${name}:, where one may be *`, column);
    }
    for (const bound of bounds) {
      if (bound !== '' && bound !== '*' && !isValue(kind, bound)) throw new QueryError(`found '${bound}', expected a ${kind} behind ${name}:`, column);
    }
  };

  /** A parser by recursive descent; each token is its text and its column, from 1. */
  class Parser {
    /** @param {string} text @param {Map<string, QueryField>} fields */
    constructor(text, fields) {
      this.tokens = tokens(text);
      this.at = 0;
      this.end = text.length + 1;
      this.depth = 0;
      this.fields = fields;
      /** @type {{sort?: QuerySort, mode?: string, column: number, depth: number}[]} */
      this.whole = [];
    }

    /** @returns {Query} */
    query() {
      const node = this.tokens.length ? this.disjunction() : null;
      if (this.at < this.tokens.length) throw new QueryError('found ) without (', this.tokens[this.at][1]);
      const sorts = this.whole.flatMap((each) => (each.sort ? [each.sort] : []));
      const modes = new Set(this.whole.flatMap((each) => (each.mode ? [each.mode] : [])));
      if (modes.size > 1) throw new QueryError('found is:version beside is:experiment, expected one of them', this.whole[1].column);
      if (sorts.length > 1) throw new QueryError('found a second sort:, expected one', sorts[1].column);
      const mode = [...modes][0] ?? null;
      if (!mode) this.checkArtifacts(node);
      return { node, mode, sort: sorts[0] ?? null };
    }

    /** @param {QueryNode | null} node */
    checkArtifacts(node) {
      for (const leaf of leaves(node)) {
        const field = leaf.kind === 'condition' ? this.fields.get(leaf.name) : undefined;
        if (leaf.kind === 'condition' && field?.kind === 'flag' && !field.choices.includes(leaf.value)) {
          throw new QueryError(`${leaf.name}:${leaf.value} is about versions, expected is:version beside it`, leaf.column);
        }
      }
    }

    peek() { return this.at < this.tokens.length ? this.tokens[this.at][0] : null; }

    ends() { const next = this.peek(); return next === null || next === ')' || next === 'OR'; }

    /** @returns {QueryNode | null} */
    disjunction() {
      const first = this.at;
      const nodes = [this.conjunction()];
      while (this.peek() === 'OR') {
        this.at += 1;
        const start = this.at < this.tokens.length ? this.tokens[this.at][1] : this.end;
        nodes.push(this.conjunction());
        if (nodes.includes(null)) throw new QueryError('expected something to find beside OR', nodes[0] ? start : this.tokens[first][1]);
      }
      if (nodes.length === 1) return nodes[0];
      this.refuseWhole(first, 'in parentheses with OR', 0);
      return { kind: 'or', nodes: flat('or', nodes) };
    }

    /** @returns {QueryNode | null} */
    conjunction() {
      /** @type {(QueryNode | null)[]} */
      const nodes = [];
      const before = this.at;
      while (!this.ends()) {
        if (this.peek() === 'AND' && this.at > before) {
          this.at += 1;
          if (this.ends() || this.peek() === 'AND') this.missing('AND');
        }
        nodes.push(this.negation());
      }
      if (this.at === before) this.missing(this.peek() === 'OR' || (this.at && this.tokens[this.at - 1][0] === 'OR') ? 'OR' : '(');
      const some = flat('and', nodes);
      return some.length < 2 ? some[0] ?? null : { kind: 'and', nodes: some };
    }

    /** @returns {QueryNode | null} */
    negation() {
      const [word, column] = this.tokens[this.at];
      if (word === 'AND') throw new QueryError('found AND with nothing before it', column);
      if (word !== '-(' && word !== 'NOT') return this.atom();
      this.at += 1;
      if (this.ends() || this.peek() === 'AND') this.missing(word === '-(' ? '-' : word);
      const first = this.at;
      const node = word === 'NOT' ? this.negated() : this.atom();
      this.refuseWhole(first, 'negated', -1);
      if (!node) throw new QueryError(`expected something to find behind ${word}`, column);
      return { kind: 'not', node };
    }

    /** @returns {QueryNode | null} */
    negated() {
      const [word, column] = this.tokens[this.at];
      if (word !== 'NOT' && !word.startsWith('-')) return this.atom();
      this.descend(column);
      const node = this.negation();
      this.depth -= 1;
      return node;
    }

    /** @returns {QueryNode | null} */
    atom() {
      const [word, column] = this.tokens[this.at];
      this.at += 1;
      if (word !== '(') return this.chunk(word, column);
      this.descend(column);
      const node = this.disjunction();
      if (this.peek() !== ')') throw new QueryError('found ( without )', column);
      this.at += 1;
      this.depth -= 1;
      return node;
    }

    /** @param {number} column */
    descend(column) {
      this.depth += 1;
      if (this.depth > MOST_DEPTH) throw new QueryError(`more than ${MOST_DEPTH} parentheses or NOT inside each other`, column);
    }

    /** @param {string} chunk @param {number} column @returns {QueryNode | null} */
    chunk(chunk, column) {
      if (!chunk.startsWith('-')) return this.term(chunk, column);
      if (chunk.length === 1 || chunk[1] === '-') throw new QueryError('expected a word or field right behind -', column);
      const node = this.term(chunk.slice(1), column + 1);
      if (!node) throw new QueryError(`${chunk.slice(1)} is about the whole query, expected it without -`, column);
      return { kind: 'not', node };
    }

    /** A leaf; null for what is about the whole query. @param {string} chunk @param {number} column @returns {QueryLeaf | null} */
    term(chunk, column) {
      const match = CONDITION.exec(chunk);
      if (!match) return readText(chunk, column);
      const [, name, operator = '', stated] = match;
      const valueColumn = column + chunk.length - stated.length;
      const quoted = /^"[^"]*"$/.test(stated);
      if (stated === '' || stated === '""' || (!quoted && stated.includes('"'))) throw new QueryError(`expected a value behind ${name}:`, valueColumn);
      const value = quoted ? stated.slice(1, -1) : stated;
      const measure = /^(metric|param)\.([\s\S]*)$/.exec(name);
      if (measure) return this.measure(/** @type {'metric' | 'param'} */ (measure[1]), measure[2].replaceAll('"', ''), operator, value, quoted, column);
      if (name.toLowerCase() === 'sort') return this.sort(operator, value, column, valueColumn);
      return this.condition(name.toLowerCase(), operator, value, quoted, column, valueColumn);
    }

    /** @param {'metric' | 'param'} of @param {string} name @param {string} operator @param {string} value @param {boolean} quoted @param {number} column @returns {QueryMeasure} */
    measure(of, name, operator, value, quoted, column) {
      if (!name) throw new QueryError(`expected a name behind ${of}., as in ${of}.${of === 'metric' ? 'auc' : 'lr'}`, column);
      if (!quoted && value.includes('..')) {
        checkRange(`${of}.${name}`, operator, value, 'number', column);
        return { kind: 'measure', of, name, value, operator: '..', column };
      }
      if (operator && !isNumber(value)) throw new QueryError(`found '${value}', expected a number behind ${of}.${name}:${operator}`, column);
      return { kind: 'measure', of, name, value, operator: operator || '=', column };
    }

    /** @param {string} operator @param {string} value @param {number} column @param {number} valueColumn @returns {null} */
    sort(operator, value, column, valueColumn) {
      if (operator) throw new QueryError(`expected ${ORDERS.join(', ')} or a metric behind sort:`, valueColumn);
      const way = /^([\s\S]+)-(asc|desc)$/.exec(value);
      const sort = { key: way ? way[1] : value, descending: way ? way[2] === 'desc' : null, column };
      this.whole.push({ sort, column, depth: this.depth });
      return null;
    }

    /** @param {string} name @param {string} operator @param {string} value @param {boolean} quoted @param {number} column @param {number} valueColumn @returns {QueryCondition | null} */
    condition(name, operator, value, quoted, column, valueColumn) {
      const field = this.fields.get(name);
      if (name.includes('/')) throw new QueryError(`expected repo:${name} name:${value.split(/[@#]/)[0]} for the reference ${name}:${value}`, column);
      if (!field) throw new QueryError(`unknown field '${name}', expected one of ${[...this.fields.keys(), 'sort'].join(', ')}; quote it to search for the text`, column);
      if (field.kind === 'text' && operator) throw new QueryError(`${name} is text, expected ${name}:value without ${operator}`, valueColumn - operator.length);
      if (field.kind === 'flag') {
        const choices = [...new Set([...field.choices, ...field.versionChoices])];
        if (operator || !choices.includes(value)) throw new QueryError(`unknown ${name}:${operator}${value}, expected one of ${choices.join(', ')}`, valueColumn);
        if (name === 'is' && (value === 'version' || value === 'experiment')) {
          this.whole.push({ mode: value, column, depth: this.depth });
          return null;
        }
      } else if (field.kind !== 'text') {
        if (value.includes('..') && !quoted) {
          checkRange(name, operator, value, field.kind, valueColumn);
          return { kind: 'condition', name, value, operator: '..', column };
        }
        if (!isValue(field.kind, value)) {
          const example = field.kind === 'date' ? 'such as 2026, 2026-01 or 2026-01-31' : 'such as 5';
          throw new QueryError(`found '${value}', expected a ${field.kind} ${example} behind ${name}:${operator}`, valueColumn);
        }
      }
      return { kind: 'condition', name, value, operator: operator || '=', column };
    }

    /** @param {number} first @param {string} where @param {number} mostDepth */
    refuseWhole(first, where, mostDepth) {
      const start = first < this.tokens.length ? this.tokens[first][1] : this.end;
      for (const each of this.whole) {
        if (each.column >= start && each.depth > mostDepth) {
          const name = each.sort ? 'sort:' : `is:${each.mode}`;
          throw new QueryError(`${name} is about the whole query, expected it outside of what is ${where}`, each.column);
        }
      }
    }

    /** @param {string} word @returns {never} */
    missing(word) {
      const column = this.at < this.tokens.length ? this.tokens[this.at][1] : this.end;
      throw new QueryError(`expected something to find ${word === 'OR' ? 'beside' : 'behind'} ${word}`, column);
    }
  }

  /** @param {'and' | 'or'} kind @param {(QueryNode | null)[]} nodes @returns {QueryNode[]} */
  const flat = (kind, nodes) => nodes.flatMap((node) => (!node ? [] : node.kind === kind ? node.nodes : [node]));

  /** The leaves of a query from left to right. @param {QueryNode | null} node @returns {QueryLeaf[]} */
  const leaves = (node) => {
    if (!node) return [];
    if (node.kind === 'not') return leaves(node.node);
    if (node.kind === 'and' || node.kind === 'or') return node.nodes.flatMap(leaves);
    return [node];
  };

  /** The leaves under an odd number of negations. @param {QueryNode | null} node @param {boolean} [negated] @returns {Set<QueryLeaf>} */
  const negatedLeaves = (node, negated = false) => {
    if (!node) return new Set();
    if (node.kind === 'not') return negatedLeaves(node.node, !negated);
    if (node.kind === 'and' || node.kind === 'or') return new Set(node.nodes.flatMap((each) => [...negatedLeaves(each, negated)]));
    return new Set(negated ? [node] : []);
  };

  /** Whether one of several alternatives is enough somewhere. @param {QueryNode | null} node @returns {boolean} */
  const hasChoice = (node) => !!node && (node.kind === 'or' || (node.kind === 'not' ? hasChoice(node.node) : node.kind === 'and' && node.nodes.some(hasChoice)));

  /**
   * Reads a query; QueryError for whatever is not one.
   * @param {string} text
   * @param {Map<string, QueryField>} fields
   */
  const parse = (text, fields) => {
    if (text.length > MOST_CHARACTERS) throw new QueryError(`the query has ${text.length} characters, expected at most ${MOST_CHARACTERS}`, MOST_CHARACTERS + 1);
    return new Parser(text, fields).query();
  };

  return { parse, leaves, negatedLeaves, hasChoice, period, isNumber, QueryError, ORDERS };
})();
