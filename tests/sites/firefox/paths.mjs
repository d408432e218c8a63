// Walks through pages in Firefox, by puppeteer-core over WebDriver BiDi: node paths.mjs WORKSHOP FIREFOX < JOBS
//
// JOBS is a JSON list of {url, width, height, steps}; a step is [verb, selector, …]: see `VERBS`. Prints a list of what each step gave, with what the
// browser complained of: {results, complaints}.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [workshop, executablePath] = process.argv.slice(2);
const { default: puppeteer } = await import(pathToFileURL(createRequire(join(workshop, 'package.json')).resolve('puppeteer-core')));

const VERBS = {
  click: async (page, selector) => { await (await page.waitForSelector(selector, { visible: true })).click(); },
  count: (page, selector) => page.$$eval(selector, (all) => all.length),
  css: (page, selector, property) => page.$eval(selector, (element, name) => getComputedStyle(element)[name], property),
  press: (page, key) => page.keyboard.press(key),
  shown: (page, selector) => page.$$eval(selector, (all) => all.filter((each) => each.checkVisibility()).map((each) => each.innerText.trim())),
  type: async (page, selector, text) => { await (await page.waitForSelector(selector, { visible: true })).type(text); },
  wait: async (page, selector) => { await page.waitForSelector(selector, { timeout: 10000 }); },
  wider: (page) => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth),
};

const browser = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true, args: ['--no-remote'] });
const walked = [];
try {
  for (const { url, width, height, steps } of JSON.parse(readFileSync(0, 'utf8'))) {
    const page = await browser.newPage();
    const [results, complaints] = [[], []];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.setViewport({ width, height });
    await page.goto(url, { waitUntil: 'load' });
    for (const [verb, ...words] of steps) {
      try { results.push(await VERBS[verb](page, ...words) ?? null); } catch (error) { results.push(`${verb} ${words[0]}: ${error.message}`); break; }
    }
    await page.close();
    walked.push({ results, complaints });
  }
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify(walked));
