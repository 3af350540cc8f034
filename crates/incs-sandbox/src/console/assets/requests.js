// The latest calls of the platform's API, also those that made no message.
import { button, el, fill, keep, keyed } from './dom.js';
import { api, listOf } from './api.js';
import { panel, refresh } from './drawer.js';
import { envelopeCode, exchangeBlocks, statusPill } from './parts.js';
import { hearing, on, openPanel, putExchange, store } from './store.js';
import { hours, precise } from './time.js';
import { toast } from './toast.js';

async function load() {
  const told = [];
  try {
    const found = await hearing('exchanges', (exchange) => told.push(exchange), () => api.exchanges());
    store.exchanges = listOf(found, 'exchanges').sort((one, other) => other.number - one.number);
    told.forEach(putExchange);
  } catch (error) {
    toast(error.message, 'bad');
  }
  refresh('requests');
}

function row(exchange) {
  return el('button', { type: 'button', class: 'log-row', data: { exchange: exchange.number, keep: exchange.number }, on: { click: () => openPanel({ kind: 'exchange', number: exchange.number }) } },
    el('span', { class: 'method' }, exchange.method),
    el('span', { class: 'attempt-top' }, statusPill(exchange.status, 'dropped'), envelopeCode(exchange)),
    el('span', { class: 'grow mono', dir: 'ltr' }, exchange.fault ? `${exchange.path} · ${exchange.fault}` : exchange.path),
    el('time', { title: precise(exchange.at) }, hours(exchange.at)));
}

panel('requests', (body, _, isOther) => {
  if (isOther) load();
  keep(body, [store.exchanges.length
    ? keyed('log', el('div', { class: 'log' }, store.exchanges.map(row)))
    : el('p', { class: 'hint' }, 'No calls yet. Each call of the platform’s API appears here with its reply, including refused ones.')]);
  return { title: 'Requests' };
});

let alone = null;
panel('exchange', (body, { number }, isOther) => {
  if (isOther) {
    alone = store.exchanges.find((known) => known.number === number) ?? null;
    if (!alone) api.exchange(number).then((found) => { alone = found; refresh('exchange'); }, (error) => toast(error.message, 'bad'));
  }
  if (alone) {
    fill(body,
      el('p', { class: 'hint' }, `Request ${alone.number} · ${precise(alone.at)}`),
      alone.message && el('div', {}, button('Show the message', () => openPanel({ kind: 'message', number: alone.message }), { sign: 'chat', look: 'is-small' })),
      exchangeBlocks(alone));
  }
  return { title: 'Request', back: () => openPanel({ kind: 'requests' }) };
});

on('exchanges', () => refresh('requests'));
