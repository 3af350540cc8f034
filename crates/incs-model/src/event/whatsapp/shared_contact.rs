//! People out of an address book, in Meta's form (inferred).

use crate::address::Address;
use crate::record::record;

record! {
    /// A person.
    pub struct SharedContact {}
    optional {
        /// Their name.
        with_name => pub name: ContactName,
        /// Where they work.
        with_org => pub org: ContactOrganization,
        /// `YYYY-MM-DD`.
        with_birthday => pub birthday: String,
    }
    list {
        /// Their numbers.
        with_phones => pub phones: ContactPhone,
        /// Their e-mail addresses.
        with_emails => pub emails: EmailAddress,
        /// Where they live and work.
        with_addresses => pub addresses: PostalAddress,
        /// Their web pages.
        with_urls => pub urls: WebAddress,
    }
}

record! {
    /// The parts of a name.
    pub struct ContactName {}
    optional {
        /// The whole name.
        with_formatted_name => pub formatted_name: String,
        /// The first name.
        with_first_name => pub first_name: String,
        /// The last name.
        with_last_name => pub last_name: String,
        /// The middle name.
        with_middle_name => pub middle_name: String,
        /// What stands before it.
        with_prefix => pub prefix: String,
        /// What stands after it.
        with_suffix => pub suffix: String,
    }
}

record! {
    /// A phone number.
    pub struct ContactPhone {}
    optional {
        /// The number, as it stands in the address book.
        with_phone => pub phone: String,
        /// The WhatsApp number behind it.
        with_wa_id => pub wa_id: Address,
        /// `HOME`, `WORK`, `CELL`, ….
        with_type => pub r#type: String,
    }
}

record! {
    /// An e-mail address.
    pub struct EmailAddress {}
    optional {
        /// The address.
        with_email => pub email: String,
        /// `HOME`, `WORK`, ….
        with_type => pub r#type: String,
    }
}

record! {
    /// A postal address.
    pub struct PostalAddress {}
    optional {
        /// Street and number.
        with_street => pub street: String,
        /// The city.
        with_city => pub city: String,
        /// The state.
        with_state => pub state: String,
        /// The postal code.
        with_zip => pub zip: String,
        /// The country.
        with_country => pub country: String,
        /// The country, as two letters.
        with_country_code => pub country_code: String,
        /// `HOME`, `WORK`, ….
        with_type => pub r#type: String,
    }
}

record! {
    /// A web page.
    pub struct WebAddress {}
    optional {
        /// The link.
        with_url => pub url: String,
        /// `HOME`, `WORK`, ….
        with_type => pub r#type: String,
    }
}

record! {
    /// Where someone works.
    pub struct ContactOrganization {}
    optional {
        /// The company.
        with_company => pub company: String,
        /// The department.
        with_department => pub department: String,
        /// What they do there.
        with_title => pub title: String,
    }
}
