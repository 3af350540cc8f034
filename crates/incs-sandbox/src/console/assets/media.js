// Pictures, videos, voice, files, locations. Only files of the sandbox itself are fetched; others show their name and host.
import { el, hue, icon } from './dom.js';
import { webAddress } from './text.js';

/** The file name and the host of a link. */
export function naming(link, name) {
  const url = webAddress(link);
  if (!url) return { name: name || link || 'no link', host: '' };
  let last = url.pathname.split('/').filter(Boolean).pop() ?? url.host;
  try {
    last = decodeURIComponent(last);
  } catch {
    // It stays as it is written.
  }
  return { name: name || last, host: url.host };
}

/**
 * The address of a file of this page, without dots and whatever else the link is spelled with, or `null`. Nothing else of the sandbox is
 * fetched for a link: what a message says must not cause a request to its APIs.
 */
function asset(link) {
  const url = webAddress(link);
  const isOurs = url?.origin === location.origin && /^\/_sandbox\/assets\/[\w.-]+$/.test(url.pathname);
  return isOurs && !url.username && !url.password ? `${url.origin}${url.pathname}` : null;
}

/** A picture or a video: itself if it is a file of this page, else a placeholder. */
export function picture(kind, link, name) {
  const known = naming(link, name);
  const source = kind === 'image' ? asset(link) : null;
  if (source) {
    return el('div', { class: 'media', vars: { '--hue': hue(link) } }, el('img', { src: source, alt: known.name, loading: 'lazy' }));
  }
  return el('div', { class: 'media', role: 'img', 'aria-label': `${kind}: ${known.name}`, title: link, vars: { '--hue': hue(link) } },
    icon(kind === 'video' ? 'play' : 'image'),
    el('div', { class: 'media-name' }, el('b', { dir: 'auto' }, known.name), el('span', {}, known.host)));
}

/** A document. */
export function file(link, name, mime) {
  const known = naming(link, name);
  const ending = /\.([a-z0-9]{1,4})$/i.exec(known.name)?.[1] ?? mime?.split('/').pop()?.slice(0, 4) ?? 'file';
  return el('div', { class: 'file', title: link }, el('div', { class: 'file-kind', vars: { '--hue': hue(ending) } }, ending),
    el('div', { class: 'file-text' }, el('b', { dir: 'auto' }, known.name), el('span', {}, known.host)));
}

/** A voice message; its wave is made from its link, since it is not fetched. */
export function voice(link, name) {
  const known = naming(link, name);
  let seed = Number(hue(link)) + 11;
  const bars = Array.from({ length: 30 }, () => {
    seed = (seed * 73 + 41) % 1009;
    return el('i', { vars: { height: `${5 + (seed % 18)}px` } });
  });
  return el('div', { class: 'file', title: link }, icon('play'),
    el('div', { class: 'file-text' }, el('div', { class: 'wave', 'aria-hidden': 'true' }, bars), el('span', { dir: 'auto' }, [known.name, known.host].filter(Boolean).join(' · '))));
}

/** A location; no map is fetched, so a placeholder is shown. */
export function place({ latitude, longitude, name }) {
  return el('div', { class: 'place' },
    el('div', { class: 'media', role: 'img', 'aria-label': 'location' }, icon('place')),
    el('div', { class: 'title', dir: 'auto' }, name || 'Location'),
    el('div', { class: 'footer number' }, `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`));
}

export function media({ kind, link, name, mime }) {
  if (kind === 'audio') return voice(link, name);
  if (kind === 'document') return file(link, name, mime);
  return picture(kind, link, name);
}
