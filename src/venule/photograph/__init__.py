"""A file -> Photograph: decode, find the field of view, bring it to working scale and back."""
