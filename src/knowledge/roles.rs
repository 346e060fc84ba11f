//! What a line of a page can be, by its wording: the vocabulary of the rules in `chrome.toml`.

use serde::Deserialize;

use crate::model::article::Reason;

/// What a line is, by its wording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// First item of a breadcrumb.
    TrailRoot,
    /// Words before a breadcrumb.
    TrailLead,
    /// Last item of a breadcrumb that stands for the article.
    TrailEnd,
    /// What stands before the title in its own line: `Question:`.
    TitleLabel,
    /// Heading of a list of other articles.
    RelatedHeading,
    /// The same by looser wording: counts only above what looks like such a list.
    RelatedHeadingLoose,
    /// Link to the previous or next article.
    Neighbour,
    /// Heading of readers' comments.
    CommentsHeading,
    /// Asks readers to comment: stands where their comments stand.
    CommentsInvite,
    /// Line that belongs to a comment.
    CommentLine,
    /// Buttons under a comment.
    CommentButton,
    /// Heading of a legal notice.
    LegalHeading,
    /// Heading of a reminder, which may be the site's or the article's own.
    LegalReminder,
    /// The same by looser wording: counts only above a legal notice.
    LegalHeadingLoose,
    /// A family of legal wording.
    Legal,
    /// A family of legal wording that says that users upload the articles.
    UserSubmitted,
    /// The site speaks of itself.
    SiteVoice,
    /// The site speaks of its pages, or anybody of anything: weak evidence.
    LegalVoice,
    /// Heading of an author or newsletter box.
    BoxHeading,
    /// Share buttons.
    Share,
    /// A single button.
    Control,
    /// Author, source, date or number of readers.
    Byline,
    /// What goes with a picture only.
    Caption,
    /// Tags and keywords.
    Tags,
    /// Page numbers and "read more".
    Pagination,
    /// Advertisement or call to action.
    Advertisement,
    /// Cookie or consent notice.
    Cookie,
    /// Copyright, licences, footer links.
    Footer,
    /// Menus.
    Navigation,
    /// Heading of a table of contents.
    Contents,
    /// A page that says that there is no article.
    NotFound,
}

impl Role {
    /// Why a line of this role is removed.
    #[must_use]
    pub fn reason(self) -> Reason {
        match self {
            Self::TrailRoot | Self::TrailLead | Self::TrailEnd => Reason::Breadcrumb,
            Self::RelatedHeading | Self::RelatedHeadingLoose | Self::Neighbour => Reason::Related,
            Self::CommentsHeading | Self::CommentsInvite | Self::CommentLine | Self::CommentButton => Reason::Comments,
            Self::LegalHeading
            | Self::LegalReminder
            | Self::SiteVoice
            | Self::LegalHeadingLoose
            | Self::Legal
            | Self::UserSubmitted
            | Self::LegalVoice => Reason::Disclaimer,
            Self::TitleLabel => Reason::TitleRepeat,
            Self::Byline | Self::BoxHeading => Reason::Byline,
            Self::Share => Reason::Share,
            Self::Control => Reason::Control,
            Self::Caption => Reason::Caption,
            Self::Tags => Reason::Tags,
            Self::Pagination => Reason::Pagination,
            Self::Advertisement => Reason::Advertisement,
            Self::Cookie => Reason::Cookie,
            Self::Footer => Reason::Footer,
            Self::Navigation => Reason::Navigation,
            Self::Contents => Reason::Contents,
            Self::NotFound => Reason::OutsideArticle,
        }
    }
}
