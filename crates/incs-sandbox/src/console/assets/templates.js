// Templates, and their review.
import { button, calmly, el, fill } from './dom.js';
import { api, listOf } from './api.js';
import { names } from './channels.js';
import { ask } from './dialogs.js';
import { panel, refresh } from './drawer.js';
import { fold } from './parts.js';
import { codeBox } from './json.js';
import { copyButton } from './copy.js';
import { latest, on, store } from './store.js';
import { toast } from './toast.js';

let templates = [];
const opened = new Set();

const read = latest(() => api.templates());

async function load() {
  try {
    const found = await read();
    if (!found) return;
    templates = listOf(found, 'templates');
  } catch (error) {
    toast(error.message, 'bad');
  }
  refresh('templates');
}
const loadSoon = calmly(load, 120);

async function review({ number, template }, status) {
  let reason;
  if (status === 'REJECTED') {
    const answer = await ask({ title: `Reject ${template.name}`, confirm: 'Reject', isDangerous: true, fields: [{ name: 'reason', label: 'Reason', value: 'INVALID_FORMAT' }] });
    if (!answer) return;
    reason = answer.reason;
  }
  try {
    await api.review(number, status, reason);
    await load();
  } catch (error) {
    toast(error.message, 'bad');
  }
}

function row(entry) {
  const { template } = entry;
  const status = String(template.status ?? '').toUpperCase();
  const look = { APPROVED: 'is-ok', REJECTED: 'is-bad' }[status] ?? 'is-warn';
  const text = JSON.stringify(template);
  return fold([el('span', { class: 'grow' }, template.name), el('span', { class: 'end' }, el('span', { class: 'pill' }, names[entry.channel]), el('span', { class: `pill ${look}` }, status.toLowerCase()))], [
    entry.reason && el('p', { class: 'error-text' }, entry.reason),
    el('div', { class: 'attempt-top' },
      status !== 'APPROVED' && button('Approve', () => review(entry, 'APPROVED'), { sign: 'check', look: 'is-small' }),
      status !== 'REJECTED' && button('Reject', () => review(entry, 'REJECTED'), { look: 'is-small is-danger' }),
      copyButton('JSON', () => text, 'template'),
      el('span', { class: 'hint' }, entry.is_stock ? 'in the stock' : '')),
    codeBox(text),
  ], opened.has(entry.number), { 'data-keep': entry.number });
}

panel('templates', (body, _, isOther) => {
  if (isOther) {
    opened.clear();
    load();
  }
  for (const node of body.querySelectorAll('details')) opened[node.open ? 'add' : 'delete'](Number(node.dataset.keep));
  fill(body, templates.length ? templates.map(row) : el('p', { class: 'hint' }, 'No templates.'));
  return { title: 'Templates' };
});

on('template', () => { if (store.panel?.kind === 'templates') loadSoon(); });
