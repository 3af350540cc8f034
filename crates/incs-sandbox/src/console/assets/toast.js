// A short notice at the bottom, which screen readers announce.
import { el, icon } from './dom.js';

export function toast(words, look = '') {
  const host = document.querySelector('#toasts');
  const node = el('div', { class: `toast ${look && `is-${look}`}` }, icon(look === 'bad' ? 'alert' : 'info'), el('span', { dir: 'auto' }, words));
  host.append(node);
  while (host.children.length > 3) host.firstChild.remove();
  setTimeout(() => node.remove(), look === 'bad' ? 7000 : 3200);
}
