"""Elements by place: reading, writing, scattering."""
