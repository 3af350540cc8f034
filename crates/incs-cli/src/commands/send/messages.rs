//! Messages described by options.

use std::path::Path;

use incs_facade::model::whatsapp::template::{Component, Language, Parameter};
use incs_facade::model::{OutboundMessage, PhoneNumber, Secret, rcs, viber, whatsapp};

use super::arguments::{Kind, Medium, Otp, Recipients, Template, Text};
use crate::args::{ChannelName, Private};
use crate::exit::Failure;
use crate::input;

/// Builds one message for each recipient.
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

fn text(args: Text, channel: ChannelName) -> Result<(Recipients, Content), Failure> {
    let text = match (args.words, &args.file) {
        (Some(Private(text)), _) => text,
        (None, Some(path)) => file(path)?,
        (None, None) => return Err(Failure::usage("no text is given")),
    };
    let content = match channel {
        ChannelName::Whatsapp => Content::WhatsApp(whatsapp::Content::Text(text)),
        ChannelName::Viber => Content::Viber(viber::Content::Text(text)),
        ChannelName::Rcs => Content::Rcs(rcs::Content::Text(text)),
    };
    Ok((args.to, content))
}

fn linked(args: Medium, channel: ChannelName, kind: &str) -> Result<(Recipients, Content), Failure> {
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
        _ => return Err(Failure::usage(format!("{} does not support {kind} messages", channel.as_str()))),
    };
    Ok((args.to, content))
}

fn template(args: Template, channel: ChannelName) -> Result<(Recipients, Content), Failure> {
    let content = match channel {
        ChannelName::Whatsapp => Content::WhatsApp(whatsapp_template(&args)?.into()),
        ChannelName::Rcs => Content::Rcs(rcs_template(&args)?.into()),
        ChannelName::Viber => return Err(Failure::usage("viber does not support templates")),
    };
    Ok((args.to, content))
}

fn whatsapp_template(args: &Template) -> Result<whatsapp::Template, Failure> {
    let mut template = whatsapp::Template::new(args.name.as_str());
    template.language = args.language.as_deref().map(Language::new);
    if let Some(path) = &args.code_file {
        return Ok(template.with_code(Secret::from(file(path)?)));
    }
    let header = |value: &Option<Private>, make: fn(String) -> Parameter| {
        value.clone().map(|Private(value)| Component::header(make(value)))
    };
    let mut components: Vec<_> = [
        header(&args.header, Parameter::text),
        header(&args.header_image, Parameter::image),
        header(&args.header_video, Parameter::video),
        header(&args.header_document, Parameter::document),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !args.params.is_empty() {
        components.push(Component::body(args.params.iter().map(|Private(value)| Parameter::text(value))));
    }
    if !args.named_params.is_empty() {
        let named = args.named_params.iter().map(|Private(param)| {
            let parts = param.split_once('=').filter(|(name, _)| !name.is_empty());
            let (name, value) =
                parts.ok_or_else(|| Failure::usage("--named-param: expected NAME=VALUE, like customer=Rina"))?;
            Ok(Parameter::named(name, value))
        });
        components.push(Component::body(named.collect::<Result<Vec<_>, Failure>>()?));
    }
    let of_button = |button: &Private, usage: &str| {
        let parts = button.0.split_once('=').and_then(|(index, value)| Some((index.parse().ok()?, value.to_owned())));
        parts.ok_or_else(|| Failure::usage(usage))
    };
    for button in &args.copy_codes {
        let (index, code) = of_button(button, "--copy-code: expected INDEX=CODE, like 0=SAVE15")?;
        components.push(Component::copy_code(index, code));
    }
    for button in &args.link_ends {
        let (index, text) = of_button(button, "--link-end: expected INDEX=TEXT, like 0=SO-1042")?;
        components.push(Component::link_end(index, text));
    }
    Ok(if components.is_empty() { template } else { template.with_components(components) })
}

fn rcs_template(args: &Template) -> Result<rcs::Template, Failure> {
    let is_for_whatsapp =
        [&args.header, &args.header_image, &args.header_video, &args.header_document].into_iter().any(Option::is_some)
            || args.code_file.is_some()
            || args.language.is_some()
            || [&args.copy_codes, &args.link_ends, &args.named_params].into_iter().any(|values| !values.is_empty());
    if is_for_whatsapp {
        return Err(Failure::usage("an rcs template accepts only --param NAME=VALUE"));
    }
    let mut template = rcs::Template::new(args.name.as_str());
    for Private(param) in &args.params {
        let (name, value) = param
            .split_once('=')
            .filter(|(name, _)| !name.is_empty())
            .ok_or_else(|| Failure::usage("--param: expected NAME=VALUE, like customer=Rina"))?;
        template = template.with_parameter(name, value);
    }
    Ok(template)
}

fn otp(args: Otp, channel: ChannelName) -> Result<(Recipients, Content), Failure> {
    if channel != ChannelName::Viber {
        let failure = Failure::usage(format!("{} does not support one-time passwords", channel.as_str()));
        return Err(if channel == ChannelName::Whatsapp {
            failure
                .with_help("send an authentication template instead: incs send template --name NAME --code-file FILE")
        } else {
            failure
        });
    }
    let otp = viber::OneTimePassword::new(file(&args.code_file)?, args.language.as_str(), args.minutes);
    Ok((args.to, Content::Viber(otp.into())))
}

/// Reads a text from a file, without the line break at its end.
fn file(path: &Path) -> Result<String, Failure> {
    let bytes = input::read(path)?;
    let mut text = String::from_utf8(bytes).map_err(|_| Failure::usage(format!("{} is not UTF-8", path.display())))?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}
