//! Where documents are kept and retrieved from. A backend retrieves, it does not decide: ranking, passages and answers
//! are made above it, the same for every backend.
//!
//! To add one, give it a folder beside [`embedded`] with the same verbs: `retrieve`, `fingerprints`, `revise`, `status`.
//! They become a trait when the second one arrives.

pub mod embedded;
