//! Faults are switched on and off in the page.

use incs_model::{PhoneNumber, viber};
use incs_sandbox::Sandbox;

use super::browser::Page;
use crate::support::client;

async fn send(sandbox: &Sandbox) -> Result<(), incs_client::Error> {
    let to: PhoneNumber = "85251230088".parse().unwrap();
    client(sandbox).messages().send(viber::Message::new(to, "Your table is ready.")).await.map(|_| ())
}

#[tokio::test]
async fn applied_fault_is_shown_in_details() {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    let page = Page::open(&sandbox, "/").await;
    send(&sandbox).await.unwrap();

    page.click("[data-panel='faults']").await;
    page.click("[data-fault='Garbage']").await;
    page.until("the switch", "document.querySelector(\"[data-fault='Garbage']\").ariaChecked === 'true'").await;
    assert!(send(&sandbox).await.is_err());
    page.until("what it did", "document.querySelector('.board-row.is-on .applied')?.textContent === 'applied 1 of 1'")
        .await;

    page.click("[data-panel='requests']").await;
    page.until("both requests", "document.querySelectorAll('[data-exchange]').length === 2").await;
    page.click("[data-exchange]").await;
    let fault = page.until("the fault", "document.querySelector('.fault-pill')?.textContent").await;
    assert_eq!(fault, "fault: garbage");

    page.click("[data-panel='faults']").await;
    page.click("[data-fault='Garbage']").await;
    page.until("the switch", "document.querySelector(\"[data-fault='Garbage']\").ariaChecked === 'false'").await;
    send(&sandbox).await.unwrap();
    page.is_clean().await;
    page.close().await;
}

#[tokio::test]
async fn custom_rule_fails_one_customers_messages() {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    let page = Page::open(&sandbox, "/").await;
    page.press("f").await;
    page.click("details.fold > summary").await;
    page.eval("(() => { const kind = document.querySelector('[name=kind]'); kind.value = 'fail'; kind.dispatchEvent(new Event('change')); })()").await;
    page.type_into("#drawer [name='to']", "8525*").await;
    page.click("#drawer form [type='submit']").await;
    page.until("the rule", "document.querySelector('.board-row.is-on')?.textContent.includes('to 8525*')").await;

    send(&sandbox).await.unwrap();
    page.click(".row").await;
    let reason = page.until("the reason", "document.querySelector('.failure:not([hidden])')?.textContent").await;
    assert_eq!(reason, "Not delivered · 131026 Message undeliverable");
    page.is_clean().await;
    page.close().await;
}
