//! Recognition: `Article` → `Facets`.
