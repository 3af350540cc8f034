// What one sees before anything is chosen, or before anything happened.
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
    el('h1', {}, isFirst ? 'Nothing has been sent yet' : 'Choose a conversation'),
    el('p', {}, isFirst
      ? 'This is a local INCS. What your program sends shows up here as on the customer’s phone; what the customer does reaches your webhooks.'
      : 'Each shows what the customer’s phone would. Behind every bubble stand the request, the reply and each webhook.'),
    el('div', { class: 'steps' },
      step(1, 'Send a message', codeBox(line), el('div', {}, copyButton('Copy as curl', () => line, 'curl'))),
      step(2, 'Or let a customer write first', el('p', { class: 'hint' }, 'On WhatsApp and RCS that opens the 24 hours in which anything may be sent; before it only templates are delivered.'),
        button('New conversation', beginConversation, { sign: 'plus', look: 'is-small' })),
      step(3, 'Hear about it', el('p', { class: 'hint' }, 'Subscribe a URL of your program to receipts and replies.'),
        button('Add a webhook', () => openPanel({ kind: 'webhooks' }), { sign: 'hook', look: 'is-small' })))));
}
