// The bar at the top: the sandbox, its counters, and the buttons of the panels.
import { button, calmly, el, fill, icon } from './dom.js';
import { api } from './api.js';
import { ask } from './dialogs.js';
import { showKeys } from './keyboard.js';
import { now, on, openPanel, setState, store } from './store.js';
import { toast } from './toast.js';

const host = document.querySelector('#topbar');
const facts = el('dl', { class: 'facts' });
const live = el('span', { class: 'live', role: 'status' });
const tools = el('div', { class: 'tools' });
fill(host, el('a', { class: 'brand', href: '#/', 'aria-label': 'INCS sandbox' }, el('img', { src: '/_sandbox/assets/icon.svg', alt: '' }), el('span', {}, 'INCS sandbox')), facts, tools);

const clock = el('dd', { class: 'number' });

function drawFacts() {
  const { state } = store;
  if (!state) return;
  const { counters = {} } = state;
  const fact = (name, value, look = '') => el('div', { class: `fact ${look}` }, el('dt', {}, name), el('dd', {}, value));
  const isVirtual = state.clock === 'virtual';
  fill(facts,
    fact('seed', state.seed),
    el('div', { class: 'fact', title: isVirtual ? 'A virtual clock, which moves only on request' : 'The clock of this machine' }, el('dt', {}, isVirtual ? 'virtual' : 'clock'), clock),
    isVirtual && button('+1 h', () => advance(3_600_000), { look: 'is-small', title: 'Advance the clock by an hour' }),
    fact('requests', counters.requests ?? 0, 'is-plain'),
    fact('refused', counters.refused ?? 0, `is-plain is-extra${counters.refused ? ' is-bad' : ''}`),
    fact('inbound', counters.inbound ?? 0, 'is-plain is-extra'),
    fact('webhooks', `${counters.webhooks_delivered ?? 0}${counters.webhooks_failed ? ` · ${counters.webhooks_failed} failed` : ''}`, `is-plain${counters.webhooks_failed ? ' is-bad' : ''}`),
    fact('faults', counters.faults_applied ?? 0, `is-plain is-extra${counters.faults_applied ? ' is-bad' : ''}`));
  drawClock();
}

function drawClock() {
  clock.textContent = now().toLocaleTimeString(undefined, { hourCycle: 'h23' });
}

async function advance(millis) {
  try {
    await api.advance(millis);
    setState(await api.state());
  } catch (error) {
    toast(error.message, 'bad');
  }
}

const words = { live: 'Live', connecting: 'Connecting', lost: 'Connection lost' };

function drawTools() {
  const toggle = (kind) => openPanel(store.panel?.kind === kind ? null : { kind });
  const tool = (kind, sign, label, key, count) => el('button', { type: 'button', class: 'tool', title: `${label} (${key})`, 'aria-pressed': String(store.panel?.kind === kind), data: { panel: kind }, on: { click: () => toggle(kind) } },
    icon(sign), el('span', { class: 'word' }, label), el('span', { class: 'hidden-text' }, label), count ? el('span', { class: 'count' }, count) : null);
  const choice = window.theme.chosen();
  fill(live, el('span', { class: 'word' }, words[store.live]));
  live.dataset.live = store.live;
  live.title = words[store.live];
  fill(tools, live,
    tool('requests', 'requests', 'Requests', 'r'),
    tool('webhooks', 'hook', 'Webhooks', 'w'),
    tool('faults', 'fault', 'Faults', 'f', store.faults.length),
    tool('templates', 'template', 'Templates', 'p'),
    el('a', { class: 'tool', href: '/_sandbox/api', title: 'The admin API' }, icon('book'), el('span', { class: 'word' }, 'API'), el('span', { class: 'hidden-text' }, 'Admin API')),
    plain({ auto: 'auto', light: 'sun', dark: 'moon' }[choice], `Theme: ${choice} (t)`, nextTheme, 'theme'),
    plain('keys', 'Keys (?)', showKeys, 'keys'),
    plain('reset', 'Reset the sandbox', reset, 'reset'));
}

const plain = (sign, label, act, name) => el('button', { type: 'button', class: 'tool', title: label, 'aria-label': label, data: { tool: name }, on: { click: act } }, icon(sign));

export function nextTheme() {
  window.theme.next();
  drawTools();
  host.querySelector('[data-tool="theme"]')?.focus();
}

async function reset() {
  const isSure = await ask({ title: 'Reset the sandbox?', text: 'This forgets all messages, requests, webhook deliveries, and added faults and templates. The seed restarts.', confirm: 'Reset', isDangerous: true });
  if (!isSure) return;
  try {
    await api.reset();
    toast('The sandbox was reset.');
  } catch (error) {
    toast(error.message, 'bad');
  }
}

on('state', drawFacts);
for (const topic of ['live', 'faults', 'panel']) on(topic, calmly(drawTools, 0));
setInterval(() => { if (store.state) drawClock(); }, 1000);
drawTools();
