// Checks pages of a site with html-validate: node validate.mjs FILE… prints what is wrong as a JSON list of [file, line, rule, message].
import { HtmlValidate, StaticConfigLoader } from 'html-validate';

const loader = new StaticConfigLoader({
  root: true,
  extends: ['html-validate:standard', 'html-validate:a11y'],
  // In a table's head, a header is of its column by HTML's own rule ("internal algorithm for scanning and assigning header cells").
  rules: { 'wcag/h63': 'off' },
});
const validator = new HtmlValidate(loader);
const faults = [];
for (const file of process.argv.slice(2)) {
  const { results } = await validator.validateFile(file);
  for (const { messages } of results) for (const { line, ruleId, message } of messages) faults.push([file, line, ruleId, message]);
}
process.stdout.write(JSON.stringify(faults));
