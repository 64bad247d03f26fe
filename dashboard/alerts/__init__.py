"""Alerts: what needs me?"""
