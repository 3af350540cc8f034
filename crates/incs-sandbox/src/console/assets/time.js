// Times as people read them.
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const exact = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hourCycle: 'h23' });
const full = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
const short = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

const date = (value) => (value instanceof Date ? value : new Date(value));
const safely = (format) => (value) => (value && !Number.isNaN(date(value).getTime()) ? format.format(date(value)) : '');

export const hours = safely(clock);
export const precise = safely(exact);
export const dayOf = (value) => date(value).toDateString();

/** The day, with the words that people use for the last two. */
export function day(value, now) {
  const yesterday = new Date(now.getTime() - 86_400_000);
  if (dayOf(value) === dayOf(now)) return 'Today';
  if (dayOf(value) === dayOf(yesterday)) return 'Yesterday';
  return full.format(date(value));
}

/** The time of today, the day of what is older. */
export function brief(value, now) {
  if (!value) return '';
  return dayOf(value) === dayOf(now) ? hours(value) : short.format(date(value));
}

/** A span in milliseconds, with one unit, or two from a minute on. */
export function span(millis) {
  if (!Number.isFinite(millis)) return '';
  if (millis < 1000) return `${Math.round(millis)} ms`;
  if (millis < 60_000) return `${(millis / 1000).toFixed(millis < 10_000 ? 1 : 0)} s`;
  const minutes = Math.floor(millis / 60_000);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const between = (from, to) => date(to).getTime() - date(from).getTime();
