// Before the first paint, so that a page never flashes in the other theme. The policy allows no inline script.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("ao-theme");
  } catch {
    // Storage may be forbidden; the system's theme is used then.
  }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
