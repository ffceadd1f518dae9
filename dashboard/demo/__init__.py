"""A training company's year, made only by the services people use; deterministic and bilingual."""
