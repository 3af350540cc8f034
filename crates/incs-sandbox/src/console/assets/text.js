// Texts of messages: links, WhatsApp's formatting, and "show more". Everything is built of text nodes.
import { el } from './dom.js';

const LONG = 900;
const LINES = 16;
const URL_IN_TEXT = /https?:\/\/[^\s<>"'`]+/g;
const MARKS = /```([^`]+)```|`([^`\n]+)`|(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?\S)\3(?![\p{L}\p{N}])/gu;
const tags = { '*': 'b', _: 'i', '~': 's' };

/** An address that the browser may open on a click: http and https only. */
export function webAddress(text) {
  try {
    const url = new URL(text);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : null;
  } catch {
    return null;
  }
}

/** The attributes of an external link that sends no referrer. */
export const outward = (url) => ({ href: url.href, target: '_blank', rel: 'noopener noreferrer' });

function linked(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(URL_IN_TEXT)) {
    const shown = match[0].replace(/[.,;:!?)\]}]+$/, '');
    const url = webAddress(shown);
    if (!url) continue;
    nodes.push(text.slice(from, match.index), el('a', outward(url), shown));
    from = match.index + shown.length;
  }
  nodes.push(text.slice(from));
  return nodes;
}

function marked(text, depth = 0) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(MARKS)) {
    const [whole, block, code, mark, inner] = match;
    nodes.push(linked(text.slice(from, match.index)));
    if (mark) nodes.push(el(tags[mark], {}, depth < 3 ? marked(inner, depth + 1) : inner));
    else nodes.push(el('code', {}, block ?? code));
    from = match.index + whole.length;
  }
  nodes.push(linked(text.slice(from)));
  return nodes;
}

const EMOJI_ONLY = /^(?:\p{Extended_Pictographic}[\p{Emoji_Modifier}\u{FE0F}\u{200D}]*\s?){1,3}$/u;

/** A text with automatic direction, shortened if it is long. */
export function text(value, { channel = '', look = '' } = {}) {
  const isLong = value.length > LONG || value.split('\n').length > LINES;
  const isJumbo = EMOJI_ONLY.test(value);
  const body = el('div', { class: `text ${look}${isLong ? ' is-cut' : ''}${isJumbo ? ' is-jumbo' : ''}`, dir: 'auto' },
    channel === 'whatsapp' ? marked(value) : linked(value));
  if (!isLong) return [body];
  const more = el('button', { type: 'button', class: 'more', 'aria-expanded': 'false' }, 'Show more');
  more.addEventListener('click', (event) => {
    event.stopPropagation();
    const isCut = body.classList.toggle('is-cut');
    more.setAttribute('aria-expanded', String(!isCut));
    more.textContent = isCut ? 'Show more' : 'Show less';
  });
  return [body, more];
}
