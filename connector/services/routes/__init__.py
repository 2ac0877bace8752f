"""Routes as people work on them: drafts, decisions, requests, proofs, and the story of each."""
