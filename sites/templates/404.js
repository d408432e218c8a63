// A server shows this page in any folder, without the address of the site: the first of these addresses that loads is below it.
addEventListener('DOMContentLoaded', () => {
  const search = (up) => {
    const script = document.createElement('script');
    script.src = `${up}static/missing.js`;
    script.onerror = () => { if (up.length < 15) search(`${up}../`); };
    document.head.append(script);
  };
  if (!document.documentElement.classList.contains('js')) search('../');
});
