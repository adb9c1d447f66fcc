"""One module a language, written when this is built: `core/translations` has what they are made from."""
