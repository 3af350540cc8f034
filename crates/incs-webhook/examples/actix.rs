//! Receives with actix-web 4: `WEBHOOK_PATH_SECRET=change-me cargo run --example actix`
//!
//! Then: `curl -H 'content-type: application/json' -d '{"event":"of_tomorrow"}' http://127.0.0.1:8080/hooks/change-me`

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

use std::env;
use std::error::Error;

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use actix_web::web::{Bytes, Data, PayloadConfig, post, resource};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt};
use incs_model::Timestamp;

use incs_webhook::scheme::{AnyOf, SharedSecret, StandardWebhooks};
use incs_webhook::{Item, Lookup, Outcome, Receiver, Secrets};

fn main() -> Result<(), Box<dyn Error>> {
    let receiver = receiver()?;
    let app = move || {
        App::new()
            // actix-web reads the body, so it must know the limit: it answers 413 by itself.
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
    let headers = Lookup::new(|name: &str| request.headers().get(name).map(HeaderValue::as_bytes));
    let target = request.uri().path_and_query().map_or("", |target| target.as_str());
    match receiver.receive(&headers, target, &body, Timestamp::now()) {
        Ok(batch) => {
            batch.iter().for_each(handle);
            HttpResponse::Ok().finish()
        }
        Err(rejection) => {
            eprintln!("refused: {rejection}");
            let status = StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::BAD_REQUEST);
            HttpResponse::new(status)
        }
    }
}

/// Made once, and kept. The URL given to the platform ends in the secret; who can sign, signs.
fn receiver() -> Result<Receiver, Box<dyn Error>> {
    let in_path = SharedSecret::in_path(Secrets::try_new(env::var("WEBHOOK_PATH_SECRET")?)?);
    Ok(match env::var("WEBHOOK_SECRET") {
        Ok(secret) => Receiver::new(AnyOf::new(in_path).or(StandardWebhooks::try_new(Secrets::try_new(secret)?)?)),
        Err(_) => Receiver::new(in_path),
    })
}

/// Hands an item on; here to the terminal. A queue that drops keys it has seen makes two deliveries of one thing one.
fn handle(item: &Item) {
    let key = item.dedup_key().map_or_else(|| "none".to_owned(), |key| key.to_string());
    match item.outcome() {
        Outcome::Parsed(_) => println!("understood {:?}, key {key}", item.pointer()),
        Outcome::Malformed(fault) => println!("kept {:?}: {fault}", item.pointer()),
        _ => println!("kept {:?}: unknown", item.pointer()),
    }
}
