"""Text in: formats, encodings, sections, defendants, numerals, tokens, masking, duplicates."""
