// Checks workflows with actionlint: node actionlint.mjs WORKSHOP FILE… prints what is wrong as a JSON list of [file, line, kind, message].
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [workshop, ...files] = process.argv.slice(2);
const { createLinter } = createRequire(path.join(workshop, 'package.json'))('actionlint');
const lint = await createLinter();
const faults = files.flatMap((file) => lint(readFileSync(file, 'utf8'), '.github/workflows/catalog.yml').map(({ line, kind, message }) => [file, line, kind, message]));
process.stdout.write(JSON.stringify(faults));
process.exit(0); // the linter leaves a program running
