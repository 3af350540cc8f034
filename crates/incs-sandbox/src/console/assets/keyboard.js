// Keys. None of them acts while someone types.
import { button, el } from './dom.js';
import { show } from './dialogs.js';

const bindings = new Map();
const shown = [
  [['/'], 'Search'],
  [['j', 'k'], 'Next and previous conversation'],
  [['Enter'], 'Write as the customer; on a message: show its details'],
  [['1', '2', '3', '4'], 'All, WhatsApp, Viber, RCS'],
  [['n'], 'New conversation'],
  [['m'], 'Mark all messages as read'],
  [['d'], 'Details of the newest message'],
  [['r', 'w', 'f', 'p'], 'Requests, webhooks, faults, templates'],
  [['t'], 'Theme'],
  [['Esc'], 'Close'],
  [['?'], 'Show keys'],
];

export function bind(key, act) {
  bindings.set(key, act);
}

export function showKeys() {
  const dialog = el('dialog', { class: 'dialog', 'aria-label': 'Keys' }, el('div', { class: 'dialog-body' },
    el('h2', {}, 'Keys'),
    el('dl', { class: 'keys' }, shown.map(([keys, words]) => [el('dt', {}, keys.map((key) => el('kbd', { class: 'key' }, key))), el('dd', {}, words)])),
    el('div', { class: 'actions' }, button('Close', () => dialog.close(), { look: 'is-primary' }))));
  show(dialog);
}

const isTyping = (node) => node?.matches?.('input:not([type="checkbox"]), textarea, select, [contenteditable]');

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
  const key = event.key;
  if (isTyping(event.target)) {
    if (key === 'Escape') event.target.blur();
    return;
  }
  // A focused control keeps its own keys.
  if ((key === 'Enter' || key === ' ') && event.target.closest?.('button, a, summary, article, [role="button"]')) return;
  if (key.startsWith('Arrow') && event.target.closest?.('.cards, .thread, pre, .drawer')) return;
  const act = bindings.get(key);
  if (!act) return;
  event.preventDefault();
  act();
});
