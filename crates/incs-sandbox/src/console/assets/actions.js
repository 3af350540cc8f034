// Buttons, chips and rows that can be tapped. A tap is an action of the customer.
import { el, icon } from './dom.js';
import { api } from './api.js';
import { putMessage } from './store.js';
import { toast } from './toast.js';
import { copy } from './copy.js';
import { outward, webAddress } from './text.js';

/** Performs an action of a message's customer, and shows the result. */
export async function act(message, reply) {
  try {
    const made = await api.write(message.channel, message.customer, reply);
    if (made?.number) putMessage(made);
    return true;
  } catch (error) {
    toast(error.message, 'bad');
    return false;
  }
}

const signs = { reply: 'reply', url: 'link', call: 'call', copy: 'copy' };

/** The reply for a tap on a button. */
function replyOf(message, button) {
  if (message.channel === 'rcs') return { type: 'suggestion', message: String(message.number), postback: button.payload };
  return { type: 'button', message: String(message.number), id: button.id };
}

/** One button of a bubble, of a card, or a chip. */
export function action(message, button, look = 'action') {
  const label = [icon(signs[button.kind] ?? 'reply'), el('span', { dir: 'auto' }, button.text || button.url || 'Button')];
  const url = button.kind === 'url' ? webAddress(button.url) : null;
  const isReported = message.channel === 'rcs' && button.payload;
  if (url && !isReported) return el('a', { class: look, title: button.url, ...outward(url), on: { click: stop } }, label);
  if (button.kind === 'copy') {
    return el('button', { type: 'button', class: look, on: { click: (event) => { stop(event); copy(button.value || button.text, 'code'); } } }, label);
  }
  // On RCS the tap is also reported to the business.
  const wouldBe = { url: `The phone would open ${button.url}`, call: `The phone would call ${button.value}` }[button.kind];
  if (wouldBe && !isReported) return el('button', { type: 'button', class: look, title: wouldBe, on: { click: (event) => { stop(event); toast(wouldBe); } } }, label);
  const node = el('button', { type: 'button', class: look, title: wouldBe, data: { reply: button.payload || button.id } }, label);
  node.addEventListener('click', async (event) => {
    stop(event);
    node.disabled = true;
    if (await act(message, replyOf(message, button))) {
      node.classList.add('is-tapped');
      if (wouldBe) toast(wouldBe);
    }
    node.disabled = false;
  });
  return node;
}

export function stop(event) {
  event.stopPropagation();
}
