// The messages of one conversation, oldest first, with the days between them.
import { button, el, fill } from './dom.js';
import { api, listOf } from './api.js';
import { bubble } from './bubble.js';
import { hearing, keyOf, now, on, selected, setThread, store, tell } from './store.js';
import { day, dayOf } from './time.js';
import { toast } from './toast.js';

const inner = el('div', { class: 'thread-in' });
const node = el('div', { id: 'thread', class: 'thread', role: 'log', 'aria-label': 'Messages', tabindex: '-1' }, inner);
const newest = button('New messages', () => toEnd(), { sign: 'down', look: 'is-small newest' });
newest.hidden = true;
let bubbles = new Map();
let shownKey = null;
/** True while the newest message is visible and stays so when content grows. */
let isSticky = true;

export const thread = { node, newest };

const isAtEnd = () => node.scrollHeight - node.scrollTop - node.clientHeight < 90;

function toEnd() {
  isSticky = true;
  node.scrollTop = node.scrollHeight;
  newest.hidden = true;
}

/** Loads messages of a conversation. Events that arrive meanwhile are newer than the reply. */
async function read(conversation, before) {
  const told = new Map();
  const hear = ({ message }) => { if (keyOf(message) === keyOf(conversation)) told.set(message.number, message); };
  const reply = await hearing('message', hear, () => api.thread(conversation.channel, conversation.customer, before));
  const list = listOf(reply, 'messages').map((message) => told.get(message.number) ?? message);
  if (before) return list;
  const last = list.at(-1)?.number ?? 0;
  const more = [...told.values()].filter((message) => message.number > last);
  return [...list, ...more.sort((one, other) => one.number - other.number)];
}

/** Loads and shows the newest messages of the selected conversation. */
export async function load() {
  const conversation = selected();
  if (!conversation) return;
  const key = store.selected;
  if (shownKey !== key) draw();
  try {
    const list = await read(conversation);
    const known = store.threads.get(key);
    const older = known ? known.list.filter((message) => list.length && message.number < list[0].number) : [];
    setThread(key, [...older, ...list], older.length ? known.isWhole : list.length < 50);
  } catch (error) {
    if (error.status !== 404) toast(error.message, 'bad');
    setThread(key, [], true);
  }
  if (store.selected !== key) return;
  draw();
  if (store.aim) jump(store.aim).catch((error) => toast(error.message, 'bad'));
  store.aim = null;
}

async function loadEarlier() {
  const key = store.selected;
  const conversation = selected();
  const known = store.threads.get(key);
  if (!conversation || !known?.list.length || known.isWhole) return;
  const list = await read(conversation, known.list[0].number);
  const height = node.scrollHeight;
  setThread(key, [...list, ...known.list], list.length < 50);
  if (store.selected !== key) return;
  draw(true);
  node.scrollTop = node.scrollHeight - height;
}

/** Redraws the whole thread. */
export function draw(keepsPlace = false) {
  const key = store.selected;
  const known = store.threads.get(key);
  shownKey = key;
  bubbles = new Map();
  newest.hidden = true;
  const nodes = [];
  if (known && !known.isWhole) nodes.push(button('Earlier messages', () => loadEarlier().catch((error) => toast(error.message, 'bad')), { look: 'is-small earlier' }));
  let before = null;
  for (const message of known?.list ?? []) {
    if (!before || dayOf(before.created_at) !== dayOf(message.created_at)) nodes.push(dayLine(message));
    const made = bubble(message, false);
    bubbles.set(message.number, made);
    nodes.push(made.node);
    before = message;
  }
  fill(inner, nodes);
  mark();
  if (!keepsPlace) toEnd();
}

const dayLine = (message) => el('div', { class: 'day' }, day(message.created_at, now()));

function put({ message }) {
  const key = `${message.channel}/${message.customer}`;
  if (key !== store.selected || shownKey !== key || !store.threads.has(key)) return;
  const known = bubbles.get(message.number);
  if (known) return known.update(message);
  const { list } = store.threads.get(key);
  if (list.at(-1)?.number !== message.number) return draw(true);
  const before = list.at(-2);
  const wasAtEnd = isSticky;
  const made = bubble(message, true);
  bubbles.set(message.number, made);
  if (!before || dayOf(before.created_at) !== dayOf(message.created_at)) inner.append(dayLine(message));
  inner.append(made.node);
  if (wasAtEnd || message.direction === 'inbound') toEnd();
  else newest.hidden = false;
}

/** Marks the bubble whose details are open. */
function mark() {
  const number = store.panel?.kind === 'message' ? store.panel.number : null;
  for (const [key, { node: bubbleNode }] of bubbles) bubbleNode.classList.toggle('is-open', key === number);
}

/** Scrolls to a message of this conversation, loading older ones until it is there. */
export async function jump(number) {
  for (let page = 0; page < 20 && !bubbles.has(number); page += 1) {
    const known = store.threads.get(store.selected);
    if (!known || known.isWhole) break;
    await loadEarlier();
  }
  const found = bubbles.get(number)?.node;
  if (!found) return toast('This message is no longer remembered.');
  isSticky = false;
  found.scrollIntoView({ block: 'center' });
  found.classList.remove('is-found');
  requestAnimationFrame(() => found.classList.add('is-found'));
  found.focus({ preventScroll: true });
}

node.addEventListener('scroll', () => {
  isSticky = isAtEnd();
  if (isSticky) newest.hidden = true;
}, { passive: true });
const sizes = new ResizeObserver(() => { if (isSticky) node.scrollTop = node.scrollHeight; });
sizes.observe(inner);
sizes.observe(node);
on('message', put);
on('panel', mark);
on('jump', (number) => jump(number).catch((error) => toast(error.message, 'bad')));
on('selected', () => {
  store.answering = null;
  tell('answering');
});
