// The three channels, and the look of each and of its customers.
import { el, hue } from './dom.js';

export const CHANNELS = ['whatsapp', 'viber', 'rcs'];

export const names = { whatsapp: 'WhatsApp', viber: 'Viber', rcs: 'RCS' };

export const about = {
  whatsapp: { sub: 'Business account', entry: 'Message' },
  viber: { sub: 'Business messages', entry: 'Type a message' },
  rcs: { sub: 'Verified business', entry: 'RCS message' },
};

const WINDOW = 24 * 60 * 60 * 1000;

/** The rest of the 24-hour window in milliseconds; `null` for a channel without one. */
export function windowLeft(conversation, now) {
  if (conversation.channel === 'viber') return null;
  if (!conversation.last_inbound_at) return 0;
  return Math.max(0, WINDOW - (now.getTime() - new Date(conversation.last_inbound_at).getTime()));
}

/** A number as people read it. */
export const phone = (digits) => (digits ? `+${digits}` : '');

/** A number whose last digits are always visible: numbers of a country differ at the end. */
export function shownPhone(digits) {
  const text = phone(digits);
  const end = Math.max(0, text.length - 5);
  return el('span', { class: 'phone-number', dir: 'ltr', title: text }, el('span', { class: 'phone-start' }, text.slice(0, end)), el('span', {}, text.slice(end)));
}

/** The name of a customer, or else the number. */
export function shownName(name, digits) {
  return name && name !== digits && name !== phone(digits) ? name : shownPhone(digits);
}

/** The initials of a name; without one, or if a word of it is a number, the last two digits of the customer's number. */
function initials(name, digits) {
  const words = String(name ?? '').trim().split(/\s+/).filter(Boolean);
  const letters = words.slice(0, 2).map((word) => [...word][0] ?? '').join('');
  return words.some((word) => /^\+?\d/.test(word)) || !letters ? String(digits ?? '').slice(-2) : letters.toLocaleUpperCase();
}

/**
 * The colour of a customer. Numbers of one hundred, whose letters differ, go round the colours by the golden angle, so that
 * neighbours are far apart; each hundred, where the letters repeat, begins elsewhere.
 */
function colour(digits) {
  const text = String(digits ?? '');
  return String(Math.round(Number(hue(text.slice(0, -2))) + (Number(text.slice(-2)) || 0) * 137.508) % 360);
}

/** The avatar of a customer: letters and a colour. */
export function avatar({ name, customer }, props = {}) {
  const { class: more = '', ...rest } = props;
  return el('span', { class: `avatar ${more}`, 'aria-hidden': 'true', vars: { '--hue': colour(customer) }, ...rest }, initials(name, customer));
}
