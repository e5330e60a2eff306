"""Products, solving, factors, spectra, Fourier transforms."""
