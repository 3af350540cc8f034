// The theme, set before the first paint: the chosen one, else the system's.
(() => {
  const key = 'incs-sandbox-theme';
  const known = ['auto', 'light', 'dark'];
  const system = matchMedia('(prefers-color-scheme: dark)');

  const chosen = () => {
    try {
      const theme = localStorage.getItem(key);
      return known.includes(theme) ? theme : 'auto';
    } catch {
      return 'auto'; // Storage is switched off.
    }
  };

  const apply = () => {
    const theme = chosen();
    const isDark = theme === 'dark' || (theme === 'auto' && system.matches);
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
    document.documentElement.dataset.choice = theme;
  };

  window.theme = {
    chosen,
    next() {
      const theme = known[(known.indexOf(chosen()) + 1) % known.length];
      try {
        localStorage.setItem(key, theme);
      } catch {
        // Without storage the choice lasts as long as the page.
      }
      apply();
      return theme;
    },
  };
  system.addEventListener('change', apply);
  apply();
})();
