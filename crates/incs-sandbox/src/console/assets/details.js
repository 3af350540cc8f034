// The details of a message: its states, the request, the reply, and each webhook with its attempts.
import { button, calmly, el, fill, keep, keyed, square } from './dom.js';
import { api } from './api.js';
import { phone, names } from './channels.js';
import { copyButton } from './copy.js';
import { ask } from './dialogs.js';
import { panel, refresh } from './drawer.js';
import { block, deliveryFolds, exchangeBlocks } from './parts.js';
import { codeBox } from './json.js';
import { keyOf, latest, on, openPanel, putMessage, store, tell } from './store.js';
import { between, precise, span } from './time.js';
import { toast } from './toast.js';

let details = null;

const read = latest((number) => api.message(number).catch((error) => ({ number, error: error.message })));

async function load(number) {
  const found = await read(number);
  if (!found || store.panel?.kind !== 'message' || store.panel.number !== number) return;
  details = found;
  refresh('message');
}
const loadSoon = calmly(load, 80);

async function repost(delivery) {
  try {
    await api.repost(delivery.number);
    toast('Posted again.');
  } catch (error) {
    toast(error.message, 'bad');
  }
}

async function force(message, state) {
  let failure;
  if (state === 'failed') {
    const answer = await ask({ title: 'Fail the message', confirm: 'Fail', isDangerous: true, fields: [
      { name: 'code', label: 'Code', value: '131026', required: true, pattern: '-?[0-9]+', hint: 'a number' },
      { name: 'title', label: 'Reason', value: 'Message undeliverable', required: true },
    ] });
    if (!answer) return;
    failure = { code: Number(answer.code), title: answer.title };
  }
  try {
    const made = await api.setState(message.number, state, failure);
    if (made?.number) putMessage(made);
  } catch (error) {
    toast(error.message, 'bad');
  }
}

/** The states so far: accepted, sent, delivered, and read or failed. */
function steps(message) {
  const failed = message.state === 'failed';
  const all = [['Accepted', message.created_at], ['Sent', message.sent_at], ['Delivered', message.delivered_at], failed ? ['Failed', message.failed_at] : ['Read', message.read_at]];
  return el('div', { class: 'steps-line' }, all.map(([word, at]) => el('div', { class: `step${at ? ' is-done' : ''}${word === 'Failed' ? ' is-bad' : ''}` },
    el('b', {}, word), el('span', {}, at ? (word === 'Accepted' ? precise(at) : `+${span(between(message.created_at, at))}`) : '–'))));
}

function actions(message) {
  const order = ['created', 'sent', 'delivered', 'read'];
  const place = order.indexOf(message.state);
  if (message.direction !== 'outbound' || place < 0 || message.state === 'read') return null;
  return el('div', { class: 'attempt-top' }, el('span', { class: 'hint' }, 'Set state'),
    order.slice(place + 1).map((state) => button(state, () => force(message, state), { look: 'is-small' })),
    button('failed', () => force(message, 'failed'), { look: 'is-small is-danger' }));
}

function neighbour(by) {
  const message = details;
  const list = store.threads.get(message ? keyOf(message) : '')?.list ?? [];
  const next = list[list.findIndex((entry) => entry.number === message?.number) + by];
  return next ? () => openPanel({ kind: 'message', number: next.number }) : null;
}

panel('message', (body, { number }, isOther) => {
  if (isOther) {
    details = null;
    load(number);
  }
  const message = details;
  const title = message?.direction === 'inbound' ? 'Customer’s message' : 'Message';
  if (!message) return { title };
  if (message.error) {
    fill(body, el('p', { class: 'error-text' }, message.error));
    return { title };
  }
  const scroll = body.scrollTop;
  const deliveries = message.deliveries ?? [];
  // Keep existing elements: receipts arrive while the user is about to press something.
  const blocks = [
    block('Status', null,
      message.direction === 'outbound' ? steps(message) : null,
      message.failure && el('p', { class: 'error-text' }, `${message.failure.code} ${message.failure.title}`),
      actions(message),
      el('dl', { class: 'pairs' },
        pair('Kind', message.kind), pair('Channel', names[message.channel]), pair(message.direction === 'inbound' ? 'From' : 'To', phone(message.customer)),
        pair('Id', el('span', { class: 'mono' }, message.id)), pair('Number', `${message.number} · INCS ${message.incs_id}`),
        message.direction === 'inbound' && pair('Received', precise(message.created_at)))),
    message.warnings?.length && block('Warnings', null, message.warnings.map(({ pointer, message: text }) => el('p', { class: 'hint' }, el('span', { class: 'mono' }, pointer), ` ${text}`))),
    message.request ? exchangeBlocks(message.request)
      : block(message.direction === 'inbound' ? 'Action of the customer' : 'Content', copyButton('JSON', () => JSON.stringify(message.content), 'content'), codeBox(JSON.stringify(message.content))),
    block(`Webhooks${deliveries.length ? ` (${deliveries.length})` : ''}`, null,
      deliveries.length ? deliveryFolds(deliveries, repost) : el('p', { class: 'hint' }, 'None. No webhook is subscribed to its events.')),
  ].flat().filter(Boolean);
  keep(body, blocks.map((node, place) => keyed(place, node)));
  body.scrollTop = scroll;
  const before = neighbour(-1);
  const after = neighbour(1);
  const answer = () => { store.answering = message; tell('answering'); if (matchMedia('(max-width: 720px)').matches) openPanel(null); };
  return { title, end: [message.direction === 'outbound' && keyOf(message) === store.selected && button('Reply', answer, { sign: 'quote', look: 'is-small' }), before && square('back', 'Previous message', before), after && square('next', 'Message after', after)] };
});

const pair = (name, value) => [el('dt', {}, name), el('dd', {}, value)];

on('message', ({ message }) => { if (store.panel?.kind === 'message' && store.panel.number === message.number) loadSoon(message.number); });
on('delivery', (delivery) => { if (store.panel?.kind === 'message' && store.panel.number === delivery.message) loadSoon(delivery.message); });
