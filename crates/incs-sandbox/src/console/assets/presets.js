// The faults with their own switch, and the fields of custom rules.
const meta = (code, title) => ({ kind: 'fail', code, title });

export const groups = [
  ['Requests', [
    ['Too many attempts', '429 with Retry-After: 2, for every call', { kind: 'rate_limit', retry_after: 2 }],
    ['Server error before', '500, and the call is not processed', { kind: 'server_error', accepted: false }],
    ['Server error after', '500, but the call is processed', { kind: 'server_error', accepted: true }],
    ['Dropped before', 'The connection drops before the call is processed', { kind: 'drop', accepted: false }],
    ['Dropped after', 'The connection drops after the call was processed', { kind: 'drop', accepted: true }],
    ['Stall', 'No reply is sent', { kind: 'stall', accepted: false }],
    ['Slow', 'Every reply takes three seconds', { kind: 'slow', millis: 3000 }],
    ['Garbage', '200 with a body that is not an envelope', { kind: 'garbage', accepted: true }],
  ]],
  ['Webhooks', [
    ['Twice', 'Each webhook is posted twice', { kind: 'duplicate' }],
    ['Out of order', 'A webhook is held back until the next one was posted', { kind: 'reorder' }],
    ['Late', 'Delayed by five seconds, so sent arrives after read', { kind: 'late', millis: 5000 }],
    ['Lost', 'Never posted', { kind: 'lose' }],
    ['Bad signature', 'The signature does not match the body', { kind: 'bad_signature' }],
    ['Unknown value', 'Contains a value and a member that no version knows', { kind: 'unknown_value' }],
  ]],
  ['Messages', [
    ['Undeliverable', '131026, accepted and then failed', meta(131026, 'Message undeliverable')],
    ['Held back', '131049, to keep the ecosystem healthy', meta(131049, 'This message was not delivered to maintain healthy ecosystem engagement.')],
  ]],
];

/** Kinds of faults by name, each with the fields that it has. */
export const kinds = {
  rate_limit: ['429 Too many attempts', ['retry_after']],
  server_error: ['500 Server error', ['accepted']],
  drop: ['Dropped connection', ['accepted']],
  stall: ['Stall', ['accepted']],
  slow: ['Slow reply', ['millis']],
  garbage: ['Garbage', ['accepted']],
  refuse: ['Send refused by the provider', ['code', 'title']],
  duplicate: ['Webhook twice', []],
  reorder: ['Webhooks out of order', []],
  late: ['Webhook late', ['millis']],
  lose: ['Webhook lost', []],
  bad_signature: ['Webhook with a bad signature', []],
  unknown_value: ['Webhook with unknown values', []],
  fail: ['Message fails', ['code', 'title']],
};

const webhooks = new Set(['duplicate', 'reorder', 'late', 'lose', 'bad_signature', 'unknown_value']);

/** The place of a kind of fault: request, webhook or message. */
export const placeOf = (kind) => (kind === 'fail' ? 'message' : webhooks.has(kind) ? 'webhook' : 'request');

export const operations = ['send_*', 'send_whatsapp_message', 'send_viber_message', 'send_rcs_message'];
export const events = ['message_status_update', 'new_message', 'message_created', 'template_status_update', 'template_category_update', 'template_quality_update'];

const shape = (rule) => JSON.stringify(['kind', 'retry_after', 'accepted', 'millis', 'code', 'title', 'operation', 'event', 'to', 'skip', 'count']
  .map((name) => rule[name] ?? (name === 'skip' ? 0 : null)).concat(rule.share ?? 1));

export const isSame = (one, other) => shape(one) === shape(other);

/** A rule in words. */
export function inWords(rule) {
  const words = [];
  if (rule.accepted !== undefined && rule.accepted !== null) words.push(rule.accepted ? 'after the call was processed' : 'before the call is processed');
  if (rule.retry_after !== undefined && rule.retry_after !== null) words.push(`Retry-After: ${rule.retry_after}`);
  if (rule.millis) words.push(`${rule.millis} ms`);
  if (rule.code) words.push(`${rule.code} ${rule.title}`);
  for (const name of ['operation', 'event', 'to']) if (rule[name]) words.push(`${name} ${rule[name]}`);
  if (rule.share !== undefined && rule.share < 1) words.push(`${Math.round(rule.share * 1000) / 10} %`);
  if (rule.skip) words.push(`after ${rule.skip}`);
  if (rule.count) words.push(`at most ${rule.count} times`);
  return words.join(' · ') || 'everywhere, always';
}
