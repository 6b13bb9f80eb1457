// Shows the guide, with the subset of Markdown that it uses. The sections for developers of dartd before and after it are left out.

const text = await (await fetch("/docs/guide.md")).text();
const target = document.getElementById("guide");
const guide = text.slice(text.indexOf("\n## Logging in"), text.indexOf("\n## What must stay true"));
for (const block of guide.split(/\n{2,}/).map((each) => each.replace(/^\n+/, "")).filter(Boolean)) target.append(blockElement(block));

function blockElement(block) {
  if (block.startsWith("## ")) return textElement("h2", block.slice(3));
  if (block.startsWith("    ")) return textElement("pre", block.replace(/^ {4}/gm, ""));
  if (block.startsWith("- ")) return elementWith("ul", block.slice(2).split(/\n- /).map((item) => elementWith("li", inline(item))));
  if (block.startsWith("|")) return table(block);
  return elementWith("p", inline(block));
}

function table(block) {
  const rows = block.split("\n").filter((row) => !/^[|\s:-]+$/.test(row));
  const cells = (row, tag) => row.slice(1, row.lastIndexOf("|")).split("|").map((cell) => elementWith(tag, inline(cell.trim())));
  const [head, ...body] = rows.map((row, k) => elementWith("tr", cells(row, k ? "td" : "th")));
  return elementWith("table", [elementWith("thead", [head]), elementWith("tbody", body)]);
}

function inline(words) {
  return words.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\))/).map((part) => {
    if (part.startsWith("`")) return textElement("code", part.slice(1, -1));
    if (part.startsWith("**")) return textElement("strong", part.slice(2, -2));
    const link = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(part);
    return link ? Object.assign(textElement("a", link[1]), { href: link[2] }) : part;
  });
}

function elementWith(tag, parts) {
  const element = document.createElement(tag);
  element.append(...parts);
  return element;
}

function textElement(tag, words) {
  return elementWith(tag, [words]);
}
