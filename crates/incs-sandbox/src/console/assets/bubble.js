// One message as the phone shows it. Its content never changes, so a new receipt redraws only the line below.
import { el, fill, icon, square } from './dom.js';
import { action, stop } from './actions.js';
import { carousel } from './carousel.js';
import { line, parts } from './content.js';
import { media, picture, file, place } from './media.js';
import { openSheet } from './sheet.js';
import { findMessage, openPanel, store, tell } from './store.js';
import { text } from './text.js';
import { stateWords, tick } from './ticks.js';
import { hours, precise } from './time.js';

/** A bubble: `{node, update(message)}`. */
export function bubble(message, isNew) {
  const shown = parts(message);
  const isMine = message.direction === 'inbound';
  const meta = el('div', { class: 'meta' });
  const failure = el('div', { class: 'failure', hidden: true, role: 'note' });
  const isRich = Boolean(shown.header || shown.buttons?.length || shown.list || shown.media || shown.place || shown.params?.length || shown.code || (shown.tag && !shown.cards));
  const chips = message.channel === 'rcs' && shown.buttons?.length && !isMine ? shown.buttons : null;

  const details = () => openPanel({ kind: 'message', number: current.number });
  const body = el('div', { class: `bubble${isRich ? ' is-rich' : ''}`, on: { click: () => String(getSelection()) === '' && details() } },
    quote(message), inside(message, shown), meta, below(message, shown, Boolean(chips)));
  const node = el('article', {
    class: `message${isMine ? ' is-mine' : ''}${shown.cards ? ' is-wide' : ''}${isNew ? ' is-new' : ''}`,
    tabindex: '0',
    data: { number: message.number, kind: message.kind },
    on: { keydown: (event) => { if (event.key === 'Enter' && event.target === node) details(); } },
  },
  body,
  shown.cards && carousel(message, shown.cards),
  chips && el('div', { class: 'chips' }, chips.map((button) => action(message, button, 'chip'))),
  failure,
  el('div', { class: 'act' },
    square('info', 'Show details', (event) => { stop(event); details(); }),
    !isMine && square('quote', 'Reply to this message', (event) => { stop(event); store.answering = current; tell('answering'); })));

  let current = message;
  let drawn = null;
  function update(next) {
    current = next;
    const isFresh = drawn !== null && drawn !== next.state;
    if (drawn === next.state) return;
    drawn = next.state;
    fill(meta, el('time', { datetime: next.created_at, title: precise(next.created_at) }, hours(next.created_at)), !isMine && tick(next.state, isFresh));
    node.setAttribute('aria-label', `${isMine ? 'Customer' : 'Business'}, ${hours(next.created_at)}, ${stateWords[next.state] ?? next.state}: ${line(next).slice(0, 160)}`);
    node.dataset.state = next.state;
    failure.hidden = next.state !== 'failed';
    if (next.failure) fill(failure, icon('alert'), el('span', { dir: 'auto' }, `Not delivered · ${next.failure.code} ${next.failure.title}`));
    else fill(failure, icon('alert'), 'Not delivered');
  }
  update(message);
  return { node, update };
}

function inside(message, shown) {
  const { channel } = message;
  return [
    shown.tag && el('div', { class: 'tag' }, icon('template'), shown.tag),
    header(shown.header),
    shown.media && media(shown.media),
    shown.place && place(shown.place),
    shown.code && code(shown.code),
    shown.title && el('div', { class: 'title', dir: 'auto' }, shown.title),
    shown.body && text(shown.body, { channel }),
    shown.params?.length ? el('dl', { class: 'params' }, shown.params.map(([name, value]) => [el('dt', {}, name), el('dd', { dir: 'auto' }, value)])) : null,
    shown.footer && el('div', { class: 'footer', dir: 'auto' }, shown.footer),
  ];
}

/** The buttons inside the bubble; chips are below it. */
function below(message, shown, areChips) {
  if (shown.list) return el('div', { class: 'actions-in' }, listButton(message, shown.list));
  if (!shown.buttons?.length || areChips) return null;
  return el('div', { class: 'actions-in' }, shown.buttons.map((button) => action(message, button)));
}

function header(header) {
  if (!header) return null;
  if (header.type === 'text') return el('div', { class: 'title', dir: 'auto' }, header.text);
  return header.type === 'document' ? file(header.link) : picture(header.type, header.link);
}

function code({ value, minutes }) {
  return el('div', { class: 'code' }, el('span', {}, 'Your code'), el('b', { dir: 'ltr' }, value), minutes && el('span', {}, `Expires in ${minutes} minutes`));
}

function listButton(message, list) {
  const node = el('button', { type: 'button', class: 'action', 'aria-haspopup': 'dialog' }, icon('list'), el('span', { dir: 'auto' }, list.button));
  node.addEventListener('click', (event) => {
    stop(event);
    openSheet(message, list, node);
  });
  return node;
}

/** The message that is replied to; a click scrolls to it. */
function quote(message) {
  if (!message.answers) return null;
  const asked = findMessage(message.answers);
  const jump = (event) => { stop(event); if (asked) tell('jump', asked.number); };
  return el('button', { type: 'button', class: 'quote', on: { click: jump } },
    el('b', {}, asked?.direction === 'inbound' ? 'You' : 'Business'), el('span', { dir: 'auto' }, asked ? line(asked) : 'an earlier message'));
}
