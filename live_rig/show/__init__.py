"""What is written down: shows, songs, beat maps. `store.read_show` is the way in."""
