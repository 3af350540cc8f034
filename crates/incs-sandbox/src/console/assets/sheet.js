// The sheet with the rows of a list, over the phone's screen.
import { el, square } from './dom.js';
import { act } from './actions.js';

let open = null;

export function closeSheet() {
  if (!open) return false;
  open.veil.remove();
  open.from?.focus();
  open = null;
  return true;
}

export function openSheet(message, list, from) {
  closeSheet();
  const row = (entry) => el('button', { type: 'button', class: 'sheet-row', data: { row: entry.id }, on: { click: async () => {
    closeSheet();
    await act(message, { type: 'list_row', message: String(message.number), id: String(entry.id) });
  } } }, el('span', { dir: 'auto' }, entry.title, entry.description && el('small', { dir: 'auto' }, entry.description)), el('i', { 'aria-hidden': 'true' }));
  const sheet = el('div', { class: 'sheet', role: 'dialog', 'aria-modal': 'true', 'aria-label': list.button || 'Choose' },
    el('div', { class: 'sheet-head' }, el('span', { dir: 'auto' }, list.button), square('close', 'Close the list', closeSheet)),
    list.sections.map((section) => [section.title && el('h3', { dir: 'auto' }, section.title), (section.rows ?? []).map(row)]));
  const veil = el('div', { class: 'sheet-veil', on: { click: (event) => event.target === veil && closeSheet() } }, sheet);
  document.querySelector('.screen')?.append(veil);
  open = { veil, from };
  sheet.querySelector('.sheet-row')?.focus();
}
