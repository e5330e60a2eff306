"""How a call of a user-level function is read: overloads, plans, what arguments may be, and the tables of names."""
