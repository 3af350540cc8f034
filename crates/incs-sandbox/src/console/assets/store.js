// What the page knows. Whoever changes it tells a topic; whoever shows it listens.
const KEPT_THREADS = 12;
const KEPT_MESSAGES = 1500;
const KEPT_EXCHANGES = 200;

export const store = {
  state: null,
  /** How far the clock of the sandbox is ahead of this machine's, in milliseconds. */
  offset: 0,
  live: 'connecting',
  conversations: new Map(),
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
  /** The message to go to once its conversation was read. */
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

/** Listens to a topic for as long as a read takes, and gives what was read. */
export async function hearing(topic, listener, read) {
  on(topic, listener);
  try {
    return await read();
  } finally {
    listeners.get(topic).delete(listener);
  }
}

/** The same read, but `null` instead of a reply that a later one has overtaken: it says what is no longer so. */
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

/** What time it is in the sandbox. */
export function now() {
  if (store.state?.clock === 'virtual') return new Date(store.state.now);
  return new Date(Date.now() + store.offset);
}

export function setState(state) {
  store.state = state;
  store.offset = new Date(state.now).getTime() - Date.now();
  tell('state');
}

/** A conversation as it is now; members that are not given stay. */
export function putConversation(conversation) {
  const key = keyOf(conversation);
  store.conversations.set(key, { ...store.conversations.get(key), ...conversation });
  tell('conversations', key);
}

/** The conversations that were read. Those of the keys in `newer` changed meanwhile, and stay as they are. */
export function setConversations(list, newer) {
  const known = store.conversations;
  store.conversations = new Map(list.map((conversation) => [keyOf(conversation), conversation]));
  for (const key of newer) if (known.has(key)) store.conversations.set(key, known.get(key));
  tell('conversations');
}

/** Conversations of the chosen channel, the latest first. */
export function listed() {
  const all = store.found?.conversations ?? [...store.conversations.values()];
  return all
    .map((conversation) => store.conversations.get(keyOf(conversation)) ?? conversation)
    .filter((conversation) => !store.channel || conversation.channel === store.channel)
    .sort((one, other) => String(other.last_at ?? '').localeCompare(String(one.last_at ?? '')));
}

/** A message as it is now. Says whether the page had not seen it before. */
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

/** The messages of a conversation that were read; the threads that were looked at longest ago are forgotten. */
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
