"""Hostile inputs by kind: each kind makes one input from a seeded source of chance and hands it in."""
