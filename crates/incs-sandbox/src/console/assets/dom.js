// Elements. Text becomes text nodes only, never markup.
import { shapes } from './shapes.js';

/**
 * An element. Of the properties, `class`, `dir`, `role`, `title` and the like become attributes; `on` holds listeners, `data`
 * dataset members, `vars` CSS variables, `set` DOM properties. What is `null`, `undefined` or `false` is left out.
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === 'data') for (const [key, text] of Object.entries(value)) { if (text != null) node.dataset[key] = text; }
    else if (name === 'vars') for (const [key, text] of Object.entries(value)) node.style.setProperty(key, text);
    else if (name === 'set') Object.assign(node, value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  append(node, children);
  return node;
}

/** Appends nodes, texts and lists of them. */
export function append(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === '') continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Replaces the children. */
export function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

/**
 * Replaces the children. An element with the same `data-keep` stays and is only updated, so that neither
 * a press nor the focus is lost; its listeners stay too, so they must look up what they act on. The same goes for lists inside it.
 */
export function keep(host, nodes) {
  const before = new Map([...host.children].filter((node) => node.dataset.keep).map((node) => [node.dataset.keep, node]));
  const after = [nodes].flat(Infinity).filter(Boolean).map((node) => {
    const old = before.get(node.dataset?.keep);
    if (!old) return node;
    become(old, node);
    return old;
  });
  const kept = new Set(after);
  for (const node of [...host.children]) if (!kept.has(node)) node.remove();
  after.forEach((node, place) => { if (host.children[place] !== node) host.insertBefore(node, host.children[place] ?? null); });
}

function become(old, next) {
  if (old.isEqualNode(next)) return;
  // Open elements stay open. Styles belong to the key; as an attribute the policy of the page would refuse them.
  for (const { name } of [...old.attributes]) if (name !== 'style' && name !== 'open' && !next.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of next.attributes) if (name !== 'style' && old.getAttribute(name) !== value) old.setAttribute(name, value);
  const [mine, theirs] = [[...old.children], [...next.children]];
  if (theirs.length && theirs.every((node) => node.dataset.keep)) {
    keep(old, theirs);
    return;
  }
  const isAlike = old.childNodes.length === mine.length && next.childNodes.length === theirs.length && mine.length === theirs.length
    && mine.every((node, place) => node.tagName === theirs[place].tagName);
  if (isAlike && mine.length) mine.forEach((node, place) => become(node, theirs[place]));
  else old.replaceChildren(...next.childNodes);
}

const SVG = 'http://www.w3.org/2000/svg';

/** An icon, hidden from screen readers: the text beside it has its meaning. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  const attributes = { class: 'icon', viewBox: '0 0 24 24', fill: 'none', stroke: 'currentColor', 'stroke-width': '1.9',
    'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'aria-hidden': 'true' };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  for (const d of shapes[name] ?? []) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

/** A button with an icon only; its label is the accessible name and the tooltip. */
export function square(sign, label, act, props = {}) {
  const { class: more = '', ...rest } = props;
  return el('button', { type: 'button', class: `square ${more}`, 'aria-label': label, title: label, on: { click: act }, ...rest }, icon(sign));
}

/** A button with words. */
export function button(label, act, { sign, look = '', ...rest } = {}) {
  return el('button', { type: 'button', class: `button ${look}`, on: { click: act }, ...rest }, sign && icon(sign), label);
}

/** An element that `keep` knows again by a key. */
export function keyed(key, node) {
  node.dataset.keep = key;
  return node;
}

/** A labelled field. */
export function field(label, control, hint) {
  return el('label', { class: 'field' }, label, control, hint && el('small', {}, hint));
}

/** Choices of a `select`, as pairs of value and label. */
export function options(pairs, chosen) {
  return pairs.map(([value, label]) => el('option', { value, set: { selected: value === chosen } }, label));
}

/** A number that is the same for the same text, for colours (FNV-1a, mixed): texts that differ in one letter come out far apart. */
export function hue(text) {
  let sum = 0x811c9dc5;
  for (const letter of String(text)) sum = Math.imul(sum ^ letter.codePointAt(0), 0x01000193);
  sum = Math.imul(sum ^ (sum >>> 15), 0x85ebca6b);
  return String(((sum ^ (sum >>> 13)) >>> 0) % 360);
}

/** Calls a function some milliseconds after the first request, once for all requests until then. */
export function soon(act, millis) {
  let timer = 0;
  return () => {
    timer ||= setTimeout(() => {
      timer = 0;
      act();
    }, millis);
  };
}

/** Calls a function once no request came for some milliseconds. */
export function calmly(act, millis) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...args), millis);
  };
}
