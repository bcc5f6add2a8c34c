"""Mass and carbon: factors as versioned data, and what they make of counted machines."""
