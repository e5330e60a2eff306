"""The names that users call. Importing this package fills the tables of ``registry``."""
