"""Logging in, accounts, invitations, certificates, configured passwords, devices that get Web Push."""
