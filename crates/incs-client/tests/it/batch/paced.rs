//! The pace.

use std::time::Duration;

use incs_client::BatchOptions;

use super::scene::{CALLED_OFF, client, index, message, sent, states};
use crate::support::platform::Platform;

fn gaps(platform: &Platform) -> Vec<Duration> {
    platform.seen().starts.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[tokio::test(start_paused = true)]
async fn messages_begin_no_sooner_than_the_gap_and_the_last_is_not_waited_after() {
    let platform = Platform::new(|request| sent(index(request)));
    let options = BatchOptions::new().with_min_gap(Duration::from_mins(1));
    let begun = tokio::time::Instant::now();
    let report = client(&platform).messages().send_all_iter((0..4).map(message), options).collect_all().await;
    assert_eq!((report.sent, gaps(&platform)), (4, vec![Duration::from_mins(1); 3]));
    assert_eq!(begun.elapsed(), Duration::from_mins(3));
}

#[tokio::test(start_paused = true)]
async fn time_that_was_lost_is_not_made_up_for() {
    let platform = Platform::new(|request| sent(index(request)).after(if index(request) == 0 { 1000 } else { 1 }));
    let options = BatchOptions::new().with_concurrency(1).with_max_per_second(10);
    client(&platform).messages().send_all_iter((0..3).map(message), options).collect_all().await;
    assert_eq!(gaps(&platform), [Duration::from_secs(1), Duration::from_millis(100)]);
}

#[tokio::test(start_paused = true)]
async fn in_no_second_more_messages_begin_than_allowed() {
    for allowed in [1, 3, 7, 999] {
        let platform = Platform::new(|request| sent(index(request)));
        let options = BatchOptions::new().with_max_per_second(allowed).with_concurrency(100);
        let count = allowed as usize * 2 + 1;
        client(&platform).messages().send_all_iter((0..count).map(message), options).collect_all().await;
        let seen = platform.seen();
        for window in seen.starts.windows(allowed as usize + 1) {
            assert!(window[allowed as usize] - window[0] >= Duration::from_secs(1), "{allowed}");
        }
    }
}

#[test]
fn the_gap_is_rounded_up_and_none_a_second_counts_as_one() {
    let gap = |messages| BatchOptions::new().with_max_per_second(messages).min_gap;
    assert_eq!(gap(0), Duration::from_secs(1));
    assert_eq!(gap(3), Duration::from_nanos(333_333_334));
    assert_eq!(gap(u32::MAX), Duration::from_nanos(1));
}

#[tokio::test(start_paused = true)]
async fn the_longest_gap_lets_the_first_message_go() {
    let platform = Platform::new(|request| sent(index(request)));
    let options = BatchOptions::new().with_min_gap(Duration::MAX);
    let mut batch = client(&platform).messages().send_all_iter((0..2).map(message), options);
    assert!(batch.next().await.unwrap().result.is_ok());
    batch.canceller().cancel();
    assert_eq!(states(&[batch.next().await.unwrap()]), [(1, CALLED_OFF)]);
    assert!(batch.next().await.is_none());
}
