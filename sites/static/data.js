// On the page of the data: where the site is, which only the browser knows, in each line to copy.
(() => {
  'use strict';
  const here = new URL('.', location.href);
  const address = here.protocol === 'file:' ? decodeURIComponent(here.pathname) : here.href.replaceAll("'", '%27');
  for (const place of document.querySelectorAll('[data-address]')) place.textContent = address;
  document.getElementById('where')?.remove();
})();
