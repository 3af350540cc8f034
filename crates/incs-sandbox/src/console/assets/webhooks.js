// Who gets webhooks, and the latest that were posted.
import { button, calmly, el, field, fill, keep, keyed, options, square } from './dom.js';
import { api, listOf } from './api.js';
import { panel, refresh } from './drawer.js';
import { block, deliveryFolds, fold } from './parts.js';
import { events } from './presets.js';
import { latest, on, store } from './store.js';
import { toast } from './toast.js';

let deliveries = [];

const readSubscriptions = latest(() => api.subscriptions());
const readDeliveries = latest(() => api.deliveries());

export async function loadSubscriptions() {
  try {
    const found = await readSubscriptions();
    if (!found) return;
    store.subscriptions = listOf(found, 'subscriptions');
    refresh('webhooks');
  } catch (error) {
    toast(error.message, 'bad');
  }
}

async function loadDeliveries() {
  try {
    const found = await readDeliveries();
    if (!found) return;
    deliveries = listOf(found, 'deliveries').sort((one, other) => other.number - one.number);
    refresh('webhooks');
  } catch (error) {
    toast(error.message, 'bad');
  }
}
const loadDeliveriesSoon = calmly(loadDeliveries, 150);

async function attempt(change, words) {
  try {
    await change();
    if (words) toast(words);
    await loadSubscriptions();
  } catch (error) {
    toast(error.message, 'bad');
  }
}

function subscription(known) {
  const signing = known.signing?.scheme ?? known.scheme;
  const words = [known.provider, known.events?.length ? known.events.join(', ') : 'every event', signing ? `signed: ${signing}` : 'unsigned', known.php ? 'PHP escapes' : ''];
  return el('div', { class: 'board-row' },
    el('b', { class: 'mono', dir: 'ltr' }, known.url), el('p', {}, words.filter(Boolean).join(' · ')),
    el('div', { class: 'end' }, square('trash', `Remove ${known.url}`, () => attempt(() => api.unsubscribe(known.id), 'Removed.'))));
}

const schemes = [['', 'Unsigned'], ['hmac_sha256', 'HMAC-SHA256'], ['standard_webhooks', 'Standard Webhooks'], ['meta', 'Meta'], ['exotel', 'Exotel'],
  ['shared_secret_header', 'Shared secret in a header'], ['shared_secret_query', 'Shared secret in the query'], ['shared_secret_path', 'Shared secret in the path']];

function form() {
  const problem = el('p', { class: 'error-text', role: 'alert', hidden: true });
  const secret = field('Secret', el('input', { name: 'secret', autocomplete: 'off', type: 'password' }), 'The secret is never shown again.');
  const scheme = el('select', { name: 'scheme', on: { change: () => { secret.hidden = !scheme.value; } } }, options(schemes, ''));
  secret.hidden = true;
  const node = el('form', { class: 'form', on: { submit: async (event) => {
    event.preventDefault();
    const given = new FormData(node);
    const made = { url: given.get('url'), events: given.getAll('events'), provider: given.get('provider') };
    if (given.get('scheme')) made.signing = { scheme: given.get('scheme'), secret: given.get('secret') };
    if (given.get('php')) made.php = true;
    problem.hidden = true;
    try {
      await api.subscribe(made);
      toast('Subscribed.');
      node.reset();
      secret.hidden = true;
      await loadSubscriptions();
    } catch (error) {
      problem.hidden = false;
      problem.textContent = error.message;
    }
  } } },
  field('URL', el('input', { name: 'url', type: 'url', required: true, placeholder: 'http://127.0.0.1:8080/hooks/incs', autocomplete: 'off' }), 'On this machine, unless the sandbox was started with --allow-remote.'),
  field('Format', el('select', { name: 'provider' }, options([['incs', 'INCS'], ['exotel', 'Exotel (RCS)']], 'incs'))),
  el('fieldset', {}, el('legend', {}, 'Events; none chosen means all'), events.map((event) => el('label', { class: 'check' }, el('input', { type: 'checkbox', name: 'events', value: event }), el('span', { class: 'mono' }, event)))),
  field('Signature', scheme), secret,
  el('label', { class: 'check' }, el('input', { type: 'checkbox', name: 'php' }), 'Use PHP’s escapes for / and non-ASCII characters'),
  problem,
  el('div', { class: 'actions' }, el('button', { type: 'submit', class: 'button is-primary' }, 'Subscribe')));
  return node;
}

const parts = { list: el('div', {}), rest: null, deliveries: el('div', {}) };

panel('webhooks', (body, _, isOther) => {
  if (isOther) {
    parts.deliveries.replaceChildren();
    loadSubscriptions();
    loadDeliveries();
    parts.rest = fold('Add a webhook', form(), store.subscriptions.length === 0);
    fill(body, parts.list, parts.rest, parts.deliveries);
  }
  fill(parts.list, block('Subscriptions', null, store.subscriptions.length
    ? el('div', { class: 'board' }, store.subscriptions.map(subscription))
    : el('p', { class: 'hint' }, 'No webhooks. Add the URL of your program to receive receipts and customers’ messages.')));
  const repost = (delivery) => attempt(() => api.repost(delivery.number), 'Posted again.');
  const latest = block('Latest', button('Reload', loadDeliveries, { sign: 'reset', look: 'is-small is-quiet' }), deliveries.length
    ? deliveryFolds(deliveries, repost) : el('p', { class: 'hint' }, 'No webhook was posted yet.'));
  keep(parts.deliveries, [keyed('latest', latest)]);
  return { title: 'Webhooks' };
});

on('delivery', () => { if (store.panel?.kind === 'webhooks') loadDeliveriesSoon(); });
