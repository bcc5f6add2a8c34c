"""Tests of the JSON edge."""
