// Shows the AsyncAPI document: each message with its fields.

const api = await (await fetch("/asyncapi.json")).json();
const { stream } = api.channels;

document.getElementById("description").textContent = `${stream.address}: ${stream.description}`;
for (const operation of Object.values(api.operations)) {
  const section = document.createElement("section");
  section.append(create("h2", operation.summary));
  const list = document.createElement("ol");
  for (const { $ref } of operation.messages) list.append(messageItem(api.components.messages[$ref.split("/").at(-1)]));
  section.append(list);
  document.getElementById("operations").append(section);
}

function messageItem({ name, summary, payload, tags = [] }) {
  const item = document.createElement("li");
  const details = document.createElement("details");
  const head = document.createElement("summary");
  head.append(create("span", name, "type"), withCode(summary), ...tags.map((tag) => create("span", tag.name, "topic")));
  details.append(head, create("pre", JSON.stringify(api.components.schemas[payload.$ref.split("/").at(-1)], null, 2)));
  item.append(details);
  return item;
}

function withCode(text) {
  const element = document.createElement("span");
  element.append(...text.split(/(`[^`]+`)/).map((part) => (part.startsWith("`") ? create("code", part.slice(1, -1)) : part)));
  return element;
}

function create(tag, text, name = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = name;
  return element;
}
