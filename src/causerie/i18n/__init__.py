"""What people read: translation, one sentence for each refusal, the catalogs."""
