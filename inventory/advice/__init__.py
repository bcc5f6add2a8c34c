"""What should happen next: the recommended route with its reasons. Advice, never a decision."""
