// The middle: who the customer is, and their phone.
import { button, el, fill, icon, keep, square } from './dom.js';
import { api } from './api.js';
import { about, avatar, names, phone, shownName, shownPhone, windowLeft } from './channels.js';
import { composer } from './composer.js';
import { ask } from './dialogs.js';
import { blank } from './empty.js';
import { now, on, putConversation, selected, store, tell } from './store.js';
import { load, thread } from './thread.js';
import { hours, span } from './time.js';
import { toast } from './toast.js';

const host = document.querySelector('#middle');
const bar = el('header', { class: 'bar' });
const clock = el('span', { class: 'head-time' });
const head = el('header', { class: 'head' });
const frame = el('div', { class: 'phone' }, el('div', { class: 'screen' }, head, thread.node, thread.newest, composer.node));
const stage = el('div', { class: 'stage' }, frame);

/** What the 24 hours say about a conversation. */
function windowPill(conversation) {
  if (conversation.channel === 'viber') return el('span', { class: 'pill', title: 'Viber documents no 24-hour window' }, 'No window');
  if (store.state?.window === 'open') return el('span', { class: 'pill', title: 'The sandbox was started with an open window' }, 'Window not enforced');
  const left = windowLeft(conversation, now());
  if (left > 0) return el('span', { class: 'pill is-ok', title: 'All kinds of message are delivered until 24 hours after the customer’s last message' }, icon2('clock'), 'Open', el('span', { class: 'wide-only' }, ` · ${span(left)} left`));
  return el('span', { class: 'pill is-warn', title: 'Only templates are delivered until the customer writes' }, icon2('clock'), el('span', { class: 'wide-only' }, 'Window '), 'closed');
}

function icon2(name) {
  const node = icon(name);
  node.style.width = '13px';
  node.style.height = '13px';
  return node;
}

export async function markRead() {
  const conversation = selected();
  if (!conversation) return;
  try {
    const { read } = await api.read(conversation.channel, conversation.customer);
    toast(read ? `The customer read ${read} message${read === 1 ? '' : 's'}.` : 'No unread messages.');
  } catch (error) {
    toast(error.message, 'bad');
  }
}

async function rename(conversation) {
  const answer = await ask({ title: 'Name of the customer', fields: [{ name: 'name', label: 'Name', value: conversation.name, required: true }], confirm: 'Save' });
  if (!answer) return;
  try {
    await api.rename(conversation.channel, conversation.customer, answer.name);
    putConversation({ channel: conversation.channel, customer: conversation.customer, name: answer.name });
  } catch (error) {
    toast(error.message, 'bad');
  }
}

function drawBar(conversation) {
  // Each event draws it anew: what somebody is about to press must not be replaced under the pointer.
  keep(bar, [
    square('back', 'Back to the conversations', () => { store.selected = null; tell('selected'); }, { class: 'back', 'data-keep': 'back' }),
    avatar(conversation, { class: 'is-bare', 'data-keep': `avatar ${conversation.customer}` }),
    el('div', { class: 'bar-who', 'data-keep': 'who' },
      el('div', { class: 'bar-name' }, el('h1', { dir: 'auto' }, shownName(conversation.name, conversation.customer)), square('pen', 'Rename the customer', () => rename(selected()))),
      el('div', { class: 'bar-sub' }, shownPhone(conversation.customer), el('span', {}, `· ${names[conversation.channel]}`))),
    windowPill(conversation),
    button(el('span', { class: 'wide-only' }, 'Mark read'), markRead, { sign: 'eye', look: 'is-small', 'aria-label': 'Mark read', title: 'Mark all messages as read (m)', 'data-keep': 'read' }),
  ]);
}

function drawHead(conversation) {
  const business = store.state?.channels?.find((known) => known.channel === conversation.channel)?.business_phone;
  clock.textContent = hours(now());
  fill(head,
    el('span', { class: 'avatar is-bare', 'aria-hidden': 'true' }, 'B'),
    el('div', {}, el('div', { class: 'head-name' }, business ? phone(business) : 'Your business', icon('seal')), el('div', { class: 'head-sub' }, about[conversation.channel].sub)),
    clock);
}

/** Draws the middle for the chosen conversation, or what to do when there is none. */
function draw() {
  const conversation = selected();
  document.querySelector('#panes').dataset.pane = store.selected ? 'thread' : 'list';
  if (!conversation) return fill(host, blank());
  frame.dataset.channel = conversation.channel;
  drawBar(conversation);
  drawHead(conversation);
  if (stage.parentNode !== host) fill(host, bar, stage);
  return undefined;
}

on('selected', () => {
  draw();
  if (store.selected) load();
});
on('conversations', (key) => {
  const conversation = selected();
  if (!conversation) {
    if (!store.selected) draw();
  } else if (!key || key === store.selected) {
    if (stage.parentNode === host) drawBar(conversation);
    else {
      // The address named it before there was such a conversation.
      draw();
      load();
    }
  }
});
on('state', () => {
  const conversation = selected();
  if (conversation && stage.parentNode === host) {
    drawBar(conversation);
    drawHead(conversation);
  } else if (!conversation) draw();
});
setInterval(() => {
  if (selected()) clock.textContent = hours(now());
}, 10_000);
