//! Templates.

use incs_model::id::TemplateId;
use incs_model::template::{ListQuery, rcs, whatsapp};

use crate::client::{Call, Client};
use crate::endpoints::templates as endpoints;
use crate::pager::Pager;

/// Templates: [`Client::templates`].
#[derive(Debug, Clone, Copy)]
pub struct Templates<'a> {
    client: &'a Client,
}

impl<'a> Templates<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Those of RCS.
    pub fn rcs(&self) -> RcsTemplates<'a> {
        RcsTemplates { client: self.client }
    }

    /// Those of WhatsApp.
    pub fn whatsapp(&self) -> WhatsAppTemplates<'a> {
        WhatsAppTemplates { client: self.client }
    }
}

macro_rules! template_group {
    ($(#[$meta:meta])* $group:ident of $module:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy)]
        pub struct $group<'a> {
            client: &'a Client,
        }

        impl<'a> $group<'a> {
            /// Submits a template for review.
            pub fn create(&self, template: $module::NewTemplate) -> Call<'a, endpoints::$module::CreateTemplate> {
                self.client.call(endpoints::$module::CreateTemplate::new(template))
            }

            /// Every template, newest first.
            pub fn list(&self) -> Pager<endpoints::$module::ListTemplates> {
                self.list_from(ListQuery::new())
            }

            /// The templates from this page on.
            pub fn list_from(&self, query: ListQuery) -> Pager<endpoints::$module::ListTemplates> {
                Pager::new(self.client, endpoints::$module::ListTemplates::new(query))
            }

            /// One template.
            pub fn get(&self, id: impl Into<TemplateId>) -> Call<'a, endpoints::$module::GetTemplate> {
                self.client.call(endpoints::$module::GetTemplate::new(id))
            }
        }
    };
}

template_group! {
    /// RCS templates: [`Templates::rcs`].
    RcsTemplates of rcs
}

template_group! {
    /// WhatsApp templates: [`Templates::whatsapp`]. No route to delete one is known.
    WhatsAppTemplates of whatsapp
}

impl<'a> RcsTemplates<'a> {
    /// Deletes a template.
    pub fn delete(&self, id: impl Into<TemplateId>) -> Call<'a, endpoints::rcs::DeleteTemplate> {
        self.client.call(endpoints::rcs::DeleteTemplate::new(id))
    }
}
