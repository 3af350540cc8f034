// The three channels, and how each shows itself.
export const CHANNELS = ['whatsapp', 'viber', 'rcs'];

export const names = { whatsapp: 'WhatsApp', viber: 'Viber', rcs: 'RCS' };

export const about = {
  whatsapp: { sub: 'Business account', entry: 'Message' },
  viber: { sub: 'Business messages', entry: 'Type a message' },
  rcs: { sub: 'Verified business', entry: 'RCS message' },
};

const WINDOW = 24 * 60 * 60 * 1000;

/** How long anything may still be sent, in milliseconds; `null` where there is no such window. */
export function windowLeft(conversation, now) {
  if (conversation.channel === 'viber') return null;
  if (!conversation.last_inbound_at) return 0;
  return Math.max(0, WINDOW - (now.getTime() - new Date(conversation.last_inbound_at).getTime()));
}

/** A number as people read it. */
export const phone = (digits) => (digits ? `+${digits}` : '');

/** The first letters of a name; of a number its last two digits. */
export function initials(name, digits) {
  const words = String(name ?? '').trim().split(/\s+/).filter(Boolean);
  const letters = words.slice(0, 2).map((word) => [...word][0] ?? '').join('');
  return /^\+?\d/.test(words[0] ?? '') || !letters ? String(digits ?? '').slice(-2) : letters.toLocaleUpperCase();
}
