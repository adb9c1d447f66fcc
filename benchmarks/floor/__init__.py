"""The least code that could do it, for one provider."""
