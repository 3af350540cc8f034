// The faults: switches, custom rules, and counters of each.
import { button, calmly, el, field, fill, keep, options, square } from './dom.js';
import { api, listOf } from './api.js';
import { panel, refresh } from './drawer.js';
import { block, fold } from './parts.js';
import { events, groups, inWords, isSame, kinds, operations, placeOf } from './presets.js';
import { latest, on, store, tell } from './store.js';
import { toast } from './toast.js';

const read = latest(() => api.faults());

export async function loadFaults() {
  try {
    const found = await read();
    if (!found) return;
    store.faults = listOf(found, 'faults');
    tell('faults');
  } catch (error) {
    toast(error.message, 'bad');
  }
}
export const loadFaultsSoon = calmly(loadFaults, 120);

async function attempt(change) {
  try {
    await change();
    await loadFaults();
    return true;
  } catch (error) {
    toast(error.message, 'bad');
    return false;
  }
}

const did = (rule) => el('span', { class: 'applied' }, `applied ${rule.applied ?? 0} of ${rule.met ?? 0}`);

function toggle([name, words, rule]) {
  const find = () => store.faults.find((known) => isSame(known, rule));
  const flip = () => attempt(() => (find() ? api.removeFault(find().id) : api.addFault(rule)));
  const active = find();
  return el('div', { class: `board-row${active ? ' is-on' : ''}`, 'data-keep': name },
    el('b', {}, name),
    el('p', {}, words, active && [' · ', did(active)]),
    el('button', { type: 'button', class: 'switch', role: 'switch', 'aria-checked': String(Boolean(active)), 'aria-label': name, data: { fault: name }, on: { click: flip } }));
}

function custom(rule) {
  return el('div', { class: 'board-row is-on', 'data-keep': rule.id },
    el('b', {}, kinds[rule.kind]?.[0] ?? rule.kind), el('p', {}, inWords(rule), ' · ', did(rule)),
    el('div', { class: 'end' }, square('trash', 'Switch off', () => attempt(() => api.removeFault(rule.id)))));
}

/** The form for a custom rule; it is kept while the switches are redrawn. */
function form() {
  const problem = el('p', { class: 'error-text', role: 'alert', hidden: true });
  const kind = el('select', { name: 'kind' }, options(Object.entries(kinds).map(([value, [label]]) => [value, label]), 'rate_limit'));
  const special = el('div', { class: 'form' });
  const input = (name, label, props, hint) => field(label, el('input', { name, autocomplete: 'off', ...props }), hint);
  const fields = {
    retry_after: () => input('retry_after', 'Retry-After, seconds', { type: 'number', min: '0', value: '2' }),
    accepted: () => el('label', { class: 'check' }, el('input', { type: 'checkbox', name: 'accepted' }), 'The call is processed anyway'),
    millis: () => input('millis', 'Milliseconds', { type: 'number', min: '1', value: '3000' }),
    code: () => input('code', 'Code', { type: 'number', value: '131026' }),
    title: () => input('title', 'Reason', { value: 'Message undeliverable' }),
  };
  const where = {
    request: () => field('Operation', el('input', { name: 'operation', list: 'fault-operations', placeholder: 'every operation' }), '* at the end matches any rest'),
    webhook: () => field('Event', el('input', { name: 'event', list: 'fault-events', placeholder: 'every event' }), '* at the end matches any rest'),
    message: () => null,
  };
  const draw = () => fill(special, kinds[kind.value][1].map((name) => fields[name]()), where[placeOf(kind.value)]());
  kind.addEventListener('change', draw);
  draw();
  const node = el('form', { class: 'form', on: { submit: async (event) => {
    event.preventDefault();
    const given = Object.fromEntries([...new FormData(node)].filter(([, value]) => value !== ''));
    const rule = { ...given, share: Number(given.share ?? 100) / 100 };
    for (const name of ['retry_after', 'millis', 'code', 'skip', 'count']) if (rule[name] !== undefined) rule[name] = Number(rule[name]);
    if (kinds[rule.kind][1].includes('accepted')) rule.accepted = given.accepted === 'on';
    problem.hidden = true;
    try {
      await api.addFault(rule);
      await loadFaults();
    } catch (error) {
      problem.hidden = false;
      problem.textContent = error.message;
    }
  } } },
  field('What', kind), special,
  input('to', 'Customer', { placeholder: 'every customer', inputmode: 'tel' }),
  el('div', { class: 'field-row' },
    input('share', 'Share, %', { type: 'number', min: '0', max: '100', step: 'any', value: '100' }),
    input('skip', 'Skip first', { type: 'number', min: '0', placeholder: '0' }),
    input('count', 'At most', { type: 'number', min: '1', placeholder: 'unlimited' })),
  problem,
  el('datalist', { id: 'fault-operations' }, options(operations.map((name) => [name, name]))),
  el('datalist', { id: 'fault-events' }, options(events.map((name) => [name, name]))),
  el('div', { class: 'actions' }, el('button', { type: 'submit', class: 'button is-primary' }, 'Switch on')));
  return node;
}

const all = groups.flatMap(([, presets]) => presets);
const rules = block('Rules', null, el('div', { class: 'board' }));
const boards = groups.map(([name]) => block(name, null, el('div', { class: 'board' })));
let rest = null;

panel('faults', (body, _, isOther) => {
  if (isOther) {
    loadFaults();
    rest = fold('Custom rule', form());
    fill(body, el('p', { class: 'hint' }, 'A fault applies from now on. The same seed and the same rules give the same faults.'), rules, boards, rest);
  }
  const others = store.faults.filter((rule) => !all.some(([, , known]) => isSame(known, rule)));
  rules.hidden = others.length === 0;
  keep(rules.lastChild, others.map(custom));
  boards.forEach((board, place) => keep(board.lastChild, groups[place][1].map(toggle)));
  return { title: 'Faults', end: store.faults.length ? [button('Switch all off', () => attempt(() => api.clearFaults()), { look: 'is-small is-danger' })] : [] };
});

on('faults', () => refresh('faults'));
on('exchanges', () => { if (store.faults.length) loadFaultsSoon(); });
on('delivery', () => { if (store.faults.length) loadFaultsSoon(); });
