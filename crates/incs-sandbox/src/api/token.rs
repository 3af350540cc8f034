//! `POST /external/auth/token`.

use std::sync::Arc;

use axum::extract::State;
use bytes::Bytes;
use incs_model::auth::{Token, TokenRequest};
use incs_model::{decode, validate};

use super::credential::unauthenticated;
use super::reply::Reply;
use crate::core::Core;

/// The password that no account has.
const WRONG_PASSWORD: &str = "wrong";

/// Gives a token to any account, unless its password is `wrong`. That the token stands in `token` is inferred.
pub(crate) async fn token(State(core): State<Arc<Core>>, body: Bytes) -> Result<Reply, Reply> {
    let request: TokenRequest = decode(&body).map_err(|error| Reply::unreadable(&error))?;
    validate(&request).map_err(|report| Reply::invalid(&report))?;
    if request.password.expose() == WRONG_PASSWORD {
        return Err(unauthenticated());
    }
    let token = core.change(|world, _| world.tasks.add_token(world.seed));
    Ok(Reply::success(&Token::in_member("token", token)))
}
