"""`advisor measure` on other machines: as an Ansible play, or as Kubernetes Jobs, whose rows come home."""
