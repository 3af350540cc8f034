// The admin API. An error carries the words of the sandbox.
const BASE = '/_sandbox';

/** What the sandbox said when it refused something. */
export class ApiError extends Error {
  constructor(status, text, pointer) {
    super(pointer ? `${pointer}: ${text}` : text);
    this.status = status;
  }
}

async function call(method, path, body) {
  const init = { method, headers: { accept: 'application/json' }, cache: 'no-store' };
  // Whoever changes something says that it is JSON, also with no body: the sandbox takes nothing that a form could post.
  if (method !== 'GET') {
    init.headers['content-type'] = 'application/json';
    if (body !== undefined) init.body = JSON.stringify(body);
  }
  let reply;
  try {
    reply = await fetch(BASE + path, init);
  } catch {
    throw new ApiError(0, 'the sandbox does not answer');
  }
  const text = await reply.text();
  let value = null;
  try {
    value = text ? JSON.parse(text) : null;
  } catch {
    value = null;
  }
  if (!reply.ok) throw new ApiError(reply.status, value?.error ?? `the sandbox answered ${reply.status}`, value?.pointer);
  return value;
}

/** The path of a query: what is empty is left out. */
function query(path, members) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(members)) if (value !== undefined && value !== null && value !== '') search.set(name, value);
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

const part = encodeURIComponent;

export const api = {
  state: () => call('GET', '/state'),
  conversations: (members = {}) => call('GET', query('/conversations', { limit: 200, ...members })),
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

/** A list, whether it stands alone or in a member. */
export function listOf(value, name) {
  if (Array.isArray(value)) return value;
  return Array.isArray(value?.[name]) ? value[name] : [];
}
