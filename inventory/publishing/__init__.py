"""What is said in public: figures frozen as statements, derived again, restated; the public page and wall screens."""
