// Elements that several panels share.
import { button, el } from './dom.js';
import { copyButton } from './copy.js';
import { ofDelivery, ofExchange } from './curl.js';
import { codeBox } from './json.js';
import { store } from './store.js';
import { span, precise } from './time.js';

export function block(title, end, ...content) {
  return el('section', { class: 'block' }, el('header', {}, el('h3', {}, title), end && el('div', { class: 'end' }, end)), content);
}

export function fold(summary, content, isOpen = false, props = {}) {
  return el('details', { class: 'fold', set: { open: isOpen }, ...props }, el('summary', {}, summary), el('div', { class: 'fold-body' }, content));
}

export function headerLines(headers) {
  return el('div', { class: 'headers', dir: 'ltr' }, headers.map(([name, value]) => el('div', {}, el('b', {}, name), `: ${value}`)));
}

/** The status of a reply, coloured by what it means. */
export function statusPill(status, error) {
  if (status === null || status === undefined) return el('span', { class: 'pill is-bad' }, error || 'no reply');
  return el('span', { class: `pill ${status < 300 ? 'is-ok' : status < 500 ? 'is-warn' : 'is-bad'}` }, status);
}

/** The code of the envelope, if the reply is one. */
export function envelopeCode(exchange) {
  const code = /"code"\s*:\s*(\d+)/.exec(exchange.reply_body ?? '')?.[1];
  return code && code !== '200' ? el('span', { class: 'pill is-bad', title: 'code of the envelope' }, `code ${code}`) : null;
}

/** A request and its reply. */
export function exchangeBlocks(exchange) {
  const base = store.state?.base_url ?? location.origin;
  return [
    block('Request', [copyButton('curl', () => ofExchange(exchange, base), 'curl'), copyButton('JSON', () => exchange.request_body, 'request body')],
      el('p', { class: 'hint mono' }, `${exchange.method} ${exchange.path}${exchange.query ? `?${exchange.query}` : ''}`),
      fold(`${exchange.request_headers.length} headers`, headerLines(exchange.request_headers)),
      exchange.request_body ? codeBox(exchange.request_body) : null),
    block('Reply', [copyButton('JSON', () => exchange.reply_body, 'reply body')],
      el('div', { class: 'attempt-top' }, statusPill(exchange.status, 'connection dropped'), envelopeCode(exchange),
        exchange.fault && el('span', { class: 'pill is-bad fault-pill' }, `fault: ${exchange.fault}`), el('span', { class: 'hint' }, span(exchange.micros / 1000))),
      exchange.reply_body ? codeBox(exchange.reply_body) : el('p', { class: 'hint' }, 'No reply was sent.')),
  ];
}

const looks = { pending: 'is-warn', delivered: 'is-ok', failed: 'is-bad', dropped: 'is-bad' };

/** The event of a delivery, with its status if it has one. */
function about(delivery) {
  const status = /"message_status"\s*:\s*"(\w+)"/.exec(delivery.body)?.[1];
  return status ? `${delivery.event} · ${status}` : delivery.event;
}

/** Webhook deliveries, one fold each. */
export function deliveryFolds(deliveries, repost) {
  return el('div', { class: 'block' }, deliveries.map((delivery) => deliveryFold(delivery, repost)));
}

/** A webhook delivery with each attempt. */
function deliveryFold(delivery, repost) {
  const attempts = delivery.attempts ?? [];
  return fold([
    el('span', { class: 'grow' }, about(delivery)),
    el('span', { class: 'end' }, attempts.length > 1 && el('span', { class: 'pill' }, `${attempts.length} attempts`), el('span', { class: `pill ${looks[delivery.progress] ?? ''}` }, delivery.progress)),
  ], [
    el('p', { class: 'hint mono', dir: 'ltr' }, `POST ${delivery.url}`),
    delivery.faults?.length ? el('div', { class: 'attempt-top' }, delivery.faults.map((fault) => el('span', { class: 'pill is-bad' }, `fault: ${fault}`))) : null,
    el('div', { class: 'attempts' }, attempts.length ? attempts.map((attempt, index) => el('div', { class: 'attempt' },
      el('div', { class: 'attempt-top' }, el('b', {}, `Attempt ${index + 1}`), statusPill(attempt.status, attempt.error), el('span', { class: 'muted' }, span(attempt.micros / 1000)), el('span', { class: 'time' }, precise(attempt.at))),
      headerLines(attempt.headers ?? []))) : el('p', { class: 'hint' }, 'Not posted yet.')),
    codeBox(delivery.body),
    el('div', { class: 'attempt-top' }, copyButton('curl', () => ofDelivery(delivery), 'curl'), copyButton('JSON', () => delivery.body, 'webhook body'),
      button('Post again', () => repost(delivery), { sign: 'reset', look: 'is-small is-quiet' })),
  ], false, { 'data-delivery': delivery.number, 'data-keep': delivery.number });
}
