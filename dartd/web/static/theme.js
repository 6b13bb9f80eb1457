// Sets the colours that this device chose before anything is drawn: "dark", "light", or as the system is.
document.documentElement.dataset.beds = localStorage.getItem("dartd.beds") ?? "usual";
document.documentElement.dataset.theme = localStorage.getItem("dartd.theme") ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
