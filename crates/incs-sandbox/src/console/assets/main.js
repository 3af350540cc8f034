// The entry point: loads the data, listens for events, binds keys and the address.
import { calmly, soon } from './dom.js';
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
import { filterBy, hearing, on, openPanel, putConversation, selected, setConversations, setState, store, tell } from './store.js';
import { listen } from './stream.js';
import './templates.js';
import { load as loadThread } from './thread.js';
import { toast } from './toast.js';
import { nextTheme } from './topbar.js';
import { loadSubscriptions } from './webhooks.js';

/** Loads everything that is shown. */
async function reload() {
  const newer = new Set();
  const [state, conversations] = await hearing('conversations', (key) => newer.add(key), () => Promise.all([api.state(), api.conversations()]));
  setState(state);
  setConversations(listOf(conversations, 'conversations'), newer);
  await readSelected();
  // Forget what the sandbox no longer remembers.
  for (const key of store.threads.keys()) if (key !== store.selected && !store.conversations.has(key)) store.threads.delete(key);
  await Promise.all([store.selected ? loadThread() : null, loadFaults(), loadSubscriptions()]);
}

/** Loads the selected conversation, which may be older than the loaded list. */
async function readSelected() {
  if (!store.selected || selected()) return;
  const [channel, customer] = store.selected.split('/');
  for (const found of listOf(await api.conversations({ channel, customer }), 'conversations')) putConversation(found);
}

// Also under load: counters must be right while messages arrive.
const readState = soon(() => api.state().then(setState, () => {}), 300);

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

// The address contains the conversation, so that it can be shared and survives a reload.
on('selected', () => {
  const hash = store.selected ? `#/${store.selected}` : '#/';
  if (location.hash !== hash) history.replaceState(null, '', hash);
});
function follow() {
  const key = decodeURIComponent(location.hash.slice(2));
  const isKey = CHANNELS.includes(key.split('/')[0]) && /^\w+\/[^/]+$/.test(key);
  store.selected = isKey ? key : null;
  tell('selected');
  if (store.state) readSelected().catch((error) => toast(error.message, 'bad'));
}
window.addEventListener('hashchange', follow);

const toggle = (kind) => () => openPanel(store.panel?.kind === kind ? null : { kind });
bind('/', search.focus);
bind('j', () => move(1));
bind('k', () => move(-1));
bind('ArrowDown', () => move(1));
bind('ArrowUp', () => move(-1));
bind('Enter', () => (selected() ? composer.focus() : move(0)));
['', ...CHANNELS].forEach((channel, index) => bind(String(index + 1), () => filterBy(channel)));
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
