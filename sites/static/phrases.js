// Which rows of the list of models have a phrase, as `catalog search` finds it: its words one after the other in one text. No DOM: node runs it, too.
// What the list shows is known; other texts come from index/texts/*.js, a file for each repository: see sites/view_models/phrase_texts.py.
'use strict';

/** @typedef {{split: string, whole: string}} PhraseText its words with a space around each, split wherever one ends, and as they are written */
/** @typedef {{hits: Uint8Array, scores: Float64Array}} WordHits */
/** Rows that have a phrase, as far as texts are loaded; those of which the list shows a text that has it; and those whose other texts decide. @typedef {{has: Uint8Array, shown: Uint8Array, undecided: Uint8Array}} PhraseHits */

const PhraseSearch = (() => {
  const { parts, folded } = ModelSearch;
  const MOST_CHARACTERS = 1e6; // in the texts that one query reads, about 450 KB compressed
  const ADDRESS = /[\p{L}\p{N}_.+%'-]@(?:[a-z0-9-]+\.)+[a-z]{2}/iu;

  const FIELDS = ['type', 'label', 'framework', 'licence', 'owner', 'task']; // whose values are texts of search
  const MASKED = /e-mail/; // `[e-mail hidden]`, or a code
  const NOTHING = { split: '', whole: '' };

  /** @param {string} text @returns {PhraseText} */
  const textOf = (text) => ({ split: ` ${parts(text).join(' ')} `, whole: ` ${(folded(text).match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')} ` });

  /** Whether a text has a phrase. @param {PhraseText} text @param {PhraseText} phrase */
  const has = (text, phrase) => text.split.includes(phrase.split) || text.whole.includes(phrase.whole);

  /** The texts of one artifact as one, a line each: no phrase goes from one line to the next. @param {{texts: string[], artifacts: Record<string, number[]>}} file @param {string} artifact @returns {PhraseText} */
  const decodedTexts = (file, artifact) => {
    const lines = (Object.hasOwn(file.artifacts, artifact) ? file.artifacts[artifact] : []).map((place) => ` ${file.texts[place]} `).join('\n');
    return { split: lines.replaceAll('~', ' '), whole: lines.replaceAll('~', '') };
  };

  class Finder {
    /** @param {InstanceType<typeof ModelSearch.Models>} models @param {IndexData} data what was loaded, by its name */
    constructor(models, data) {
      this.models = models;
      this.data = data;
      /** @type {Map<string, PhraseText>} */ this.shown = new Map(); // by what is in index/models.js
      /** @type {Map<number, PhraseText>} */ this.texts = new Map(); // of each row, as its file has them
    }

    /** A text that the list shows; nothing of one with an address, which other words may stand for. @param {string} text @returns {PhraseText} */
    shownText(text) {
      const known = this.shown.get(text) ?? (MASKED.test(text) ? NOTHING : textOf(text));
      this.shown.set(text, known);
      return known;
    }

    /** Tells of a row whether a text has a phrase that the list shows: a name, a value of a field, or the beginning of the description. @param {PhraseText} phrase @returns {(row: number) => boolean} */
    shows(phrase) {
      const { models } = this;
      const fits = (/** @type {string} */ text) => has(this.shownText(text), phrase);
      const repos = models.repos.map((repo) => fits(repo.replace(/^[^/]*\/(?=.)/, '')));
      const fields = FIELDS.flatMap((name) => {
        const facet = models.fields.get(name);
        const wanted = facet?.values.map(fits) ?? [];
        return facet && wanted.includes(true) ? [{ facet, wanted }] : [];
      });
      return (row) => repos[models.repo[row]] || fits(models.artifacts[row]) || fits((models.descriptions[row] ?? '').replace(/\S*…$/, ''))
        || fields.some(({ facet, wanted }) => facet.ids.subarray(facet.offsets[row], facet.offsets[row + 1]).some((id) => wanted[id]));
    }

    /** @param {number} row @param {any} file @returns {PhraseText} */
    fileText(row, file) {
      const known = this.texts.get(row) ?? decodedTexts(file, this.models.artifacts[row]);
      this.texts.set(row, known);
      return known;
    }

    /**
     * Of the rows that have all words of a phrase, those that have the phrase, as far as texts are loaded; and those whose texts tell.
     * @param {string} text
     * @param {Uint8Array} candidates the rows that have all of its words
     * @returns {PhraseHits}
     */
    find(text, candidates) {
      const { models, data } = this;
      const phrase = textOf(text);
      const shows = this.shows(phrase);
      const found = { has: new Uint8Array(models.count), shown: new Uint8Array(models.count), undecided: new Uint8Array(models.count) };
      candidates.forEach((candidate, row) => {
        if (!candidate) return;
        if (shows(row)) { found.shown[row] = 1; found.has[row] = 1; return; }
        found.undecided[row] = 1;
        const file = data(models.textsName(models.repo[row]));
        if (file !== undefined && has(this.fileText(row, file), phrase)) found.has[row] = 1;
      });
      return found;
    }
  }

  return { Finder, ADDRESS, MOST_CHARACTERS };
})();
