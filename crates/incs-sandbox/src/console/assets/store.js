// The state of the page. Changes are published by topic; views subscribe to topics.
const KEPT_THREADS = 12;
const KEPT_MESSAGES = 1500;
const KEPT_EXCHANGES = 200;

export const store = {
  state: null,
  /** The milliseconds by which the sandbox's clock is ahead of this machine's. */
  offset: 0,
  live: 'connecting',
  conversations: new Map(),
  /** The loaded part of the list of each channel, with '' for all: see `endOf`. */
  ends: new Map(),
  threads: new Map(),
  unread: new Map(),
  selected: null,
  channel: '',
  query: '',
  found: null,
  panel: null,
  exchanges: [],
  faults: [],
  subscriptions: [],
  answering: null,
  /** The message to scroll to once its conversation is loaded. */
  aim: null,
};

const listeners = new Map();

export function on(topic, listener) {
  if (!listeners.has(topic)) listeners.set(topic, new Set());
  listeners.get(topic).add(listener);
}

export function tell(topic, detail) {
  for (const listener of listeners.get(topic) ?? []) listener(detail);
}

/** Listens to a topic while data is loaded, and returns the data. */
export async function hearing(topic, listener, read) {
  on(topic, listener);
  try {
    return await read();
  } finally {
    listeners.get(topic).delete(listener);
  }
}

/** The same request, but `null` for a reply that a later one has overtaken, since it is out of date. */
export function latest(read) {
  let asked = 0;
  return async (...args) => {
    asked += 1;
    const turn = asked;
    const reply = await read(...args);
    return turn === asked ? reply : null;
  };
}

export const keyOf = (thing) => `${thing.channel}/${thing.customer}`;
export const selected = () => store.conversations.get(store.selected) ?? null;

/** The time of the sandbox. */
export function now() {
  if (store.state?.clock === 'virtual') return new Date(store.state.now);
  return new Date(Date.now() + store.offset);
}

export function setState(state) {
  store.state = state;
  store.offset = new Date(state.now).getTime() - Date.now();
  tell('state');
}

/** Updates a conversation; absent members stay. */
export function putConversation(conversation) {
  const key = keyOf(conversation);
  store.conversations.set(key, { ...store.conversations.get(key), ...conversation });
  tell('conversations', key);
}

/** The number of conversations loaded at once. */
export const PAGE = 200;

/** The end of a loaded list: the number of the last message of its last conversation, and whether more follow. */
export const endOf = (list) => ({ before: list.at(-1)?.last?.number ?? 0, isWhole: list.length < PAGE });

/** Stores the first loaded conversations, except the keys in `newer`, which changed in the meantime. */
export function setConversations(list, newer) {
  const known = store.conversations;
  store.conversations = new Map(list.map((conversation) => [keyOf(conversation), conversation]));
  for (const key of newer) if (known.has(key)) store.conversations.set(key, known.get(key));
  store.ends = new Map([['', endOf(list)]]);
  tell('conversations');
}

/** Stores loaded conversations. Events about their last messages are newer. */
export function putRead(list) {
  for (const conversation of list) {
    const known = store.conversations.get(keyOf(conversation));
    const isNewer = known?.last && known.last.number >= (conversation.last?.number ?? 0);
    store.conversations.set(keyOf(conversation), isNewer ? { ...conversation, last: known.last, last_at: known.last_at } : conversation);
  }
}

/** Adds conversations of a channel, or of all, below the loaded ones. */
export function addConversations(channel, list) {
  putRead(list);
  store.ends.set(channel, endOf(list));
  tell('conversations');
}

/** The end of the shown list. */
export function shownEnd() {
  if (store.found) return store.found;
  const all = store.ends.get('') ?? endOf([]);
  const own = store.ends.get(store.channel) ?? all;
  return { before: Math.min(all.before, own.before), isWhole: all.isWhole || own.isWhole };
}

/** The loaded conversations of the selected channel, latest first. Others may be known, with gaps between them. */
export function listed() {
  const { before, isWhole } = shownEnd();
  const isRead = (conversation) => isWhole || store.found || (conversation.last?.number ?? 0) >= before || keyOf(conversation) === store.selected;
  const all = store.found?.conversations ?? [...store.conversations.values()];
  return all
    .map((conversation) => store.conversations.get(keyOf(conversation)) ?? conversation)
    .filter((conversation) => (!store.channel || conversation.channel === store.channel) && isRead(conversation))
    .sort((one, other) => (other.last?.number ?? 0) - (one.last?.number ?? 0));
}

/** Shows the conversations of a channel, or all. */
export function filterBy(channel) {
  store.channel = channel;
  tell('channel');
  tell('conversations');
}

/** Updates a message. Returns whether it is new to the page. */
export function putMessage(message) {
  const key = keyOf(message);
  const known = store.conversations.get(key) ?? { channel: message.channel, customer: message.customer, name: message.customer, count: 0 };
  const isNewer = !known.last || message.number > known.last.number;
  if (isNewer || message.number === known.last.number) {
    const inbound = message.direction === 'inbound' ? { last_inbound_at: message.created_at } : {};
    store.conversations.set(key, { ...known, ...(isNewer ? inbound : {}), last: message, last_at: known.last_at > message.created_at ? known.last_at : message.created_at });
    tell('conversations', key);
  }
  const thread = store.threads.get(key);
  let isNew = isNewer;
  if (thread) {
    const place = thread.list.findIndex((entry) => entry.number >= message.number);
    if (place >= 0 && thread.list[place].number === message.number) {
      thread.list[place] = message;
      isNew = false;
    } else if (place >= 0) thread.list.splice(place, 0, message);
    else thread.list.push(message);
    if (thread.list.length > KEPT_MESSAGES) thread.isWhole = (thread.list.splice(0, thread.list.length - KEPT_MESSAGES), false);
  }
  tell('message', { message, isNew });
  return isNew;
}

/** The loaded messages of a conversation; the least recently shown threads are forgotten. */
export function setThread(key, list, isWhole) {
  store.threads.delete(key);
  store.threads.set(key, { list, isWhole });
  for (const old of store.threads.keys()) {
    if (store.threads.size <= KEPT_THREADS) break;
    if (old !== store.selected) store.threads.delete(old);
  }
}

export function findMessage(idOrNumber) {
  const wanted = String(idOrNumber);
  for (const thread of store.threads.values()) {
    const found = thread.list.find((message) => message.id === wanted || String(message.number) === wanted);
    if (found) return found;
  }
  return null;
}

export function putExchange(exchange) {
  const place = store.exchanges.findIndex((entry) => entry.number === exchange.number);
  if (place >= 0) store.exchanges[place] = exchange;
  else store.exchanges.unshift(exchange);
  store.exchanges.length = Math.min(store.exchanges.length, KEPT_EXCHANGES);
  tell('exchanges', exchange);
}

export function openPanel(panel) {
  store.panel = panel;
  tell('panel');
}
