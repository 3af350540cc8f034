//! Transports that break the contract, each in one way.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::LOCATION;
use incs_client::transport::{
    CallInfo, Idempotency, Request, Response, Transport, TransportError, TransportErrorKind as Kind,
};
use incs_client_contract::ServerInfo;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};

use crate::reference::Reference;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fault {
    /// Follows redirects, and sends again after an interruption.
    Eager,
    /// Says of every error that nothing left, and names the URI in it.
    Liar,
    /// Takes a failure for an error.
    Strict,
    /// Goes on when it is dropped.
    Detached,
    /// Never reports that a request was sent.
    Secretive,
    /// Sends what was recalled, a little later.
    Queueing,
    /// Changes requests.
    Meddling,
    /// Knows no limit.
    Greedy,
    /// Counts one byte too many.
    Stingy,
    /// Gives the reply of the call before.
    Stale,
    /// Does not look at certificates.
    Trusting,
    /// Panics when a URI has no host.
    Panicking,
}

impl Fault {
    pub(crate) const ALL: [Self; 12] = [
        Self::Eager,
        Self::Liar,
        Self::Strict,
        Self::Detached,
        Self::Secretive,
        Self::Queueing,
        Self::Meddling,
        Self::Greedy,
        Self::Stingy,
        Self::Stale,
        Self::Trusting,
        Self::Panicking,
    ];

    pub(crate) fn transport(self, server: &ServerInfo) -> Broken {
        let mut inner = Reference::new(server);
        if self == Self::Trusting {
            inner = inner.with_tls(trusting());
        }
        Broken { inner, fault: self, last: Arc::default() }
    }
}

pub(crate) struct Broken {
    inner: Reference,
    fault: Fault,
    last: Arc<Mutex<Option<Response>>>,
}

#[async_trait]
impl Transport for Broken {
    async fn call(&self, mut request: Request) -> Result<Response, TransportError> {
        let info = CallInfo::of(&request);
        match self.fault {
            Fault::Eager => match self.inner.call(request.clone()).await {
                Ok(reply) if reply.headers().contains_key(LOCATION) => {
                    let location = reply.headers()[LOCATION].to_str().unwrap();
                    let uri = request.uri();
                    let next = format!("{}://{}{location}", uri.scheme_str().unwrap(), uri.authority().unwrap());
                    *request.uri_mut() = next.parse().unwrap();
                    self.inner.call(request).await
                }
                Err(error) if error.kind() == Kind::Interrupted => self.inner.call(request).await,
                other => other,
            },
            Fault::Liar => {
                let uri = request.uri().clone();
                let result = self.inner.call(request).await;
                result.map_err(|_| TransportError::new(Kind::NotSent).with_source(format!("{uri} did not answer")))
            }
            Fault::Strict => {
                let reply = self.inner.call(request).await?;
                if reply.status().is_success() { Ok(reply) } else { Err(Kind::Other.into()) }
            }
            Fault::Detached => {
                let inner = self.inner.clone();
                tokio::spawn(async move { inner.call(request).await }).await.unwrap()
            }
            Fault::Secretive => {
                info.send_gate().arm();
                let unknown =
                    CallInfo::new("call", Idempotency::NonIdempotent).with_response_limit(info.response_limit());
                request.extensions_mut().insert(unknown);
                self.inner.call(request).await
            }
            Fault::Queueing => {
                info.send_gate().arm();
                let inner = self.inner.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                    request.extensions_mut().insert(CallInfo::new("call", Idempotency::NonIdempotent));
                    let result = inner.call(request).await;
                    let _ = info.send_gate().commit();
                    result
                })
                .await
                .unwrap()
            }
            Fault::Meddling => {
                if request.body().is_empty() {
                    *request.body_mut() = Bytes::from_static(b"{}");
                }
                *request.uri_mut() = request.uri().to_string().replace("//b", "/b").parse().unwrap();
                let spaces = request.headers_mut().get_mut("x-spaces");
                *spaces.unwrap() = "one two three".parse().unwrap();
                let mut reply = self.inner.call(request).await?;
                reply.headers_mut().remove("x-latin");
                Ok(reply)
            }
            Fault::Greedy => {
                request.extensions_mut().insert(info.with_response_limit(usize::MAX));
                self.inner.call(request).await
            }
            Fault::Stingy => {
                request
                    .extensions_mut()
                    .insert(info.clone().with_response_limit(info.response_limit().saturating_sub(1)));
                self.inner.call(request).await
            }
            Fault::Stale => {
                let reply = self.inner.call(request).await?;
                Ok(self.last.lock().unwrap().replace(reply.clone()).unwrap_or(reply))
            }
            Fault::Trusting => self.inner.call(request).await,
            Fault::Panicking => {
                assert!(request.uri().host().is_some(), "a URI has a host");
                self.inner.call(request).await
            }
        }
    }
}

fn trusting() -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone))
        .with_no_client_auth()
}

#[derive(Debug)]
struct Anyone;

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        rustls::crypto::ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
