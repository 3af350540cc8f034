// The left pane: filter, search, and the conversations, the latest first.
import { button, calmly, el, fill, hue, icon, keep } from './dom.js';
import { CHANNELS, initials, names, phone } from './channels.js';
import { line } from './content.js';
import { beginConversation } from './newcomer.js';
import { drawFound, search } from './search.js';
import { keyOf, listed, now, on, store, tell } from './store.js';
import { tick } from './ticks.js';
import { brief } from './time.js';

const filters = el('div', { class: 'filters', role: 'group', 'aria-label': 'Channel' });
const list = el('div', { class: 'list', role: 'list' });
fill(document.querySelector('#conversations'),
  search.node, filters, list,
  el('div', { class: 'list-foot' }, button('New conversation', beginConversation, { sign: 'plus' })));

export function choose(key) {
  store.selected = key;
  store.unread.delete(key);
  tell('selected');
  tell('conversations', key);
}

function drawFilters() {
  const all = [...store.conversations.values()];
  const filter = (channel, label) => el('button', {
    type: 'button', 'data-keep': channel || 'all', class: 'filter', 'aria-pressed': String(store.channel === channel), data: { channel }, title: `${label} (${[''].concat(CHANNELS).indexOf(channel) + 1})`,
    on: { click: () => { store.channel = channel; tell('conversations'); } },
  }, channel && el('span', { class: 'dot' }), label, el('span', { class: 'count' }, channel ? all.filter((known) => known.channel === channel).length : all.length));
  keep(filters, [filter('', 'All'), CHANNELS.map((channel) => filter(channel, names[channel]))]);
}

/** One row of the list. */
export function row(conversation) {
  const key = keyOf(conversation);
  const { last } = conversation;
  const unread = store.unread.get(key) ?? 0;
  const isNamed = conversation.name && conversation.name !== conversation.customer;
  return el('div', { role: 'listitem', 'data-keep': key }, el('button', {
    type: 'button', class: `row${unread ? ' is-unread' : ''}`, 'aria-current': store.selected === key ? 'true' : 'false',
    data: { key, channel: conversation.channel }, on: { click: () => choose(key) },
  },
  el('span', { class: 'avatar', 'aria-hidden': 'true', vars: { '--hue': hue(conversation.customer) } }, initials(conversation.name, conversation.customer)),
  el('span', { class: 'row-top' },
    el('span', { class: 'row-name', dir: 'auto' }, isNamed ? conversation.name : phone(conversation.customer)),
    el('span', { class: 'row-phone' }, isNamed ? phone(conversation.customer) : ''),
    el('span', { class: 'hidden-text' }, names[conversation.channel]),
    el('time', { class: 'row-time' }, brief(conversation.last_at, now()))),
  el('span', { class: 'row-bottom' },
    last?.direction === 'outbound' ? tick(last.state) : last && icon2(),
    el('span', { class: 'row-text', dir: 'auto' }, line(last).slice(0, 120) || '…'),
    unread ? el('span', { class: 'unread', 'aria-label': `${unread} new` }, unread > 99 ? '99+' : unread) : null)));
}

function icon2() {
  return el('span', { class: 'tick', title: 'from the customer' }, icon('reply'), el('span', { class: 'hidden-text' }, 'from the customer'));
}

function draw() {
  drawFilters();
  const rows = listed();
  keep(list, [rows.map(row), drawFound(),
    rows.length === 0 && !store.found?.messages.length
      ? el('p', { class: 'none' }, store.query ? 'Nothing found.' : store.channel ? `No conversation on ${names[store.channel]} yet.` : 'No conversation yet.')
      : null]);
}

const rowOf = (key) => [...list.querySelectorAll('.row')].find((node) => node.dataset.key === key);

/** Moves the choice by a number of rows. */
export function move(by) {
  const keys = [...list.querySelectorAll('.row[data-key]:not([data-number])')].map((node) => node.dataset.key);
  if (!keys.length) return;
  const place = keys.indexOf(store.selected);
  const next = keys[Math.min(keys.length - 1, Math.max(0, place < 0 ? 0 : place + by))];
  if (next === store.selected) return;
  choose(next);
  rowOf(next)?.scrollIntoView({ block: 'nearest' });
}

const drawSoon = calmly(draw, 16);
on('conversations', drawSoon);
on('found', drawSoon);
on('state', drawSoon);
on('selected', drawSoon);
on('message', ({ message, isNew }) => {
  const key = keyOf(message);
  if (!isNew || key === store.selected) return;
  store.unread.set(key, (store.unread.get(key) ?? 0) + 1);
});
draw();
