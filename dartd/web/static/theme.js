// Sets the colours that this device chose before anything is drawn: "dark", "light", or as the system is.
// A browser may refuse storage to a frame of another site: there, settings last as long as the page is open.
try {
  localStorage.getItem("dartd.theme");
} catch {
  const kept = new Map();
  const value = { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, String(text)), removeItem: (key) => kept.delete(key) };
  Object.defineProperty(window, "localStorage", { value });
}
document.documentElement.dataset.beds = localStorage.getItem("dartd.beds") ?? "usual";
document.documentElement.dataset.theme = localStorage.getItem("dartd.theme") ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
