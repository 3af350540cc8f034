//! Lists and their pages.

use incs_client::Client;
use incs_client::backend::HyperTransport;

use incs_model::PhoneNumber;
use incs_model::task::{self, NewTask};
use incs_model::template::{self, rcs, whatsapp};
use incs_sandbox::Sandbox;

use super::curl::{bearer, call, call_with, get, quick};
use crate::support::client;

fn numbered(number: usize) -> rcs::NewTemplate {
    rcs::NewTemplate::new(format!("page_{number}"), rcs::Category::Promotion, rcs::TextContent::new("x"))
}

#[tokio::test]
async fn template_pages_are_complete() {
    let sandbox = quick().start().await.unwrap();
    let client = client(&sandbox);
    let mut names =
        vec!["rain_sale_carousel", "rain_sale_card", "parcel_update_1", "delivery_note_2", "delivery_note_1"]
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>();
    for number in 0..25 {
        client.templates().rcs().create(numbered(number)).await.unwrap();
        names.insert(0, format!("page_{number}"));
    }
    for count in [1_u32, 7, 10, 30, 100] {
        let query = template::ListQuery::new().with_count(count);
        let rows = client.templates().rcs().list_from(query).collect_all(1000).await.unwrap();
        let listed: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(listed, names, "in pages of {count}");
        assert!(rows.iter().all(|row| row.template_id.as_str().len() == 19));
    }
    assert_eq!(get(&sandbox, "/external/templates/rcs").await.data().as_array().unwrap().len(), 10);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn paging_continues_after_deleted_row() {
    let sandbox = quick().start().await.unwrap();
    let first = get(&sandbox, "/external/templates/rcs?count=2").await;
    let last = first.data()[1]["template_id"].as_str().unwrap();
    call(&sandbox, "DELETE", &format!("/external/templates/rcs/{last}"), None).await.data();
    let next = get(&sandbox, &format!("/external/templates/rcs?count=2&last_id={last}")).await;
    assert_eq!(next.data()[0]["name"], "parcel_update_1");
    let all = get(&sandbox, "/external/templates/rcs").await;
    assert!(all.data().as_array().unwrap().iter().all(|row| row["template_id"] != last));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn client_pages_whatsapp_templates() {
    let sandbox = quick().start().await.unwrap();
    let client = client(&sandbox);
    let new = whatsapp::NewTemplate::new("page_1", "en_US", whatsapp::Category::Marketing);
    let created = client.templates().whatsapp().create(new).await.unwrap();
    assert_eq!((created.status, created.template_id.as_str().len()), (whatsapp::Status::Pending, 16));
    let query = template::ListQuery::new().with_count(3);
    let rows = client.templates().whatsapp().list_from(query).collect_all(1000).await.unwrap();
    assert_eq!((rows.len(), &rows[0].template_id), (7, &created.template_id));
    let got = client.templates().whatsapp().get(created.template_id.clone()).await.unwrap();
    assert_eq!(got.template_id, created.template_id);
    sandbox.shutdown().await;
}

fn with_account(sandbox: &Sandbox) -> Client {
    Client::builder(HyperTransport::new())
        .base_urls(&sandbox.base_url())
        .certification_code(sandbox.certification_code())
        .account("ops_admin", "correct-horse-battery")
        .build()
        .unwrap()
}

#[tokio::test]
async fn client_pages_and_filters_tasks() {
    let sandbox = quick().start().await.unwrap();
    let client = with_account(&sandbox);
    for number in 1..=45 {
        let to: PhoneNumber = format!("62812000{number:05}").parse().unwrap();
        let task = NewTask::new(format!("call {number}"), 30112, to, "agent_07");
        let created = client.tasks().create(task).await.unwrap();
        assert!(created.conversation_id.is_some() && created.logs.len() == 2);
    }
    for size in [7_u32, 20, 45, 100] {
        let mut pager = client.tasks().list(task::ListQuery::new().with_page_size(size));
        let rows = pager.collect_all(1000).await.unwrap();
        let names: Vec<_> = rows.iter().map(|row| row.name.clone()).collect();
        assert_eq!(names, (1..=45).rev().map(|number| format!("call {number}")).collect::<Vec<_>>(), "pages of {size}");
        assert!(rows.iter().all(|row| row.conversation_id.is_none()));
    }
    let bearer = bearer(&sandbox).await;
    for (query, total, shown) in [
        ("", 45, 20),
        ("page=3", 45, 5),
        ("page=4", 45, 0),
        ("page=4000000000&page_size=100", 45, 0),
        ("name=call%204", 7, 7),
        ("name=call+45", 1, 1),
        ("task_id=3", 1, 1),
        ("creation_id=3&task_id=4", 0, 0),
        ("type=3&status=0", 45, 20),
        ("type=4", 0, 0),
        ("status=1", 0, 0),
        ("start_at=2020-01-01%2000:00:00&end_at=2099-01-01%2000:00:00", 45, 20),
        ("end_at=2020-01-01%2000:00:00", 0, 0),
        ("start_at=2099-01-01%2000:00:00", 0, 0),
    ] {
        let answer = call_with(&sandbox, "GET", &format!("/external/tasks?{query}"), None, &[&bearer]).await;
        assert_eq!(answer.data()["total"], total, "{query}");
        assert_eq!(answer.data()["data"].as_array().unwrap().len(), shown, "{query}");
    }
    sandbox.shutdown().await;
}
