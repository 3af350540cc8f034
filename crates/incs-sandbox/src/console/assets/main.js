// Where the page begins: reads what there is, listens, binds keys and the address.
import { calmly } from './dom.js';
import { api, listOf } from './api.js';
import { CHANNELS } from './channels.js';
import { composer } from './composer.js';
import { choose, move } from './conversations.js';
import './details.js';
import { closeDrawer } from './drawer.js';
import { loadFaults, loadFaultsSoon } from './faults.js';
import { bind, showKeys } from './keyboard.js';
import { beginConversation } from './newcomer.js';
import { markRead } from './phone.js';
import './requests.js';
import { search } from './search.js';
import { closeSheet } from './sheet.js';
import { hearing, on, openPanel, selected, setConversations, setState, store, tell } from './store.js';
import { listen } from './stream.js';
import './templates.js';
import { load as loadThread } from './thread.js';
import { nextTheme } from './topbar.js';
import { loadSubscriptions } from './webhooks.js';

/** Reads everything that is shown. */
async function reload() {
  const newer = new Set();
  const [state, conversations] = await hearing('conversations', (key) => newer.add(key), () => Promise.all([api.state(), api.conversations()]));
  setState(state);
  setConversations(listOf(conversations, 'conversations'), newer);
  // What is no longer remembered is not kept here either.
  for (const key of store.threads.keys()) if (key !== store.selected && !store.conversations.has(key)) store.threads.delete(key);
  await Promise.all([store.selected ? loadThread() : null, loadFaults(), loadSubscriptions()]);
}

const readState = calmly(() => api.state().then(setState, () => {}), 300);

on('told', readState);
on('fault', loadFaultsSoon);
on('subscription', calmly(loadSubscriptions, 120));
on('reset', () => {
  store.threads.clear();
  store.unread.clear();
  store.exchanges = [];
  store.selected = null;
  openPanel(null);
  tell('selected');
});

// The address names the conversation, so that it can be passed on and found again after a reload.
on('selected', () => {
  const hash = store.selected ? `#/${store.selected}` : '#/';
  if (location.hash !== hash) history.replaceState(null, '', hash);
});
function follow() {
  const key = decodeURIComponent(location.hash.slice(2));
  const isKey = CHANNELS.includes(key.split('/')[0]) && /^\w+\/[^/]+$/.test(key);
  store.selected = isKey ? key : null;
  tell('selected');
}
window.addEventListener('hashchange', follow);

const toggle = (kind) => () => openPanel(store.panel?.kind === kind ? null : { kind });
bind('/', search.focus);
bind('j', () => move(1));
bind('k', () => move(-1));
bind('ArrowDown', () => move(1));
bind('ArrowUp', () => move(-1));
bind('Enter', () => (selected() ? composer.focus() : move(0)));
['', ...CHANNELS].forEach((channel, index) => bind(String(index + 1), () => { store.channel = channel; tell('conversations'); }));
bind('n', beginConversation);
bind('m', markRead);
bind('d', () => {
  const last = store.threads.get(store.selected)?.list.at(-1);
  if (last) openPanel({ kind: 'message', number: last.number });
});
bind('r', toggle('requests'));
bind('w', toggle('webhooks'));
bind('f', toggle('faults'));
bind('p', toggle('templates'));
bind('t', nextTheme);
bind('?', showKeys);
bind('Escape', () => {
  if (closeSheet() || closeDrawer()) return;
  if (store.selected && matchMedia('(max-width: 720px)').matches) choose(null);
});

follow();
listen(reload);
