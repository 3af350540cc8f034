// The start page: shown before a conversation is selected, or before anything was sent.
import { button, el } from './dom.js';
import { codeBox } from './json.js';
import { copyButton } from './copy.js';
import { first } from './curl.js';
import { beginConversation } from './newcomer.js';
import { openPanel, store } from './store.js';

export function blank() {
  const base = store.state?.base_url || location.origin;
  const code = store.state?.certification_code || '$INCS_CERTIFICATION_CODE';
  const isFirst = store.conversations.size === 0;
  const line = first(base, code, isFirst ? 'viber' : 'whatsapp', isFirst ? 'Your table is ready.' : undefined);
  const step = (number, title, ...rest) => el('section', {}, el('h2', {}, el('span', {}, number), title), rest);
  return el('div', { class: 'blank' }, el('div', { class: 'blank-card' },
    el('h1', {}, isFirst ? 'No messages yet' : 'Select a conversation'),
    el('p', {}, isFirst
      ? 'This is a local INCS. Messages that your program sends appear here as on the customer’s phone. Replies and taps of the customer are posted to your webhooks.'
      : 'A conversation looks as on the customer’s phone. Click a message to see its request, its reply and its webhooks.'),
    el('div', { class: 'steps' },
      step(1, 'Send a message', codeBox(line), el('div', {}, copyButton('Copy as curl', () => line, 'curl'))),
      step(2, 'Or write as a customer', el('p', { class: 'hint' }, 'On WhatsApp and RCS a customer’s message opens a 24-hour window for all kinds of message; outside it only templates are delivered.'),
        button('New conversation', beginConversation, { sign: 'plus', look: 'is-small' })),
      step(3, 'Receive webhooks', el('p', { class: 'hint' }, 'Add a URL of your program to receive receipts and replies.'),
        button('Add a webhook', () => openPanel({ kind: 'webhooks' }), { sign: 'hook', look: 'is-small' })))));
}
