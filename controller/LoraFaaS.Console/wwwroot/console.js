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

  // A console that was started again does not know the page any more, and one that was away for long is no longer asked. Once it answers, the page is loaded anew.
  const lost = 'components-reconnect-failed', unknown = 'components-reconnect-rejected';
  let waiting = false;
  const comeBack = async () => {
    if (waiting) return;
    waiting = true;
    const answers = () => fetch('console.css', { method: 'HEAD', cache: 'no-store' }).then(answer => answer.ok, () => false);
    while (!await answers()) await new Promise(again => setTimeout(again, 1000));
    location.reload();
  };
  document.addEventListener('DOMContentLoaded', () => {
    const notice = document.getElementById('components-reconnect-modal');
    if (!notice) return;
    new MutationObserver(() => {
      if (notice.classList.contains(lost) || notice.classList.contains(unknown)) comeBack();
    }).observe(notice, { attributes: true, attributeFilter: ['class'] });
  });
})();
