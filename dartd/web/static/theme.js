// Sets the colours that this device chose before anything is drawn: "dark", "light", or as the system is.
// A browser may refuse storage to a frame of another site.
try {
  localStorage.length;
} catch {
  const kept = {};
  const value = { getItem: (key) => kept[key] ?? null, setItem: (key, text) => void (kept[key] = `${text}`), removeItem: (key) => delete kept[key] };
  Object.defineProperty(window, "localStorage", { value });
}
document.documentElement.dataset.beds = localStorage.getItem("dartd.beds") ?? "usual";
document.documentElement.dataset.theme = localStorage.getItem("dartd.theme") ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
