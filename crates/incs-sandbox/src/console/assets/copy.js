// Copies text, also where browsers deny the clipboard to pages without TLS.
import { el, button } from './dom.js';
import { toast } from './toast.js';

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el('textarea', { class: 'hidden-text', 'aria-hidden': 'true', set: { value: text } });
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  toast(`Copied: ${what}.`);
}

/** A small button that copies the result of a function. */
export function copyButton(label, give, what = label) {
  return button(label, (event) => { event.stopPropagation(); copy(give(), what); }, { sign: 'copy', look: 'is-small is-quiet' });
}
