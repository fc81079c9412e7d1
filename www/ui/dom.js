// Building elements. Text only ever becomes a text node: nothing that a person or a peer wrote is HTML.

/** An element with a class, attributes and children; a string child is text. */
export function element(tag, { className, ...attributes } = {}, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Appends to a list that keeps its newest `limit` entries and stays at its end if the reader is there. */
export function appendBounded(list, entry, limit) {
  const scroller = list.parentElement;
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 48;
  list.append(entry);
  while (list.children.length > limit) list.firstElementChild.remove();
  if (atEnd) scroller.scrollTop = scroller.scrollHeight;
}

/** The time of day, to the second. */
export function clock(date = new Date()) {
  return date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
}

/** A value as one line of JSON-like text of at most `limit` characters; never throws. */
export function preview(value, limit = 240) {
  let text;
  try {
    text = JSON.stringify(value, (_, part) => {
      if (typeof part === 'bigint') return `${part}n`;
      if (part instanceof Uint8Array) return `<${part.length} octets>`;
      return part;
    });
  } catch {
    text = String(value);
  }
  text ??= 'null';
  return text.length > limit ? `${text.slice(0, limit)} …` : text;
}
