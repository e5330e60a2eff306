"""Views, copies, joining."""
