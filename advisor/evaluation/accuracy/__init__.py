"""Accuracy on families and sources left out whole, beside other advisors' tables and a fifth held back."""
