// The guide, to read: as much of Markdown as it uses. What is for those who work on dartd itself stands before and behind and is left out.

const text = await (await fetch("/docs/guide.md")).text();
const place = document.getElementById("guide");
const told = text.slice(text.indexOf("\n## Logging in"), text.indexOf("\n## What must stay true"));
for (const block of told.split(/\n{2,}/).map((each) => each.replace(/^\n+/, "")).filter(Boolean)) place.append(drawn(block));

function drawn(block) {
  if (block.startsWith("## ")) return made("h2", block.slice(3));
  if (block.startsWith("    ")) return made("pre", block.replace(/^ {4}/gm, ""));
  if (block.startsWith("- ")) return holding("ul", block.slice(2).split(/\n- /).map((item) => holding("li", inline(item))));
  if (block.startsWith("|")) return table(block);
  return holding("p", inline(block));
}

function table(block) {
  const rows = block.split("\n").filter((row) => !/^[|\s:-]+$/.test(row));
  const cells = (row, tag) => row.slice(1, row.lastIndexOf("|")).split("|").map((cell) => holding(tag, inline(cell.trim())));
  const [head, ...body] = rows.map((row, k) => holding("tr", cells(row, k ? "td" : "th")));
  return holding("table", [holding("thead", [head]), holding("tbody", body)]);
}

function inline(words) {
  return words.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\))/).map((part) => {
    if (part.startsWith("`")) return made("code", part.slice(1, -1));
    if (part.startsWith("**")) return made("strong", part.slice(2, -2));
    const link = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(part);
    return link ? Object.assign(made("a", link[1]), { href: link[2] }) : part;
  });
}

function holding(tag, parts) {
  const element = document.createElement(tag);
  element.append(...parts);
  return element;
}

function made(tag, words) {
  return holding(tag, [words]);
}
