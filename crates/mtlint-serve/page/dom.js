// Elements, made from names and texts. A text becomes a text node, never markup.

const SVG = "http://www.w3.org/2000/svg";

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** An element of HTML; an attribute "onclick" is a listener. */
export const make = (name, attributes = {}, ...children) =>
  filled(document.createElement(name), attributes, children);

/** An element of SVG. */
export const draw = (name, attributes = {}, ...children) =>
  filled(document.createElementNS(SVG, name), attributes, children);

// Characters that a reader does not see, or that turn the text around them. Joiners, variation
// selectors and soft hyphens make others what they are and stay.
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** A text to show outside of the article: what hides is shown by its number. */
export function shown(text) {
  const nodes = [];
  let done = 0;
  for (const hidden of text.matchAll(HIDDEN)) {
    if (hidden.index > done) nodes.push(text.slice(done, hidden.index));
    const code = hidden[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    nodes.push(make("span", { class: "control" }, `U+${code}`));
    done = hidden.index + hidden[0].length;
  }
  if (done < text.length) nodes.push(text.slice(done));
  return nodes;
}

export const byId = (id) => document.getElementById(id);
