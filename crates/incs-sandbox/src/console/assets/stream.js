// The event stream. After missed events everything is loaded again.
import { putConversation, putExchange, putMessage, store, tell } from './store.js';

const FIRST_WAIT = 500;
const LONGEST_WAIT = 8000;

const takers = {
  message: putMessage,
  conversation: putConversation,
  exchange: putExchange,
  delivery: (delivery) => tell('delivery', delivery),
  subscription: () => tell('subscription'),
  fault: () => tell('fault'),
  template: () => tell('template'),
  task: () => {},
};

function setLive(live) {
  if (store.live === live) return;
  store.live = live;
  tell('live');
}

/** Listens for ever; calls `reload` at the start and whenever events may have been missed. */
export function listen(reload, wait = FIRST_WAIT) {
  let isHeard = false;
  const source = new EventSource('/_sandbox/events');
  source.addEventListener('open', () => {
    isHeard = true;
    reload().then(() => setLive('live'), () => setLive('lost'));
  });
  source.addEventListener('lagged', () => reload().catch(() => setLive('lost')));
  source.addEventListener('message', (event) => {
    let told;
    try {
      told = JSON.parse(event.data);
    } catch {
      return;
    }
    if (told.type === 'reset') {
      tell('reset');
      reload().catch(() => setLive('lost'));
    } else takers[told.type]?.(told.data);
    tell('told', told.type);
  });
  source.addEventListener('error', () => {
    setLive('lost');
    // A browser gives up for good if the reply was not a stream, so reconnect from here.
    if (source.readyState !== EventSource.CLOSED) return;
    const next = isHeard ? FIRST_WAIT : Math.min(wait * 2, LONGEST_WAIT);
    setTimeout(() => listen(reload, next), next);
  });
}
