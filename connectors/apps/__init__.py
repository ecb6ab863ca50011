"""Apps that people use: their logins, and records that a system sends by itself."""
