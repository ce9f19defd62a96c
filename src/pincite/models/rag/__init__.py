"""RAG-Token and RAG-Sequence over multimodal evidence."""
