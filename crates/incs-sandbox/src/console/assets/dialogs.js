// Modal dialogs, with the browser's own element: it keeps the focus, and Escape closes it.
import { button, el, field, options } from './dom.js';

function control({ name, value = '', choices, required, type = 'text', rows, placeholder, pattern, hint }) {
  const common = { name, required, placeholder, dir: 'auto' };
  if (choices) return el('select', { name }, options(choices, value));
  if (rows) return el('textarea', { ...common, rows, set: { value } });
  return el('input', { ...common, type, pattern, title: pattern && hint, autocomplete: 'off', set: { value } });
}

/** Asks for the values of fields. Returns them by name, or `null` if the dialog was closed. */
export function ask({ title, text, fields = [], confirm = 'OK', isDangerous = false }) {
  return new Promise((resolve) => {
    let answer = null;
    const form = el('form', { method: 'dialog', on: { submit: () => { answer = Object.fromEntries(new FormData(form)); } } },
      el('h2', {}, title),
      text && el('p', { class: 'muted' }, text),
      fields.map((entry) => field(entry.label, control(entry), entry.hint)),
      el('div', { class: 'actions' },
        button('Cancel', () => dialog.close()),
        el('button', { type: 'submit', class: `button ${isDangerous ? 'is-danger' : 'is-primary'}` }, confirm)));
    const dialog = el('dialog', { class: 'dialog', 'aria-label': title }, form);
    show(dialog, () => resolve(answer));
  });
}

/** Shows a dialog until it is closed. */
export function show(dialog, closed = () => {}) {
  dialog.addEventListener('close', () => {
    dialog.remove();
    closed();
  });
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
}
