//! Answers to interactive messages.

use crate::open::member_union;
use crate::record::record;

member_union! {
    /// What the customer chose.
    pub enum Interactive by "type" {
        /// A row of a list.
        ListReply(ListReply) = "list_reply",
        /// A reply button.
        ButtonReply(ButtonReply) = "button_reply",
        /// A finished flow. (Inferred from Meta's API.)
        FlowReply(FlowReply) = "nfm_reply",
    }
}

record! {
    /// The chosen row.
    pub struct ListReply {
        /// The id that the send gave the row.
        pub id: String,
    }
    optional {
        /// The row's title.
        with_title => pub title: String,
        /// The row's description.
        with_description => pub description: String,
    }
}

record! {
    /// The tapped button.
    pub struct ButtonReply {
        /// The id that the send gave the button.
        pub id: String,
    }
    optional {
        /// The button's title.
        with_title => pub title: String,
    }
}

record! {
    /// What the customer entered in a flow.
    pub struct FlowReply {
        /// The entries: a string that holds JSON.
        pub response_json: String,
    }
    optional {
        /// The flow's name.
        with_name => pub name: String,
        /// What the customer sees of it.
        with_body => pub body: String,
    }
}
