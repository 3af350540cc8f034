// The admin API. An error has the text of the sandbox.
import { PAGE } from './store.js';

const BASE = '/_sandbox';

/** An error reply of the sandbox. */
export class ApiError extends Error {
  constructor(status, text, pointer) {
    super(pointer ? `${pointer}: ${text}` : text);
    this.status = status;
  }
}

async function call(method, path, body) {
  const init = { method, headers: { accept: 'application/json' }, cache: 'no-store' };
  // Every change needs the JSON media type, even without a body: the sandbox refuses requests that a form could send.
  if (method !== 'GET') {
    init.headers['content-type'] = 'application/json';
    if (body !== undefined) init.body = JSON.stringify(body);
  }
  let reply;
  try {
    reply = await fetch(BASE + path, init);
  } catch {
    throw new ApiError(0, 'the sandbox does not respond');
  }
  const text = await reply.text();
  let value = null;
  try {
    value = text ? JSON.parse(text) : null;
  } catch {
    value = null;
  }
  if (!reply.ok) throw new ApiError(reply.status, value?.error ?? `the sandbox replied with status ${reply.status}`, value?.pointer);
  return value;
}

/** A path with its query; empty values are left out. */
function query(path, members) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(members)) if (value !== undefined && value !== null && value !== '') search.set(name, value);
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

const part = encodeURIComponent;

export const api = {
  state: () => call('GET', '/state'),
  conversations: (members = {}) => call('GET', query('/conversations', { limit: PAGE, ...members })),
  thread: (channel, customer, before) => call('GET', query(`/conversations/${part(channel)}/${part(customer)}/messages`, { before, limit: 50 })),
  messages: (members) => call('GET', query('/messages', members)),
  message: (id) => call('GET', `/messages/${part(id)}`),
  setState: (number, state, failure) => call('POST', `/messages/${part(number)}/state`, failure ? { state, failure } : { state }),
  exchanges: (members = {}) => call('GET', query('/exchanges', { limit: 100, ...members })),
  exchange: (number) => call('GET', `/exchanges/${part(number)}`),
  deliveries: (members = {}) => call('GET', query('/deliveries', { limit: 50, ...members })),
  repost: (number) => call('POST', `/deliveries/${part(number)}/repost`),
  write: (channel, customer, reply) => call('POST', `/customers/${part(channel)}/${part(customer)}/messages`, reply),
  read: (channel, customer) => call('POST', `/customers/${part(channel)}/${part(customer)}/read`),
  rename: (channel, customer, name) => call('PUT', `/customers/${part(channel)}/${part(customer)}`, { name }),
  subscriptions: () => call('GET', '/subscriptions'),
  subscribe: (subscription) => call('POST', '/subscriptions', subscription),
  unsubscribe: (id) => call('DELETE', `/subscriptions/${part(id)}`),
  faults: () => call('GET', '/faults'),
  addFault: (rule) => call('POST', '/faults', rule),
  removeFault: (id) => call('DELETE', `/faults/${part(id)}`),
  clearFaults: () => call('DELETE', '/faults'),
  templates: () => call('GET', '/templates'),
  review: (id, status, reason) => call('POST', `/templates/${part(id)}/review`, reason ? { status, reason } : { status }),
  advance: (millis) => call('POST', '/clock', { advance_ms: millis }),
  reset: () => call('POST', '/reset'),
};

/** Returns a list, given itself or as a member. */
export function listOf(value, name) {
  if (Array.isArray(value)) return value;
  return Array.isArray(value?.[name]) ? value[name] : [];
}
