// Before anything is painted: the theme that the reader chose, and that scripts run.
document.documentElement.classList.add('js');
try {
  if (localStorage.theme) document.documentElement.dataset.theme = localStorage.theme;
} catch (e) { /* no storage here: the system's theme it is */ }
