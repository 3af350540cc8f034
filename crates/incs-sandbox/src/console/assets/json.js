// Formats JSON with indentation and colours, token by token, so that numbers and escapes stay unchanged.
import { el } from './dom.js';

const TOKEN = /"(?:\\.|[^"\\])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]|\s+/gy;
const LONGEST = 200_000;

function tokens(text) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (!match) return null;
    if (match[0].trim()) found.push(match[0]);
  }
  return found;
}

/** A text as nodes; text that is not JSON stays unchanged. */
export function json(text) {
  if (!text) return [el('span', { class: 'muted' }, 'empty')];
  const found = text.length <= LONGEST && /^\s*[[{]/.test(text) ? tokens(text) : null;
  if (!found) return [text];
  const nodes = [];
  let depth = 0;
  const newline = () => nodes.push(`\n${'  '.repeat(depth)}`);
  found.forEach((token, index) => {
    const next = found[index + 1];
    if (token === '{' || token === '[') {
      nodes.push(token);
      if (next === '}' || next === ']') return;
      depth += 1;
      newline();
    } else if (token === '}' || token === ']') {
      if (found[index - 1] !== '{' && found[index - 1] !== '[') {
        depth -= 1;
        newline();
      }
      nodes.push(token);
    } else if (token === ',') {
      nodes.push(token);
      newline();
    } else if (token === ':') nodes.push(': ');
    else nodes.push(el('span', { class: next === ':' ? 'j-key' : token.startsWith('"') ? 'j-string' : 'j-number' }, token));
  });
  return nodes;
}

/** The same, in a box that scrolls. */
export function codeBox(text) {
  return el('div', { class: 'code-box' }, el('pre', { tabindex: '0', dir: 'ltr' }, json(text)));
}
