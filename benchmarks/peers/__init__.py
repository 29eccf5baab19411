"""What the service is compared with: each written as its users write it, with the same JSON."""
