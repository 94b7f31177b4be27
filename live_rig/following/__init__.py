"""What the follower is given to hear, and what it said."""
