"""The inquiry desk: questions that people answer, from passages with their references."""
