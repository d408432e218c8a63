// On the page of the data: where the site is, which only the browser knows, in each line to copy.
(() => {
  'use strict';
  const here = new URL('.', location.href);
  const address = here.protocol === 'file:' ? decodeURIComponent(here.pathname) : here.href.replaceAll("'", '%27');
  for (const place of document.querySelectorAll('[data-address]')) {
    const needsUrl = place.parentNode.textContent.startsWith('curl'); // all others read paths, too
    place.textContent = needsUrl ? here.href.replaceAll("'", '%27') : address;
  }
  document.getElementById('where')?.remove();
})();
