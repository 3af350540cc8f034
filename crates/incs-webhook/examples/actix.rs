//! Receives with actix-web 4: `INCS_WEBHOOK_SECRET=change-me cargo run --example actix`
//!
//! Then: `curl -H 'content-type: application/json' -d '{"event":"not_known_yet"}' http://127.0.0.1:8080/hooks/change-me`

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

use std::env;
use std::error::Error;

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use actix_web::web::{Bytes, Data, PayloadConfig, post, resource};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt};
use incs_model::Timestamp;

use incs_webhook::scheme::{AnyOf, SharedSecret, StandardWebhooks};
use incs_webhook::{HeaderLookup, Item, ItemOutcome, Receiver, Secrets};

fn main() -> Result<(), Box<dyn Error>> {
    let receiver = receiver()?;
    let app = move || {
        App::new()
            // actix-web reads the body, so set its limit. It answers 413 by itself.
            .app_data(PayloadConfig::new(receiver.limits().body))
            .app_data(Data::new(receiver.clone()))
            .service(resource(["/hooks", "/hooks/{secret}"]).route(post().to(receive)))
    };
    let address = env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    rt::System::new().block_on(async {
        let server = HttpServer::new(app).workers(2).bind(address)?;
        for address in server.addrs() {
            println!("listening on http://{address}");
        }
        server.run().await
    })?;
    Ok(())
}

async fn receive(request: HttpRequest, body: Bytes, receiver: Data<Receiver>) -> HttpResponse {
    let headers = HeaderLookup::new(|name: &str| request.headers().get(name).map(HeaderValue::as_bytes));
    let target = request.uri().path_and_query().map_or("", |target| target.as_str());
    match receiver.receive(&headers, target, &body, Timestamp::now()) {
        Ok(batch) => {
            batch.iter().for_each(handle);
            HttpResponse::Ok().finish()
        }
        Err(rejection) => {
            eprintln!("rejected: {rejection}");
            let status = StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::BAD_REQUEST);
            HttpResponse::new(status)
        }
    }
}

/// Creates the receiver once. The URL given to the platform ends in a secret; senders that sign use the other scheme.
fn receiver() -> Result<Receiver, Box<dyn Error>> {
    let secret = env::var("INCS_WEBHOOK_SECRET").map_err(|_| "INCS_WEBHOOK_SECRET is not set")?;
    let in_path = SharedSecret::in_path(Secrets::try_new(secret)?);
    Ok(match env::var("GATEWAY_SECRET") {
        Ok(secret) => Receiver::new(AnyOf::new(in_path).or(StandardWebhooks::try_new(Secrets::try_new(secret)?)?)),
        Err(_) => Receiver::new(in_path),
    })
}

/// Handles an item, here by printing it. A real handler stores it under its key, which drops duplicates.
fn handle(item: &Item) {
    let key = item.dedup_key().map_or_else(|| "none".to_owned(), |key| key.to_string());
    match item.outcome() {
        ItemOutcome::Parsed(_) => println!("understood {:?}, key {key}", item.pointer()),
        ItemOutcome::Malformed(error) => println!("kept {:?}: {error}", item.pointer()),
        ItemOutcome::Unknown => println!("kept {:?}: unknown", item.pointer()),
    }
}
