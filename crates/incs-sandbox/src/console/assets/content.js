// The visible parts of a message of any channel and kind: one shape for the bubble, and one line for lists.
const MEDIA = ['image', 'video', 'audio', 'document'];
const words = { image: 'Photo', video: 'Video', audio: 'Voice message', document: 'Document', location: 'Location' };

const object = (value) => (value && typeof value === 'object' ? value : {});
const array = (value) => (Array.isArray(value) ? value : []);
const string = (value) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

/**
 * The parts of a message: `{tag, header, media, body, footer, buttons, list, cards, code, place, params}`, each only where there is
 * one. A header is `{type, text}` or `{type, link}`, a button `{kind: reply|url|call|copy|other, id, text, url, value}`.
 */
export function parts(message) {
  const content = object(message.content);
  if (message.direction === 'inbound') return inbound(content);
  const type = string(content.type);
  if (type === 'text') return { body: string(content.text) };
  if (MEDIA.includes(type)) return { media: { kind: type, link: string(object(content[type]).link) } };
  if (type === 'otp') return { code: { value: string(object(content.otp).code), minutes: object(content.otp).code_expiration_minutes } };
  if (type === 'interactive') return interactive(object(content.interactive));
  if (type === 'template') return template(message, object(content.template));
  return { tag: message.kind, body: typeof message.content === 'string' ? message.content : JSON.stringify(message.content) };
}

function interactive(interactive) {
  const action = object(interactive.action);
  const shown = { header: header(interactive.header), body: string(object(interactive.body).text), footer: string(object(interactive.footer).text) };
  if (interactive.type === 'list') shown.list = { button: string(action.button), sections: array(action.sections) };
  else if (interactive.type === 'carousel') shown.cards = array(action.cards).map(card);
  else shown.buttons = actions(action);
  return shown;
}

function card(card) {
  return { header: header(card.header), body: string(object(card.body).text), buttons: actions(object(card.action)) };
}

function actions(action) {
  if (action.name === 'cta_url') {
    const { display_text: text, url } = object(action.parameters);
    return [{ kind: 'url', text: string(text), url: string(url) }];
  }
  return array(action.buttons).map((entry) => {
    const reply = object(entry.reply ?? entry.quick_reply);
    return { kind: 'reply', id: string(reply.id), text: string(reply.title) };
  });
}

function header(header) {
  const { type } = object(header);
  if (!type) return null;
  if (type === 'text') return { type, text: string(header.text) };
  return { type: MEDIA.includes(type) ? type : 'image', link: string(object(header[type]).link ?? object(header[type]).id) };
}

function template(message, template) {
  const tag = string(template.name);
  const rendered = message.rendered;
  if (!rendered || typeof rendered !== 'object') {
    const params = Object.entries(object(template.parameters)).map(([name, value]) => [name, string(value)]);
    array(template.components).forEach((component) => array(component.parameters).forEach((parameter, index) => {
      const value = string(parameter.text ?? parameter.coupon_code ?? object(parameter[parameter.type]).link);
      params.push([`${string(component.type)} ${index + 1}`, value]);
    }));
    if (template.code) params.push(['code', string(template.code)]);
    return { tag, params };
  }
  return {
    tag,
    header: renderedHeader(rendered.header),
    title: string(rendered.title),
    body: string(rendered.body),
    footer: string(rendered.footer),
    buttons: array(rendered.buttons).map(renderedButton),
    cards: array(rendered.cards).length ? array(rendered.cards).map((entry) => ({
      header: renderedHeader(entry.header),
      title: string(entry.title),
      body: string(entry.body),
      buttons: array(entry.buttons).map(renderedButton),
    })) : undefined,
  };
}

function renderedHeader(header) {
  const { type, text, link } = object(header);
  if (!header || (!text && !link)) return null;
  if (link) return { type: MEDIA.includes(String(type).toLowerCase()) ? String(type).toLowerCase() : 'image', link: string(link) };
  return { type: 'text', text: string(text) };
}

function renderedButton(button) {
  const kind = string(button.kind).toLowerCase();
  const text = string(button.text);
  if (kind.includes('url')) return { kind: 'url', text, url: string(button.url), payload: string(button.payload) };
  if (kind.includes('phone')) return { kind: 'call', text, value: string(button.phone), payload: string(button.payload) };
  if (kind.includes('copy')) return { kind: 'copy', text: text || 'Copy code', value: string(button.code) };
  return { kind: 'reply', id: text, text, payload: string(button.payload) };
}

function inbound(content) {
  const type = string(content.type);
  if (type === 'text') return { body: string(content.text) };
  if (type === 'media') return { media: { kind: MEDIA.includes(content.media) ? content.media : 'document', link: string(content.url), name: string(content.name), mime: string(content.mime) } };
  if (type === 'location') return { place: { latitude: Number(content.latitude), longitude: Number(content.longitude), name: string(content.name) } };
  // A tap: a button, a row, a quick reply of a template, a suggestion.
  return { body: string(content.title) || string(content.text) || string(content.postback ?? content.payload ?? content.id), footer: string(content.description) };
}

/** One line of a message, for lists and quotes. */
export function line(message) {
  if (!message) return '';
  const shown = parts(message);
  if (shown.body) return shown.body;
  if (shown.media) return shown.media.name || words[shown.media.kind];
  if (shown.place) return shown.place.name || words.location;
  if (shown.code) return `Code ${shown.code.value}`;
  if (shown.header?.text) return shown.header.text;
  if (shown.header) return words[shown.header.type] ?? '';
  return shown.tag ? `Template ${shown.tag}` : message.kind;
}
