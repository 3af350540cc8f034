// The left pane: filter, search, and the conversations, the latest first.
import { button, el, fill, icon, keep, soon } from './dom.js';
import { api, listOf } from './api.js';
import { CHANNELS, avatar, names, shownName, shownPhone } from './channels.js';
import { line } from './content.js';
import { beginConversation } from './newcomer.js';
import { addFound, drawFound, search } from './search.js';
import { addConversations, filterBy, keyOf, listed, now, on, shownEnd, store, tell } from './store.js';
import { tick } from './ticks.js';
import { brief } from './time.js';
import { toast } from './toast.js';

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

/** The number of conversations that the sandbox remembers on a channel, or on all; the page may have loaded fewer. */
function count(channel) {
  const channels = store.state?.channels ?? [];
  return channels.filter((known) => !channel || known.channel === channel).reduce((sum, known) => sum + known.conversations, 0);
}

function drawFilters() {
  const filter = (channel, label) => el('button', {
    type: 'button', 'data-keep': channel || 'all', class: 'filter', 'aria-pressed': String(store.channel === channel), data: { channel }, title: `${label} (${[''].concat(CHANNELS).indexOf(channel) + 1})`,
    on: { click: () => filterBy(channel) },
  }, channel && el('span', { class: 'dot' }), label, el('span', { class: 'count' }, String(count(channel))));
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
  avatar(conversation),
  el('span', { class: 'row-top' },
    el('span', { class: 'row-name', dir: 'auto' }, shownName(conversation.name, conversation.customer)),
    el('span', { class: 'row-phone' }, isNamed && shownPhone(conversation.customer)),
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
  const { isWhole } = shownEnd();
  // A search shows two lists, one below the other, so more conversations are loaded by a button and not by scrolling.
  keep(list, [rows.map(row), isWhole ? null : more, drawFound(),
    rows.length === 0 && isWhole && !store.found?.messages.length
      ? el('p', { class: 'none' }, store.query ? 'No results.' : store.channel ? `No conversation on ${names[store.channel]} yet.` : 'No conversation yet.')
      : null]);
}

const more = button('Earlier conversations', () => readMore(), { look: 'is-small more-rows', 'data-keep': 'more' });
let reading = null;

/** Loads the next conversations of the shown list. */
async function readMore() {
  const { channel, query, found, ends } = store;
  const { before } = shownEnd();
  if (reading) return;
  reading = api.conversations({ channel, q: query, before });
  try {
    const conversations = listOf(await reading, 'conversations');
    // The list was reloaded in the meantime, so this end is out of date.
    if (found && found === store.found) addFound(conversations);
    if (!found && ends === store.ends) addConversations(channel, conversations);
    tell('found');
  } catch (error) {
    toast(error.message, 'bad');
    return;
  } finally {
    reading = null;
  }
  // It may still be visible; an observer reports only changes and newly observed elements.
  inSight.unobserve(more);
  inSight.observe(more);
}

const inSight = new IntersectionObserver((entries) => { if (!store.found && entries.at(-1).isIntersecting) readMore(); }, { root: list, rootMargin: '0px 0px 400px 0px' });
inSight.observe(more);

const rowOf = (key) => [...list.querySelectorAll('.row')].find((node) => node.dataset.key === key);

/** Moves the selection by a number of rows. */
export function move(by) {
  const keys = [...list.querySelectorAll('.row[data-key]:not([data-number])')].map((node) => node.dataset.key);
  if (!keys.length) return;
  const place = keys.indexOf(store.selected);
  const next = keys[Math.min(keys.length - 1, Math.max(0, place < 0 ? 0 : place + by))];
  if (next === store.selected) return;
  choose(next);
  rowOf(next)?.scrollIntoView({ block: 'nearest' });
}

const drawSoon = soon(draw, 16);
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
