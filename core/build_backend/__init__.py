"""Builds core: what translators wrote and what CLDR knows become Python modules of plain data."""
