// Elements made by name; text is always text, never markup.

/** An element with properties, classes as `class`, data as `data-*`, and children in order. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) element.append(child);
  }
  return element;
}

/** The text of a message with its `%(name)s` places filled. */
export function fill(message, values) {
  return message.replace(/%\((\w+)\)s/g, (whole, name) => values[name] ?? whole);
}

/** What a page carries for its script, as the JSON of the element with this id. */
export function data(id) {
  const element = document.getElementById(id);
  return element ? JSON.parse(element.textContent) : null;
}

/** A message as nodes: what stands in backquotes is the reader's own text. */
export function quoted(message) {
  return message
    .split("`")
    .map((part, index) => (index % 2 ? h("code", { class: "quoted" }, part) : part));
}
