// On the page 404.html, which a server shows in any folder: this script knows where it is from, and leads the page's links there.
(() => {
  'use strict';
  const { classList } = document.documentElement;
  const root = new URL('..', /** @type {HTMLScriptElement} */ (document.currentScript).src);
  for (const link of document.querySelectorAll('a[href]')) {
    const path = link.getAttribute('href');
    if (!path.startsWith('#')) link.setAttribute('href', new URL(path, root).href);
  }
  classList.add('js');
  document.querySelector('style').remove();
  const sheet = document.createElement('link');
  sheet.rel = 'stylesheet';
  sheet.href = new URL('static/site.css', root).href;
  document.head.append(sheet);
  for (const name of ['static/theme.js', 'static/site.js', 'as-of.js']) {
    const script = document.createElement('script');
    script.async = false;
    script.src = new URL(name, root).href;
    document.head.append(script);
  }
})();
