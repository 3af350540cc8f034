//! What listing the templates of either channel has in common.

use incs_model::limits::template::LIST_COUNT_DEFAULT;
use incs_model::template::ListQuery;

/// Rows of a page that is full.
pub(super) fn page_size(query: &ListQuery) -> usize {
    query.count.unwrap_or(LIST_COUNT_DEFAULT) as usize
}

/// Declares the list of templates.
macro_rules! list_templates {
    (
        $(#[$meta:meta])*
        of $channel:ident as $operation:literal;
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub struct ListTemplates {
            /// Which page.
            pub query: incs_model::template::ListQuery,
        }

        impl ListTemplates {
            /// Lists this page.
            pub fn new(query: incs_model::template::ListQuery) -> Self {
                Self { query }
            }
        }

        impl crate::endpoint::Endpoint for ListTemplates {
            type Reply = Vec<Template>;

            fn operation(&self) -> &'static str {
                $operation
            }

            fn path(&self) -> std::borrow::Cow<'static, str> {
                super::PATH.into()
            }

            fn query(&self) -> crate::endpoint::Query {
                self.query.to_query().into_iter().collect()
            }

            fn channel(&self) -> Option<incs_model::Channel> {
                Some(incs_model::Channel::$channel)
            }

            fn validate(&self) -> Result<(), incs_model::Report> {
                incs_model::validate(&self.query)
            }

            fn decode(
                &self,
                reply: &incs_model::envelope::Frame<'_>,
            ) -> Result<Vec<Template>, incs_model::DecodeError> {
                reply.data()
            }
        }

        impl crate::pager::Listing for ListTemplates {
            type Row = Template;
            type Key = incs_model::id::TemplateId;

            fn rows(reply: Vec<Template>) -> Vec<Template> {
                reply
            }

            fn key(row: &Template) -> incs_model::id::TemplateId {
                row.template_id.clone()
            }

            fn page_size(&self) -> usize {
                crate::endpoints::templates::listing::page_size(&self.query)
            }

            fn advance(&mut self, last: incs_model::id::TemplateId) {
                self.query.last_id = Some(last);
            }
        }
    };
}
pub(super) use list_templates;
