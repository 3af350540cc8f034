//! `incs auth`: tokens for the task routes.

use std::io::{self, IsTerminal as _};

use clap::{Args, Subcommand};
use incs_facade::client::endpoints::auth::FetchToken;
use incs_facade::model::auth::TokenRequest;
use schemars::JsonSchema;
use serde::Serialize;

use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::Context;
use crate::settings::Settings;

/// The arguments of `incs auth`.
#[derive(Debug, Args)]
pub(crate) struct Auth {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Fetch a bearer token for the configured account and print it
    ///
    /// The account is `INCS_USERNAME` and `INCS_PASSWORD`, or `username` and `password` in the profile.
    /// The other commands fetch a token themselves; this one is for other programs, as `INCS_TOKEN`.
    Token {
        /// Member of the reply that holds the token, if it is neither `token` nor `access_token`
        #[arg(long, value_name = "NAME")]
        member: Option<String>,
    },
}

/// The output for machines.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TokenLine<'a> {
    /// Bearer token.
    token: &'a str,
}

/// Runs the command.
pub(crate) fn run(args: Auth, context: &Context) -> Result<Exit, Failure> {
    let Action::Token { member } = args.action;
    let Some((username, password)) = Settings::load(context)?.account()? else {
        return Err(Failure::new(Exit::Authentication, "cannot fetch a token: no account is set")
            .with_help("set INCS_USERNAME and INCS_PASSWORD_FILE, or `username` and `password_file` in the profile"));
    };
    let mut endpoint = FetchToken::new(TokenRequest::new(username, password));
    endpoint.member = member;
    let client = connect::client(context)?;
    let token = connect::runtime()?.block_on(client.execute(endpoint).into_future())?.into_secret();
    if context.out.json {
        context.out.json(&TokenLine { token: token.expose() })?;
    } else {
        context.out.line(token.expose())?;
    }
    if io::stdout().is_terminal() {
        context.out.note("note: anyone with this token can act for the account; clear the screen");
    }
    Ok(Exit::Done)
}
