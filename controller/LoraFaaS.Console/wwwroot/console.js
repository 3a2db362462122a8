// The theme before anything is painted, and its switch. Everything else is Blazor's.
(() => {
  const key = 'lorafaas-theme';
  const system = matchMedia('(prefers-color-scheme: dark)');
  const chosen = () => localStorage.getItem(key);
  const apply = () => {
    const dark = (chosen() ?? (system.matches ? 'dark' : 'light')) === 'dark';
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    document.getElementById('radzen-light').media = dark ? 'not all' : 'all';
    document.getElementById('radzen-dark').media = dark ? 'all' : 'not all';
  };
  apply();
  system.addEventListener('change', apply);
  document.addEventListener('click', event => {
    if (!event.target.closest('[data-theme-switch]')) return;
    localStorage.setItem(key, document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
    apply();
  });

  // A box of lines that grow stays at its end, unless somebody scrolled up in it.
  document.addEventListener('scroll', event => {
    if (event.target.classList?.contains('follow')) {
      const box = event.target;
      box.dataset.away = box.scrollHeight - box.scrollTop - box.clientHeight > 40 ? 'true' : '';
    }
  }, true);
  new MutationObserver(() => {
    for (const box of document.querySelectorAll('.follow')) if (!box.dataset.away) box.scrollTop = box.scrollHeight;
  }).observe(document.documentElement, { childList: true, subtree: true, characterData: true });
})();
