// What the site's scripts and the workshop's own must keep.
import js from '@eslint/js';
import globals from 'globals';

const RULES = {
  ...js.configs.recommended.rules,
  'eqeqeq': ['error', 'always', { null: 'ignore' }],
  'no-eval': 'error',
  'no-implied-eval': 'error',
  'no-new-func': 'error',
  'no-unused-vars': ['error', { caughtErrors: 'none', varsIgnorePattern: '^[A-Z]' }], // what starts with a capital is for other scripts
  'no-var': 'error',
  'prefer-const': 'error',
  // What repositories say becomes text, never markup.
  'no-restricted-properties': ['error', ...['innerHTML', 'outerHTML', 'insertAdjacentHTML'].map((property) => ({ property, message: 'use textContent' })), { object: 'document', property: 'write' }],
  'no-control-regex': 'off', // scripts make invisible characters visible
};

export default [
  { ignores: ['**/node_modules/', 'static/vendor/'] },
  { files: ['**/*.js'], languageOptions: { ecmaVersion: 2022, sourceType: 'script', globals: { ...globals.browser, S: 'writable' } }, rules: { ...RULES, 'no-undef': 'off' } }, // tsc checks names that one script has from another
  { files: ['**/*.mjs'], languageOptions: { ecmaVersion: 2022, sourceType: 'module', globals: { ...globals.node, ...globals.browser } }, rules: RULES },
];
