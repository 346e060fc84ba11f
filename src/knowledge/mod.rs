//! What we know of the world, as data.
