// The drawer at the right: one panel at a time.
import { el, fill, keep, square } from './dom.js';
import { on, openPanel, store } from './store.js';

const host = document.querySelector('#drawer');
const head = el('header', { class: 'drawer-head' });
const body = el('div', { class: 'drawer-body' });
fill(host, head, body);

const panels = new Map();
let cameFrom = null;
let shown = '';

/** Registers a panel: `draw(body, panel)` fills it and returns its title and the elements beside it. */
export function panel(kind, draw) {
  panels.set(kind, draw);
}

/** Redraws the open panel if it is of this kind. */
export function refresh(kind) {
  if (store.panel?.kind === kind) draw();
}

export function closeDrawer() {
  if (!store.panel) return false;
  openPanel(null);
  if (cameFrom?.isConnected) cameFrom.focus();
  cameFrom = null;
  return true;
}

function draw() {
  const panel = store.panel;
  const name = panel ? `${panel.kind} ${panel.number ?? ''}` : '';
  host.hidden = !panel;
  if (!panel) {
    shown = '';
    return;
  }
  const isOther = name !== shown;
  if (isOther) {
    if (!shown) cameFrom = document.activeElement;
    body.replaceChildren();
    body.scrollTop = 0;
  }
  const { title, end = [], back } = panels.get(panel.kind)(body, panel, isOther);
  keep(head, [
    back && square('back', 'Back', back),
    el('h2', { tabindex: '-1', 'data-keep': 'title' }, title),
    el('div', { class: 'end' }, end),
    square('close', 'Close (Esc)', closeDrawer, { 'data-keep': 'close' }),
  ]);
  host.setAttribute('aria-label', title);
  if (isOther) head.querySelector('h2').focus({ preventScroll: true });
  shown = name;
}

on('panel', draw);
