//! Messages that the command line describes.

use std::path::Path;

use incs_facade::model::whatsapp::template::{Component, Parameter};
use incs_facade::model::{OutboundMessage, PhoneNumber, Secret, rcs, viber, whatsapp};

use super::arguments::{Kind, Medium, Otp, Template, Text, To};
use crate::args::{ChannelName, Private};
use crate::exit::Failure;
use crate::input;

/// One message for each recipient.
pub(super) fn messages(kind: Kind, channel: ChannelName) -> Result<Vec<OutboundMessage>, Failure> {
    let (to, content) = match kind {
        Kind::Text(text) => self::text(text, channel)?,
        Kind::Image(medium) => linked(medium, channel, "image")?,
        Kind::Video(medium) => linked(medium, channel, "video")?,
        Kind::Audio(medium) => linked(medium, channel, "audio")?,
        Kind::Document(medium) => linked(medium, channel, "document")?,
        Kind::Template(template) => self::template(template, channel)?,
        Kind::Otp(otp) => self::otp(otp, channel)?,
    };
    let mut messages = Vec::with_capacity(to.to.len());
    for (index, Private(number)) in to.to.iter().enumerate() {
        let number: PhoneNumber =
            number.parse().map_err(|error| Failure::usage(format!("--to, number {}: {error}", index + 1)))?;
        messages.push(content.clone().to(number));
    }
    Ok(messages)
}

/// A message without its recipient.
#[derive(Clone)]
enum Content {
    WhatsApp(whatsapp::Content),
    Viber(viber::Content),
    Rcs(rcs::Content),
}

impl Content {
    fn to(self, number: PhoneNumber) -> OutboundMessage {
        match self {
            Self::WhatsApp(content) => whatsapp::Message::new(number, content).into(),
            Self::Viber(content) => viber::Message::new(number, content).into(),
            Self::Rcs(content) => rcs::Message::new(number, content).into(),
        }
    }
}

fn text(args: Text, channel: ChannelName) -> Result<(To, Content), Failure> {
    let text = match (args.words, &args.file) {
        (Some(Private(text)), _) => text,
        (None, Some(path)) => file(path)?,
        (None, None) => return Err(Failure::usage("there is no text")),
    };
    let content = match channel {
        ChannelName::Whatsapp => Content::WhatsApp(whatsapp::Content::Text(text)),
        ChannelName::Viber => Content::Viber(viber::Content::Text(text)),
        ChannelName::Rcs => Content::Rcs(rcs::Content::Text(text)),
    };
    Ok((args.to, content))
}

fn linked(args: Medium, channel: ChannelName, kind: &str) -> Result<(To, Content), Failure> {
    let Private(link) = args.link;
    let content = match (channel, kind) {
        (ChannelName::Whatsapp, "image") => Content::WhatsApp(whatsapp::Image::new(link).into()),
        (ChannelName::Whatsapp, "video") => Content::WhatsApp(whatsapp::Video::new(link).into()),
        (ChannelName::Whatsapp, "audio") => Content::WhatsApp(whatsapp::Audio::new(link).into()),
        (ChannelName::Whatsapp, "document") => Content::WhatsApp(whatsapp::Document::new(link).into()),
        (ChannelName::Viber, "image") => Content::Viber(viber::Image::new(link).into()),
        (ChannelName::Viber, "video") => Content::Viber(viber::Video::new(link).into()),
        (ChannelName::Viber, "document") => Content::Viber(viber::Document::new(link).into()),
        (ChannelName::Rcs, "image") => Content::Rcs(rcs::Image::new(link).into()),
        (ChannelName::Rcs, "video") => Content::Rcs(rcs::Video::new(link).into()),
        (ChannelName::Rcs, "document") => Content::Rcs(rcs::Document::new(link).into()),
        _ => return Err(Failure::usage(format!("{} has no {kind}", channel.as_str()))),
    };
    Ok((args.to, content))
}

fn template(args: Template, channel: ChannelName) -> Result<(To, Content), Failure> {
    let content = match channel {
        ChannelName::Whatsapp => Content::WhatsApp(whatsapp_template(&args)?.into()),
        ChannelName::Rcs => Content::Rcs(rcs_template(&args)?.into()),
        ChannelName::Viber => return Err(Failure::usage("viber has no templates")),
    };
    Ok((args.to, content))
}

fn whatsapp_template(args: &Template) -> Result<whatsapp::Template, Failure> {
    let template = whatsapp::Template::new(args.name.as_str());
    if let Some(path) = &args.code_file {
        return Ok(template.with_code(Secret::from(file(path)?)));
    }
    let header = |value: &Option<Private>, make: fn(String) -> Parameter| {
        value.clone().map(|Private(value)| Component::header(make(value)))
    };
    let mut components: Vec<_> = [
        header(&args.header, Parameter::Text),
        header(&args.header_image, |link| Parameter::Image(whatsapp::Image::new(link))),
        header(&args.header_video, |link| Parameter::Video(whatsapp::Video::new(link))),
        header(&args.header_document, |link| Parameter::Document(whatsapp::Document::new(link))),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !args.params.is_empty() {
        components.push(Component::body(args.params.iter().map(|Private(value)| Parameter::text(value))));
    }
    for Private(button) in &args.copy_codes {
        let parts = button.split_once('=').and_then(|(index, code)| Some((index.parse().ok()?, code)));
        let (index, code) = parts.ok_or_else(|| Failure::usage("--copy-code: expected INDEX=CODE, like 0=SAVE15"))?;
        components.push(Component::copy_code(index, code));
    }
    Ok(if components.is_empty() { template } else { template.with_components(components) })
}

fn rcs_template(args: &Template) -> Result<rcs::Template, Failure> {
    let is_for_whatsapp =
        [&args.header, &args.header_image, &args.header_video, &args.header_document].into_iter().any(Option::is_some)
            || args.code_file.is_some()
            || !args.copy_codes.is_empty();
    if is_for_whatsapp {
        return Err(Failure::usage("a template of rcs takes --param NAME=VALUE only"));
    }
    let mut template = rcs::Template::new(args.name.as_str());
    for Private(param) in &args.params {
        let (name, value) = param
            .split_once('=')
            .filter(|(name, _)| !name.is_empty())
            .ok_or_else(|| Failure::usage("--param: rcs takes NAME=VALUE, like customer=Rina"))?;
        template = template.with_parameter(name, value);
    }
    Ok(template)
}

fn otp(args: Otp, channel: ChannelName) -> Result<(To, Content), Failure> {
    if channel != ChannelName::Viber {
        let failure = Failure::usage(format!("{} has no one-time passwords of its own", channel.as_str()));
        return Err(if channel == ChannelName::Whatsapp {
            failure.with_help("on whatsapp they are templates: incs send template --name NAME --code-file FILE")
        } else {
            failure
        });
    }
    let otp = viber::OneTimePassword::new(file(&args.code_file)?, args.language.as_str(), args.minutes);
    Ok((args.to, Content::Viber(otp.into())))
}

/// A text in a file, without the line break that ends it.
fn file(path: &Path) -> Result<String, Failure> {
    let bytes = input::read(path)?;
    let mut text = String::from_utf8(bytes)
        .map_err(|_| Failure::usage(format!("{} holds something else than UTF-8 text", path.display())))?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}
