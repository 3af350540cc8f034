// A customer who writes first.
import { api } from './api.js';
import { CHANNELS, names } from './channels.js';
import { ask } from './dialogs.js';
import { keyOf, putConversation, putMessage, store, tell } from './store.js';
import { toast } from './toast.js';

export async function beginConversation() {
  const answer = await ask({
    title: 'Write as a new customer',
    confirm: 'Send',
    fields: [
      { name: 'channel', label: 'Channel', value: store.channel || 'whatsapp', choices: CHANNELS.map((channel) => [channel, names[channel]]) },
      { name: 'customer', label: 'Number of the customer', placeholder: '85251230088', pattern: '\\+?[0-9 ]{5,20}', required: true, type: 'tel', hint: 'Country code and number, digits only' },
      { name: 'text', label: 'Message', value: 'Hi! Is this still available?', required: true, rows: 2 },
    ],
  });
  if (!answer) return;
  const customer = answer.customer.replace(/\D/g, '');
  try {
    const message = await api.write(answer.channel, customer, { type: 'text', text: answer.text });
    if (!store.conversations.has(keyOf(message))) putConversation({ channel: answer.channel, customer, name: customer, count: 1 });
    putMessage(message);
    store.selected = keyOf(message);
    tell('selected');
  } catch (error) {
    toast(error.message, 'bad');
  }
}
