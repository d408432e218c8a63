// Bundles what the site takes from npm into one folder: vega.js, and the licence of every package in it.
//
//   node build.mjs [FOLDER]     FOLDER: ../static/vendor, where a checkout has it; the build of the wheel names one of its own
//
// The first line of vega.js is the digest of what it is made from (requirements/frontend.py computes the same): a bundle that is up to date is not made again.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const HERE = dirname(fileURLToPath(import.meta.url));
const INPUTS = ['build.mjs', 'package-lock.json', 'vega.mjs'];
const LICENCE = /^(licen[cs]e|copying|notice)/i;

const folder = process.argv[2] ?? join(HERE, '..', 'static', 'vendor');

const result = await build({
  absWorkingDir: HERE,
  entryPoints: ['vega.mjs'],
  bundle: true,
  charset: 'ascii', // whatever a server says of the file's encoding
  format: 'iife',
  legalComments: 'none', // the licences are files of their own
  logLevel: 'warning',
  metafile: true,
  minify: true,
  platform: 'browser',
  target: 'es2022',
  write: false,
});

/** The folder of the package that a file of node_modules is of. */
function packageOf(path) {
  const [, before, name] = /^(.*node_modules\/)((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  return name === undefined ? undefined : before + name;
}

/** The text of a package's licence; an error where it brings none. */
function licence(directory) {
  const { license } = JSON.parse(readFileSync(join(HERE, directory, 'package.json'), 'utf8'));
  const files = readdirSync(join(HERE, directory)).filter((name) => LICENCE.test(name)).sort();
  if (!files.length) throw new Error(`${directory} (${license}) brings no licence`);
  return files.map((name) => readFileSync(join(HERE, directory, name), 'utf8')).join('\n');
}

const digest = createHash('sha256');
for (const name of INPUTS) digest.update(readFileSync(join(HERE, name))).update('\0');

const packages = new Set(Object.entries(result.metafile.outputs).flatMap(([, output]) => Object.entries(output.inputs))
  .filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => packageOf(path)).filter(Boolean));
const texts = new Map([...packages].map((directory) => [directory.split('node_modules/').at(-1), licence(directory)]));

if (existsSync(folder)) rmSync(folder, { recursive: true });
mkdirSync(join(folder, 'licences'), { recursive: true });
for (const [name, text] of texts) writeFileSync(join(folder, 'licences', `${name.replace('/', '+')}.txt`), text);
const text = `/* Vega and what it needs, of ${digest.digest('hex')}. Licences: see the folder licences. */\n${result.outputFiles[0].text}`;
writeFileSync(join(folder, 'vega.js'), text);
console.log(`vega.js: ${Math.round(text.length / 1024)} KiB of ${texts.size} packages`);
