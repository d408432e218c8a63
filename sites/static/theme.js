// Before anything is painted: the theme that the reader chose, that scripts run, and the font of the text, which style sheets ask for too late.
document.documentElement.classList.add('js');
try {
  if (localStorage.theme) document.documentElement.dataset.theme = localStorage.theme;
} catch (e) { /* no storage here: the system's theme it is */ }
{
  const font = Object.assign(document.createElement('link'), { rel: 'preload', as: 'font', type: 'font/woff2' });
  if (location.protocol !== 'file:') font.crossOrigin = ''; // as style sheets ask for fonts, but for those of files
  font.href = new URL('../static/fonts/inter.woff2', /** @type {HTMLScriptElement} */ (document.currentScript).src).href;
  document.head.append(font);
}
