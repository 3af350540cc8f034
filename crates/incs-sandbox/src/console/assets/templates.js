// Templates, and their review.
import { button, calmly, el, fill } from './dom.js';
import { api, listOf } from './api.js';
import { ask } from './dialogs.js';
import { panel, refresh } from './drawer.js';
import { fold } from './parts.js';
import { codeBox } from './json.js';
import { copyButton } from './copy.js';
import { on, store } from './store.js';
import { toast } from './toast.js';

let templates = [];

async function load() {
  try {
    templates = listOf(await api.templates(), 'templates');
  } catch (error) {
    toast(error.message, 'bad');
  }
  refresh('templates');
}
const loadSoon = calmly(load, 120);

const idOf = (template) => template.template_id ?? template.id;

async function review(template, status) {
  let reason;
  if (status === 'REJECTED') {
    const answer = await ask({ title: `Reject ${template.name}`, confirm: 'Reject', isDangerous: true, fields: [{ name: 'reason', label: 'Reason', value: 'INVALID_FORMAT' }] });
    if (!answer) return;
    reason = answer.reason;
  }
  try {
    await api.review(idOf(template), status, reason);
    await load();
  } catch (error) {
    toast(error.message, 'bad');
  }
}

function row(template) {
  const status = String(template.status ?? '').toUpperCase();
  const look = { APPROVED: 'is-ok', REJECTED: 'is-bad' }[status] ?? 'is-warn';
  const text = JSON.stringify(template);
  return fold([el('span', { class: 'grow' }, template.name), el('span', { class: 'end' }, el('span', { class: 'pill' }, template.channel ?? template.provider ?? template.type ?? ''), el('span', { class: `pill ${look}` }, status.toLowerCase()))], [
    el('div', { class: 'attempt-top' },
      status !== 'APPROVED' && button('Approve', () => review(template, 'APPROVED'), { sign: 'check', look: 'is-small' }),
      status !== 'REJECTED' && button('Reject', () => review(template, 'REJECTED'), { look: 'is-small is-danger' }),
      copyButton('JSON', () => text, 'template')),
    codeBox(text),
  ]);
}

panel('templates', (body, _, isOther) => {
  if (isOther) load();
  fill(body, templates.length ? templates.map(row) : el('p', { class: 'hint' }, 'No templates.'));
  return { title: 'Templates' };
});

on('template', () => { if (store.panel?.kind === 'templates') loadSoon(); });
