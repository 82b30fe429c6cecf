"""Shopping lists: words and a photo to entries, entries and offers to baskets."""
