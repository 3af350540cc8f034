// Receipts: one icon for each state of a message.
import { el, icon } from './dom.js';

const signs = { created: 'clock', sent: 'check', delivered: 'checks', read: 'checks', failed: 'alert' };
export const stateWords = { created: 'accepted', sent: 'sent', delivered: 'delivered', read: 'read', failed: 'failed', received: 'received' };

export function tick(state, isFresh = false) {
  if (!signs[state]) return null;
  return el('span', { class: `tick${isFresh ? ' is-fresh' : ''}`, data: { state }, title: stateWords[state] }, icon(signs[state]),
    el('span', { class: 'hidden-text' }, stateWords[state]));
}
