// The names that a reference may mean, as `catalog lineage` reads it: any end of `host/owner/name:artifact` that begins after a `/` or `:`, with `@version`,
// `@latest`, `@` and the beginning of a commit, `#stage`, or none of these; where nothing has the name, a former one of the repository
// (catalog/database/sql/questions/references.sql). The list of models has the names.
(() => {
  'use strict';
  const COPIED = 2; // a bit of `flags` in the list of models
  const COMPLETIONS = 20;
  const REFERENCE = /^(.+?)(?:@([^@#]+)|#([^@#]+))?$/su;
  /** @typedef {{id: string, copied: boolean, was?: string}} Name */
  /** @typedef {{names: Name[], former: Name[], stages: Map<string, string>}} Names `former`: with what each artifact was called before as `was` */

  /** @type {Promise<Names> | undefined} */
  let names;
  /** Every artifact, and the catalog's name of each stage by its others; empty where they cannot be loaded. @type {() => Promise<Names>} */
  const load = () => {
    names ??= SiteData.load('models').then(() => {
      const { repos, repo, artifact, flags, stageNames, formerNames } = SiteData.get('models');
      const places = repo.split(','), bits = flags.split(',');
      /** @type {Name[]} */
      const all = artifact.map((/** @type {string} */ name, /** @type {number} */ row) => ({ id: `${repos[places[row]]}:${name}`, copied: (Number(bits[row]) & COPIED) > 0 }));
      return {
        names: all,
        former: formerNames.flatMap((/** @type {[string, string]} */ [was, own]) => all.filter(({ id }) => id.startsWith(`${own}:`)).map((each) => ({ ...each, was: was + each.id.slice(own.length) }))),
        stages: new Map(stageNames),
      };
    }, () => ({ names: [], former: [], stages: new Map() }));
    return names;
  };

  /** The artifacts that a name can mean; copies in forks only where nothing else has it. @type {(all: Names, words: string) => string[]} */
  const named = ({ names: all, former }, words) => {
    const present = all.filter(({ id }) => `/${id}`.endsWith(`/${words}`) || id.endsWith(`:${words}`));
    const matches = present.length ? present : former.filter(({ was }) => `/${was}`.endsWith(`/${words}`));
    const own = matches.filter(({ copied }) => !copied);
    const ids = [...new Set((own.length ? own : matches).map(({ id }) => id))];
    return ids.includes(words) ? [words] : ids.sort();
  };

  /** The full references that one may mean: one, several, or none. @type {(ref: string) => Promise<string[]>} */
  const candidates = async (ref) => {
    const all = await load(), { stages } = all;
    const whole = ref.trim(), [, artifact, version, stage] = whole.match(REFERENCE) ?? [];
    if (!artifact) return [];
    const ids = named(all, artifact);
    if (!ids.length) return named(all, whole); // a repository may have `@` or `#` in its name
    const suffix = version ? `@${version === 'greatest' ? 'latest' : version}` : stage ? `#${stages.get(stage) ?? stage}` : '';
    return ids.map((id) => id + suffix);
  };

  /** What `resolve` makes of the full reference that one means: of a version in the graph, unless another is given. Where it may mean several, the error has
   * these as `candidates`. @type {(ref: string, resolve?: (ref: string) => Promise<any>) => Promise<any>} */
  const find = async (ref, resolve = /** @type {any} */ (window).LineageGraph.resolve) => {
    if (ref.split(':')[0].split('/').length > 2) { // as full names are: then nothing else has to be loaded
      const version = await resolve(ref).catch((/** @type {any} */ error) => { if (error.candidates) throw error; });
      if (version) return version;
    }
    const [first, ...others] = await candidates(ref);
    if (first === undefined) throw new Error(`no artifact ${JSON.stringify(ref)} in this catalog: expected artifact, artifact@version or artifact#stage`);
    if (others.length) throw Object.assign(new Error(`${JSON.stringify(ref)} names ${others.length + 1} artifacts, expected one`), { candidates: [first, ...others] });
    return resolve(first);
  };

  /** The full names that have a text, those first of which a part begins with it. @type {(text: string) => Promise<string[]>} */
  const completions = async (text) => {
    const words = text.trim().toLowerCase();
    const begins = (/** @type {string} */ id) => ['/', ':'].some((mark) => `/${id}`.toLowerCase().includes(mark + words));
    const ids = (await load()).names.map(({ id }) => id).filter((id) => words && id.toLowerCase().includes(words)).sort();
    return [...ids.filter(begins), ...ids.filter((id) => !begins(id))].slice(0, COMPLETIONS);
  };

  /** @type {any} */ (window).LineageNames = { find, completions };
})();
