// Cards in a row that scrolls sideways.
import { el, square } from './dom.js';
import { action, stop } from './actions.js';
import { picture } from './media.js';
import { text } from './text.js';

export function carousel(message, cards) {
  const row = el('div', { class: 'cards', tabindex: '0', role: 'group', 'aria-label': `${cards.length} cards` }, cards.map((card, index) =>
    el('article', { class: 'card', 'aria-label': `card ${index + 1} of ${cards.length}` },
      card.header?.link !== undefined && picture(card.header.type, card.header.link),
      card.title && el('div', { class: 'title', dir: 'auto' }, card.title),
      text(card.body, { channel: message.channel }),
      el('div', { class: 'actions-in' }, card.buttons.map((button) => action(message, button))))));
  const back = square('back', 'Previous cards', (event) => turn(event, -1), { class: 'paddle is-back', hidden: true });
  const next = square('next', 'Next cards', (event) => turn(event, 1), { class: 'paddle is-next' });

  function turn(event, by) {
    stop(event);
    row.scrollBy({ left: by * 232, behavior: 'smooth' });
  }
  const paddles = () => {
    back.hidden = row.scrollLeft < 8;
    next.hidden = row.scrollLeft + row.clientWidth > row.scrollWidth - 8;
  };
  row.addEventListener('scroll', paddles, { passive: true });
  new ResizeObserver(paddles).observe(row);
  return el('div', { class: 'carousel-wrap' }, row, back, next);
}
