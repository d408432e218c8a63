// Before the list of models is painted: whether the address has filters, for which it keeps room.
if ([...new URLSearchParams(location.search).keys()].some((name) => !['q', 'sort', 'columns'].includes(name))) document.documentElement.classList.add('filtered');
