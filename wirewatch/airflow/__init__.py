"""The only package code that imports Airflow; nothing imports it, Airflow loads it by entry point."""
