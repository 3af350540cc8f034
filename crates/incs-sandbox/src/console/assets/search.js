// Search over names, numbers and the texts of messages.
import { calmly, el, icon } from './dom.js';
import { api, listOf } from './api.js';
import { avatar, shownName } from './channels.js';
import { line } from './content.js';
import { endOf, keyOf, now, on, putRead, store, tell } from './store.js';
import { brief } from './time.js';
import { toast } from './toast.js';

const input = el('input', { type: 'search', placeholder: 'Search names, numbers, texts', 'aria-label': 'Search', dir: 'auto', autocomplete: 'off', spellcheck: 'false', maxlength: '200' });
const hint = el('kbd', { class: 'key', 'aria-hidden': 'true' }, '/');

export const search = {
  node: el('div', { class: 'search', role: 'search' }, icon('search'), input, hint),
  focus() {
    input.focus();
    input.select();
  },
};

async function run() {
  const { query, channel } = store;
  if (!query) {
    store.found = null;
    return tell('found');
  }
  try {
    const [conversations, messages] = await Promise.all([api.conversations({ q: query, channel }), api.messages({ q: query, channel, limit: 30 })]);
    if (query !== store.query || channel !== store.channel) return undefined;
    const list = listOf(conversations, 'conversations');
    store.found = { conversations: [], messages: listOf(messages, 'messages') };
    addFound(list);
    return tell('found');
  } catch (error) {
    return toast(error.message, 'bad');
  }
}

/** Adds found conversations below the known ones. */
export function addFound(list) {
  Object.assign(store.found, endOf(list), { conversations: [...store.found.conversations, ...list] });
  putRead(list);
}

const runSoon = calmly(run, 160);
on('channel', () => { if (store.query) run(); });
input.addEventListener('input', () => {
  store.query = input.value.trim();
  hint.hidden = Boolean(input.value);
  if (store.query) runSoon();
  else run();
});
input.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    event.stopPropagation();
    if (input.value) {
      input.value = '';
      input.dispatchEvent(new Event('input'));
    } else input.blur();
  }
  if (event.key === 'Enter') document.querySelector('#conversations .list .row')?.click();
});
on('message', ({ isNew }) => { if (isNew && store.query) runSoon(); });

/** A text around the match, which is highlighted. */
function marked(text, query) {
  const place = text.toLocaleLowerCase().indexOf(query.toLocaleLowerCase());
  if (place < 0) return text.slice(0, 120);
  const start = Math.max(0, place - 24);
  return [start ? '…' : '', text.slice(start, place), el('mark', {}, text.slice(place, place + query.length)), text.slice(place + query.length, place + 100)];
}

/** The found messages, below the conversations. */
export function drawFound() {
  const found = store.found?.messages.filter((message) => !store.channel || message.channel === store.channel) ?? [];
  if (!found.length) return null;
  const open = (message) => {
    if (!store.conversations.has(keyOf(message))) store.conversations.set(keyOf(message), { channel: message.channel, customer: message.customer, name: message.customer, last_at: message.created_at });
    const isThere = store.selected === keyOf(message);
    store.selected = keyOf(message);
    store.aim = message.number;
    tell(isThere ? 'jump' : 'selected', message.number);
  };
  return [el('h2', { class: 'list-head' }, `${found.length}${found.length === 30 ? '+' : ''} message${found.length === 1 ? '' : 's'}`), found.map((message) => {
    const name = store.conversations.get(keyOf(message))?.name ?? message.customer;
    return el('div', { role: 'listitem', 'data-keep': `message ${message.number}` }, el('button', { type: 'button', class: 'row', data: { key: keyOf(message), number: message.number, channel: message.channel }, on: { click: () => open(message) } },
      avatar({ name, customer: message.customer }),
      el('span', { class: 'row-top' }, el('span', { class: 'row-name', dir: 'auto' }, shownName(name, message.customer)), el('span', { class: 'row-time' }, brief(message.created_at, now()))),
      el('span', { class: 'row-bottom' }, el('span', { class: 'row-text', dir: 'auto' }, marked(line(message), store.query)))));
  })];
}
