//! Changes of a customer's number, and the advertisement that brought a customer, in Meta's form (inferred).

use crate::address::Address;
use crate::open::open_text;
use crate::record::record;

record! {
    /// A customer changed their number or identity.
    pub struct System {}
    optional {
        /// What happened, for people.
        with_body => pub body: String,
        /// What happened.
        with_type => pub r#type: SystemKind,
        /// The new number.
        with_wa_id => pub wa_id: Address,
        /// The new number, in older versions.
        with_new_wa_id => pub new_wa_id: Address,
        /// The number until now.
        with_customer => pub customer: Address,
        /// A hash of the identity.
        with_identity => pub identity: String,
    }
}

open_text! {
    /// What happened to a customer's account.
    pub enum SystemKind {
        /// Another number.
        NumberChanged = "customer_changed_number",
        /// Another number, in newer versions.
        UserNumberChanged = "user_changed_number",
        /// Another identity: a new phone, say.
        IdentityChanged = "customer_identity_changed",
    }
}

record! {
    /// The advertisement or post that brought the customer.
    pub struct Referral {}
    optional {
        /// Link to it.
        with_source_url => pub source_url: String,
        /// `ad` or `post`.
        with_source_type => pub source_type: String,
        /// Its id.
        with_source_id => pub source_id: String,
        /// Its headline.
        with_headline => pub headline: String,
        /// Its text.
        with_body => pub body: String,
        /// `image` or `video`.
        with_media_type => pub media_type: String,
        /// Link to its image.
        with_image_url => pub image_url: String,
        /// Link to its video.
        with_video_url => pub video_url: String,
        /// Link to its thumbnail.
        with_thumbnail_url => pub thumbnail_url: String,
        /// The click, as Meta numbers it.
        with_ctwa_clid => pub ctwa_clid: String,
    }
}
