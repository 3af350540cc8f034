//! Verifies a signed delivery with one changed bit.
#![no_main]

use incs_fuzz::{now, schemes};
use incs_webhook::testing::sign::Draft;
use incs_webhook::{Delivery, Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let &[which, header, high, low, ref body @ ..] = input else { return };
    let all = schemes::all();
    let known = &all[usize::from(which) % all.len()];
    let bit = usize::from(high) << 8 | usize::from(low);

    let draft = Draft::new(body, now()).with_header("x-id", "7");
    let proof = known.sender.sign(&draft).expect("the secret counts");
    let mut headers = proof.headers().to_vec();
    headers.push(("x-id".to_owned(), "7".to_owned()));
    let target = proof.to_target("/hook?a=b");
    let is_accepted = |headers: &Vec<(String, Vec<u8>)>, body: &[u8]| {
        let delivery = Delivery::new(headers, body).with_target(&target);
        let delivery = delivery.with_limits(Limits::DEFAULT.with_any_content_type());
        let is_accepted = delivery.verify(&known.scheme, now()).is_ok();
        assert_eq!(delivery.explain(&known.scheme, now()).is_none(), is_accepted);
        is_accepted
    };
    let mut headers: Vec<_> = headers.into_iter().map(|(name, value)| (name, value.into_bytes())).collect();
    assert!(is_accepted(&headers, body), "a signed delivery is rejected");
    if !known.signs {
        return;
    }

    let mut changed = body.to_vec();
    if flip(&mut changed, bit) {
        assert!(!is_accepted(&headers, &changed), "another body is accepted");
    }
    let count = headers.len();
    // Only one scheme signs the last header.
    let (_, value) = &mut headers[usize::from(header) % (count - 1)];
    let right = value.clone();
    if flip(value, bit) && !(known.any_case && value.eq_ignore_ascii_case(&right)) {
        assert!(!is_accepted(&headers, body), "another header is accepted");
    }
});

/// Changes one bit; returns false for empty bytes.
fn flip(bytes: &mut [u8], bit: usize) -> bool {
    let place = bit / 8 % bytes.len().max(1);
    bytes.get_mut(place).map(|byte| *byte ^= 1 << (bit % 8)).is_some()
}
