// The input for writing as the customer.
import { el, fill, icon, square } from './dom.js';
import { act } from './actions.js';
import { about, shownName } from './channels.js';
import { line } from './content.js';
import { ask } from './dialogs.js';
import { on, selected, store, tell } from './store.js';

const label = el('div', { class: 'composer-label', id: 'composer-label' });
const answering = el('div', { class: 'answering', hidden: true });
const entry = el('textarea', { rows: '1', dir: 'auto', 'aria-labelledby': 'composer-label', maxlength: '65536' });
const menu = el('div', { class: 'menu', role: 'menu', hidden: true });
const attach = square('plus', 'Attach', () => toggle(), { 'aria-haspopup': 'menu', 'aria-expanded': 'false' });
const send = square('send', 'Send as the customer', () => submit(), { class: 'send' });
const node = el('form', { class: 'composer', on: { submit: (event) => { event.preventDefault(); submit(); } } },
  label, answering, el('div', { class: 'composer-row' }, attach, menu, entry, send));

export const composer = { node, focus: () => entry.focus() };

const asset = (name) => `${location.origin}/_sandbox/assets/${name}`;
const samples = [
  ['image', 'Photo', () => ({ type: 'media', media: 'image', url: asset('sample.png'), name: 'sample.png', mime: 'image/png' })],
  ['file', 'Document', () => ({ type: 'media', media: 'document', url: asset('sample.pdf'), name: 'sample.pdf', mime: 'application/pdf' })],
  ['place', 'Location', () => ({ type: 'location', latitude: -6.17539, longitude: 106.82715, name: 'National Monument' })],
];

function toggle(isOpen = menu.hidden) {
  menu.hidden = !isOpen;
  attach.setAttribute('aria-expanded', String(isOpen));
  if (isOpen) menu.querySelector('button')?.focus();
  else if (menu.contains(document.activeElement)) attach.focus();
}

async function write(reply) {
  const conversation = selected();
  if (!conversation) return false;
  const answers = store.answering ? { answers: String(store.answering.number) } : {};
  const isDone = await act(conversation, { ...reply, ...answers });
  if (isDone && store.answering) {
    store.answering = null;
    tell('answering');
  }
  return isDone;
}

async function submit() {
  const text = entry.value.trim();
  if (!text) return;
  entry.value = '';
  entry.focus();
  // A refused text stays for editing, unless a new one was begun.
  if (!(await write({ type: 'text', text })) && !entry.value) entry.value = text;
}

async function byAddress() {
  const answer = await ask({
    title: 'Send media by URL',
    confirm: 'Send',
    fields: [
      { name: 'media', label: 'Kind', choices: [['image', 'Image'], ['video', 'Video'], ['audio', 'Audio'], ['document', 'Document']] },
      { name: 'url', label: 'URL', value: 'https://', required: true },
      { name: 'name', label: 'File name' },
    ],
  });
  if (answer) write({ type: 'media', media: answer.media, url: answer.url, ...(answer.name ? { name: answer.name } : {}) });
}

fill(menu,
  samples.map(([sign, words, reply]) => el('button', { type: 'button', role: 'menuitem', on: { click: () => { toggle(false); write(reply()); } } }, icon(sign), words)),
  el('button', { type: 'button', role: 'menuitem', on: { click: () => { toggle(false); byAddress(); } } }, icon('link'), 'Media by URL…'));

menu.addEventListener('keydown', (event) => {
  const all = [...menu.querySelectorAll('button')];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    all.at((all.indexOf(document.activeElement) + step) % all.length).focus();
  }
  if (event.key === 'Escape') {
    event.stopPropagation();
    toggle(false);
  }
});
document.addEventListener('click', (event) => {
  if (!menu.hidden && !menu.contains(event.target) && !attach.contains(event.target)) toggle(false);
});
entry.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  }
});

function draw() {
  const conversation = selected();
  if (!conversation) return;
  fill(label, 'You are writing as', el('b', { dir: 'auto' }, shownName(conversation.name, conversation.customer)));
  entry.placeholder = about[conversation.channel].entry;
}

on('selected', () => {
  entry.value = '';
  draw();
});
on('conversations', (key) => { if (!key || key === store.selected) draw(); });
on('answering', () => {
  answering.hidden = !store.answering;
  if (!store.answering) return;
  fill(answering, icon('quote'), el('span', { dir: 'auto' }, line(store.answering)),
    square('close', 'Cancel the reply', () => { store.answering = null; tell('answering'); }));
  entry.focus();
});
